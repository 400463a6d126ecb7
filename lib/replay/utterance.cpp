#include "replay/utterance.hpp"

#include "base/bits.hpp"
#include "base/sha1.hpp"
#include "base/text.hpp"
#include "stream/http.hpp"
#include "stream/http_body.hpp"
#include "stream/json_pieces.hpp"
#include "stream/socketio.hpp"
#include "stream/websocket.hpp"

namespace netpeel::replay {
namespace {

using base::as_bytes;
using base::as_text;
using Kind = Utterance::Kind;

std::string counted(std::size_t n) { return std::to_string(n) + (n == 1 ? " byte" : " bytes"); }
std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  return out;
}

// What proves that the server read the key: RFC 6455 §4.2.2.
std::string accept_of(std::string_view key) {
  const auto digest =
      base::sha1(as_bytes(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
  std::string out;
  stream::to_base64(digest, out);
  return out;
}

void header(std::string_view name, std::string_view text, Utterance& out) {
  const std::string known = "header " + lower(name);
  for (Value& v : out.values) {
    if (v.name == known) return void(v.text.append(", ").append(text));
  }
  Value v{.name = known, .text = std::string(text)};
  if (known == "header date") v.varies = "the time";
  if (known == "header sec-websocket-extensions")
    v.varies = "an extension, of which replay offers none";
  out.values.push_back(std::move(v));
}

// What a cookie holds is a name that the client shows again: RFC 6265 §4.1.
void cookie(std::string_view text, Utterance& out) {
  constexpr std::size_t shortest = 8;  // what is shorter stands elsewhere by chance
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return;
  const std::string_view value = text.substr(equals + 1, text.find(';') - equals - 1);
  if (value.size() < shortest) return;
  out.names.emplace_back(value);
  out.values.push_back({.name = "cookie " + std::string(text.substr(0, equals)),
                        .text = std::string(value),
                        .varies = "a name that the server made up"});
}

// The members of an object, those that name the session as such.
void members(std::string_view object, Utterance& out) {
  stream::JsonPieces pieces(object);
  std::string_view key, value;
  while (pieces.next(key, value)) {
    std::string name, plain;
    if (!stream::json_string(key, name)) name = key;
    Value v{.name = name, .text = std::string(value), .json = true};
    if (name == "sid") v.varies = "a session's id";
    if (name == "pid") v.varies = "a secret for recovery";
    if (!v.varies.empty() && stream::json_string(value, plain)) out.names.push_back(plain);
    out.values.push_back(std::move(v));
  }
}

}  // namespace

std::string_view level_name(Level level) {
  constexpr std::string_view names[]{"UDP", "TCP", "HTTP", "WebSocket", "Engine.IO", "Socket.IO"};
  return names[u8(level)];
}

Utterance bytes_said(Level level, Side side, Bytes bytes) {
  Utterance out{.level = level, .side = side};
  out.key = level == Level::udp ? "datagram" : "bytes";
  out.title = level == Level::udp ? "datagram, " + counted(bytes.size()) : counted(bytes.size());
  out.wire = std::string(as_text(bytes));
  out.values.push_back({.name = "bytes", .text = out.wire});
  return out;
}

std::optional<Utterance> Utterances::of(const stream::Message& m) {
  Utterance out{.side = m.side};
  const std::string_view name = m.protocol->name;
  const bool said = name == "http"        ? http(m, out)
                    : name == "websocket" ? websocket(m, out)
                    : name == "eio"       ? engineio(m, out)
                    : name == "sio"       ? socketio(m, out)
                                          : false;
  if (!said) return {};
  return out;
}

void Utterances::response(const stream::Message& m, Utterance& out) {
  const Bytes lines = m.bytes.first(m.header), wire = m.bytes.subspan(m.header);
  const stream::HttpHead head = stream::http_head(lines);
  out.key = "response";
  out.title = std::to_string(head.code) + " " + std::string(head.phrase);
  out.values.push_back({.name = "status", .text = std::to_string(head.code)});
  const stream::HttpHead asked = stream::http_head(as_bytes(request_));
  stream::HttpHeaders all(lines, head.start + head.line);
  for (stream::HttpHeader h; all.next(h);) {
    if (stream::http_same(h.name, "sec-websocket-accept")) {
      const bool right = h.value == accept_of(asked.key);
      header(h.name, right ? "the right answer to the key" : "a wrong answer to the key", out);
    } else {
      header(h.name, h.value, out);
      if (stream::http_same(h.name, "set-cookie")) cookie(h.value, out);
    }
  }
  if (wire.empty()) return;
  const stream::HttpBody body =
      stream::http_body(wire, head.chunked, head.content_encoding, limits_.body);
  out.title += ", " + counted(body.bytes.size());
  out.values.push_back({.name = "body",
                        .text = std::string(as_text(body.bytes)),
                        .json = lower(head.content_type).find("json") != std::string::npos});
}

bool Utterances::http(const stream::Message& m, Utterance& out) {
  out.level = Level::http;
  const auto* f = static_cast<const stream::HttpFacts*>(m.facts);
  if (f != nullptr && f->form == stream::HttpFacts::Form::chunk) {
    stream::ChunkWalk walk;
    stream::ChunkWalk::Chunk c;
    const bool whole = walk.step(m.bytes, c) == stream::ChunkWalk::Step::chunk;
    const std::size_t from = std::min(c.data_at, m.bytes.size());
    const Bytes data =
        whole ? m.bytes.subspan(from, std::min<u64>(c.size, m.bytes.size() - from)) : Bytes{};
    out.key = "chunk";
    out.title = "chunk of the body, " + counted(data.size());
    out.wire = std::string(as_text(m.bytes));
    out.values.push_back({.name = "data", .text = std::string(as_text(data))});
    return true;
  }
  const stream::HttpHead head = stream::http_head(m.bytes.first(m.header));
  out.wire = std::string(as_text(m.bytes));
  if (head.request()) {
    request_ = std::string(as_text(m.bytes.first(m.header)));
    out.key = "request";
    out.title = std::string(head.method) + " " + std::string(head.uri);
  } else if (head.response()) {
    response(m, out);
  } else {
    out.key = "no HTTP";
    out.title = counted(m.bytes.size()) + " that are no HTTP message";
    out.values.push_back({.name = "bytes", .text = out.wire});
  }
  return true;
}

bool Utterances::websocket(const stream::Message& m, Utterance& out) {
  const auto* f = static_cast<const stream::WebSocketFacts*>(m.facts);
  if (f == nullptr || m.bytes.empty() || !f->last) return false;
  out.level = Level::websocket;
  const u8 own = m.bytes[0] & 15;
  const u8 opcode = own >= 8 ? own : f->opcode;
  out.wire = std::string(as_text(f->message));
  if (opcode == 9 || opcode == 10) {
    out.kind = opcode == 9 ? Kind::ping : Kind::pong;
    out.key = opcode == 9 ? "ping" : "pong";
    return true;
  }
  if (opcode == 8) {
    out.kind = Kind::close;
    out.key = "close";
    const bool code = f->message.size() >= 2;
    out.title = "close";
    if (code) out.title += " " + std::to_string(base::be16(f->message.data()));
    out.values.push_back(
        {.name = "code", .text = code ? std::to_string(base::be16(f->message.data())) : "none"});
    if (code)
      out.values.push_back({.name = "reason", .text = std::string(as_text(f->message.subspan(2)))});
    return true;
  }
  out.binary = opcode == 2;
  out.key = "message";
  out.title = out.binary ? "binary, " + counted(out.wire.size()) : "text " + out.wire;
  out.values.push_back({.name = "type", .text = out.binary ? "binary" : "text"});
  out.values.push_back({.name = "payload", .text = out.wire});
  return true;
}

namespace {

bool probe(const char* title, Utterance& out) {
  out.kind = Kind::probe;
  out.key = "probe";
  out.title = title;
  return true;
}

}  // namespace

bool Utterances::engineio(const stream::Message& m, Utterance& out) {
  const auto* f = static_cast<const stream::EioFacts*>(m.facts);
  out.level = Level::engineio;
  if (f != nullptr && !f->sid.empty()) session_ = std::string(f->sid);
  out.session = session_;
  const bool polling = f != nullptr && f->polling;
  out.polling = polling_ = polling;
  if (f != nullptr && f->third) return false;  // nobody here speaks as such a client
  stream::EioPacket p;
  if (!stream::eio_packet(m.bytes, f, p)) return false;
  std::string data(p.data);
  if (p.binary && polling) {
    data.clear();
    stream::from_base64(p.data, data);
  }
  switch (p.type) {
    case stream::EioType::open:
      out.kind = Kind::open;
      out.key = out.title = "open";
      members(p.data, out);
      return true;
    case stream::EioType::close:
      out.kind = Kind::close;
      out.key = out.title = "close";
      return true;
    case stream::EioType::ping:
      if (data == "probe") return probe("tries WebSocket (probe)", out);
      out.kind = Kind::ping;
      out.wire = data;
      return true;
    case stream::EioType::pong:
      if (data == "probe") return probe("WebSocket works (probe answered)", out);
      out.kind = Kind::pong;
      out.wire = data;
      return true;
    case stream::EioType::upgrade:
      out.kind = Kind::upgrade;
      out.key = out.title = "upgrade to WebSocket";
      return true;
    case stream::EioType::noop: return false;
    case stream::EioType::message: break;
  }
  out.binary = p.binary;
  out.key = "message";
  out.title = p.binary ? "binary, " + counted(data.size()) : "text " + data;
  out.values.push_back({.name = "type", .text = p.binary ? "binary" : "text"});
  out.values.push_back({.name = "payload", .text = data});
  out.wire = std::move(data);
  return true;
}

namespace {

// An event, or the answer to one: a list.
void socketio_list(const stream::SioPacket& p, bool recovery, Utterance& out) {
  const bool event = !out.answers;
  stream::JsonPieces pieces(p.json);
  std::vector<std::string_view> arguments;
  std::string_view key, value;
  while (pieces.next(key, value)) arguments.push_back(value);
  std::string name;
  if (event && !arguments.empty()) {
    if (!stream::json_string(arguments[0], name)) name = arguments[0];
    arguments.erase(arguments.begin());
  }
  if (event && recovery && out.side == Side::server && !arguments.empty() && !p.has_id) {
    out.values.push_back({.name = "offset",
                          .text = std::string(arguments.back()),
                          .varies = "a place for recovery"});
    // Who comes back says from where on it wants to hear.
    std::string place;
    if (stream::json_string(arguments.back(), place)) out.names.push_back(place);
    arguments.pop_back();
  }
  std::string list;
  for (const std::string_view one : arguments) list.append(list.empty() ? "" : ",").append(one);
  out.key = event ? "event \"" + name + "\"" : "ack " + std::to_string(p.id);
  if (p.nsp != "/") out.key.append(" in ").append(p.nsp);
  out.title = out.key + (list.empty() ? "" : " " + list);
  out.values.push_back({.name = "args", .text = "[" + list + "]", .json = true});
  if (event)
    out.values.push_back({.name = "acknowledgment", .text = p.has_id ? "asked for" : "none"});
}

// What opens and closes a namespace.
void socketio_door(const stream::SioPacket& p, Utterance& out) {
  constexpr std::string_view names[]{"connect", "disconnect", "", "", "connect error"};
  out.key = names[u8(p.type)];
  if (p.nsp != "/") out.key.append(" in ").append(p.nsp);
  out.title = out.key;
  if (p.type == stream::SioType::connect && out.side == Side::server) return members(p.json, out);
  if (p.json.empty()) return;
  out.title.append(" ").append(p.json);
  out.values.push_back({.name = "data", .text = std::string(p.json), .json = true});
}

}  // namespace

bool Utterances::socketio(const stream::Message& m, Utterance& out) {
  out.level = Level::socketio;
  out.session = session_;
  const auto* f = static_cast<const stream::SioFacts*>(m.facts);
  if (f != nullptr && f->msgpack()) return false;  // its bytes are said again as Engine.IO's
  out.polling = polling_;
  stream::SioPacket p;
  out.wire = std::string(as_text(m.bytes.first(m.header)));
  if (!stream::decode_sio(out.wire, p).empty()) {
    out.key = out.title = "no Socket.IO packet";
    out.values.push_back({.name = "text", .text = out.wire});
    return true;
  }
  using stream::SioType;
  out.answers = p.type == SioType::ack || p.type == SioType::binary_ack;
  out.nsp = p.nsp;
  if (p.has_id) out.ack = p.id;
  if (out.answers || p.type == SioType::event || p.type == SioType::binary_event) {
    socketio_list(p, f != nullptr && f->recovery, out);
  } else {
    socketio_door(p, out);
  }
  if (f == nullptr) return true;
  for (const Bytes attachment : f->attachments) {
    out.attachments.emplace_back(as_text(attachment));
    out.values.push_back({.name = "attachment " + std::to_string(out.attachments.size()),
                          .text = out.attachments.back()});
  }
  return true;
}

}  // namespace netpeel::replay
