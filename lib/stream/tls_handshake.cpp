// TLS handshake messages — RFC 8446 §4; the older ones RFC 5246 §7.4, RFC 8422 §5, RFC 5077 §3.3,
// RFC 6066; the extensions' own RFCs stand in IANA's registry. JA3: the hello's parameters as text,
// and the MD5 of that.
#include "base/text.hpp"
#include "stream/md5.hpp"
#include "stream/tls_names.hpp"
#include "stream/tls_parts.hpp"
#include "stream/x509.hpp"

namespace netpeel::stream::tls_parts {

using namespace field;  // NOLINT: rows are written in these words
using enum field::Show;
using base::Cursor;
using base::Text;

namespace {

constexpr auto rows = loose({
    {"tls.handshake", "Handshake message", 0, mark,
     "One message of the conversation in which keys are agreed upon."},
    {"tls.handshake.type", "Handshake type", 8, dec, "Which message it is.",
     {.values = tls_names::handshakes}},
    {"tls.handshake.length", "Length", 24, dec, "Bytes of the message behind this field."},
    {"tls.handshake.fragments", "Pieces", 0, mark, "The message was spread over several records."},
    {"tls.handshake.fragment", "Frame of a piece", 32, dec,
     "A frame that carried a piece of the message.", {.computed = true}},
    {"tls.handshake.fragment.count", "Pieces in all", 32, dec,
     "How many records the message was spread over.", {.computed = true}},
    {"tls.handshake.version", "Version", 16, hex,
     "The version spoken; TLS 1.3 writes 1.2 here and hides its own in an extension.",
     {.values = tls_names::versions}},
    {"tls.handshake.random", "Random", 256, bytes,
     "Fresh random bytes, so that no two handshakes make the same keys."},
    {"tls.handshake.random_time", "Time in the random", 32, time,
     "The first four random bytes, which once were the sender's clock."},
    {"tls.handshake.random_bytes", "Random bytes", 224, bytes, "The rest of the random bytes."},
    {"tls.handshake.session_id_length", "Session ID length", 8, dec, "Bytes of the session ID."},
    {"tls.handshake.session_id", "Session ID", 0, bytes,
     "Names an earlier session to go on with; TLS 1.3 only pretends."},
    {"tls.handshake.cipher_suites_length", "Cipher suites length", 16, dec,
     "Bytes of the list of cipher suites."},
    {"tls.handshake.ciphersuites", "Cipher suites", 0, mark,
     "What the client can encrypt with, the dearest first."},
    {"tls.handshake.ciphersuite", "Cipher suite", 16, hex,
     "A set of algorithms: key exchange, encryption, hash.", {.values = tls_names::cipher_suites}},
    {"tls.handshake.comp_methods_length", "Compression methods length", 8, dec,
     "Bytes of the list of compression methods."},
    {"tls.handshake.comp_methods", "Compression methods", 0, mark,
     "How the client can compress; today only null, because compression leaks secrets."},
    {"tls.handshake.comp_method", "Compression method", 8, dec,
     "A way to compress before encrypting.", {.values = tls_names::compressions}},
    {"tls.handshake.extensions_length", "Extensions length", 16, dec, "Bytes of all extensions."},
    {"", "Extension", 0, mark, "An addition to the message, behind its type and length."},
    {"tls.handshake.extension.type", "Type", 16, dec, "Which extension it is.",
     {.values = tls_names::extensions}},
    {"tls.handshake.extension.len", "Length", 16, dec, "Bytes of the extension behind this field."},
    {"tls.handshake.extension.data", "Data", 0, bytes, "An extension's content as it stands."},
    {"tls.handshake.extensions_server_name_list_len", "Server name list length", 16, dec,
     "Bytes of the list of names."},
    {"tls.handshake.extensions_server_name_type", "Server name type", 8, dec,
     "What kind of name it is.", {.values = tls_names::name_types}},
    {"tls.handshake.extensions_server_name_len", "Server name length", 16, dec,
     "Bytes of the name."},
    {"tls.handshake.extensions_server_name", "Server name", 0, text,
     "The host the client wants: it travels in clear, so that a server of many sites shows the "
     "right certificate."},
    {"tls.handshake.max_fragment_length", "Maximum fragment length", 8, dec,
     "The longest record the client wants.", {.values = tls_names::fragment_lengths}},
    {"tls.handshake.extensions_status_request_type", "Certificate status type", 8, dec,
     "How the server shall show that its certificate is not revoked.",
     {.values = tls_names::status_types}},
    {"tls.handshake.extensions_status_request_list_len", "Status request list length", 16, dec,
     "Bytes of all requests."},
    {"tls.handshake.extensions_status_request_len", "Status request length", 16, dec,
     "Bytes of one request."},
    {"tls.handshake.extensions_status_request_responder_ids_len", "Responder list length", 16, dec,
     "Bytes of the list of OCSP responders trusted."},
    {"tls.handshake.extensions_status_request_exts_len", "Request extensions length", 16, dec,
     "Bytes of additions to the OCSP request."},
    {"tls.handshake.ocsp_response_len", "OCSP response length", 24, dec,
     "Bytes of the OCSP response."},
    {"tls.handshake.extensions_supported_groups_length", "Supported groups length", 16, dec,
     "Bytes of the list of groups."},
    {"tls.handshake.extensions_supported_groups", "Supported groups", 0, mark,
     "The curves and groups the sender can exchange keys in."},
    {"tls.handshake.extensions_supported_group", "Supported group", 16, hex,
     "An elliptic curve, or another group for the key exchange.", {.values = tls_names::groups}},
    {"tls.handshake.extensions_ec_point_formats_length", "EC point formats length", 8, dec,
     "Bytes of the list of point formats."},
    {"tls.handshake.extensions_ec_point_formats", "EC point formats", 0, mark,
     "How the sender can read points of a curve."},
    {"tls.handshake.extensions_ec_point_format", "EC point format", 8, dec,
     "A way to write a point of a curve.", {.values = tls_names::point_formats}},
    {"tls.handshake.sig_hash_alg_len", "Signature algorithms length", 16, dec,
     "Bytes of the list of signature algorithms."},
    {"tls.handshake.sig_hash_algs", "Signature algorithms", 0, mark,
     "The signatures the sender can check."},
    {"tls.handshake.sig_hash_alg", "Signature algorithm", 16, hex,
     "A signature algorithm with its hash.", {.values = tls_names::signature_schemes}},
    {"tls.handshake.sig_hash_hash", "Its hash", 8, dec,
     "The hash, as TLS 1.2 reads the first byte.", {.values = tls_names::hashes}},
    {"tls.handshake.sig_hash_sig", "Its signature", 8, dec,
     "The kind of key, as TLS 1.2 reads the second byte.", {.values = tls_names::signatures}},
    {"tls.handshake.extension.heartbeat.mode", "Heartbeat mode", 8, dec,
     "Whether the other side may ask for a sign of life.", {.values = tls_names::heartbeat_modes}},
    {"tls.handshake.extensions_alpn_len", "ALPN length", 16, dec,
     "Bytes of the list of application protocols."},
    {"tls.handshake.extensions_alpn_list", "ALPN protocols", 0, mark,
     "What the client would like to speak inside TLS; the server picks one."},
    {"tls.handshake.extensions_alpn_str_len", "ALPN string length", 8, dec,
     "Bytes of a protocol's name."},
    {"tls.handshake.extensions_alpn_str", "ALPN next protocol", 0, text,
     "An application protocol, such as h2 for HTTP/2."},
    {"tls.handshake.extensions_alps_len", "ALPS length", 16, dec,
     "Bytes of the list of protocols with settings."},
    {"tls.handshake.extensions_alps_alpn_list", "ALPS protocols", 0, mark,
     "Protocols whose settings the client would take within the handshake."},
    {"tls.handshake.extensions_alps_alpn_str_len", "ALPS string length", 8, dec,
     "Bytes of a protocol's name."},
    {"tls.handshake.extensions_alps_alpn_str", "ALPS protocol", 0, text,
     "An application protocol."},
    {"tls.handshake.extensions_npn_str_len", "NPN string length", 8, dec,
     "Bytes of a protocol's name."},
    {"tls.handshake.extensions_npn", "NPN next protocol", 0, text,
     "An application protocol the server offers (the forerunner of ALPN)."},
    {"tls.handshake.extensions_padding_data", "Padding", 0, bytes,
     "Zeros that only make the hello longer: some middleboxes choke on certain lengths."},
    {"tls.compress_certificate.algorithms_length", "Compression algorithms length", 8, dec,
     "Bytes of the list of compressions."},
    {"tls.compress_certificate.algorithm", "Certificate compression", 16, dec,
     "A way to compress certificates.", {.values = tls_names::certificate_compressions}},
    {"tls.record_size_limit", "Record size limit", 16, dec,
     "The longest record the sender wants to get."},
    {"tls.handshake.extensions.supported_versions_len", "Supported versions length", 8, dec,
     "Bytes of the list of versions."},
    {"tls.handshake.extensions.supported_version", "Supported version", 16, hex,
     "A TLS version offered, or the one chosen.", {.values = tls_names::versions}},
    {"tls.extension.psk_ke_modes_length", "PSK key exchange modes length", 8, dec,
     "Bytes of the list of modes."},
    {"tls.extension.psk_ke_mode", "PSK key exchange mode", 8, dec,
     "How a session may be taken up again.", {.values = tls_names::psk_modes}},
    {"tls.handshake.extensions_key_share_client_length", "Key shares length", 16, dec,
     "Bytes of all key shares."},
    {"tls.handshake.extensions_key_share_group", "Group", 16, hex,
     "The group this share belongs to.", {.values = tls_names::groups}},
    {"tls.handshake.extensions_key_share_selected_group", "Selected group", 16, hex,
     "The group the server wants a share of instead.", {.values = tls_names::groups}},
    {"tls.handshake.extensions_key_share_key_exchange_length", "Key exchange length", 16, dec,
     "Bytes of the share."},
    {"tls.handshake.extensions_key_share_key_exchange", "Key exchange", 0, bytes,
     "A public value; with the other side's it makes a secret that no listener knows."},
    {"tls.handshake.extensions.psk.identities.length", "Identities length", 16, dec,
     "Bytes of all identities."},
    {"tls.handshake.extensions.psk.identity.identity_length", "Identity length", 16, dec,
     "Bytes of the identity."},
    {"tls.handshake.extensions.psk.identity.identity", "Identity", 0, bytes,
     "Names a key both sides know: mostly a ticket of an earlier session."},
    {"tls.handshake.extensions.psk.identity.obfuscated_ticket_age", "Obfuscated ticket age", 32,
     dec, "How old the ticket is, in milliseconds, with a secret number added."},
    {"tls.handshake.extensions.psk.binders_len", "Binders length", 16, dec,
     "Bytes of all binders."},
    {"tls.handshake.extensions.psk.binders", "Binders", 0, mark,
     "Proofs that the client knows the keys it names."},
    {"tls.handshake.extensions.psk.identity.selected", "Selected identity", 16, dec,
     "Which of the client's keys the server takes, counted from 0."},
    {"tls.handshake.extensions.cookie_len", "Cookie length", 16, dec, "Bytes of the cookie."},
    {"tls.handshake.extensions.cookie", "Cookie", 0, bytes,
     "The server's note to itself, which the client sends back."},
    {"tls.early_data.max_early_data_size", "Maximum early data", 32, dec,
     "How much a client may send before the handshake is over."},
    {"tls.handshake.extensions_reneg_info_len", "Renegotiation info length", 8, dec,
     "Bytes that bind a new handshake to the one before; 0 in the first."},
    {"tls.handshake.extensions_reneg_info", "Renegotiation info", 0, bytes,
     "What the last handshake ended with."},
    {"tls.sct.scts_length", "Timestamps length", 16, dec, "Bytes of all certificate timestamps."},
    {"tls.sct.sct_length", "Timestamp length", 16, dec, "Bytes of one timestamp."},
    {"tls.sct.sct_version", "Timestamp version", 8, dec,
     "Version of Certificate Transparency, counted from 0."},
    {"tls.sct.sct_logid", "Log ID", 256, bytes, "Which public log saw the certificate."},
    {"tls.sct.sct_timestamp", "Timestamp", 64, time, "When the log saw it."},
    {"tls.sct.sct_extensions_length", "Extensions length", 16, dec, "Bytes of additions."},
    {"tls.sct.sct_signature_length", "Signature length", 16, dec, "Bytes of the signature."},
    {"tls.sct.sct_signature", "Signature", 0, bytes, "The log's signature."},
    {"tls.handshake.ja3_full", "JA3, whole", 0, text,
     "Version, suites, extensions, groups and formats as one line: programs can be told apart by "
     "it.", {.computed = true}},
    {"tls.handshake.ja3", "JA3", 0, text, "The MD5 of that line.", {.computed = true}},
    {"tls.handshake.ja3s_full", "JA3S, whole", 0, text,
     "Version, suite and extensions of the server as one line.", {.computed = true}},
    {"tls.handshake.ja3s", "JA3S", 0, text, "The MD5 of that line.", {.computed = true}},
    {"tls.handshake.certificate_request_context_length", "Request context length", 8, dec,
     "Bytes of the request context."},
    {"tls.handshake.certificate_request_context", "Request context", 0, bytes,
     "Tells which request the certificate answers."},
    {"tls.handshake.certificates_length", "Certificates length", 24, dec,
     "Bytes of all certificates."},
    {"tls.handshake.certificates", "Certificates", 0, mark,
     "The sender's certificate, and those that vouch for it."},
    {"tls.handshake.certificate_length", "Certificate length", 24, dec, "Bytes of a certificate."},
    {"tls.handshake.certificate", "Certificate", 0, bytes,
     "An X.509 certificate: who owns a key, and who says so."},
    {"tls.handshake.server_curve_type", "Curve type", 8, hex, "How the curve is said.",
     {.values = tls_names::curve_types}},
    {"tls.handshake.server_named_curve", "Named curve", 16, hex, "The curve of the key exchange.",
     {.values = tls_names::groups}},
    {"tls.handshake.server_point_len", "Public key length", 8, dec, "Bytes of the public key."},
    {"tls.handshake.server_point", "Server's public key", 0, bytes,
     "A point of the curve, made for this session alone."},
    {"tls.handshake.p_len", "p length", 16, dec, "Bytes of p."},
    {"tls.handshake.p", "p", 0, bytes, "The prime of the Diffie-Hellman exchange."},
    {"tls.handshake.g_len", "g length", 16, dec, "Bytes of g."},
    {"tls.handshake.g", "g", 0, bytes, "The generator of the Diffie-Hellman exchange."},
    {"tls.handshake.ys_len", "Public key length", 16, dec, "Bytes of the server's public key."},
    {"tls.handshake.ys", "Server's public key", 0, bytes,
     "The server's half of the Diffie-Hellman exchange."},
    {"tls.handshake.sig_len", "Signature length", 16, dec, "Bytes of the signature."},
    {"tls.handshake.sig", "Signature", 0, bytes,
     "Proves that the key exchange comes from the certificate's owner."},
    {"tls.handshake.client_point_len", "Public key length", 8, dec, "Bytes of the public key."},
    {"tls.handshake.client_point", "Client's public key", 0, bytes,
     "A point of the curve, made for this session alone."},
    {"tls.handshake.yc_len", "Public key length", 16, dec, "Bytes of the client's public key."},
    {"tls.handshake.yc", "Client's public key", 0, bytes,
     "The client's half of the Diffie-Hellman exchange."},
    {"tls.handshake.epms_len", "Encrypted secret length", 16, dec,
     "Bytes of the encrypted secret."},
    {"tls.handshake.epms", "Encrypted premaster secret", 0, bytes,
     "A secret only the certificate's owner can read: whoever steals his key later reads it too."},
    {"tls.handshake.session_ticket_lifetime_hint", "Ticket lifetime", 32, dec,
     "For how many seconds the ticket may be good."},
    {"tls.handshake.session_ticket_age_add", "Age add", 32, dec,
     "Hides the ticket's age from listeners."},
    {"tls.handshake.session_ticket_nonce_length", "Nonce length", 8, dec, "Bytes of the nonce."},
    {"tls.handshake.session_ticket_nonce", "Nonce", 0, bytes, "Makes each ticket's key another."},
    {"tls.handshake.session_ticket_length", "Ticket length", 16, dec, "Bytes of the ticket."},
    {"tls.handshake.session_ticket", "Ticket", 0, bytes,
     "The server's sealed memory of this session, for the client to bring back."},
    {"tls.handshake.cert_types_count", "Certificate types", 8, dec, "How many types follow."},
    {"tls.handshake.cert_types", "Certificate types", 0, mark,
     "What kinds of certificate the server takes from the client."},
    {"tls.handshake.cert_type", "Certificate type", 8, dec, "A kind of certificate.",
     {.values = tls_names::certificate_types}},
    {"tls.handshake.dnames_len", "Names length", 16, dec, "Bytes of all names."},
    {"tls.handshake.dnames", "Names", 0, mark, "The authorities whose word the server trusts."},
    {"tls.handshake.dname_len", "Name length", 16, dec, "Bytes of a name."},
    {"tls.handshake.dname", "Name", 0, mark, "An authority's name."},
    {"tls.handshake.client_cert_vrfy.sig_len", "Signature length", 16, dec,
     "Bytes of the signature."},
    {"tls.handshake.client_cert_vrfy.sig", "Signature", 0, bytes,
     "Proves that the sender owns its certificate's key."},
    {"tls.handshake.verify_data", "Verify data", 0, mark,
     "A digest of the whole handshake: nobody changed it on the way."},
    {"tls.handshake.key_update.request_update", "Request update", 8, dec,
     "Whether the other side shall change its key too.", {.values = tls_names::update_requests}},
});

// A list of numbers of `width` bytes.
void numbers(Reader& in, const Field& f, u32 width) {
  while (in.left() >= width) in.number(f, width);
  if (in.left() > 0) in.lied(f);
}

void signature_algorithm(Reader& in) {
  const u32 at = in.at;
  if (!in.has(row<"tls.handshake.sig_hash_alg">(rows), 2)) return;
  in.number(row<"tls.handshake.sig_hash_alg">(rows), 2);
  auto inside = in.x.inside();
  in.x.field(row<"tls.handshake.sig_hash_hash">(rows), at, 1);
  in.x.field(row<"tls.handshake.sig_hash_sig">(rows), at + 1, 1);
}
void signature_algorithms(Reader& in) {
  const u32 n = in.number(row<"tls.handshake.sig_hash_alg_len">(rows), 2);
  Reader list = in.part(row<"tls.handshake.sig_hash_alg_len">(rows), n);
  list.x.mark(row<"tls.handshake.sig_hash_algs">(rows), list.at, list.left());
  auto inside = in.x.inside();
  while (list.left() > 0) signature_algorithm(list);
}
// ALPN and its like: names behind lengths of a byte.
void names(Reader& in, const Field& heading, const Field& length, const Field& name) {
  in.x.mark(heading, in.at, in.left());
  auto inside = in.x.inside();
  while (in.left() > 0) in.bytes(name, in.number(length, 1));
}
void key_share_entry(Reader& in) {
  in.number(row<"tls.handshake.extensions_key_share_group">(rows), 2);
  in.bytes(row<"tls.handshake.extensions_key_share_key_exchange">(rows),
           in.number(row<"tls.handshake.extensions_key_share_key_exchange_length">(rows), 2));
}
}  // namespace

void expand_timestamps(Reader& in) {
  Reader list =
      in.part(row<"tls.sct.scts_length">(rows), in.number(row<"tls.sct.scts_length">(rows), 2));
  while (list.left() > 0) {
    Reader one =
        list.part(row<"tls.sct.sct_length">(rows), list.number(row<"tls.sct.sct_length">(rows), 2));
    one.number(row<"tls.sct.sct_version">(rows), 1);
    one.bytes(row<"tls.sct.sct_logid">(rows), 32);
    if (one.has(row<"tls.sct.sct_timestamp">(rows), 8)) {
      const u64 ms = u64(one.peek(4)) << 32 | one.peek(4, 4);
      // Years beyond 2262 do not fit into nanoseconds.
      one.x.number(row<"tls.sct.sct_timestamp">(rows), one.at, 8,
                   ms < 9'000'000'000'000 ? ms * 1'000'000 : u64(no_time));
      one.at += 8;
    }
    one.part(row<"tls.sct.sct_extensions_length">(rows),
             one.number(row<"tls.sct.sct_extensions_length">(rows), 2));
    if (one.left() > 0) signature_algorithm(one);
    one.bytes(row<"tls.sct.sct_signature">(rows),
              one.number(row<"tls.sct.sct_signature_length">(rows), 2));
  }
}

namespace {

void status(Reader& in) {
  if (in.number(row<"tls.handshake.extensions_status_request_type">(rows), 1) != 1) return;
  in.part(row<"tls.handshake.ocsp_response_len">(rows),
          in.number(row<"tls.handshake.ocsp_response_len">(rows), 3));
}

// What a client asks about revocation: whose answers it takes, and additions (RFC 6066 §8).
void status_request(Reader& in) {
  const Field& ids = row<"tls.handshake.extensions_status_request_responder_ids_len">(rows);
  in.part(ids, in.number(ids, 2));
  const Field& more = row<"tls.handshake.extensions_status_request_exts_len">(rows);
  in.part(more, in.number(more, 2));
}

void pre_shared_key(Reader& in, u32 message) {
  if (message != 1) {
    in.number(row<"tls.handshake.extensions.psk.identity.selected">(rows), 2);
    return;
  }
  Reader list = in.part(row<"tls.handshake.extensions.psk.identities.length">(rows),
                        in.number(row<"tls.handshake.extensions.psk.identities.length">(rows), 2));
  while (list.left() > 0) {
    list.bytes(row<"tls.handshake.extensions.psk.identity.identity">(rows),
               list.number(row<"tls.handshake.extensions.psk.identity.identity_length">(rows), 2));
    list.number(row<"tls.handshake.extensions.psk.identity.obfuscated_ticket_age">(rows), 4);
  }
  Reader binders = in.part(row<"tls.handshake.extensions.psk.binders_len">(rows),
                           in.number(row<"tls.handshake.extensions.psk.binders_len">(rows), 2));
  in.x.mark(row<"tls.handshake.extensions.psk.binders">(rows), binders.at, binders.left());
}

// RFC 6961 §2.2: one request behind the other, each with its length.
void status_requests(Reader& in) {
  const Field& length = row<"tls.handshake.extensions_status_request_list_len">(rows);
  Reader list = in.part(length, in.number(length, 2));
  while (list.left() > 0) {
    list.number(row<"tls.handshake.extensions_status_request_type">(rows), 1);
    const u32 size = list.number(row<"tls.handshake.extensions_status_request_len">(rows), 2);
    Reader one = list.part(row<"tls.handshake.extensions_status_request_len">(rows), size);
    status_request(one);
  }
}

// One extension's content. message: the handshake type it stands in.
void extension(Reader& in, u32 type, u32 message) {
  if (in.left() == 0 && type < 128 && type != 35)
    return;  // a session ticket's emptiness is shown: it asks for one
  switch (type) {
    case 0: {
      Reader list =
          in.part(row<"tls.handshake.extensions_server_name_list_len">(rows),
                  in.number(row<"tls.handshake.extensions_server_name_list_len">(rows), 2));
      while (list.left() > 0) {
        list.number(row<"tls.handshake.extensions_server_name_type">(rows), 1);
        list.bytes(row<"tls.handshake.extensions_server_name">(rows),
                   list.number(row<"tls.handshake.extensions_server_name_len">(rows), 2));
      }
      return;
    }
    case 1: in.number(row<"tls.handshake.max_fragment_length">(rows), 1); return;
    case 5:
      if (message != 1) return status(in);
      if (in.number(row<"tls.handshake.extensions_status_request_type">(rows), 1) != 1) return;
      return status_request(in);
    case 10: {
      Reader list =
          in.part(row<"tls.handshake.extensions_supported_groups_length">(rows),
                  in.number(row<"tls.handshake.extensions_supported_groups_length">(rows), 2));
      in.x.mark(row<"tls.handshake.extensions_supported_groups">(rows), list.at, list.left());
      auto inside = in.x.inside();
      return numbers(list, row<"tls.handshake.extensions_supported_group">(rows), 2);
    }
    case 11: {
      Reader list =
          in.part(row<"tls.handshake.extensions_ec_point_formats_length">(rows),
                  in.number(row<"tls.handshake.extensions_ec_point_formats_length">(rows), 1));
      in.x.mark(row<"tls.handshake.extensions_ec_point_formats">(rows), list.at, list.left());
      auto inside = in.x.inside();
      return numbers(list, row<"tls.handshake.extensions_ec_point_format">(rows), 1);
    }
    case 13:
    case 50: return signature_algorithms(in);
    case 15: in.number(row<"tls.handshake.extension.heartbeat.mode">(rows), 1); return;
    case 16: {
      Reader list = in.part(row<"tls.handshake.extensions_alpn_len">(rows),
                            in.number(row<"tls.handshake.extensions_alpn_len">(rows), 2));
      return names(list, row<"tls.handshake.extensions_alpn_list">(rows),
                   row<"tls.handshake.extensions_alpn_str_len">(rows),
                   row<"tls.handshake.extensions_alpn_str">(rows));
    }
    case 17513: {
      if (message != 1) break;
      Reader list = in.part(row<"tls.handshake.extensions_alps_len">(rows),
                            in.number(row<"tls.handshake.extensions_alps_len">(rows), 2));
      return names(list, row<"tls.handshake.extensions_alps_alpn_list">(rows),
                   row<"tls.handshake.extensions_alps_alpn_str_len">(rows),
                   row<"tls.handshake.extensions_alps_alpn_str">(rows));
    }
    case 13172:
      while (in.left() > 0)
        in.bytes(row<"tls.handshake.extensions_npn">(rows),
                 in.number(row<"tls.handshake.extensions_npn_str_len">(rows), 1));
      return;
    case 17: return status_requests(in);
    case 18: return expand_timestamps(in);
    case 21: return in.bytes(row<"tls.handshake.extensions_padding_data">(rows), in.left());
    case 22:
    case 23:
    case 49: return;
    case 27: {
      Reader list = in.part(row<"tls.compress_certificate.algorithms_length">(rows),
                            in.number(row<"tls.compress_certificate.algorithms_length">(rows), 1));
      return numbers(list, row<"tls.compress_certificate.algorithm">(rows), 2);
    }
    case 28: in.number(row<"tls.record_size_limit">(rows), 2); return;
    case 41: return pre_shared_key(in, message);
    case 42: in.number(row<"tls.early_data.max_early_data_size">(rows), 4); return;
    case 43: {
      if (message != 1)
        return void(in.number(row<"tls.handshake.extensions.supported_version">(rows), 2));
      Reader list =
          in.part(row<"tls.handshake.extensions.supported_versions_len">(rows),
                  in.number(row<"tls.handshake.extensions.supported_versions_len">(rows), 1));
      return numbers(list, row<"tls.handshake.extensions.supported_version">(rows), 2);
    }
    case 44:
      return in.bytes(row<"tls.handshake.extensions.cookie">(rows),
                      in.number(row<"tls.handshake.extensions.cookie_len">(rows), 2));
    case 45: {
      Reader list = in.part(row<"tls.extension.psk_ke_modes_length">(rows),
                            in.number(row<"tls.extension.psk_ke_modes_length">(rows), 1));
      return numbers(list, row<"tls.extension.psk_ke_mode">(rows), 1);
    }
    case 40:
    case 51: {
      if (message == 1) {
        Reader list =
            in.part(row<"tls.handshake.extensions_key_share_client_length">(rows),
                    in.number(row<"tls.handshake.extensions_key_share_client_length">(rows), 2));
        while (list.left() > 0) key_share_entry(list);
      } else if (in.left() == 2) {
        in.number(row<"tls.handshake.extensions_key_share_selected_group">(rows), 2);
      } else {
        key_share_entry(in);
      }
      return;
    }
    case 65281: {
      const u32 n = in.number(row<"tls.handshake.extensions_reneg_info_len">(rows), 1);
      if (n > 0) in.bytes(row<"tls.handshake.extensions_reneg_info">(rows), n);
      return;
    }
    default: break;
  }
  in.bytes(row<"tls.handshake.extension.data">(rows), in.left());
}

void extensions(Reader& in, u32 message) {
  Reader all = in.part(row<"tls.handshake.extensions_length">(rows),
                       in.number(row<"tls.handshake.extensions_length">(rows), 2));
  while (all.left() > 0) {
    const u32 type = all.peek(2), size = all.peek(2, 2);
    all.x.mark(row<"">(rows), all.at, 4 + size < all.left() ? 4 + size : all.left());
    auto inside = all.x.inside();
    all.number(row<"tls.handshake.extension.type">(rows), 2);
    Reader one = all.part(row<"tls.handshake.extension.len">(rows),
                          all.number(row<"tls.handshake.extension.len">(rows), 2));
    extension(one, type, message);
    if (one.left() > 0 && type != 5) {
      Text says;
      says.dec(one.left())
          .add(one.left() == 1 ? " byte of the extension is" : " bytes of the extension are")
          .add(" left over behind its content");
      all.x.problem(Kind::unusual, &row<"tls.handshake.extension.len">(rows), says.view());
    }
  }
}

constexpr bool grease(u32 v) { return (v & 0x0f0f) == 0x0a0a && v >> 8 == (v & 0xff); }

// The numbers of a list, joined; of 8 or 16 bits.
void join(Text& out, Bytes list, u32 width) {
  bool first = true;
  for (std::size_t at = 0; at + width <= list.size(); at += width) {
    const u32 v = width == 1 ? list[at] : base::be16(&list[at]);
    if (width == 2 && grease(v)) continue;
    if (!first) out.add('-');
    first = false;
    out.dec(v);
  }
}

void fingerprint(Expansion& x, Bytes body, bool server) {
  Cursor c(body);
  Text line, extensions;
  line.dec(c.be16());
  c.skip(32);
  c.bytes(c.u8_());
  line.add(',');
  if (server) {
    line.dec(c.be16());
    c.skip(1);
  } else {
    join(line, c.bytes(c.be16()), 2);
    c.bytes(c.u8_());
  }
  line.add(',');
  if (!c.ok()) return;
  Bytes groups, formats;
  Cursor e(c.bytes(c.left() >= 2 ? c.be16() : 0));
  bool first = true;
  while (e.left() >= 4) {
    const u32 type = e.be16();
    const Bytes data = e.bytes(e.be16());
    if (type == 10 && data.size() > 2) groups = data.subspan(2);
    if (type == 11 && data.size() > 1) formats = data.subspan(1);
    if (grease(type)) continue;
    if (!first) line.add('-');
    first = false;
    line.dec(type);
  }
  if (!server) {
    line.add(',');
    join(line, groups, 2);
    line.add(',');
    join(line, formats, 1);
  }
  Text digest;
  digest.hex_bytes(md5(base::as_bytes(line.view())));
  x.computed(server ? row<"tls.handshake.ja3s_full">(rows) : row<"tls.handshake.ja3_full">(rows),
             line.view());
  x.computed(server ? row<"tls.handshake.ja3s">(rows) : row<"tls.handshake.ja3">(rows),
             digest.view());
}

void hello(Reader& in, u32 message, const TlsFacts* known) {
  const Bytes body{in.x.header() + in.at, in.left()};
  in.number(row<"tls.handshake.version">(rows), 2);
  if (!in.has(row<"tls.handshake.random">(rows), 32)) return;
  const u32 random = in.at;
  in.bytes(row<"tls.handshake.random">(rows), 32);
  // TLS 1.3 has no clock in it any more.
  const u32 agreed = message == 2       ? read_hello(body, true).version
                     : known != nullptr ? known->version
                                        : 0;
  if (!is_tls13(agreed)) {
    auto inside = in.x.inside();
    in.x.number(row<"tls.handshake.random_time">(rows), random, 4,
                u64(base::be32(in.x.header() + random)) * 1'000'000'000);
    in.x.field(row<"tls.handshake.random_bytes">(rows), random + 4, 28);
  }
  const u32 id = in.number(row<"tls.handshake.session_id_length">(rows), 1);
  if (id > 0) in.bytes(row<"tls.handshake.session_id">(rows), id);
  if (message == 1) {
    const u32 suites = in.number(row<"tls.handshake.cipher_suites_length">(rows), 2);
    Reader list = in.part(row<"tls.handshake.cipher_suites_length">(rows), suites);
    in.x.mark(row<"tls.handshake.ciphersuites">(rows), list.at, list.left());
    {
      auto inside = in.x.inside();
      numbers(list, row<"tls.handshake.ciphersuite">(rows), 2);
    }
    Reader methods = in.part(row<"tls.handshake.comp_methods_length">(rows),
                             in.number(row<"tls.handshake.comp_methods_length">(rows), 1));
    in.x.mark(row<"tls.handshake.comp_methods">(rows), methods.at, methods.left());
    auto inside = in.x.inside();
    numbers(methods, row<"tls.handshake.comp_method">(rows), 1);
  } else {
    in.number(row<"tls.handshake.ciphersuite">(rows), 2);
    in.number(row<"tls.handshake.comp_method">(rows), 1);
  }
  if (in.left() > 0) extensions(in, message);
  fingerprint(in.x, body, message == 2);
}

void certificates(Reader& in, bool new_form) {
  if (new_form) {
    const u32 n = in.number(row<"tls.handshake.certificate_request_context_length">(rows), 1);
    if (n > 0) in.bytes(row<"tls.handshake.certificate_request_context">(rows), n);
  }
  Reader all = in.part(row<"tls.handshake.certificates_length">(rows),
                       in.number(row<"tls.handshake.certificates_length">(rows), 3));
  if (all.left() == 0) return;
  in.x.mark(row<"tls.handshake.certificates">(rows), all.at, all.left());
  auto inside = in.x.inside();
  while (all.left() > 0) {
    const u32 n = all.number(row<"tls.handshake.certificate_length">(rows), 3);
    const u32 at = all.at;
    all.bytes(row<"tls.handshake.certificate">(rows), n);
    if (all.at == at + n) {
      auto within = in.x.inside();
      x509::expand_certificate(in.x, at, n);
    }
    if (new_form && all.left() > 0) extensions(all, 11);
  }
}

void certificate_request(Reader& in) {
  const u32 n = in.number(row<"tls.handshake.cert_types_count">(rows), 1);
  {
    Reader types = in.part(row<"tls.handshake.cert_types_count">(rows), n);
    in.x.mark(row<"tls.handshake.cert_types">(rows), types.at, types.left());
    auto inside = in.x.inside();
    numbers(types, row<"tls.handshake.cert_type">(rows), 1);
  }
  // TLS 1.0 and 1.1 have no signature algorithms here: then the names take all that is left.
  if (in.left() >= 2 && in.peek(2) + 2 != in.left()) signature_algorithms(in);
  if (in.left() == 0) return;
  Reader all = in.part(row<"tls.handshake.dnames_len">(rows),
                       in.number(row<"tls.handshake.dnames_len">(rows), 2));
  if (all.left() == 0) return;
  in.x.mark(row<"tls.handshake.dnames">(rows), all.at, all.left());
  auto inside = in.x.inside();
  while (all.left() > 0) {
    Reader one = all.part(row<"tls.handshake.dname_len">(rows),
                          all.number(row<"tls.handshake.dname_len">(rows), 2));
    in.x.mark(row<"tls.handshake.dname">(rows), one.at, one.left());
    auto within = in.x.inside();
    x509::expand_name(in.x, one.at, one.left());
  }
}

// Which key exchange a suite names: e = elliptic, d = Diffie-Hellman, r = RSA, 0 = another or not
// known.
char exchange_of(u32 cipher) {
  const std::string_view name = cipher_name(cipher);
  if (name.starts_with("TLS_ECDHE_") || name.starts_with("TLS_ECDH_"))
    return name.find("PSK") == name.npos ? 'e' : 0;
  if (name.starts_with("TLS_DHE_") || name.starts_with("TLS_DH_"))
    return name.find("PSK") == name.npos ? 'd' : 0;
  if (name.starts_with("TLS_RSA_")) return name.find("PSK") == name.npos ? 'r' : 0;
  return 0;
}

void server_key_exchange(Reader& in, const TlsFacts* known) {
  char how = exchange_of(known != nullptr ? known->cipher : 0);
  // A capture that began later does not know the suite; a named curve looks like nothing else.
  if (how == 0 && in.left() > 4 && in.peek(1) == 3 && in.peek(1, 3) + 4u <= in.left()) how = 'e';
  if (how == 'e') {
    if (in.number(row<"tls.handshake.server_curve_type">(rows), 1) != 3) return;
    in.number(row<"tls.handshake.server_named_curve">(rows), 2);
    in.bytes(row<"tls.handshake.server_point">(rows),
             in.number(row<"tls.handshake.server_point_len">(rows), 1));
  } else if (how == 'd') {
    in.bytes(row<"tls.handshake.p">(rows), in.number(row<"tls.handshake.p_len">(rows), 2));
    in.bytes(row<"tls.handshake.g">(rows), in.number(row<"tls.handshake.g_len">(rows), 2));
    in.bytes(row<"tls.handshake.ys">(rows), in.number(row<"tls.handshake.ys_len">(rows), 2));
  } else {
    return;
  }
  if (in.left() == 0) return;
  if (in.left() >= 4 && in.peek(2) + 2u != in.left()) signature_algorithm(in);
  in.bytes(row<"tls.handshake.sig">(rows), in.number(row<"tls.handshake.sig_len">(rows), 2));
}

void client_key_exchange(Reader& in, const TlsFacts* known) {
  char how = exchange_of(known != nullptr ? known->cipher : 0);
  if (how == 0 && in.left() > 1) how = in.peek(1) + 1u == in.left() ? 'e' : 0;
  if (how == 'e')
    in.bytes(row<"tls.handshake.client_point">(rows),
             in.number(row<"tls.handshake.client_point_len">(rows), 1));
  if (how == 'd')
    in.bytes(row<"tls.handshake.yc">(rows), in.number(row<"tls.handshake.yc_len">(rows), 2));
  if (how == 'r' && in.left() >= 2 && in.peek(2) + 2u == in.left())
    in.bytes(row<"tls.handshake.epms">(rows), in.number(row<"tls.handshake.epms_len">(rows), 2));
}

void new_session_ticket(Reader& in, bool new_form) {
  in.number(row<"tls.handshake.session_ticket_lifetime_hint">(rows), 4);
  if (new_form) {
    in.number(row<"tls.handshake.session_ticket_age_add">(rows), 4);
    in.bytes(row<"tls.handshake.session_ticket_nonce">(rows),
             in.number(row<"tls.handshake.session_ticket_nonce_length">(rows), 1));
  }
  in.bytes(row<"tls.handshake.session_ticket">(rows),
           in.number(row<"tls.handshake.session_ticket_length">(rows), 2));
  if (new_form && in.left() > 0) extensions(in, 4);
}

}  // namespace

void Reader::lied(const Field& f) {
  Text says;
  says.add(f.name.empty() ? f.title : f.name)
      .add(" reaches beyond the ")
      .dec(left())
      .add(left() == 1 ? " byte that is left" : " bytes that are left");
  x.problem(x.excused() ? Kind::truncated : Kind::malformed, &f, says.view());
  at = end;
}
u32 Reader::number(const Field& f, u32 n) {
  if (left() == 0 && x.told()) return 0;
  if (!has(f, n)) return 0;
  const u32 value = peek(n);
  x.field(f, at, n);
  at += n;
  return value;
}
void Reader::bytes(const Field& f, u32 n) {
  if (!has(f, n)) return;
  x.field(f, at, n);
  at += n;
}
Reader Reader::part(const Field& length, u32 n) {
  if (n > left()) {
    Text says;
    says.add(length.name)
        .add(" says ")
        .dec(n)
        .add("; ")
        .dec(left())
        .add(left() == 1 ? " byte is left" : " bytes are left");
    x.problem(x.excused() ? Kind::truncated : Kind::malformed, &length, says.view());
    n = left();
  }
  Reader out{x, at, at + n};
  at += n;
  return out;
}
u32 Reader::peek(u32 n, u32 ahead) const {
  u32 v = 0;
  if (ahead > left() || n > left() - ahead) return 0;
  for (u32 i = 0; i < n; ++i) v = v << 8 | x.header()[at + ahead + i];
  return v;
}

void expand_handshake(Reader& in, const TlsFacts* known) {
  const bool whole = in.left() >= 4;
  const u32 type = in.peek(1), size = in.peek(3, 1);
  in.x.mark(row<"tls.handshake">(rows), in.at,
            whole && size + 4 < in.left() ? size + 4 : in.left());
  auto inside = in.x.inside();
  if (known != nullptr && !known->frames.empty()) {
    in.x.mark(row<"tls.handshake.fragments">(rows), 0, 0);
    auto pieces = in.x.inside();
    for (u64 frame : known->frames) in.x.computed(row<"tls.handshake.fragment">(rows), frame);
    in.x.computed(row<"tls.handshake.fragment.count">(rows), known->frames.size());
  }
  if (!whole || size > in.left() - 4) {
    // The rest stands in the next records; the message is shown where it ends.
    in.at = in.end;
    return;
  }
  in.number(row<"tls.handshake.type">(rows), 1);
  in.number(row<"tls.handshake.length">(rows), 3);
  Reader body = in.part(row<"tls.handshake.length">(rows), size);
  const bool new_form = known != nullptr && is_tls13(known->version);
  switch (type) {
    case 1: hello(body, 1, known); break;
    case 2: hello(body, 2, known); break;
    case 4: new_session_ticket(body, new_form); break;
    case 6:
      body.number(row<"tls.handshake.version">(rows), 2);
      if (body.left() > 0) extensions(body, 6);
      break;
    case 8: extensions(body, 8); break;
    case 11: certificates(body, new_form); break;
    case 12: server_key_exchange(body, known); break;
    case 13: certificate_request(body); break;
    case 15:
      // Before TLS 1.2 only the signature.
      if (body.left() >= 4 && body.peek(2) + 2 != body.left()) signature_algorithm(body);
      body.bytes(row<"tls.handshake.client_cert_vrfy.sig">(rows),
                 body.number(row<"tls.handshake.client_cert_vrfy.sig_len">(rows), 2));
      break;
    case 16: client_key_exchange(body, known); break;
    case 20: in.x.mark(row<"tls.handshake.verify_data">(rows), body.at, body.left()); break;
    case 22: status(body); break;
    case 24: body.number(row<"tls.handshake.key_update.request_update">(rows), 1); break;
    default: break;
  }
}

Table handshake_rows() { return rows; }

Hello read_hello(Bytes body, bool server) {
  // RFC 8446 §4.1.3: a Server Hello with this random is a Hello Retry Request.
  static constexpr u8 retry[32]{0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
  Hello h;
  Cursor c(body);
  h.version = c.be16();
  const Bytes random = c.bytes(32);
  h.retry = server && c.ok() && std::equal(random.begin(), random.end(), retry);
  c.bytes(c.u8_());
  if (server) {
    h.cipher = c.be16();
    c.skip(1);
  } else {
    c.bytes(c.be16());
    c.bytes(c.u8_());
  }
  h.ok = c.ok();
  Cursor e(c.bytes(c.left() >= 2 ? c.be16() : 0));
  while (e.left() >= 4) {
    const u32 type = e.be16();
    const Bytes data = e.bytes(e.be16());
    if (type == 0 && data.size() > 5)
      h.name = data.subspan(5, std::min<std::size_t>(data.size() - 5, base::be16(&data[3])));
    if (type == 16 && data.size() > 2) h.protocols = data.subspan(2);
    if (type != 43) continue;
    if (server) {
      if (data.size() == 2) h.version = base::be16(data.data());
      continue;
    }
    u16 best = 0;
    for (std::size_t i = 1; i + 2 <= data.size(); i += 2) {
      const u16 v = base::be16(&data[i]);
      if (grease(v)) continue;
      if (is_tls13(v) && !is_tls13(best)) best = v;
      if (is_tls13(v) == is_tls13(best) && v <= tls13 && v > best) best = v;
    }
    if (best != 0) h.version = best;
  }
  return h;
}

std::string_view version_name(u32 version) {
  return meaning(row<"tls.handshake.version">(rows), version);
}
std::string_view cipher_name(u32 cipher) {
  return meaning(row<"tls.handshake.ciphersuite">(rows), cipher);
}
std::string_view handshake_name(u32 type) { return meaning(row<"tls.handshake.type">(rows), type); }

}  // namespace netpeel::stream::tls_parts
