// TLS 1.0 to 1.3 — RFC 2246, RFC 4346, RFC 5246, RFC 8446: the records, and what of the handshake
// travels in clear. A handshake message may be spread over records: it is then told once more,
// whole, where it ends.
#include "base/text.hpp"
#include "stream/all.hpp"
#include "stream/search.hpp"
#include "stream/tls_names.hpp"
#include "stream/tls_parts.hpp"
#include "stream/x509.hpp"

namespace netpeel::stream {
namespace {

using namespace field;      // NOLINT: rows are written in these words
using namespace tls_parts;  // NOLINT: the other half of this file
using enum field::Show;
using base::Text;
using Form = TlsFacts::Form;

struct Record {
  static constexpr auto fields = wire({
      {"tls.record.content_type", "Content type", 8, dec, "What the record carries.",
       {.values = tls_names::contents, .sometimes = true}},
      {"tls.record.version", "Version", 16, hex,
       "The version of the record's form; stuck at 1.2 since, for old middleboxes' sake.",
       {.values = tls_names::versions}},
      {"tls.record.length", "Length", 16, dec, "Bytes of the record behind this field."},
  });
};
constexpr auto extra = loose({
    {"tls.record", "Record", 0, mark, "A piece of the stream with a type and a length of its own."},
    {"tls.record.opaque_type", "Opaque type", 8, dec,
     "TLS 1.3 calls every encrypted record application data; the true type is encrypted.",
     {.values = tls_names::contents}},
    {"tls.change_cipher_spec", "Change cipher spec", 0, mark,
     "From here on the sender encrypts (TLS 1.3 only pretends)."},
    {"tls.alert_message", "Alert", 0, mark, "Something went wrong, or one side says goodbye."},
    {"tls.alert_message.level", "Level", 8, dec, "Fatal ends the connection.",
     {.values = tls_names::alert_levels}},
    {"tls.alert_message.desc", "Description", 8, dec, "What is the matter.",
     {.values = tls_names::alerts}},
    {"tls.app_data", "Encrypted data", 0, bytes,
     "What the application says; only who has the keys can read it.", {.payload = true}},
    {"tls.app_data_proto", "Protocol inside", 0, text,
     "What is probably spoken inside, by port or by ALPN.", {.computed = true}},
    {"tls.heartbeat_message", "Heartbeat", 0, mark, "A request for a sign of life, or the answer."},
    {"", "Not a record", 0, mark, "Bytes that no record begins with."},
});
const Table tables[]{Record::fields, extra, handshake_rows(), x509::certificate_rows(),
                     x509::extension_rows()};
constexpr Bind binds[]{
    {Space::tcp_port, 443}, {Space::tcp_port, 465}, {Space::tcp_port, 563}, {Space::tcp_port, 614},
    {Space::tcp_port, 636},
    {Space::tcp_port, 853}, {Space::tcp_port, 989}, {Space::tcp_port, 990}, {Space::tcp_port, 992},
    {Space::tcp_port, 993},
    {Space::tcp_port, 994}, {Space::tcp_port, 995}, {Space::tcp_port, 5061},
    {Space::tcp_port, 8443},
};

// A handshake message of which no more can be said.
const Field& heading() { return handshake_rows().front(); }

constexpr u32 head = fixed_bytes<Record>;
constexpr u32 most_record = 16384 + 2048;    // RFC 5246 §6.2.3
constexpr u32 most_handshake = 1024 * 1024;  // longer messages are taken for noise
constexpr u32 most_debris = 64 * 1024;       // without any record in it: this is not TLS

enum Content : u8 {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
  heartbeat = 24
};

u32 content_of(const u8* p) { return u32(get<Record, "tls.record.content_type">(p)); }
u32 length_of(const u8* p) { return u32(get<Record, "tls.record.length">(p)); }

// Could a record begin here? At least `head` bytes.
bool plausible(const u8* p) {
  const u64 version = get<Record, "tls.record.version">(p);
  const u32 type = content_of(p), length = length_of(p);
  if (type < change_cipher_spec || type > heartbeat || version < 0x0300 || version > 0x0304 ||
      length > most_record)
    return false;
  return length > 0 || type == application_data;
}
bool known_handshake(u32 type) { return type != 0 && type < 30 && !handshake_name(type).empty(); }

// ---- Fields ----

// The application's name where Wireshark would look for it: what ALPN chose, else the port.
std::string_view inside_name(const Expansion& x, const TlsFacts* known) {
  if (known != nullptr && known->protocol == "h2") return "HyperText Transfer Protocol 2";
  if (known != nullptr && known->protocol.starts_with("http/1"))
    return "Hypertext Transfer Protocol";
  if (known != nullptr && known->protocol.starts_with("spdy/")) return "SPDY";
  const u8 tcp = x.registry.protocol("tcp");
  const Layer* layer = nullptr;
  const Packet* packet = &x.packet;
  for (u32 i = 0; packet != nullptr && layer == nullptr && i < 32; ++i, packet = packet->under) {
    layer = tcp == 0 ? nullptr : packet->find(tcp);
    if (layer != nullptr && layer->header >= 4) {
      for (u32 at : {0u, 2u}) {
        switch (base::be16(packet->bytes(*layer) + at)) {
          case 443:
          case 8443: return "Hypertext Transfer Protocol";
          case 25:
          case 465:
          case 587: return "Simple Mail Transfer Protocol";
          case 563: return "Network News Transfer Protocol";
          case 389:
          case 636: return "Lightweight Directory Access Protocol";
          case 853: return "Domain Name System";
          case 990: return "File Transfer Protocol (FTP)";
          case 143:
          case 993: return "Internet Message Access Protocol";
          case 110:
          case 995: return "Post Office Protocol";
          case 5061: return "Session Initiation Protocol";
          default: break;
        }
      }
    }
  }
  return {};
}

void expand_content(Expansion& x, Reader& in, u32 type, const TlsFacts* known) {
  switch (type) {
    case change_cipher_spec: return x.mark(row<"tls.change_cipher_spec">(extra), in.at, in.left());
    case alert: {
      x.mark(row<"tls.alert_message">(extra), in.at, in.left());
      if ((known != nullptr && known->sealed) || in.left() != 2) return;
      auto inside = x.inside();
      in.number(row<"tls.alert_message.level">(extra), 1);
      in.number(row<"tls.alert_message.desc">(extra), 1);
      return;
    }
    case handshake: {
      const bool sealed =
          known != nullptr ? known->sealed : in.left() < 4 || !known_handshake(in.peek(1));
      if (sealed) return x.mark(heading(), in.at, in.left());
      if (known != nullptr && known->skip > 0) {
        const u32 n = known->skip < in.left() ? known->skip : in.left();
        x.mark(heading(), in.at, n);
        in.at += n;
      }
      while (in.left() > 0) expand_handshake(in, known);
      return;
    }
    case application_data: {
      const std::string_view name = inside_name(x, known);
      if (in.left() > 0) x.field(row<"tls.app_data">(extra), in.at, in.left());
      if (!name.empty()) x.computed(row<"tls.app_data_proto">(extra), name);
      return;
    }
    case heartbeat: return x.mark(row<"tls.heartbeat_message">(extra), in.at, in.left());
    default: return;
  }
}

void expand(Expansion& x) {
  const TlsFacts* known = x.known<TlsFacts>();
  const u32 size = u32(x.layer.header) + x.layer.body;
  Reader in{x, 0, size};
  if (known != nullptr && known->form == Form::handshake) return expand_handshake(in, known);
  if ((known != nullptr && known->form == Form::debris) || size < head)
    return x.mark(row<"">(extra), 0, size);
  x.mark(row<"tls.record">(extra), 0, size);
  auto inside = x.inside();
  const u32 type = content_of(x.header()), length = length_of(x.header());
  const bool opaque = type == application_data && known != nullptr && is_tls13(known->version);
  if (opaque) {
    x.field(row<"tls.record.opaque_type">(extra), 0, 1);
  } else {
    x.placed(row<"tls.record.content_type">(Record::fields));
  }
  x.placed(row<"tls.record.version">(Record::fields));
  x.placed(row<"tls.record.length">(Record::fields));
  in.at = head;
  if (length < in.left()) in.end = head + length;
  if (length > in.left()) {
    Text says;
    says.add("tls.record.length says ")
        .dec(length)
        .add("; the stream ends after ")
        .dec(in.left())
        .add(in.left() == 1 ? " byte of them" : " bytes of them");
    x.problem(Kind::truncated, &row<"tls.record.length">(Record::fields), says.view());
  }
  expand_content(x, in, type, known);
}

// ---- The line view ----

void say_hello(Bytes body, bool server, Text& out) {
  const Hello h = read_hello(body, server);
  if (h.retry) {
    out.add("HelloRetryRequest, asks for another key share");
    return;
  }
  out.add(server ? "ServerHello" : "ClientHello");
  if (!h.name.empty()) out.add(" for ").escaped(base::as_text(h.name), 80);
  const std::string_view version = version_name(h.version);
  if (!version.empty()) out.add(server ? ", takes " : ", offers ").add(version);
  if (server) {
    const std::string_view cipher = cipher_name(h.cipher);
    if (!cipher.empty()) out.add(" with ").add(cipher);
  }
  base::Cursor c(h.protocols);
  for (u32 i = 0; i < 3 && c.left() > 0; ++i) {
    const Bytes name = c.bytes(c.u8_());
    if (name.empty()) break;
    out.add(i > 0 ? " or " : server ? ", speaks " : ", wants ").escaped(base::as_text(name), 20);
  }
}
void say_message(Bytes message, Text& out) {
  if (message.size() < 4) {
    out.add("a piece of a handshake message");
    return;
  }
  const u32 type = message[0];
  const u32 size = base::be24(&message[1]);
  const std::string_view name = handshake_name(type);
  if (size > message.size() - 4) {
    out.add("the beginning of ").add(name.empty() ? "a handshake message" : name);
  } else if (type == 1 || type == 2) {
    say_hello(message.subspan(4, size), type == 2, out);
  } else {
    out.add(name.empty() ? "a handshake message" : name);
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const auto* known = static_cast<const TlsFacts*>(packet.known(layer));
  const Bytes all{packet.bytes(layer), std::size_t(layer.header) + layer.body};
  if (known != nullptr && known->form == Form::handshake) {
    say_message(all, out);
    return;
  }
  if ((known != nullptr && known->form == Form::debris) || all.size() < head) {
    out.dec(all.size())
        .add(all.size() == 1 ? " byte that is" : " bytes that are")
        .add(" no record");
    return;
  }
  const Bytes content = all.subspan(head);
  switch (content_of(all.data())) {
    case change_cipher_spec: out.add("ChangeCipherSpec, the sender encrypts from here on"); return;
    case alert:
      if (content.size() == 2 && (known == nullptr || !known->sealed)) {
        const std::string_view what = meaning(row<"tls.alert_message.desc">(extra), content[1]);
        out.add(content[0] == 2 ? "fatal alert: " : "alert: ");
        what.empty() ? out.dec(content[1]) : out.add(what);
      } else {
        out.add("alert, encrypted");
      }
      return;
    case handshake: {
      if (known != nullptr && known->sealed) {
        out.add("handshake message, encrypted");
        return;
      }
      std::size_t at = known == nullptr ? 0 : std::min<std::size_t>(known->skip, content.size());
      if (at > 0)
        out.add(at < content.size() ? "the end of a handshake message, then "
                                    : "a piece of a handshake message");
      for (u32 i = 0; i < 4 && at < content.size(); ++i) {
        if (i > 0) out.add(", ");
        say_message(content.subspan(at), out);
        at += content.size() - at < 4 ? 4 : 4 + std::size_t(base::be24(&content[at + 1]));
      }
      return;
    }
    case heartbeat: out.add("heartbeat"); return;
    default:
      out.add("application data, ")
          .dec(content.size())
          .add(content.size() == 1 ? " byte" : " bytes")
          .add(", encrypted");
      return;
  }
}

const Protocol protocol{
    .name = "tls",
    .title = "Transport Layer Security",
    .label = "TLS",
    .osi = Osi::presentation,
    .ref = "RFC 8446",
    .about = "Makes a stream secret and safe from change, and proves with certificates who the "
             "server is.",
    .tables = tables,
    .binds = binds,
    .expand = expand,
    .sentence = sentence,
};

// ---- The session ----

class Tls final : public Session {
 public:
  explicit Tls(Context& context) : context_(context), midway_(context.midway) {}

  std::size_t parse(Side side, Bytes have, u64 at, bool ended, Out& out) override {
    Half& h = halves_[u8(side)];
    std::size_t taken = 0;
    while (taken < have.size()) {
      const Bytes rest = have.subspan(taken);
      if (h.skip > 0) {
        if (rest.size() < h.skip && !ended) return wait(h, h.skip, taken);
        const std::size_t n = std::min<std::size_t>(h.skip, rest.size());
        debris(side, rest.first(n), at + taken, "the end of a record whose middle was not captured",
               Kind::truncated, out);
        h.skip = 0;
        taken += n;
        continue;
      }
      if (h.search.on()) {
        const bool last = ended || rest.size() > most_debris;
        const std::size_t n = h.search.passes(rest, head, plausible, last);
        if (n == Search::more) return wait(h, rest.size() + 1, taken);
        if (n == rest.size() && (!ended || !seen_)) {
          out.reject();
          return taken;
        }
        if (n > 0) debris(side, rest.first(n), at + taken, h.search.why(), h.search.kind(), out);
        h.search.end();
        taken += n;
        continue;
      }
      if (rest.size() < head) {
        if (!ended) return wait(h, head, taken);
        if (!seen_) {
          out.reject();
          return taken;
        }
        debris(side, rest, at + taken, "the stream ends inside a record's header", Kind::truncated,
               out);
        return have.size();
      }
      if (!plausible(rest.data())) {
        if (!seen_ && !midway_) {
          out.reject();
          return taken;
        }
        if (seen_) {
          h.search.begin("no TLS record begins here; what follows is where the next one does",
                         Kind::malformed);
        } else {
          h.search.begin("the capture began inside this record: here is its end", Kind::truncated);
        }
        continue;
      }
      const std::size_t size = head + length_of(rest.data());
      if (rest.size() < size && !ended) return wait(h, size, taken);
      const std::size_t there = std::min(size, rest.size());
      record(side, rest.first(there), at + taken, out);
      taken += there;
    }
    return wait(h, h.skip > 0 ? h.skip : head, taken);
  }
  std::size_t wants(Side side) const override { return halves_[u8(side)].wants; }

  void gap(Side side, Bytes have, u64 at, u64 n, Out& out) override {
    Half& h = halves_[u8(side)];
    u64 rest = 0;  // of the record that the gap is in, beyond `have`
    if (h.skip > 0) {
      rest = h.skip - std::min<u64>(h.skip, have.size());
      if (!have.empty())
        debris(side, have, at, "a piece of a record that was not captured whole", Kind::truncated,
               out);
    } else if (!h.search.on() && have.size() >= head && plausible(have.data())) {
      const u64 size = head + length_of(have.data());
      rest = size - std::min<u64>(size, have.size());
      record(side, have, at, out, false);
    } else if (!have.empty()) {
      debris(side, have, at, "a piece of a record that was not captured whole", Kind::truncated,
             out);
    }
    h.skip = rest > n ? rest - n : 0;
    h.search.end();
    if (h.skip == 0)
      h.search.begin("the end of a record whose beginning was not captured", Kind::truncated);
    h.lost = true;
    h.joining.clear();
    h.frames.clear();
    h.wants = 0;
  }

 private:
  struct Half {
    std::size_t wants = head;
    u64 skip = 0;             // bytes of a record whose middle is missing
    Search search{};          // for the next place that looks like a record
    bool lost = false;        // there was a gap: what was agreed upon may have been in it
    bool sealed = false;      // this side encrypts its handshake
    std::vector<u8> joining;  // a handshake message that goes on in the next record
    std::vector<u64> frames;  // where its pieces stood
    bool complete() const {
      return joining.size() >= 4 && joining.size() == 4 + std::size_t(base::be24(&joining[1]));
    }
  };

  static std::size_t wait(Half& h, std::size_t wants, std::size_t taken) {
    h.wants = wants;
    return taken;
  }

  TlsFacts* facts(Form form) {
    TlsFacts* f = context_.arena.make<TlsFacts>();
    f->form = form;
    f->version = version_;
    f->cipher = cipher_;
    f->protocol = context_.arena.copy(std::string_view(protocol_));
    return f;
  }
  void tell(Side side, Bytes bytes, u64 from, u64 to, const TlsFacts* known, std::string_view in,
            Out& out, bool whole = true) {
    out.message({.protocol = &protocol,
                 .side = side,
                 .from = from,
                 .to = to,
                 .bytes = bytes,
                 .header = u32(std::min<std::size_t>(bytes.size(), 0xffff)),
                 .facts = known,
                 .in = in,
                 .whole = whole});
  }
  void debris(Side side, Bytes bytes, u64 at, std::string_view why, Kind kind, Out& out) {
    TlsFacts* f = facts(Form::debris);
    f->trouble = why;
    f->kind = kind;
    tell(side, bytes, at, at + bytes.size(), f, {}, out);
  }

  // Does the content read as handshake messages, at least from its first one?
  static bool clear(Bytes content, bool whole_only) {
    if (content.size() < 4 || !known_handshake(content[0])) return false;
    const u32 size = base::be24(&content[1]);
    return whole_only ? size <= content.size() - 4 : size <= most_handshake;
  }

  // captured: whether all of it was.
  void record(Side side, Bytes bytes, u64 at, Out& out, bool captured = true) {
    Half& h = halves_[u8(side)];
    seen_ = true;
    const u32 type = content_of(bytes.data());
    const Bytes content = bytes.subspan(head);
    const bool whole = content.size() == length_of(bytes.data());
    bool sealed = h.sealed;
    u32 skip = 0;
    Bytes joined{};
    std::span<const u64> frames{};
    if (type == handshake) {
      // A hello again in clear: the first one's answer was a request to try once more, or a new
      // handshake began.
      const bool hello = content.size() >= 4 && (content[0] == 1 || content[0] == 2) &&
                         4 + std::size_t(base::be24(&content[1])) == content.size();
      if (sealed && hello) h.sealed = sealed = false;
      if (!sealed && h.joining.empty() && content.size() >= 4) sealed = !clear(content, h.lost);
      if (!sealed) {
        skip = u32(join(h, content));
        if (h.complete()) {
          joined = context_.arena.copy(Bytes(h.joining));
          frames = copy(h.frames);
          h.joining.clear();
          h.frames.clear();
          learn(joined);
        }
        messages(h, content.subspan(skip), whole);
      }
    } else if (type == change_cipher_spec) {
      if (!is_tls13(version_)) h.sealed = true;
      h.joining.clear();
      h.frames.clear();
    }
    TlsFacts* f = facts(Form::record);
    f->sealed = type == alert ? h.sealed || content.size() != 2 : sealed;
    f->skip = skip;
    tell(side, bytes, at, at + bytes.size(), f, {}, out, captured);
    if (joined.empty()) return;
    TlsFacts* g = facts(Form::handshake);
    g->frames = frames;
    tell(side, joined, at, at + bytes.size(), g, "tls", out);
  }

  // Gives an unfinished message what the record has of it.
  std::size_t join(Half& h, Bytes content) {
    if (h.joining.empty()) return 0;
    std::size_t n = 0;
    while (n < content.size() && h.joining.size() < 4) h.joining.push_back(content[n++]);
    if (h.joining.size() >= 4) {
      const std::size_t size = 4 + std::size_t(base::be24(&h.joining[1]));
      const std::size_t more =
          size > h.joining.size() ? std::min(size - h.joining.size(), content.size() - n) : 0;
      h.joining.insert(h.joining.end(), content.begin() + std::ptrdiff_t(n),
                       content.begin() + std::ptrdiff_t(n + more));
      n += more;
    }
    h.frames.push_back(context_.now.frame);
    return n;
  }
  // Whole messages are learnt from; what begins the next one is kept.
  void messages(Half& h, Bytes content, bool whole) {
    while (!content.empty() && h.joining.empty()) {
      const std::size_t size =
          content.size() < 4 ? content.size() + 1 : 4 + std::size_t(base::be24(&content[1]));
      if (size > content.size()) {
        if (!whole || size > most_handshake) return;
        h.joining.assign(content.begin(), content.end());
        h.frames.assign(1, context_.now.frame);
        return;
      }
      learn(content.first(size));
      content = content.subspan(size);
    }
  }
  void learn(Bytes message) {
    if (message.size() < 4 || message[0] != 2) return;
    const Hello h = read_hello(message.subspan(4), true);
    if (!h.ok) return;
    version_ = h.version;
    cipher_ = h.cipher;
    if (h.protocols.size() > 1) {
      const Bytes name =
          h.protocols.subspan(1, std::min<std::size_t>(h.protocols[0], h.protocols.size() - 1));
      protocol_.assign(base::as_text(name));
    }
  }
  std::span<const u64> copy(const std::vector<u64>& numbers) {
    if (numbers.empty()) return {};
    u64* p = new (context_.arena.room(numbers.size() * sizeof(u64))) u64[numbers.size()];
    std::copy(numbers.begin(), numbers.end(), p);
    return {p, numbers.size()};
  }

  Context& context_;
  Half halves_[2];
  const bool midway_;  // the first bytes need not begin a record
  bool seen_ = false;  // a record, from either side
  u16 version_ = 0;
  u16 cipher_ = 0;
  std::string protocol_;
};

bool signature(Side, Bytes have) {
  if (have.size() < head + 1 || !plausible(have.data()) || content_of(have.data()) != handshake)
    return false;
  return (have[head] == 1 || have[head] == 2) && length_of(have.data()) >= 4;
}

}  // namespace

const Streamed tls{
    .name = "tls",
    .protocol = &protocol,
    .open = [](Context& context) -> std::unique_ptr<Session> {
      return std::make_unique<Tls>(context);
    },
    .signature = signature,
    .answer = [](Bytes have) { return signature(Side::server, have) && have[head] == 2; },
    .anywhere = [](Bytes have) { return signature(Side::client, have); },
    .anywhere_first = "\x16",  // handshake
};

}  // namespace netpeel::stream
