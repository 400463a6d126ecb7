// The rows of DNS messages, and what their numbers mean (IANA's "Domain Name System (DNS) Parameters"). For dns.cpp only.
#pragma once
#include "proto/app/dns.hpp"

namespace netpeel::proto::dns_rows {

// ---- What numbers mean. The first word of a record type is its mnemonic. ----

inline constexpr auto types = values({
    {1, "A (IPv4 address)"}, {2, "NS (name server)"}, {3, "MD (mail destination, obsolete)"}, {4, "MF (mail forwarder, obsolete)"},
    {5, "CNAME (the true name behind an alias)"}, {6, "SOA (who runs the zone)"}, {7, "MB (mailbox)"}, {8, "MG (mail group member)"},
    {9, "MR (mail rename)"}, {10, "NULL (any bytes)"}, {11, "WKS (well-known services)"}, {12, "PTR (pointer to a name)"},
    {13, "HINFO (host information)"}, {14, "MINFO (mail list information)"}, {15, "MX (mail server)"}, {16, "TXT (text)"},
    {17, "RP (responsible person)"}, {18, "AFSDB (AFS database)"}, {19, "X25 (X.25 address)"}, {20, "ISDN (ISDN number)"},
    {21, "RT (route through)"}, {22, "NSAP (OSI address)"}, {23, "NSAP-PTR (name of an OSI address)"}, {24, "SIG (signature, old)"},
    {25, "KEY (key, old)"}, {26, "PX (X.400 mail mapping)"}, {27, "GPOS (position, old)"}, {28, "AAAA (IPv6 address)"},
    {29, "LOC (position on Earth)"}, {30, "NXT (next name, old)"}, {31, "EID (endpoint identifier)"}, {32, "NIMLOC (Nimrod locator)"},
    {33, "SRV (where a service runs)"}, {34, "ATMA (ATM address)"}, {35, "NAPTR (rewriting rule)"}, {36, "KX (key exchanger)"},
    {37, "CERT (certificate)"}, {38, "A6 (IPv6 address, obsolete)"}, {39, "DNAME (alias of a whole branch)"}, {40, "SINK"},
    {41, "OPT (extensions, EDNS)"}, {42, "APL (address prefixes)"}, {43, "DS (fingerprint of a child zone's key)"},
    {44, "SSHFP (fingerprint of an SSH key)"}, {45, "IPSECKEY (IPsec key)"}, {46, "RRSIG (signature)"}, {47, "NSEC (proof that a name is missing)"},
    {48, "DNSKEY (zone key)"}, {49, "DHCID (DHCP client)"}, {50, "NSEC3 (hashed proof that a name is missing)"}, {51, "NSEC3PARAM (how names are hashed)"},
    {52, "TLSA (certificate of a TLS server)"}, {53, "SMIMEA (certificate of a mail user)"}, {55, "HIP (host identity)"}, {56, "NINFO (zone status)"},
    {57, "RKEY"}, {58, "TALINK (trust anchor link)"}, {59, "CDS (DS the child wants)"}, {60, "CDNSKEY (key the child wants)"},
    {61, "OPENPGPKEY (OpenPGP key)"}, {62, "CSYNC (child to parent synchronisation)"}, {63, "ZONEMD (digest of a zone)"},
    {64, "SVCB (how to reach a service)"}, {65, "HTTPS (how to reach a web site)"}, {99, "SPF (mail senders, obsolete)"}, {100, "UINFO"}, {101, "UID"},
    {102, "GID"}, {103, "UNSPEC"}, {104, "NID (node identifier)"}, {105, "L32 (32-bit locator)"}, {106, "L64 (64-bit locator)"}, {107, "LP (locator's name)"},
    {108, "EUI48 (MAC address)"}, {109, "EUI64 (64-bit hardware address)"}, {249, "TKEY (agreeing on a key)"}, {250, "TSIG (signature of this message)"},
    {251, "IXFR (changes of a zone)"}, {252, "AXFR (a whole zone)"}, {253, "MAILB (mailbox records)"}, {254, "MAILA (mail agents, obsolete)"},
    {255, "ANY (all records)"}, {256, "URI"}, {257, "CAA (who may issue certificates)"}, {258, "AVC"}, {259, "DOA"}, {260, "AMTRELAY"},
    {32768, "TA (trust authority)"}, {32769, "DLV (lookaside validation)"}, {65281, "WINS (ask a WINS server)"}, {65282, "WINS-R (reverse WINS)"},
    {65422, "XPF (addresses seen by a proxy)"},
});
inline constexpr auto classes = values({{1, "IN (Internet)"}, {2, "CS (CSNET)"}, {3, "CH (Chaos)"}, {4, "HS (Hesiod)"}, {254, "NONE"}, {255, "ANY"}});
inline constexpr auto opcodes = values({{0, "Query"}, {1, "Inverse query"}, {2, "Server status"}, {4, "Zone has changed"}, {5, "Update"}, {6, "Stateful operations"}});
inline constexpr auto rcodes = values({
    {0, "No error"}, {1, "Format error"}, {2, "Server failure"}, {3, "No such name"}, {4, "Not implemented"}, {5, "Refused"}, {6, "Name exists"},
    {7, "Record set exists"}, {8, "Record set does not exist"}, {9, "Not authoritative"}, {10, "Name out of zone"}, {11, "DSO type not implemented"},
    {16, "Bad version or bad signature"}, {17, "Key not recognised"}, {18, "Signature out of its time"}, {19, "Bad TKEY mode"}, {20, "Key name exists"},
    {21, "Bad algorithm"}, {22, "Bad truncation"}, {23, "Bad cookie"},
});
inline constexpr auto algorithms = values({
    {1, "RSA/MD5"}, {2, "Diffie-Hellman"}, {3, "DSA"}, {4, "Elliptic curve"}, {5, "RSA/SHA-1"}, {6, "DSA-NSEC3-SHA1"}, {7, "RSASHA1-NSEC3-SHA1"},
    {8, "RSA/SHA-256"}, {10, "RSA/SHA-512"}, {12, "GOST R 34.10-2001"}, {13, "ECDSA P-256 with SHA-256"}, {14, "ECDSA P-384 with SHA-384"},
    {15, "Ed25519"}, {16, "Ed448"}, {157, "HMAC-MD5"}, {252, "Indirect key"}, {253, "Private, by name"}, {254, "Private, by OID"},
});
inline constexpr auto digests = values({{0, "Reserved"}, {1, "SHA-1"}, {2, "SHA-256"}, {3, "GOST R 34.11-94"}, {4, "SHA-384"}});
inline constexpr auto hashes = values({{0, "Reserved"}, {1, "SHA-1"}});
inline constexpr auto families = values({{1, "IPv4"}, {2, "IPv6"}});
inline constexpr auto certificates = values({{1, "PKIX"}, {2, "SPKI"}, {3, "PGP"}, {4, "IPKIX"}, {5, "ISPKI"}, {6, "IPGP"}, {7, "ACPKIX"}, {8, "IACPKIX"}, {253, "Private, by URI"}, {254, "Private, by OID"}});
inline constexpr auto gateways = values({{0, "None"}, {1, "IPv4"}, {2, "IPv6"}, {3, "Name"}});
inline constexpr auto gateway_algorithms = values({{1, "DSA"}, {2, "RSA"}});
inline constexpr auto hip_algorithms = values({{0, "Reserved"}, {1, "DSA"}, {2, "RSA"}});
inline constexpr auto usages = values({{0, "CA must be in the chain (PKIX-TA)"}, {1, "This certificate, and a known CA (PKIX-EE)"}, {2, "Trust this CA (DANE-TA)"}, {3, "Trust this certificate (DANE-EE)"}});
inline constexpr auto selectors = values({{0, "Whole certificate"}, {1, "Public key"}});
inline constexpr auto matchings = values({{0, "The data itself"}, {1, "SHA-256"}, {2, "SHA-512"}});
inline constexpr auto ssh_algorithms = values({{0, "Reserved"}, {1, "RSA"}, {2, "DSA"}, {3, "ECDSA"}, {4, "Ed25519"}, {5, "XMSS"}});
inline constexpr auto ssh_hashes = values({{0, "Reserved"}, {1, "SHA-1"}, {2, "SHA-256"}});
inline constexpr auto schemes = values({{1, "Simple"}, {240, "Private", 254}});
inline constexpr auto zone_hashes = values({{1, "SHA-384"}, {2, "SHA-512"}, {240, "Private", 254}});
inline constexpr auto modes = values({{1, "Server assigns"}, {2, "Diffie-Hellman"}, {3, "GSS-API"}, {4, "Resolver assigns"}, {5, "Delete the key"}});
inline constexpr auto ip_versions = values({{4, "IPv4"}, {6, "IPv6"}});
inline constexpr auto options = values({
    {0, "Reserved"}, {1, "LLQ (long-lived query)"}, {2, "UL (update lease)"}, {3, "NSID (name server identifier)"}, {4, "Owner"}, {5, "DAU (algorithms understood)"},
    {6, "DHU (hashes understood)"}, {7, "N3U (NSEC3 hashes understood)"}, {8, "ECS (client's subnet)"}, {9, "EXPIRE (when the zone expires)"}, {10, "COOKIE"},
    {11, "Keep the TCP connection"}, {12, "Padding"}, {13, "CHAIN (trust point)"}, {14, "KEY-TAG"}, {15, "Extended error"}, {16, "Client tag"}, {17, "Server tag"},
    {18, "Report channel"}, {20730, "ECS (client's subnet), trial number"}, {65001, "Local or experimental", 65534},
});
inline constexpr auto extended_errors = values({
    {0, "Other"}, {1, "Unsupported DNSKEY algorithm"}, {2, "Unsupported DS digest"}, {3, "Stale answer"}, {4, "Forged answer"}, {5, "DNSSEC indeterminate"},
    {6, "DNSSEC bogus"}, {7, "Signature expired"}, {8, "Signature not yet valid"}, {9, "DNSKEY missing"}, {10, "Signatures missing"}, {11, "No zone key"},
    {12, "NSEC missing"}, {13, "Cached error"}, {14, "Not ready"}, {15, "Blocked"}, {16, "Censored"}, {17, "Filtered"}, {18, "Prohibited"},
    {19, "Stale: no such name"}, {20, "Not authoritative"}, {21, "Not supported"}, {22, "No authority can be reached"}, {23, "Network error"}, {24, "Invalid data"},
    {25, "Signature expired before valid"}, {26, "Too early"}, {27, "Unsupported NSEC3 iterations"}, {28, "Against policy"}, {29, "Synthesised"},
});
inline constexpr auto parameters = values({
    {0, "mandatory"}, {1, "alpn"}, {2, "no-default-alpn"}, {3, "port"}, {4, "ipv4hint"}, {5, "ech"}, {6, "ipv6hint"}, {7, "dohpath"}, {8, "ohttp"}, {32769, "odohconfig"},
});
inline constexpr auto operations = values({{0, "Reserved"}, {1, "Keep alive"}, {2, "Retry delay"}, {3, "Encryption padding"}, {64, "Subscribe"}, {65, "Push"}, {66, "Unsubscribe"}, {67, "Reconfirm"}});
inline constexpr auto directions = values({{0, "Question"}, {1, "Answer"}});

// ---- Headers ----

#define NETPEEL_DNS_COUNTS \
  {"dns.count.queries", "Questions", 16, dec, "How many questions follow.", {.ref = "§4.1.1", .sometimes = true}}, \
  {"dns.count.answers", "Answer records", 16, dec, "How many records answer the question.", {.ref = "§4.1.1", .sometimes = true}}, \
  {"dns.count.auth_rr", "Authority records", 16, dec, "How many records tell who is responsible for the name.", {.ref = "§4.1.1", .sometimes = true}}, \
  {"dns.count.add_rr", "Additional records", 16, dec, "How many records are added because they will be needed next.", {.ref = "§4.1.1"}}

struct Header {
  static constexpr auto fields = wire({
      {"dns.id", "Transaction ID", 16, hex, "A number the asker chose; the answer repeats it, so that the two can be matched.", {.ref = "§4.1.1"}},
      {"dns.flags", "Flags", 16, hex, "What kind of message this is, and how the question went.", {.ref = "§4.1.1", .covers = true}},
      {"dns.flags.response", "Response", 1, flag, "Clear in a question, set in an answer.", {.values = directions, .ref = "§4.1.1"}},
      {"dns.flags.opcode", "Opcode", 4, dec, "What is asked for: nearly always a plain query.", {.values = opcodes, .ref = "§4.1.1"}},
      {"dns.flags.authoritative", "Authoritative", 1, flag, "The server is responsible for this name and knows first-hand.", {.values = set_or_not, .ref = "§4.1.1", .sometimes = true}},
      {"dns.flags.truncated", "Truncated", 1, flag, "The answer did not fit; ask again over TCP.", {.values = set_or_not, .ref = "§4.1.1"}},
      {"dns.flags.recdesired", "Recursion desired", 1, flag, "The asker wants the server to find out, not just to tell what it has.", {.values = set_or_not, .ref = "§4.1.1"}},
      {"dns.flags.recavail", "Recursion available", 1, flag, "The server is willing to ask others on the asker's behalf.", {.values = set_or_not, .ref = "§4.1.1", .sometimes = true}},
      {"dns.flags.z", "Reserved", 1, flag, "Not used; must be clear.", {.values = set_or_not, .ref = "§4.1.1"}},
      {"dns.flags.authenticated", "Authentic data", 1, flag, "The server has checked the signatures of everything in this answer.", {.values = set_or_not, .ref = "RFC 4035 §3.2.3", .sometimes = true}},
      {"dns.flags.checkdisable", "Checking disabled", 1, flag, "The asker also wants answers whose signatures do not hold.", {.values = set_or_not, .ref = "RFC 4035 §3.2.2"}},
      {"dns.flags.rcode", "Reply code", 4, dec, "Whether the question could be answered, and if not, why.", {.values = rcodes, .ref = "§4.1.1", .sometimes = true}},
      NETPEEL_DNS_COUNTS,
  });
};
static_assert(fixed_bytes<Header> == dns_header);

struct LlmnrHeader {
  static constexpr auto fields = wire({
      {"dns.id", "Transaction ID", 16, hex, "A number the asker chose; the answer repeats it, so that the two can be matched.", {.ref = "§2.1.1"}},
      {"dns.flags", "Flags", 16, hex, "What kind of message this is, and how the question went.", {.ref = "§2.1.1", .covers = true}},
      {"dns.flags.response", "Response", 1, flag, "Clear in a question, set in an answer.", {.values = directions, .ref = "§2.1.1"}},
      {"dns.flags.opcode", "Opcode", 4, dec, "What is asked for: always a plain query.", {.values = opcodes, .ref = "§2.1.1"}},
      {"dns.flags.conflict", "Conflict", 1, flag, "In a question: several machines answered to this name. In an answer: the name is not this machine's alone.", {.values = set_or_not, .ref = "§2.1.1"}},
      {"dns.flags.truncated", "Truncated", 1, flag, "The answer did not fit; ask again over TCP.", {.values = set_or_not, .ref = "§2.1.1"}},
      {"dns.flags.tentative", "Tentative", 1, flag, "The answering machine has not yet made sure that the name is its own.", {.values = set_or_not, .ref = "§2.1.1"}},
      {"", "", 4, dec, ""},
      {"dns.flags.rcode", "Reply code", 4, dec, "Whether the question could be answered, and if not, why.", {.values = rcodes, .ref = "§2.1.1", .sometimes = true}},
      NETPEEL_DNS_COUNTS,
  });
};
#undef NETPEEL_DNS_COUNTS
static_assert(fixed_bytes<LlmnrHeader> == dns_header);

// What follows the name of a question, and of a record.
struct Question {
  static constexpr auto fields = wire({
      {"dns.qry.type", "Type", 16, dec, "Which kind of record is wanted.", {.values = types, .ref = "§4.1.2"}},
      {"dns.qry.class", "Class", 16, hex, "Which network the name belongs to: always the Internet.", {.values = classes, .ref = "§4.1.2"}},
  });
};
struct MdnsQuestion {
  static constexpr auto fields = wire({
      {"dns.qry.type", "Type", 16, dec, "Which kind of record is wanted.", {.values = types, .ref = "RFC 1035 §4.1.2"}},
      {"dns.qry.qu", "Unicast answer wanted", 1, flag, "The asker would rather get the answer alone than have it sent to everyone.", {.values = set_or_not, .ref = "§5.4"}},
      {"dns.qry.class", "Class", 15, hex, "Which network the name belongs to: always the Internet.", {.values = classes, .ref = "§18.12"}},
  });
};
struct Record {
  static constexpr auto fields = wire({
      {"dns.resp.type", "Type", 16, dec, "Which kind of record this is.", {.values = types, .ref = "§4.1.3"}},
      {"dns.resp.class", "Class", 16, hex, "Which network the record belongs to: always the Internet.", {.values = classes, .ref = "§4.1.3"}},
      {"dns.resp.ttl", "Time to live", 32, dec, "For how many seconds the record may be remembered.", {.ref = "§4.1.3"}},
      {"dns.resp.len", "Data length", 16, dec, "How many bytes of data follow.", {.ref = "§4.1.3"}},
  });
};
struct MdnsRecord {
  static constexpr auto fields = wire({
      {"dns.resp.type", "Type", 16, dec, "Which kind of record this is.", {.values = types, .ref = "RFC 1035 §4.1.3"}},
      {"dns.resp.cache_flush", "Cache flush", 1, flag, "This record replaces all that were remembered of its name and type.", {.values = set_or_not, .ref = "§10.2"}},
      {"dns.resp.class", "Class", 15, hex, "Which network the record belongs to: always the Internet.", {.values = classes, .ref = "§18.13"}},
      {"dns.resp.ttl", "Time to live", 32, dec, "For how many seconds the record may be remembered; zero says good-bye.", {.ref = "§10"}},
      {"dns.resp.len", "Data length", 16, dec, "How many bytes of data follow.", {.ref = "RFC 1035 §4.1.3"}},
  });
};
static_assert(fixed_bytes<Record> == 10 && fixed_bytes<MdnsRecord> == 10);
// The OPT record uses the fixed part for other things (RFC 6891 §6.1.2).
struct Opt {
  static constexpr auto fields = wire({
      {"dns.resp.type", "Type", 16, dec, "41: not a record of the zone, but what asker and server can do.", {.values = types, .ref = "RFC 6891 §6.1.2"}},
      {"dns.rr.udp_payload_size", "UDP payload size", 16, dec, "The biggest answer over UDP that the sender can take, in bytes.", {.ref = "RFC 6891 §6.2.3"}},
      {"dns.resp.ext_rcode", "Upper bits of the reply code", 8, hex, "Reply codes over 15 have their upper eight bits here.", {.ref = "RFC 6891 §6.1.3"}},
      {"dns.resp.edns0_version", "EDNS version", 8, dec, "Zero, so far.", {.ref = "RFC 6891 §6.1.3"}},
      {"dns.resp.z", "Flags", 16, hex, "More flags than the header has room for.", {.ref = "RFC 6891 §6.1.4", .covers = true}},
      {"dns.resp.z.do", "DNSSEC OK", 1, flag, "The sender wants to see signatures.", {.values = set_or_not, .ref = "RFC 3225 §3"}},
      {"dns.resp.z.reserved", "Reserved", 15, hex, "Not used; must be clear.", {.ref = "RFC 6891 §6.1.4"}},
      {"dns.resp.len", "Data length", 16, dec, "How many bytes of options follow.", {.ref = "RFC 6891 §6.1.2"}},
  });
};
struct MdnsOpt {
  static constexpr auto fields = wire({
      {"dns.resp.type", "Type", 16, dec, "41: not a record of the zone, but what the sender can do.", {.values = types, .ref = "RFC 6891 §6.1.2"}},
      {"dns.resp.cache_flush", "Cache flush", 1, flag, "Means nothing here.", {.values = set_or_not, .ref = "§18.13"}},
      {"dns.rr.udp_payload_size", "UDP payload size", 15, dec, "The biggest message over UDP that the sender can take, in bytes.", {.ref = "RFC 6891 §6.2.3"}},
      {"dns.resp.ext_rcode", "Upper bits of the reply code", 8, hex, "Reply codes over 15 have their upper eight bits here.", {.ref = "RFC 6891 §6.1.3"}},
      {"dns.resp.edns0_version", "EDNS version", 8, dec, "Zero, so far.", {.ref = "RFC 6891 §6.1.3"}},
      {"dns.resp.z", "Flags", 16, hex, "More flags than the header has room for.", {.ref = "RFC 6891 §6.1.4", .covers = true}},
      {"dns.resp.z.do", "DNSSEC OK", 1, flag, "The sender wants to see signatures.", {.values = set_or_not, .ref = "RFC 3225 §3"}},
      {"dns.resp.z.reserved", "Reserved", 15, hex, "Not used; must be clear.", {.ref = "RFC 6891 §6.1.4"}},
      {"dns.resp.len", "Data length", 16, dec, "How many bytes of options follow.", {.ref = "RFC 6891 §6.1.2"}},
  });
};
static_assert(fixed_bytes<Opt> == 10 && fixed_bytes<MdnsOpt> == 10);

// ---- Names, headings, and what stands around the records ----

inline constexpr auto message = loose({
    {"dns.length", "Length", 16, dec, "Over TCP: how many bytes the message behind it has.", {.ref = "§4.2.2"}},
    {"dns.retransmission", "Said before", 8, flag, "The same question, or an answer to the same one, came before.", {.computed = true}},
    {"dns.retransmit_request", "Asked again", 0, mark, "The question was asked before, and no answer had come.", {.computed = true}},
    {"dns.retransmit_request_in", "First asked in frame", 64, dec, "The frame that asked before.", {.computed = true}},
    {"dns.retransmit_response", "Answered again", 0, mark, "The question had been answered before.", {.computed = true}},
    {"dns.retransmit_response_in", "First answered in frame", 64, dec, "The frame that answered before.", {.computed = true}},
    {"dns.unsolicited", "Unasked", 8, flag, "No question to this answer was captured.", {.computed = true}},
    {"dns.response_to", "Answers frame", 64, dec, "The frame with the question.", {.computed = true}},
    {"dns.time", "After", 64, seconds, "Time from the question to this answer.", {.computed = true}},
    {"dns.count.zones", "Zones", 16, dec, "How many zones the update is for: one.", {.values = {}, .ref = "RFC 2136 §2.2"}},
    {"dns.count.prerequisites", "Prerequisites", 16, dec, "How many records say what must hold before the update is done.", {.ref = "RFC 2136 §2.2"}},
    {"dns.count.updates", "Updates", 16, dec, "How many records are to be added or removed.", {.ref = "RFC 2136 §2.2"}},
    {"dns.qry.name", "Name", 0, text, "The name that is asked about.", {.ref = "§4.1.2"}},
    {"dns.qry.name.len", "Name length", 16, dec, "How many characters the name has.", {.computed = true}},
    {"dns.count.labels", "Labels", 16, dec, "How many parts the name has, between its dots.", {.computed = true}},
    {"dns.resp.name", "Name", 0, text, "The name that the record belongs to.", {.ref = "§4.1.3"}},
    {"dns.srv.service", "Service", 0, text, "The first part of an SRV record's name: which service.", {.ref = "RFC 2782"}},
    {"dns.srv.proto", "Protocol", 0, text, "The second part of an SRV record's name: over which transport protocol.", {.ref = "RFC 2782"}},
    {"dns.srv.name", "Domain", 0, text, "The rest of an SRV record's name: whose service it is.", {.ref = "RFC 2782"}},
    {"dns.data", "Data", 0, bytes, "The record's bytes, of a type that is not taken apart here."},
    {"dns.extraneous.data", "Bytes left over", 0, bytes, "Bytes behind the last record that the header counts."},
    {"dns.extraneous.length", "Bytes left over", 32, dec, "How many bytes there are behind the last record.", {.computed = true}},
    {"dns.dso", "Stateful operations", 0, mark, "What the two ends tell each other about their connection.", {.ref = "RFC 8490 §5.4"}},
    {"dns.dso.tlv", "Operation", 0, mark, "One operation: type, length, data.", {.ref = "RFC 8490 §5.4.1"}},
    {"dns.dso.tlv.type", "Type", 16, dec, "Which operation.", {.values = operations, .ref = "RFC 8490 §10.3"}},
    {"dns.dso.tlv.length", "Length", 16, dec, "How many bytes of data follow.", {.ref = "RFC 8490 §5.4.1"}},
    {"dns.dso.tlv.data", "Data", 0, bytes, "The operation's data.", {.ref = "RFC 8490 §5.4.1"}},
    {"dns.dso.tlv.keepalive.inactivity", "Inactivity timeout", 32, dec, "After how many milliseconds of silence the connection is closed.", {.ref = "RFC 8490 §7.1"}},
    {"dns.dso.tlv.keepalive.interval", "Keepalive interval", 32, dec, "How often an idle connection must show that it lives, in milliseconds.", {.ref = "RFC 8490 §7.1"}},
    {"dns.dso.tlv.retrydelay.retrydelay", "Retry delay", 32, dec, "How many milliseconds to stay away.", {.ref = "RFC 8490 §7.2"}},
    {"dns.dso.tlv.encpad.padding", "Padding", 0, bytes, "Fills the message up, so that its length tells nothing.", {.ref = "RFC 8490 §7.3"}},
});
// Without names: one line of the tree for each question and record, and for each type in a bit map.
inline constexpr auto headings = loose({
    {"", "Question", 0, text, "What is asked."},
    {"", "Answer", 0, text, "A record that answers."},
    {"", "Authority", 0, text, "A record that tells who is responsible."},
    {"", "Additional", 0, text, "A record that will be useful next."},
    {"", "Zone", 0, text, "The zone to update."},
    {"", "Prerequisite", 0, text, "What must hold before the update is done."},
    {"", "Update", 0, text, "What to add or to remove."},
});

// ---- Data of records ----

struct KeyFlags {
  static constexpr auto fields = wire({
      {"dns.key.flags", "Flags", 16, hex, "What the key may be used for.", {.ref = "RFC 2535 §3.1.2", .covers = true}},
      {"dns.key.flags.authentication", "Not for authentication", 1, flag, "Set if the key must not be used to prove who someone is.", {.ref = "RFC 2535 §3.1.2"}},
      {"dns.key.flags.confidentiality", "Not for confidentiality", 1, flag, "Set if the key must not be used to keep secrets.", {.ref = "RFC 2535 §3.1.2"}},
      {"dns.key.flags.required", "Required", 1, flag, "Set if the key is not required.", {.ref = "RFC 2065 §3.3"}},
      {"", "", 2, dec, ""},
      {"dns.key.flags.associated_user", "A user's key", 1, flag, "The key belongs to a user.", {.ref = "RFC 2065 §3.3"}},
      {"dns.key.flags.associated_named_entity", "A host's key", 1, flag, "The key belongs to a host or service.", {.ref = "RFC 2065 §3.3"}},
      {"", "", 1, dec, ""},
      {"dns.key.flags.ipsec", "IPsec", 1, flag, "The key may be used with IPsec.", {.ref = "RFC 2065 §3.3"}},
      {"dns.key.flags.mime", "MIME", 1, flag, "The key may be used with secure mail.", {.ref = "RFC 2065 §3.3"}},
      {"", "", 2, dec, ""},
      {"dns.key.flags.signatory", "Signatory", 4, dec, "Whether the key may sign updates of the zone.", {.ref = "RFC 2535 §3.1.2"}},
  });
};
struct DnskeyFlags {
  static constexpr auto fields = wire({
      {"dns.dnskey.flags", "Flags", 16, hex, "What the key is for.", {.ref = "RFC 4034 §2.1.1", .covers = true}},
      {"", "", 7, dec, ""},
      {"dns.dnskey.flags.zone_key", "Zone key", 1, flag, "The key signs the zone's records.", {.values = set_or_not, .ref = "RFC 4034 §2.1.1"}},
      {"dns.dnskey.flags.key_revoked", "Revoked", 1, flag, "The key must not be trusted any more.", {.values = set_or_not, .ref = "RFC 5011 §3"}},
      {"", "", 6, dec, ""},
      {"dns.dnskey.flags.secure_entry_point", "Key signing key", 1, flag, "The key signs other keys; the parent zone points to it.", {.values = set_or_not, .ref = "RFC 4034 §2.1.1"}},
  });
};
struct SmallFlags {
  static constexpr auto csync = wire({
      {"dns.csync.flags", "Flags", 16, hex, "How the parent should treat this.", {.ref = "RFC 7477 §2.1.1.2", .covers = true}},
      {"", "", 14, dec, ""},
      {"dns.csync.flags.soaminimum", "SOA minimum", 1, flag, "Not before the zone's serial number has reached the one given.", {.values = set_or_not, .ref = "RFC 7477 §2.1.1.2"}},
      {"dns.csync.flags.immediate", "Immediate", 1, flag, "The parent may act without asking a person.", {.values = set_or_not, .ref = "RFC 7477 §2.1.1.2"}},
  });
  static constexpr auto nsec3 = wire({
      {"dns.nsec3.flags", "Flags", 8, dec, "How to read this record.", {.ref = "RFC 5155 §3.1.2", .covers = true}},
      {"", "", 7, dec, ""},
      {"dns.nsec3.flags.opt_out", "Opt-out", 1, flag, "There may be unsigned child zones between this name and the next.", {.values = set_or_not, .ref = "RFC 5155 §3.1.2.1"}},
  });
  static constexpr auto caa = wire({
      {"dns.caa.flags", "Flags", 8, hex, "How to treat this record.", {.ref = "RFC 8659 §4.1", .covers = true}},
      {"dns.caa.flags.issuer_critical", "Critical", 1, flag, "Who does not understand the tag must not issue a certificate.", {.values = set_or_not, .ref = "RFC 8659 §4.1"}},
      {"", "", 7, dec, ""},
  });
};

inline constexpr auto records = loose({
    {"dns.a", "IPv4 address", 32, ipv4, "The address of the host with this name.", {.ref = "§3.4.1"}},
    {"dns.ns", "Name server", 0, text, "A server that is responsible for this zone.", {.ref = "§3.3.11"}},
    {"dns.md", "Mail destination", 0, text, "Where mail went, long ago.", {.ref = "§3.3.4"}},
    {"dns.mf", "Mail forwarder", 0, text, "Who passed mail on, long ago.", {.ref = "§3.3.5"}},
    {"dns.cname", "True name", 0, text, "The name that the alias stands for.", {.ref = "§3.3.1"}},
    {"dns.soa.mname", "Primary server", 0, text, "The server where the zone is edited.", {.ref = "§3.3.13"}},
    {"dns.soa.rname", "Responsible", 0, text, "The mailbox of who runs the zone; its first dot stands for an at sign.", {.ref = "§3.3.13"}},
    {"dns.soa.serial_number", "Serial number", 32, dec, "Grows with each change of the zone, so that copies know when they are old.", {.ref = "§3.3.13"}},
    {"dns.soa.refresh_interval", "Refresh", 32, dec, "How often a copy should look for changes, in seconds.", {.ref = "§3.3.13"}},
    {"dns.soa.retry_interval", "Retry", 32, dec, "How long to wait after a look that failed, in seconds.", {.ref = "§3.3.13"}},
    {"dns.soa.expire_limit", "Expire", 32, dec, "After how many seconds without contact a copy must fall silent.", {.ref = "§3.3.13"}},
    {"dns.soa.minimum_ttl", "Minimum", 32, dec, "For how many seconds \"no such name\" may be remembered.", {.ref = "RFC 2308 §4"}},
    {"dns.mb", "Mailbox host", 0, text, "The host of a mailbox.", {.ref = "§3.3.3"}},
    {"dns.mg", "Mail group member", 0, text, "A mailbox in the group.", {.ref = "§3.3.6"}},
    {"dns.mr", "New mailbox", 0, text, "What the mailbox is called now.", {.ref = "§3.3.8"}},
    {"dns.null", "Data", 0, bytes, "Anything at all.", {.ref = "§3.3.10"}},
    {"dns.wks.address", "Address", 32, ipv4, "The host that offers the services.", {.ref = "§3.4.2"}},
    {"dns.wks.protocol", "Protocol", 8, dec, "The services' transport protocol, by its IP number.", {.ref = "§3.4.2"}},
    {"dns.wks.bits", "Ports", 8, hex, "One bit for each of eight ports, in order.", {.ref = "§3.4.2"}},
    {"dns.ptr.domain_name", "Name", 0, text, "The name that is pointed to.", {.ref = "§3.3.12"}},
    {"dns.hinfo.cpu_length", "CPU length", 8, dec, "How many bytes follow.", {.ref = "§3.3.2"}},
    {"dns.hinfo.cpu", "CPU", 0, text, "What kind of processor the host has.", {.ref = "§3.3.2"}},
    {"dns.hinfo.os_length", "System length", 8, dec, "How many bytes follow.", {.ref = "§3.3.2"}},
    {"dns.hinfo.os", "System", 0, text, "Which operating system the host runs.", {.ref = "§3.3.2"}},
    {"dns.minfo.r", "Responsible mailbox", 0, text, "Who runs the mailing list.", {.ref = "§3.3.7"}},
    {"dns.minfo.e", "Error mailbox", 0, text, "Where error reports go.", {.ref = "§3.3.7"}},
    {"dns.mx.preference", "Preference", 16, dec, "Lower is tried first.", {.ref = "§3.3.9"}},
    {"dns.mx.mail_exchange", "Mail server", 0, text, "A host that takes mail for this name.", {.ref = "§3.3.9"}},
    {"dns.txt.length", "Text length", 8, dec, "How many bytes follow.", {.ref = "§3.3.14"}},
    {"dns.txt", "Text", 0, text, "Any text; programs agree on what it means.", {.ref = "§3.3.14"}},
    {"dns.spf.length", "Text length", 8, dec, "How many bytes follow.", {.ref = "RFC 4408 §3.1.1"}},
    {"dns.spf", "Text", 0, text, "Who may send mail for this name.", {.ref = "RFC 4408 §3.1.1"}},
    {"dns.rp.mailbox", "Mailbox", 0, text, "Whom to write to.", {.ref = "RFC 1183 §2.2"}},
    {"dns.rp.txt_rr", "Text at", 0, text, "The name whose TXT record says more.", {.ref = "RFC 1183 §2.2"}},
    {"dns.afsdb.subtype", "Subtype", 16, dec, "Which kind of AFS server.", {.ref = "RFC 1183 §1"}},
    {"dns.afsdb.hostname", "Host", 0, text, "The host with the AFS database.", {.ref = "RFC 1183 §1"}},
    {"dns.x25.length", "Length", 8, dec, "How many bytes follow.", {.ref = "RFC 1183 §3.1"}},
    {"dns.x25.psdn_address", "X.25 address", 0, text, "A number in a packet network of old.", {.ref = "RFC 1183 §3.1"}},
    {"dns.idsn.length", "Length", 8, dec, "How many bytes follow.", {.ref = "RFC 1183 §3.2"}},
    {"dns.idsn.address", "ISDN number", 0, text, "A telephone number.", {.ref = "RFC 1183 §3.2"}},
    {"dns.idsn.sa.length", "Subaddress length", 8, dec, "How many bytes follow.", {.ref = "RFC 1183 §3.2"}},
    {"dns.idsn.sa.address", "Subaddress", 0, text, "The extension behind the number.", {.ref = "RFC 1183 §3.2"}},
    {"dns.rt.subtype", "Preference", 16, dec, "Lower is tried first.", {.ref = "RFC 1183 §3.3"}},
    {"dns.rt.intermediate_host", "Intermediate host", 0, text, "A host that passes packets on.", {.ref = "RFC 1183 §3.3"}},
    {"dns.nsap.rdata", "OSI address", 0, bytes, "An address of the OSI protocols.", {.ref = "RFC 1706 §5"}},
    {"dns.nsap_ptr.owner", "Owner", 0, text, "The name that belongs to an OSI address.", {.ref = "RFC 1348"}},
    {"dns.rrsig.type_covered", "Type covered", 16, dec, "Which records of this name are signed.", {.values = types, .ref = "RFC 4034 §3.1.1"}},
    {"dns.rrsig.algorithm", "Algorithm", 8, dec, "How the signature was made.", {.values = algorithms, .ref = "RFC 4034 §3.1.2"}},
    {"dns.rrsig.labels", "Labels", 8, dec, "How many parts the signed name has; fewer than it shows if it came from a wildcard.", {.ref = "RFC 4034 §3.1.3"}},
    {"dns.rrsig.original_ttl", "Original TTL", 32, dec, "The time to live when it was signed.", {.ref = "RFC 4034 §3.1.4"}},
    {"dns.rrsig.signature_expiration", "Expires", 32, time, "The signature does not hold after this.", {.ref = "RFC 4034 §3.1.5"}},
    {"dns.rrsig.signature_inception", "Made", 32, time, "The signature does not hold before this.", {.ref = "RFC 4034 §3.1.5"}},
    {"dns.rrsig.key_tag", "Key tag", 16, dec, "A short number for finding the key.", {.ref = "RFC 4034 §3.1.6"}},
    {"dns.rrsig.signers_name", "Signer", 0, text, "The zone whose key signed.", {.ref = "RFC 4034 §3.1.7"}},
    {"dns.rrsig.signature", "Signature", 0, bytes, "The signature itself.", {.ref = "RFC 4034 §3.1.8"}},
    {"dns.key.protocol", "Protocol", 8, dec, "Which protocol may use the key.", {.ref = "RFC 2535 §3.1.3"}},
    {"dns.key.algorithm", "Algorithm", 8, dec, "What kind of key it is.", {.values = algorithms, .ref = "RFC 2535 §3.2"}},
    {"dns.key.key_id", "Key tag", 16, dec, "A short number for finding the key.", {.ref = "RFC 4034 §B", .computed = true}},
    {"dns.key.public_key", "Public key", 0, bytes, "The key itself.", {.ref = "RFC 2535 §3.1"}},
    {"dns.px.preference", "Preference", 16, dec, "Lower is tried first.", {.ref = "RFC 2163 §4"}},
    {"dns.px.map822", "Internet name", 0, text, "The Internet side of the mapping.", {.ref = "RFC 2163 §4"}},
    {"dns.px.map400", "X.400 name", 0, text, "The X.400 side of the mapping.", {.ref = "RFC 2163 §4"}},
    {"dns.gpos.longitude_length", "Longitude length", 8, dec, "How many bytes follow.", {.ref = "RFC 1712 §3"}},
    {"dns.gpos.longitude", "Longitude", 0, text, "Degrees, as text.", {.ref = "RFC 1712 §3"}},
    {"dns.gpos.latitude_length", "Latitude length", 8, dec, "How many bytes follow.", {.ref = "RFC 1712 §3"}},
    {"dns.gpos.latitude", "Latitude", 0, text, "Degrees, as text.", {.ref = "RFC 1712 §3"}},
    {"dns.gpos.altitude_length", "Altitude length", 8, dec, "How many bytes follow.", {.ref = "RFC 1712 §3"}},
    {"dns.gpos.altitude", "Altitude", 0, text, "Metres, as text.", {.ref = "RFC 1712 §3"}},
    {"dns.aaaa", "IPv6 address", 128, ipv6, "The address of the host with this name.", {.ref = "RFC 3596 §2.2"}},
    {"dns.loc.version", "Version", 8, dec, "Zero; others are not known.", {.ref = "RFC 1876 §2"}},
    {"dns.loc.size", "Size", 8, dec, "How big the place is: a digit and a power of ten, in centimetres.", {.ref = "RFC 1876 §2"}},
    {"dns.loc.horizontal_precision", "Horizontal precision", 8, dec, "How exact the position is, coded like the size.", {.ref = "RFC 1876 §2"}},
    {"dns.loc.vertical_precision", "Vertical precision", 8, dec, "How exact the altitude is, coded like the size.", {.ref = "RFC 1876 §2"}},
    {"dns.loc.latitude", "Latitude", 32, dec, "Thousandths of a second of arc; 2147483648 is the equator.", {.ref = "RFC 1876 §2"}},
    {"dns.loc.longitude", "Longitude", 32, dec, "Thousandths of a second of arc; 2147483648 is Greenwich.", {.ref = "RFC 1876 §2"}},
    {"dns.loc.altitude", "Altitude", 32, dec, "Centimetres above a level 100 km below the sea's.", {.ref = "RFC 1876 §2"}},
    {"dns.loc.unknown_data", "Data", 0, bytes, "A position of a version that is not known.", {.ref = "RFC 1876 §2"}},
    {"dns.nxt.next_domain_name", "Next name", 0, text, "There is no name between this one and that.", {.ref = "RFC 2535 §5.2"}},
    {"dns.srv.priority", "Priority", 16, dec, "Lower is tried first.", {.ref = "RFC 2782"}},
    {"dns.srv.weight", "Weight", 16, dec, "Among equals, a bigger one is chosen more often.", {.ref = "RFC 2782"}},
    {"dns.srv.port", "Port", 16, dec, "Where the service listens.", {.ref = "RFC 2782"}},
    {"dns.srv.target", "Target", 0, text, "The host that offers the service.", {.ref = "RFC 2782"}},
    {"dns.naptr.order", "Order", 16, dec, "Lower rules are applied first.", {.ref = "RFC 3403 §4.1"}},
    {"dns.naptr.preference", "Preference", 16, dec, "Among rules of one order, lower is preferred.", {.ref = "RFC 3403 §4.1"}},
    {"dns.naptr.flags_length", "Flags length", 8, dec, "How many bytes follow.", {.ref = "RFC 3403 §4.1"}},
    {"dns.naptr.flags", "Flags", 0, text, "What the result of the rule is.", {.ref = "RFC 3403 §4.1"}},
    {"dns.naptr.service_length", "Service length", 8, dec, "How many bytes follow.", {.ref = "RFC 3403 §4.1"}},
    {"dns.naptr.service", "Service", 0, text, "Which service the rule is for.", {.ref = "RFC 3403 §4.1"}},
    {"dns.naptr.regex_length", "Expression length", 8, dec, "How many bytes follow.", {.ref = "RFC 3403 §4.1"}},
    {"dns.naptr.regex", "Expression", 0, text, "How to rewrite what was looked up.", {.ref = "RFC 3403 §4.1"}},
    {"dns.naptr.replacement_length", "Replacement length", 8, dec, "How many characters the replacement has.", {.ref = "RFC 3403 §4.1", .computed = true}},
    {"dns.naptr.replacement", "Replacement", 0, text, "The name to look up next.", {.ref = "RFC 3403 §4.1"}},
    {"dns.kx.preference", "Preference", 16, dec, "Lower is tried first.", {.ref = "RFC 2230 §3.1"}},
    {"dns.kx.key_exchange", "Key exchanger", 0, text, "The host that agrees on keys for this name.", {.ref = "RFC 2230 §3.1"}},
    {"dns.cert.type", "Type", 16, dec, "What kind of certificate follows.", {.values = certificates, .ref = "RFC 4398 §2.1"}},
    {"dns.cert.key_tag", "Key tag", 16, hex, "A short number for finding the key.", {.ref = "RFC 4398 §2"}},
    {"dns.cert.algorithm", "Algorithm", 8, dec, "What kind of key it is about.", {.values = algorithms, .ref = "RFC 4398 §2"}},
    {"dns.cert.certificate", "Certificate", 0, bytes, "The certificate, or a list of revoked ones.", {.ref = "RFC 4398 §2"}},
    {"dns.a6.prefix_len", "Prefix length", 8, dec, "How many leading bits stand elsewhere.", {.ref = "RFC 2874 §3.1"}},
    {"dns.a6.address_suffix", "Address suffix", 0, ipv6, "The rest of the address.", {.ref = "RFC 2874 §3.1"}},
    {"dns.a6.prefix_name", "Prefix name", 0, text, "The name that has the leading bits.", {.ref = "RFC 2874 §3.1"}},
    {"dns.dname", "Target", 0, text, "The branch that this branch is an alias of.", {.ref = "RFC 6672 §2.1"}},
    {"dns.apl.address_family", "Address family", 16, dec, "What kind of addresses.", {.values = families, .ref = "RFC 3123 §4"}},
    {"dns.apl.coded_prefix", "Prefix length", 8, dec, "How many leading bits count.", {.ref = "RFC 3123 §4"}},
    {"dns.apl.negation", "Not", 1, flag, "Set: these addresses are excepted.", {.ref = "RFC 3123 §4"}},
    {"dns.apl.afdlength", "Address length", 7, dec, "How many bytes of the address follow; zeros at its end are left out.", {.ref = "RFC 3123 §4"}},
    {"dns.apl.afdpart.ipv4", "Address", 0, ipv4, "The prefix.", {.ref = "RFC 3123 §4"}},
    {"dns.apl.afdpart.ipv6", "Address", 0, ipv6, "The prefix.", {.ref = "RFC 3123 §4"}},
    {"dns.apl.afdpart.data", "Address", 0, bytes, "The prefix, of a family that is not known.", {.ref = "RFC 3123 §4"}},
    {"dns.ds.key_id", "Key tag", 16, hex, "A short number for finding the key.", {.ref = "RFC 4034 §5.1.1"}},
    {"dns.ds.algorithm", "Algorithm", 8, dec, "What kind of key it is about.", {.values = algorithms, .ref = "RFC 4034 §5.1.2"}},
    {"dns.ds.digest_type", "Digest type", 8, dec, "How the fingerprint was made.", {.values = digests, .ref = "RFC 4034 §5.1.3"}},
    {"dns.ds.digest", "Digest", 0, bytes, "The fingerprint of the child zone's key.", {.ref = "RFC 4034 §5.1.4"}},
    {"dns.sshfp.algorithm", "Algorithm", 8, dec, "What kind of key it is about.", {.values = ssh_algorithms, .ref = "RFC 4255 §3.1.1"}},
    {"dns.sshfp.fingerprint.type", "Fingerprint type", 8, dec, "How the fingerprint was made.", {.values = ssh_hashes, .ref = "RFC 4255 §3.1.2"}},
    {"dns.sshfp.fingerprint", "Fingerprint", 0, bytes, "The fingerprint of the host's SSH key.", {.ref = "RFC 4255 §3.1.3"}},
    {"dns.ipseckey.gateway_precedence", "Precedence", 8, dec, "Lower is tried first.", {.ref = "RFC 4025 §2.2"}},
    {"dns.ipseckey.gateway_type", "Gateway type", 8, dec, "How the gateway is written.", {.values = gateways, .ref = "RFC 4025 §2.3"}},
    {"dns.ipseckey.gateway_algorithm", "Algorithm", 8, dec, "What kind of key it is.", {.values = gateway_algorithms, .ref = "RFC 4025 §2.4"}},
    {"dns.ipseckey.gateway_ipv4", "Gateway", 32, ipv4, "Where the tunnel goes.", {.ref = "RFC 4025 §2.5"}},
    {"dns.ipseckey.gateway_ipv6", "Gateway", 128, ipv6, "Where the tunnel goes.", {.ref = "RFC 4025 §2.5"}},
    {"dns.ipseckey.gateway_dns", "Gateway", 0, text, "Where the tunnel goes.", {.ref = "RFC 4025 §2.5"}},
    {"dns.ipseckey.public_key", "Public key", 0, bytes, "The key itself.", {.ref = "RFC 4025 §2.6"}},
    {"dns.nsec.next_domain_name", "Next name", 0, text, "There is no name between this one and that.", {.ref = "RFC 4034 §4.1.1"}},
    {"dns.dnskey.flags.reserved", "Reserved", 16, hex, "The other flags, without the bits between them; must be clear.", {.ref = "RFC 4034 §2.1.1"}},
    {"dns.dnskey.protocol", "Protocol", 8, dec, "Always 3.", {.ref = "RFC 4034 §2.1.2"}},
    {"dns.dnskey.algorithm", "Algorithm", 8, dec, "What kind of key it is.", {.values = algorithms, .ref = "RFC 4034 §2.1.3"}},
    {"dns.dnskey.key_id", "Key tag", 16, dec, "A short number for finding the key.", {.ref = "RFC 4034 §B", .computed = true}},
    {"dns.dnskey.public_key", "Public key", 0, bytes, "The key itself.", {.ref = "RFC 4034 §2.1.4"}},
    {"dns.dhcid.rdata", "Client", 0, bytes, "Which DHCP client this name belongs to, hashed.", {.ref = "RFC 4701 §3"}},
    {"dns.nsec3.algo", "Hash algorithm", 8, dec, "How names are hashed.", {.values = hashes, .ref = "RFC 5155 §3.1.1"}},
    {"dns.nsec3.iterations", "Iterations", 16, dec, "How many times more a name is hashed.", {.ref = "RFC 5155 §3.1.3"}},
    {"dns.nsec3.salt_length", "Salt length", 8, dec, "How many bytes follow.", {.ref = "RFC 5155 §3.1.4"}},
    {"dns.nsec3.salt_value", "Salt", 0, bytes, "Mixed into the hash, so that tables made beforehand are useless.", {.ref = "RFC 5155 §3.1.5"}},
    {"dns.nsec3.hash_length", "Hash length", 8, dec, "How many bytes follow.", {.ref = "RFC 5155 §3.1.6"}},
    {"dns.nsec3.hash_value", "Next hashed name", 0, text, "There is no hashed name between this one and that; in base 32.", {.ref = "RFC 5155 §3.1.7"}},
    {"dns.tlsa.certificate_usage", "Usage", 8, dec, "What the data is compared with.", {.values = usages, .ref = "RFC 6698 §2.1.1"}},
    {"dns.tlsa.selector", "Selector", 8, dec, "Which part of the certificate counts.", {.values = selectors, .ref = "RFC 6698 §2.1.2"}},
    {"dns.tlsa.matching_type", "Matching", 8, dec, "How the data was made from it.", {.values = matchings, .ref = "RFC 6698 §2.1.3"}},
    {"dns.tlsa.certificate_association_data", "Data", 0, bytes, "What the certificate must match.", {.ref = "RFC 6698 §2.1.4"}},
    {"dns.hip.hit.length", "Tag length", 8, dec, "How many bytes the identity tag has.", {.ref = "RFC 8005 §5"}},
    {"dns.hip.hit.pk.algo", "Algorithm", 8, dec, "What kind of key it is.", {.values = hip_algorithms, .ref = "RFC 8005 §5"}},
    {"dns.hip.pk.length", "Key length", 16, dec, "How many bytes the key has.", {.ref = "RFC 8005 §5"}},
    {"dns.hip.hit", "Identity tag", 0, bytes, "A short form of the host's identity.", {.ref = "RFC 8005 §5"}},
    {"dns.hip.pk", "Public key", 0, bytes, "The host's identity: its key.", {.ref = "RFC 8005 §5"}},
    {"dns.hip.rendezvous_server", "Rendezvous server", 0, text, "Who knows where the host is.", {.ref = "RFC 8005 §5"}},
    {"dns.openpgpkey", "OpenPGP key", 0, bytes, "The key of a mail user.", {.ref = "RFC 7929 §2"}},
    {"dns.csync.soa", "Serial number", 32, dec, "The zone's serial number that this belongs to.", {.ref = "RFC 7477 §2.1.1.1"}},
    {"dns.csync.type_bitmap", "Types", 0, bytes, "Which records the parent should copy, as bits.", {.ref = "RFC 7477 §2.1.1.3"}},
    {"dns.zonemd.serial", "Serial number", 32, dec, "The zone's serial number that this belongs to.", {.ref = "RFC 8976 §2.2.1"}},
    {"dns.zonemd.scheme", "Scheme", 8, dec, "In which order the records were digested.", {.values = schemes, .ref = "RFC 8976 §2.2.2"}},
    {"dns.zonemd.hash_algo", "Hash algorithm", 8, dec, "How the digest was made.", {.values = zone_hashes, .ref = "RFC 8976 §2.2.3"}},
    {"dns.zonemd.digest", "Digest", 0, bytes, "A fingerprint of the whole zone.", {.ref = "RFC 8976 §2.2.4"}},
    {"dns.svcb.svcpriority", "Priority", 16, dec, "Lower is tried first; zero makes it an alias.", {.ref = "RFC 9460 §2.4.1"}},
    {"dns.svcb.targetname", "Target", 0, text, "The host that offers the service; the root stands for the record's own name.", {.ref = "RFC 9460 §2.5"}},
    {"dns.svcb.svcparam", "Parameter", 0, mark, "One thing to know before connecting: key, length, value.", {.ref = "RFC 9460 §2.2"}},
    {"dns.svcb.svcparam.key", "Key", 16, dec, "Which parameter.", {.values = parameters, .ref = "RFC 9460 §14.3"}},
    {"dns.svcb.svcparam.value.length", "Length", 16, dec, "How many bytes follow.", {.ref = "RFC 9460 §2.2"}},
    {"dns.svcb.svcparam.value", "Value", 0, bytes, "The parameter's bytes.", {.ref = "RFC 9460 §2.2"}},
    {"dns.svcb.svcparam.mandatory.key", "Mandatory key", 16, dec, "A parameter that must be understood.", {.values = parameters, .ref = "RFC 9460 §8"}},
    {"dns.svcb.svcparam.alpn.length", "Protocol length", 8, dec, "How many bytes follow.", {.ref = "RFC 9460 §7.1"}},
    {"dns.svcb.svcparam.alpn", "Protocol", 0, text, "A protocol that the service speaks, such as h2 or h3.", {.ref = "RFC 9460 §7.1"}},
    {"dns.svcb.svcparam.port", "Port", 16, dec, "Where the service listens.", {.ref = "RFC 9460 §7.2"}},
    {"dns.svcb.svcparam.ipv4hint.ip", "IPv4 address", 32, ipv4, "An address to try without asking first.", {.ref = "RFC 9460 §7.3"}},
    {"dns.svcb.svcparam.ipv6hint.ip", "IPv6 address", 128, ipv6, "An address to try without asking first.", {.ref = "RFC 9460 §7.3"}},
    {"dns.svcb.svcparam.echconfig", "Encrypted hello", 0, bytes, "What is needed to hide the server's name in the TLS handshake.", {.ref = "RFC 9460 §9"}},
    {"dns.svcb.svcparam.odohconfig", "Oblivious DoH", 0, bytes, "What is needed to ask without being known.", {.ref = "RFC 9230"}},
    {"dns.ilnp.nid.preference", "Preference", 16, dec, "Lower is tried first.", {.ref = "RFC 6742 §2.1"}},
    {"dns.ilnp.nid", "Node identifier", 64, bytes, "Who the host is, wherever it is.", {.ref = "RFC 6742 §2.1"}},
    {"dns.ilnp.l32.preference", "Preference", 16, dec, "Lower is tried first.", {.ref = "RFC 6742 §2.2"}},
    {"dns.ilnp.l32", "Locator", 32, ipv4, "The network where the host is.", {.ref = "RFC 6742 §2.2"}},
    {"dns.ilnp.l64.preference", "Preference", 16, dec, "Lower is tried first.", {.ref = "RFC 6742 §2.3"}},
    {"dns.ilnp.l64", "Locator", 64, bytes, "The network where the host is.", {.ref = "RFC 6742 §2.3"}},
    {"dns.ilnp.lp.preference", "Preference", 16, dec, "Lower is tried first.", {.ref = "RFC 6742 §2.4"}},
    {"dns.ilnp.lp", "Locator's name", 0, text, "The name that has the locator.", {.ref = "RFC 6742 §2.4"}},
    {"dns.eui48", "MAC address", 48, mac, "The hardware address of the host.", {.ref = "RFC 7043 §3"}},
    {"dns.eui64", "Hardware address", 64, bytes, "The hardware address of the host, long form.", {.ref = "RFC 7043 §4"}},
    {"dns.tkey.algo_name", "Algorithm", 0, text, "What the key will be used with.", {.ref = "RFC 2930 §2.1"}},
    {"dns.tkey.signature_inception", "Valid from", 32, time, "When the key's life begins.", {.ref = "RFC 2930 §2.3"}},
    {"dns.tkey.signature_expiration", "Valid to", 32, time, "When the key's life ends.", {.ref = "RFC 2930 §2.3"}},
    {"dns.tkey.mode", "Mode", 16, dec, "How the two ends agree on the key.", {.values = modes, .ref = "RFC 2930 §2.5"}},
    {"dns.tkey.error", "Error", 16, dec, "Whether it went well.", {.values = rcodes, .ref = "RFC 2930 §2.6"}},
    {"dns.tkey.key_size", "Key size", 16, dec, "How many bytes follow.", {.ref = "RFC 2930 §2.7"}},
    {"dns.tkey.key_data", "Key data", 0, bytes, "What this end contributes to the key.", {.ref = "RFC 2930 §2.7"}},
    {"dns.tkey.other_size", "Other size", 16, dec, "How many bytes follow.", {.ref = "RFC 2930 §2.8"}},
    {"dns.tkey.other_data", "Other data", 0, bytes, "Not used.", {.ref = "RFC 2930 §2.8"}},
    {"dns.tsig.algorithm_name", "Algorithm", 0, text, "How the message was signed.", {.ref = "RFC 8945 §4.2"}},
    {"dns.tsig.time_signed", "Time signed", 48, time, "When the message was signed.", {.ref = "RFC 8945 §4.2"}},
    {"dns.tsig.fudge", "Fudge", 16, dec, "By how many seconds the two clocks may differ.", {.ref = "RFC 8945 §4.2"}},
    {"dns.tsig.mac_size", "MAC size", 16, dec, "How many bytes the signature has.", {.ref = "RFC 8945 §4.2"}},
    {"dns.tsig.mac", "MAC", 0, mark, "The signature: only who knows the shared key can make it.", {.ref = "RFC 8945 §4.2"}},
    {"dns.tsig.original_id", "Original ID", 16, dec, "The message's ID before it was passed on.", {.ref = "RFC 8945 §4.2"}},
    {"dns.tsig.error", "Error", 16, dec, "Whether the signature held.", {.values = rcodes, .ref = "RFC 8945 §4.2"}},
    {"dns.tsig.other_len", "Other length", 16, dec, "How many bytes follow.", {.ref = "RFC 8945 §4.2"}},
    {"dns.tsig.other_data", "Other data", 0, bytes, "The server's time, if the clocks differ too much.", {.ref = "RFC 8945 §4.2"}},
    {"dns.caa.tag_length", "Tag length", 8, dec, "How many bytes the tag has.", {.ref = "RFC 8659 §4.1"}},
    {"dns.caa.tag", "Tag", 0, text, "What the value says.", {.ref = "RFC 8659 §4.1"}},
    {"dns.caa.value", "Value", 0, text, "The value.", {.ref = "RFC 8659 §4.1"}},
    {"dns.caa.issue", "Issuer", 0, text, "Who may issue certificates for this name.", {.ref = "RFC 8659 §4.2"}},
    {"dns.caa.issuewild", "Issuer of wildcards", 0, text, "Who may issue certificates for all names below.", {.ref = "RFC 8659 §4.3"}},
    {"dns.caa.iodef", "Report to", 0, text, "Where to report requests that were refused.", {.ref = "RFC 8659 §4.4"}},
    {"dns.caa.unknown", "Unknown tag", 0, text, "The value of a tag that is not known.", {.ref = "RFC 8659 §4.1"}},
    {"dns.wins.local_flag", "Local", 1, flag, "Not to be passed on to other servers.", {.ref = "[MS-DNSP] 2.2.2.2.4"}},
    {"dns.wins.lookup_timeout", "Look-up timeout", 32, dec, "How many seconds to wait for the WINS server.", {.ref = "[MS-DNSP] 2.2.2.2.4"}},
    {"dns.wins.cache_timeout", "Cache timeout", 32, dec, "For how many seconds its answer may be remembered.", {.ref = "[MS-DNSP] 2.2.2.2.4"}},
    {"dns.wins.nb_wins_servers", "Servers", 32, dec, "How many servers follow.", {.ref = "[MS-DNSP] 2.2.2.2.4"}},
    {"dns.wins.wins_server", "WINS server", 32, ipv4, "A server to ask.", {.ref = "[MS-DNSP] 2.2.2.2.4"}},
    {"dns.winsr.local_flag", "Local", 1, flag, "Not to be passed on to other servers.", {.ref = "[MS-DNSP] 2.2.2.2.4"}},
    {"dns.winsr.lookup_timeout", "Look-up timeout", 32, dec, "How many seconds to wait.", {.ref = "[MS-DNSP] 2.2.2.2.4"}},
    {"dns.winsr.cache_timeout", "Cache timeout", 32, dec, "For how many seconds the answer may be remembered.", {.ref = "[MS-DNSP] 2.2.2.2.4"}},
    {"dns.winsr.name_result_domain", "Domain", 0, text, "What to append to the name that was found.", {.ref = "[MS-DNSP] 2.2.2.2.4"}},
    {"dns.xpf.ip_version", "IP version", 8, dec, "What kind of addresses follow.", {.values = ip_versions, .ref = "draft-bellis-dnsop-xpf"}},
    {"dns.xpf.protocol", "Protocol", 8, dec, "The transport protocol, by its IP number.", {.ref = "draft-bellis-dnsop-xpf"}},
    {"dns.xpf.source_ipv4", "Source", 32, ipv4, "Who asked the proxy.", {.ref = "draft-bellis-dnsop-xpf"}},
    {"dns.xpf.destination_ipv4", "Destination", 32, ipv4, "Where the proxy was asked.", {.ref = "draft-bellis-dnsop-xpf"}},
    {"dns.xpf.source_ipv6", "Source", 128, ipv6, "Who asked the proxy.", {.ref = "draft-bellis-dnsop-xpf"}},
    {"dns.xpf.destination_ipv6", "Destination", 128, ipv6, "Where the proxy was asked.", {.ref = "draft-bellis-dnsop-xpf"}},
    {"dns.xpf.sport", "Source port", 16, dec, "From which port the proxy was asked.", {.ref = "draft-bellis-dnsop-xpf"}},
    {"dns.xpf.dport", "Destination port", 16, dec, "At which port the proxy was asked.", {.ref = "draft-bellis-dnsop-xpf"}},
    // A type in a bit map has the name of a record's type: that is how Wireshark calls it.
    {"dns.resp.type", "There is a record of type", 16, dec, "The name has records of this type.", {.values = types, .ref = "RFC 4034 §4.1.2"}},
});

// ---- Options of the OPT record ----

inline constexpr auto edns = loose({
    {"dns.opt", "Option", 0, mark, "One extension: code, length, data.", {.ref = "RFC 6891 §6.1.2"}},
    {"dns.opt.code", "Code", 16, dec, "Which extension.", {.values = options, .ref = "RFC 6891 §6.1.2"}},
    {"dns.opt.len", "Length", 16, dec, "How many bytes follow.", {.ref = "RFC 6891 §6.1.2"}},
    {"dns.opt.data", "Data", 0, bytes, "The option's bytes.", {.ref = "RFC 6891 §6.1.2"}},
    {"dns.opt.dau", "Algorithm understood", 8, dec, "A signature algorithm that the asker can check.", {.values = algorithms, .ref = "RFC 6975 §3"}},
    {"dns.opt.dhu", "Hash understood", 8, dec, "A fingerprint algorithm that the asker can check.", {.values = digests, .ref = "RFC 6975 §3"}},
    {"dns.opt.n3u", "NSEC3 hash understood", 8, dec, "A name hash that the asker can check.", {.values = hashes, .ref = "RFC 6975 §3"}},
    {"dns.opt.client.family", "Address family", 16, dec, "What kind of address follows.", {.values = families, .ref = "RFC 7871 §6"}},
    {"dns.opt.client.netmask", "Source prefix length", 8, dec, "How many leading bits of the client's address are told.", {.ref = "RFC 7871 §6"}},
    {"dns.opt.client.scope", "Scope prefix length", 8, dec, "For how wide a network the answer is good.", {.ref = "RFC 7871 §6"}},
    {"dns.opt.client.addr", "Client's network", 0, bytes, "Where the client is, of an address family that is not known.", {.ref = "RFC 7871 §6"}},
    {"dns.opt.client.addr4", "Client's network", 0, ipv4, "Where the client is, so that the answer can be a server near it.", {.ref = "RFC 7871 §6"}},
    {"dns.opt.client.addr6", "Client's network", 0, ipv6, "Where the client is, so that the answer can be a server near it.", {.ref = "RFC 7871 §6"}},
    {"dns.opt.cookie.client", "Client's cookie", 64, bytes, "The client knows its own answers by it.", {.ref = "RFC 7873 §4.1"}},
    {"dns.opt.cookie.server", "Server's cookie", 0, bytes, "The server knows by it that the client's address is not forged.", {.ref = "RFC 7873 §4.2"}},
    {"dns.opt.edns_tcp_keepalive.timeout", "Timeout", 16, dec, "How long the TCP connection is kept, in tenths of a second.", {.ref = "RFC 7828 §3.1"}},
    {"dns.opt.padding", "Padding", 0, bytes, "Fills the message up, so that its length tells nothing.", {.ref = "RFC 7830 §3"}},
    {"dns.opt.chain.fqdn", "Closest trust point", 0, text, "From which name on the asker wants the chain of signatures.", {.ref = "RFC 7901 §5"}},
    {"dns.opt.ext_error.info_code", "Extended error", 16, dec, "Why the question was not answered, or not as expected.", {.values = extended_errors, .ref = "RFC 8914 §4"}},
    {"dns.opt.ext_error.extra_text", "Explanation", 0, text, "The same for a person to read.", {.ref = "RFC 8914 §2"}},
});

}  // namespace netpeel::proto::dns_rows
