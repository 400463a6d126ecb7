// SOCKS version 5 — RFC 1928, RFC 1929: a client asks a go-between to connect for it; what the two
// ends say afterwards is theirs.
#include "base/cursor.hpp"
#include "field/expand.hpp"
#include "stream/all.hpp"
#include "stream/tunnel.hpp"

namespace netpeel::stream {
namespace {

using namespace field;  // NOLINT: rows are written in these words
using enum field::Show;
using base::Cursor;
using base::Text;

constexpr auto methods = values({
    {0, "No authentication"},
    {1, "GSSAPI"},
    {2, "Username/password"},
    {0xff, "No method"},
});
constexpr auto commands = values({
    {1, "Connect"      },
    {2, "Bind"         },
    {3, "UDP associate"}
});
constexpr auto kinds = values({
    {1, "IPv4"       },
    {3, "Domain name"},
    {4, "IPv6"       }
});
constexpr auto results = values({
    {0, "Succeeded"},
    {1, "General failure"},
    {2, "Not allowed by the rules"},
    {3, "Network unreachable"},
    {4, "Host unreachable"},
    {5, "Connection refused"},
    {6, "Time to live expired"},
    {7, "Command not supported"},
    {8, "Address type not supported"},
});
constexpr auto rows = loose({
    {"socks.version", "Version", 8, dec, "The version of SOCKS, 5 today."},
    {"socks.auth_method_count", "Method count", 8, dec, "How many ways to log in follow."},
    {"socks.auth_method", "Method", 8, dec, "A way to log in that the client knows.",
     {.values = methods}},
    {"socks.auth_accepted_method", "Accepted method", 8, dec,
     "The way to log in that the server takes.", {.values = methods}},
    {"socks.subnegotiation_version", "Log-in version", 8, dec, "The version of the log-in, 1."},
    {"socks.username", "User name", 0, text, "Who the client says it is."},
    {"socks.password", "Password", 0, text, "The proof, readable for everybody on the way."},
    {"socks.auth_status", "Status", 8, dec, "0 lets the client in."},
    {"socks.command", "Command", 8, dec, "What the server shall do.", {.values = commands}},
    {"socks.results", "Result", 8, dec, "How it went.", {.values = results}},
    {"socks.reserved", "Reserved", 8, dec, "Always 0."},
    {"socks.address_type", "Address type", 8, dec, "How the address is written.",
     {.values = kinds}},
    {"socks.dst", "Address", 32, ipv4, "Where to connect to, or from where the server did."},
    {"socks.dstV6", "Address", 128, ipv6, "The same, in IPv6."},
    {"socks.remote_name", "Name", 0, text, "The same, as a name that the server looks up."},
    {"socks.port", "Port", 16, dec, "The port at that address."},
});
constexpr std::array<Field, 0> fixed{};
constexpr Table tables[]{fixed, rows};
constexpr Bind binds[]{
    {Space::tcp_port, 1080}
};

struct SocksFacts : Facts {
  enum class Form : u8 { offer, choice, login, verdict, request, reply };
  Form form = Form::offer;
};
using Form = SocksFacts::Form;

// Bytes of the message; 0: it cannot be said yet. Never more than 513.
std::size_t size_of(Form form, Bytes have) {
  switch (form) {
    case Form::offer: return have.size() < 2 ? 0 : 2 + std::size_t(have[1]);
    case Form::choice:
    case Form::verdict: return 2;
    case Form::login: {
      const std::size_t name = have.size() < 2 ? 0 : 2 + std::size_t(have[1]);
      return name == 0 || have.size() <= name ? 0 : name + 1 + have[name];
    }
    default: break;
  }
  if (have.size() < 5) return 0;
  return have[3] == 1 ? 10 : have[3] == 4 ? 22 : 7 + std::size_t(have[4]);
}

// Reads front to back; a row that does not fit ends it.
struct Reader {
  Expansion& x;
  Bytes all;
  u32 at = 0;

  u32 put(const Field& f, u32 size) {
    if (size > all.size() - at) return 0;
    x.field(f, at, size);
    at += size;
    return size;
  }
  u32 number(const Field& f) { return put(f, 1) == 0 ? 0 : all[at - 1]; }
  void counted(const Field& f) {
    const u32 n = at < all.size() ? all[at++] : 0;
    if (n > 0) put(f, n);
  }
};

void address(Reader& in) {
  in.number(row<"socks.reserved">(rows));
  const u32 kind = in.number(row<"socks.address_type">(rows));
  if (kind == 1) in.put(row<"socks.dst">(rows), 4);
  if (kind == 3) in.counted(row<"socks.remote_name">(rows));
  if (kind == 4) in.put(row<"socks.dstV6">(rows), 16);
  in.put(row<"socks.port">(rows), 2);
}

Form form_of(const Facts* facts) {
  return facts == nullptr ? Form::offer : static_cast<const SocksFacts*>(facts)->form;
}

void expand(Expansion& x) {
  Reader in{
      x, Bytes{x.header(), std::size_t(x.layer.header) + x.layer.body}
  };
  const Form form = form_of(x.known<Facts>());
  const bool login = form == Form::login || form == Form::verdict;
  in.number(login ? row<"socks.subnegotiation_version">(rows) : row<"socks.version">(rows));
  switch (form) {
    case Form::offer:
      for (u32 n = in.number(row<"socks.auth_method_count">(rows)); n > 0; --n) {
        if (in.put(row<"socks.auth_method">(rows), 1) == 0) break;
      }
      break;
    case Form::choice: in.number(row<"socks.auth_accepted_method">(rows)); break;
    case Form::login:
      in.counted(row<"socks.username">(rows));
      in.counted(row<"socks.password">(rows));
      x.problem(Kind::unusual, &row<"socks.password">(rows),
                "name and password travel readable for everybody on the way");
      break;
    case Form::verdict: in.number(row<"socks.auth_status">(rows)); break;
    case Form::request:
      in.number(row<"socks.command">(rows));
      address(in);
      break;
    case Form::reply:
      in.number(row<"socks.results">(rows));
      address(in);
      break;
  }
}

void say_target(Cursor c, Text& out) {
  c.skip(3);
  const u32 kind = c.u8_();
  if (kind == 1) out.ipv4(c.bytes(4).data());
  if (kind == 3) out.escaped(base::as_text(c.bytes(c.u8_())), 80);
  if (kind == 4) out.add('[').ipv6(c.bytes(16).data()).add(']');
  out.add(':').dec(c.be16());
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const Bytes all{packet.bytes(layer), std::size_t(layer.header) + layer.body};
  const Form form = form_of(packet.known(layer));
  if (all.size() < 2 || all.size() != size_of(form, all)) {
    out.add("a piece of a message");
    return;
  }
  const auto named = [&](const Field& f) {
    const std::string_view name = meaning(f, all[1]);
    name.empty() ? out.dec(all[1]) : out.add(name);
  };
  switch (form) {
    case Form::offer:
      out.add("offers ").dec(all[1]).add(all[1] == 1 ? " way" : " ways").add(" to log in");
      return;
    case Form::choice: out.add("takes: "), named(row<"socks.auth_accepted_method">(rows)); return;
    case Form::login:
      out.add("logs in as ").escaped(base::as_text(all.subspan(2, all[1])), 40);
      return;
    case Form::verdict:
      out.add(all[1] == 0 ? "lets the client in" : "turns the client away");
      return;
    case Form::request:
      named(row<"socks.command">(rows));
      out.add(" to ");
      return say_target(Cursor(all), out);
    case Form::reply: named(row<"socks.results">(rows)); return;
  }
}

const Protocol protocol{
    .name = "socks",
    .title = "SOCKS",
    .label = "SOCKS",
    .osi = Osi::session,
    .ref = "RFC 1928",
    .about = "Asks a go-between to connect to somebody else, and is out of the way from then on.",
    .tables = tables,
    .binds = binds,
    .expand = expand,
    .sentence = sentence,
};

class Socks final : public Session {
 public:
  explicit Socks(Context& context) : context_(context) {}

  std::size_t parse(Side side, Bytes have, u64 at, bool ended, Out& out) override {
    const bool clients = next_ == Form::offer || next_ == Form::login || next_ == Form::request;
    if (clients != (side == Side::client) || have.empty()) return 0;
    const u8 version = next_ == Form::login || next_ == Form::verdict ? 1 : 5;
    const std::size_t size = size_of(next_, have);
    if (have[0] != version) {
      out.reject();
      return 0;
    }
    if (size == 0 || have.size() < size) {
      if (ended) out.reject();
      return 0;
    }
    auto* facts = context_.arena.make<SocksFacts>();
    facts->form = next_;
    const Bytes bytes = have.first(size);
    out.message({.protocol = &protocol,
                 .side = side,
                 .from = at,
                 .to = at + size,
                 .bytes = bytes,
                 .header = u32(size),
                 .facts = facts});
    go_on(bytes, out);
    return size;
  }
  // Who misses a message of the handshake does not know what follows.
  void gap(Side, Bytes, u64, u64, Out& out) override { out.reject(); }

 private:
  void go_on(Bytes message, Out& out) {
    switch (next_) {
      case Form::offer: next_ = Form::choice; break;
      case Form::choice:
        if (message[1] != 0 && message[1] != 2) return out.reject();
        next_ = message[1] == 2 ? Form::login : Form::request;
        break;
      case Form::login: next_ = Form::verdict; break;
      case Form::verdict: next_ = Form::request; break;
      case Form::request: next_ = Form::reply; break;
      case Form::reply: return message[1] == 0 ? out.become(make_tunnel(context_)) : out.reject();
    }
  }

  Context& context_;
  Form next_ = Form::offer;
};

// An offer of methods and nothing behind it: the client waits for the choice.
bool signature(Side side, Bytes have) {
  if (side != Side::client || have.size() < 3 || have[0] != 5) return false;
  if (have[1] == 0 || have[1] > 8 || have.size() != 2 + std::size_t(have[1])) return false;
  for (u8 method : have.subspan(2)) {
    if (method > 9 && method < 0x80) return false;
  }
  return true;
}

}  // namespace

const Streamed socks{
    .name = "socks",
    .protocol = &protocol,
    .open = [](Context& context) -> std::unique_ptr<Session> {
      return std::make_unique<Socks>(context);
    },
    .signature = signature,
};

}  // namespace netpeel::stream
