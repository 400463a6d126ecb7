#include "stream/engineio.hpp"

#include <array>
#include <deque>
#include <unordered_map>

#include "field/expand.hpp"
#include "stream/all.hpp"
#include "stream/engineio3.hpp"
#include "stream/json_pieces.hpp"
#include "stream/sio_msgpack.hpp"
#include "stream/socketio.hpp"

namespace netpeel::stream {

// ---- Codec ----

bool decode_eio(std::string_view text, EioPacket& out) {
  if (text.empty() || text[0] < '0' || text[0] > '6') return false;
  out = {.type = EioType(text[0] - '0'), .binary = false, .data = text.substr(1)};
  return true;
}

bool decode_eio_polling(std::string_view record, EioPacket& out) {
  if (record.empty() || record[0] != 'b') return decode_eio(record, out);
  out = {.type = EioType::message, .binary = true, .data = record.substr(1)};
  return true;
}

bool eio_packet(Bytes message, const EioFacts* facts, EioPacket& out) {
  const std::string_view text = base::as_text(message);
  if (facts == nullptr) return decode_eio(text, out);
  if (facts->binary) {
    out = {.type = EioType::message, .binary = true, .data = text};
    if (facts->third) out = decode_eio3_bytes(text);
    return true;
  }
  if (facts->third) return decode_eio3(text, out);
  return facts->polling ? decode_eio_polling(text, out) : decode_eio(text, out);
}

bool lies_in(Bytes inner, Bytes outer) {
  return std::less_equal<>()(outer.data(), inner.data()) &&
         std::less_equal<>()(inner.data() + inner.size(), outer.data() + outer.size());
}

void encode_eio(const EioPacket& packet, bool polling, std::string& out) {
  if (!packet.binary) {
    out += char('0' + u8(packet.type));
    out += packet.data;
  } else if (polling) {
    out += 'b';
    to_base64(base::as_bytes(packet.data), out);
  } else {
    out += packet.data;
  }
}

namespace {

constexpr std::string_view base64_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr u8 no_digit = 0xff;
constexpr auto base64_digits = [] {
  std::array<u8, 256> out{};
  out.fill(no_digit);
  for (u8 i = 0; i < 64; ++i) out[u8(base64_letters[i])] = i;
  return out;
}();

}  // namespace

bool from_base64(std::string_view text, std::string& out) {
  if (text.size() % 4 != 0) return false;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    u32 v = 0, pads = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const char c = text[i + j];
      const u8 digit = base64_digits[u8(c)];
      if (c == '=' && i + 4 == text.size() && j >= 2) {
        ++pads;
      } else if (digit == no_digit || pads > 0) {
        return false;
      }
      v = v << 6 | (c == '=' ? 0u : digit);
    }
    for (u32 j = 0; j < 3 - pads; ++j) out += char(v >> (16 - 8 * j));
  }
  return true;
}

void from_loose_base64(std::string_view text, std::string& out) {
  u32 v = 0, bits = 0;
  for (char c : text) {
    if (c == '=') break;
    const u8 digit = base64_digits[u8(c == '-' ? '+' : c == '_' ? '/' : c)];
    if (digit == no_digit) continue;
    v = v << 6 | digit;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += char(v >> bits);
  }
}

void to_base64(Bytes bytes, std::string& out) {
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    u32 v = 0;
    for (std::size_t j = 0; j < 3; ++j) v = v << 8 | (j < n ? bytes[i + j] : 0u);
    for (u32 j = 0; j < 4; ++j) out += j <= n ? base64_letters[v >> (18 - 6 * j) & 63] : '=';
  }
}

namespace {

using namespace field;  // NOLINT: rows are written in these words
using enum field::Show;
using base::Text;

constexpr auto types = values({
    {0, "open"}, {1, "close"}, {2, "ping"}, {3, "pong"}, {4, "message"}, {5, "upgrade"},
    {6, "noop"},
});
constexpr auto rows = loose({
    {"eio.type", "Type", 8, dec, "What the packet is for; one digit.", {.values = types}},
    {"eio.sid", "Session id", 0, text,
     "Names the session in every later request; whoever knows it can take part.",
     {.sometimes = true}},
    {"eio.transport", "Transport", 0, text, "What carries the packet: polling or websocket.",
     {.computed = true}},
    {"eio.upgrades", "Upgrade", 0, text, "A better transport that the client may change to."},
    {"eio.ping_interval", "Ping interval", 0, dec, "Milliseconds between the server's pings."},
    {"eio.ping_timeout", "Ping timeout", 0, dec,
     "Milliseconds the server waits for the pong before it gives the client up."},
    {"eio.max_payload", "Largest payload", 0, dec,
     "Bytes one polling request or WebSocket message may have."},
    {"eio.probe", "Probe", 0, mark, "Tries a new transport before changing to it."},
    {"eio.data", "Data", 0, text, "What the packet carries: for Socket.IO, one of its packets."},
    {"eio.binary", "Binary data", 0, bytes, "Bytes: an attachment of a Socket.IO packet."},
});
constexpr Table tables[]{rows};

const EioFacts* facts_of(const Packet& packet, const Layer& layer) {
  return static_cast<const EioFacts*>(packet.known(layer));
}

u64 number_of(std::string_view digits) {
  u64 v = 0;
  for (char c : digits) {
    if (c < '0' || c > '9' || v > 0xffffffff) break;
    v = v * 10 + u64(c - '0');
  }
  return v;
}

void expand(Expansion& x) {
  const u32 size = u32(x.layer.header) + x.layer.body;
  const std::string_view all = base::as_text(Bytes(x.header(), size));
  const EioFacts* f = x.known<EioFacts>();
  const auto at = [&](std::string_view part) { return u32(part.data() - all.data()); };
  const Field& type = row<"eio.type">(rows);
  const auto common = [&] {
    if (f == nullptr) return;
    if (!f->transport.empty()) x.computed(row<"eio.transport">(rows), f->transport);
  };
  EioPacket p;
  const bool known = eio_packet({x.header(), size}, f, p);
  if (f != nullptr && f->binary) {
    const u32 typed = f->third && size > 0 ? 1 : 0;
    x.number(type, 0, typed, u64(p.type));
    if (!f->sid.empty()) x.computed(row<"eio.sid">(rows), f->sid);
    common();
    x.field(row<"eio.binary">(rows), typed, size - typed);
    return;
  }
  if (!known) {
    common();
    x.problem(Kind::malformed, &type,
              size == 0 ? "an empty packet: there is not even a type"
                        : "a packet begins with a digit from 0 to 6; this one does not");
    if (size > 0) x.field(row<"eio.data">(rows), 0, size);
    return;
  }
  x.number(type, p.binary && f->third ? 1 : 0, 1, u64(p.type));
  if (p.type != EioType::open && f != nullptr && !f->sid.empty())
    x.computed(row<"eio.sid">(rows), f->sid);
  common();
  if (p.binary) {
    std::string decoded;
    if (from_base64(p.data, decoded)) {
      x.text(row<"eio.binary">(rows), at(p.data), u32(p.data.size()), decoded);
    } else {
      x.problem(Kind::malformed, &row<"eio.binary">(rows),
                "binary data in polling is base64; this is not");
    }
    return;
  }
  if (p.type == EioType::open) {
    JsonPieces pieces(p.data);
    std::string_view key, value;
    while (pieces.next(key, value)) {
      const u32 n = u32(value.size());
      std::string plain;
      if (key == "\"sid\"" && json_string(value, plain))
        x.text(row<"eio.sid">(rows), at(value), n, plain);
      if (key == "\"pingInterval\"")
        x.number(row<"eio.ping_interval">(rows), at(value), n, number_of(value));
      if (key == "\"pingTimeout\"")
        x.number(row<"eio.ping_timeout">(rows), at(value), n, number_of(value));
      if (key == "\"maxPayload\"")
        x.number(row<"eio.max_payload">(rows), at(value), n, number_of(value));
      if (key == "\"upgrades\"") {
        JsonPieces list(value);
        std::string_view none, one;
        while (list.next(none, one)) {
          plain.clear();
          if (json_string(one, plain))
            x.text(row<"eio.upgrades">(rows), at(one), u32(one.size()), plain);
        }
      }
    }
    if (!pieces.whole())
      x.problem(Kind::malformed, &type, "what opens a session is a JSON object; this is not");
    return;
  }
  if ((p.type == EioType::ping || p.type == EioType::pong) && p.data == "probe")
    x.mark(row<"eio.probe">(rows), 1, 5);
  if (!p.data.empty()) x.field(row<"eio.data">(rows), 1, size - 1);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const std::size_t size = std::size_t(layer.header) + layer.body;
  const EioFacts* f = facts_of(packet, layer);
  const auto bytes = [&](std::size_t n) { out.dec(n).add(n == 1 ? " byte" : " bytes"); };
  EioPacket p;
  const bool known = eio_packet({packet.bytes(layer), size}, f, p);
  if (f != nullptr && f->msgpack) {
    out.add("a Socket.IO packet in msgpack, ");
    return bytes(size);
  }
  if (f != nullptr && f->binary) {
    out.add("binary message, ");
    return bytes(p.data.size());
  }
  if (!known) {
    out.add("no packet: the type is missing");
    return;
  }
  const bool probe = p.data == "probe";
  switch (p.type) {
    case EioType::open: {
      out.add("open");
      JsonPieces pieces(p.data);
      std::string_view key, value;
      while (pieces.next(key, value)) {
        if (key == "\"sid\"") out.add(", session ").escaped(value, 40);
        if (key == "\"pingInterval\"") out.add(", a ping every ").dec(number_of(value)).add(" ms");
      }
      return;
    }
    case EioType::close: out.add("close, ends the session"); return;
    case EioType::ping:
      out.add(probe ? "ping, tries this transport before changing to it"
                    : "ping, asks whether the other side is still there");
      return;
    case EioType::pong: out.add(probe ? "pong, this transport works" : "pong, still there"); return;
    case EioType::upgrade:
      out.add("upgrade, from now on this transport carries the session");
      return;
    case EioType::noop: out.add("noop, lets a waiting poll end"); return;
    case EioType::message: break;
  }
  out.add(p.binary ? "binary message in base64, " : "message, ");
  if (f == nullptr || f->announces == 0) return bytes(p.data.size());
  out.add("begins a Socket.IO packet with ").dec(f->announces);
  out.add(f->announces == 1 ? " attachment" : " attachments");
}

const Protocol protocol{
    .name = "eio",
    .title = "Engine.IO",
    .label = "Engine.IO",
    .osi = Osi::application,
    .ref = "Engine.IO protocol 4",
    .about = "Keeps a session of messages alive over HTTP polling or WebSocket, and changes from "
             "one to the other without losing any.",
    .tables = tables,
    .expand = expand,
    .sentence = sentence,
};

// ---- Sessions ----

struct EioSession {
  std::string sid;
  SocketIo socketio;
};

// By session id: polling and WebSocket are several connections. The oldest go first.
class Known final : public Common {
 public:
  static constexpr std::size_t most = 4096;

  static Known& of(Context& context) {
    if (context.engineio == nullptr) context.engineio = std::make_unique<Known>();
    return static_cast<Known&>(*context.engineio);
  }
  // Made if it is not known. Stays until another one is made.
  EioSession& session(const std::string& sid) {
    const auto [at, fresh] = by_sid_.try_emplace(sid);
    if (!fresh) return at->second;
    at->second.sid = sid;
    order_.push_back(sid);
    if (order_.size() > most) {
      by_sid_.erase(order_.front());
      order_.pop_front();
    }
    return at->second;
  }

 private:
  std::unordered_map<std::string, EioSession> by_sid_;
  std::deque<std::string> order_;
};

// Which session packets belong to: a known one by its id, else one of their own.
struct Belonging {
  std::string sid;
  EioSession own;

  explicit Belonging(std::string_view id) : sid(id.substr(0, 200)) {}
  EioSession& session(Context& context) {
    return sid.empty() ? own : Known::of(context).session(sid);
  }
};

// The value of one name in a query, as written.
std::string_view query_value(std::string_view query, std::string_view name) {
  std::size_t at = query.find('?');
  at = at == std::string_view::npos ? 0 : at + 1;
  while (at < query.size()) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string_view one = query.substr(at, end - at);
    if (one.size() > name.size() && one.substr(0, name.size()) == name && one[name.size()] == '=')
      return one.substr(name.size() + 1);
    at = end + 1;
  }
  return {};
}

// The session that a packet opens.
std::string opened(std::string_view data) {
  std::string sid;
  JsonPieces pieces(data);
  std::string_view key, value;
  while (pieces.next(key, value)) {
    if (key == "\"sid\"" && sid.empty()) json_string(value, sid);
  }
  return sid;
}

// One packet, and what it carries.
void packet_of(Context& context, Belonging& belonging, bool socketio, const EioOuter& outer,
               bool polling, bool binary, Bytes bytes, Out& out) {
  EioFacts* f = context.arena.make<EioFacts>();
  f->binary = binary;
  f->polling = polling;
  f->transport = polling ? "polling" : "websocket";
  f->third = outer.third;
  EioPacket p;
  const bool known = eio_packet(bytes, f, p);
  if (known && p.type == EioType::open && outer.side == Side::server) {
    const std::string sid = opened(p.data);
    if (!sid.empty()) belonging.sid = sid.substr(0, 200);
  }
  EioSession& session = belonging.session(context);
  f->sid = context.arena.copy(std::string_view(session.sid));
  std::string decoded;
  const bool base64 = known && p.binary && !binary;
  const bool good = !base64 || from_base64(p.data, decoded);
  const std::string_view data = base64 ? std::string_view(decoded) : p.data;
  const bool message = known && p.type == EioType::message;
  if (message && p.binary && socketio && !session.socketio.awaits_binary(outer.side)) {
    f->msgpack = like_sio_msgpack(data);
    if (!f->msgpack) f->trouble = "binary data that no packet before it announced";
  }
  if (known && !p.binary && p.type == EioType::message && socketio) {
    SioPacket begun;
    if (decode_sio(p.data, begun).empty()) f->announces = begun.attachments;
  }
  const u32 size = u32(bytes.size());
  out.message({.protocol = engineio.protocol,
               .side = outer.side,
               .from = outer.from,
               .to = outer.to,
               .bytes = bytes,
               .header = binary && !outer.third ? 0
                         : message              ? std::min(1u, size)
                                                : size,
               .facts = f,
               .in = lies_in(bytes, outer.bytes) ? std::string_view{} : outer.name});
  if (!message || !socketio) return;
  const EioOuter inner{outer.side, outer.from, outer.to, bytes, "eio", polling, outer.third};
  if (!p.binary) {
    session.socketio.text(context, inner, base::as_bytes(p.data), out);
  } else if (good) {
    const Bytes given = base::as_bytes(data);
    const Bytes part = base64 ? context.arena.copy(given) : given;
    f->msgpack ? session.socketio.packed(context, inner, part, out)
               : session.socketio.binary(context, inner, part, out);
  }
}

class OverWebSocket final : public EngineIo {
 public:
  OverWebSocket(Context& context, std::string_view path)
      : context_(context), socketio_(path.find("/engine.io") == std::string_view::npos),
        third_(query_value(path, "EIO") == "3"), belonging_(query_value(path, "sid")) {}
  void message(const EioOuter& outer, bool binary, Bytes payload, Out& out) override {
    EioOuter mine = outer;
    mine.third = third_;
    packet_of(context_, belonging_, socketio_, mine, false, binary, payload, out);
  }

 private:
  Context& context_;
  const bool socketio_, third_;
  Belonging belonging_;
};

}  // namespace

std::unique_ptr<EngineIo> engineio_over_websocket(Context& context, std::string_view path) {
  const std::string_view revision = query_value(path, "EIO");
  if (revision != "4" && revision != "3") return nullptr;
  return std::make_unique<OverWebSocket>(context, path);
}

namespace {

// Revision 3: text begins with a digit (a length), bytes with 0 or 1. JSON-P is not looked into.
void polling3(Context& context, Belonging& belonging, bool socketio, EioOuter outer,
              std::string_view body, Out& out) {
  const bool in_bytes = u8(body[0]) <= 1;
  outer.third = true;
  Eio3Payload payload(body, in_bytes);
  for (;;) {
    EioPacket p;
    std::string_view record;
    const Eio3Payload::Found found = payload.next(p, record);
    if (found == Eio3Payload::Found::end) return;
    const bool broken = found == Eio3Payload::Found::broken;
    const bool typed = !broken && p.binary && !record.starts_with('b');
    packet_of(context, belonging, socketio, outer, true, typed,
              base::as_bytes(broken ? body.substr(body.size()) : record), out);
    if (broken) return;
  }
}

}  // namespace

void engineio_polling(Context& context, Side side, std::string_view query, Bytes body,
                      const Message& outer, Out& out) {
  const bool third = query_value(query, "EIO") == "3";
  if ((!third && query_value(query, "EIO") != "4") ||
      query_value(query, "transport") != "polling" || body.empty())
    return;
  const std::string_view text = base::as_text(body);
  if (side == Side::server && (text == "ok" || text[0] == '{'))
    return;  // taken; refused, with a reason
  Belonging belonging(query_value(query, "sid"));
  const bool socketio = query.find("/engine.io") == std::string_view::npos;
  if (third) {
    if (!query_value(query, "j").empty()) return;
    return polling3(context, belonging, socketio,
                    {side, outer.from, outer.to, outer.bytes, outer.protocol->name}, text, out);
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(eio_separator, at), text.size());
    packet_of(context, belonging, socketio,
              {side, outer.from, outer.to, outer.bytes, outer.protocol->name}, true, false,
              body.subspan(at, end - at), out);
    at = end + 1;
  }
}

const Streamed engineio{.name = "eio", .protocol = &protocol};

}  // namespace netpeel::stream
