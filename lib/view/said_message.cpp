#include "view/said_message.hpp"

#include "base/bits.hpp"
#include "stream/http.hpp"
#include "stream/http_body.hpp"
#include "stream/json_pieces.hpp"
#include "stream/socketio.hpp"
#include "stream/websocket.hpp"

namespace netpeel::view {
namespace {

using base::as_bytes;
using base::as_text;
using base::Text;
using stream::Message;

void bytes(Text& out, u64 n) { out.dec(n).add(n == 1 ? " byte" : " bytes"); }

void answer_to(Said& out, std::string_view what, u64 frame, i64 waited) {
  if (frame == 0) return;
  Text time;
  time.seconds(waited);
  out.fact("answers_frame", frame);
  out.fact("answered_after", time.view());
  out.title.add(what).add(" frame ").dec(frame).add(" after ");
  out.title.add(time.view().substr(0, time.size() - 3)).add(" s");
}

// ---- HTTP ----

void http_head_lines(const stream::HttpHead& head, Bytes lines, Said& out) {
  if (head.request()) {
    out.fact("method", head.method);
    out.fact("uri", head.uri);
    out.fact("version", head.version);
  } else {
    out.fact("version", head.version);
    out.fact("status", u64(head.code));
    out.fact("phrase", head.phrase);
  }
  stream::HttpHeaders all(lines, head.start + head.line);
  stream::HttpHeader h;
  while (all.next(h)) out.headers.push_back({h.name, h.value});
  out.parts.push_back({.name = {}, .bytes = lines.subspan(head.start), .payload = false});
}

// A piece of a body that is told as it comes.
void http_chunk(const Message& m, Said& out) {
  stream::ChunkWalk walk;
  stream::ChunkWalk::Chunk c;
  const bool whole = walk.step(m.bytes, c) == stream::ChunkWalk::Step::chunk;
  const Bytes data =
      whole && c.data_at <= m.bytes.size()
          ? m.bytes.subspan(c.data_at, std::min<u64>(c.size, m.bytes.size() - c.data_at))
          : Bytes{};
  out.title.add(whole ? "chunk of the body, " : "end of the body, ");
  bytes(out.title, data.size());
  out.parts.push_back({.name = "chunk", .bytes = data});
}

void http(const MessageLook& look, const Message& m, Said& out) {
  const auto* f = static_cast<const stream::HttpFacts*>(m.facts);
  if (f != nullptr && f->form == stream::HttpFacts::Form::chunk) return http_chunk(m, out);
  const Bytes lines = m.bytes.first(m.header), wire = m.bytes.subspan(m.header);
  const stream::HttpHead head = stream::http_head(lines);
  if (head.kind == stream::HttpHead::Kind::none) {
    bytes(out.title, m.bytes.size());
    out.title.add(" that are no HTTP message");
    out.parts.push_back({.name = "data", .bytes = m.bytes, .payload = false});
    return;
  }
  out.title.add(head.request() ? "request" : "response");
  if (f != nullptr) {
    out.title.add(' ').dec(f->number);
    out.fact("number", u64(f->number));
    if (head.response()) answer_to(out, ", answers", f->request_in, f->since_request);
  }
  http_head_lines(head, lines, out);
  if (wire.empty()) return;
  stream::HttpBody body =
      stream::http_body(wire, head.chunked, head.content_encoding, look.limits.body);
  out.title.add(", body of ");
  bytes(out.title, wire.size());
  if (body.unwrapped) {
    out.title.add(", unwrapped ");
    bytes(out.title, body.bytes.size());
    out.fact("body_size_on_wire", u64(wire.size()));
  }
  if (out.trouble.empty()) out.trouble = body.trouble;
  const Bytes plain = body.bytes;
  out.own = std::move(body.own);
  out.parts.push_back({.name = "body", .bytes = plain});
}

// ---- WebSocket ----

std::string_view lost_words(stream::WebSocketFacts::Lost lost) {
  using enum stream::WebSocketFacts::Lost;
  switch (lost) {
    case limit: return "the frame is longer than what is kept of one message";
    case gap: return "a part of the message was not captured";
    case end: return "the stream ends inside the frame";
    case inflate: return "the compressed message cannot be inflated";
    case window: return "it cannot be inflated, because a message before it was lost";
    case too_long: return "inflated it is longer than the limit for bodies";
    case no: break;
  }
  return {};
}

void websocket_close(const field::Registry& registry, Bytes payload, Said& out) {
  if (payload.size() < 2) return;
  const u32 code = base::be16(payload.data());
  out.title.add(' ').dec(code);
  out.fact("code", u64(code));
  for (const field::Registry::Owned& row : registry.rows("websocket.payload.close.status_code")) {
    const std::string_view words = field::meaning(*row.field, code);
    if (!words.empty()) out.title.add(" (").add(words).add(')');
  }
  if (payload.size() > 2) out.parts.push_back({.name = "reason", .bytes = payload.subspan(2)});
}

bool websocket(const MessageLook& look, const Message& m, Said& out) {
  const auto* f = static_cast<const stream::WebSocketFacts*>(m.facts);
  if (f == nullptr || m.bytes.empty()) return false;
  const u8 own = m.bytes[0] & 15;
  const u8 opcode = own >= 8 ? own : f->opcode;
  constexpr std::string_view names[]{"continuation", "text", "binary"};
  const std::string_view name = opcode < 3     ? names[opcode]
                                : opcode == 8  ? "close"
                                : opcode == 9  ? "ping"
                                : opcode == 10 ? "pong"
                                               : "reserved opcode";
  const std::string_view lost = lost_words(f->lost);
  if (!f->last && lost.empty() && !f->no_start && f->trouble.empty()) return false;
  out.title.add(name);
  out.fact("opcode", name);
  if (out.trouble.empty())
    out.trouble = !lost.empty() ? lost
                  : f->no_start ? "it continues a message that did not begin"
                  : f->not_utf8 ? "the text is not UTF-8"
                                : std::string_view{};
  const Bytes payload = f->last ? f->message : f->payload;
  if (opcode == 8) {
    websocket_close(look.registry, payload, out);
    return true;
  }
  out.title.add(", ");
  bytes(out.title, payload.size());
  if (m.bytes.size() > 1 && (m.bytes[1] & 0x80) != 0) out.title.add(", masked");
  if (f->compressed) out.title.add(", compressed");
  if (f->count > 1) {
    out.title.add(", in ").dec(f->count).add(" WebSocket frames");
    out.fact("websocket_frames", u64(f->count));
  }
  if (f->pieces.size() > out.frames.size()) out.frames = f->pieces;
  if (!payload.empty()) out.parts.push_back({.name = "payload", .bytes = payload});
  return true;
}

// ---- Socket.IO ----

constexpr std::string_view sio_names[]{"connect",       "disconnect", "event", "ack",
                                       "connect error", "event",      "ack"};

// The list's elements behind the event's name, if it has one; commas between.
std::string_view sio_arguments(const stream::SioPacket& p, bool named, std::string_view& name) {
  stream::JsonPieces pieces(p.json);
  if (!pieces.is_array()) return {};
  const char *from = nullptr, *to = nullptr;
  std::string_view key, value;
  while (pieces.next(key, value)) {
    if (named && name.empty()) {
      name = value;
      continue;
    }
    if (from == nullptr) from = value.data();
    to = value.data() + value.size();
  }
  return from == nullptr ? std::string_view{} : std::string_view(from, std::size_t(to - from));
}

void socketio(const Message& m, Said& out) {
  const auto* f = static_cast<const stream::SioFacts*>(m.facts);
  stream::SioPacket p;
  const std::string_view wrong = stream::sio_packet(m.bytes, f, p);
  if (!wrong.empty()) {
    out.title.add("no Socket.IO packet");
    if (out.trouble.empty()) out.trouble = wrong;
    out.parts.push_back({.name = "data", .bytes = m.bytes});
    return;
  }
  const bool event = p.type == stream::SioType::event || p.type == stream::SioType::binary_event;
  const bool ack = p.type == stream::SioType::ack || p.type == stream::SioType::binary_ack;
  const std::string_view type = sio_names[u8(p.type)];
  out.title.add(type);
  out.fact("type", type);
  std::string_view name, arguments = p.json;
  if (event || ack) arguments = sio_arguments(p, event, name);
  if (event && !name.empty()) {
    std::string plain;
    if (!stream::json_string(name, plain)) plain = name;
    out.title.add(" \"").escaped(plain).add('"');
    out.fact("event", plain);
  }
  if (ack && p.has_id) out.title.add(' ').dec(p.id);
  out.fact("nsp", p.nsp);
  if (p.nsp != "/") out.title.add(", namespace ").escaped(p.nsp);
  if (event && p.has_id) out.title.add(", asks for acknowledgment ").dec(p.id);
  if (p.has_id) out.fact("ack_id", p.id);
  if (f != nullptr && !f->answers.empty()) {
    answer_to(out, ", for", f->event_in, f->waited);
    out.title.add(" (").escaped(f->answers).add(')');
  }
  if (!arguments.empty())
    out.parts.push_back({.name = event || ack ? "args" : "data", .bytes = as_bytes(arguments)});
  if (f == nullptr) return;
  u32 n = 0;
  for (Bytes attachment : f->attachments)
    out.parts.push_back({.name = "attachment_" + std::to_string(n++), .bytes = attachment});
}

// ---- Engine.IO ----

bool engineio(const MessageLook& look, const Message& m, bool asked, Said& out) {
  const auto* f = static_cast<const stream::EioFacts*>(m.facts);
  stream::EioPacket p;
  if (!stream::eio_packet(m.bytes, f, p)) p.data = as_text(m.bytes);
  if (!asked && (!look.pings || p.type == stream::EioType::message)) return false;
  constexpr std::string_view names[]{"open", "close", "ping", "pong", "message", "upgrade", "noop"};
  const std::string_view name = names[u8(p.type)];
  out.title.add("Engine.IO ").add(name);
  out.fact("type", name);
  if (f != nullptr && !f->transport.empty()) {
    out.title.add(", over ").add(f->transport);
    out.fact("transport", f->transport);
  }
  if (!p.data.empty()) out.parts.push_back({.name = "data", .bytes = as_bytes(p.data)});
  return true;
}

}  // namespace

void said_layer(const field::Registry& registry, const field::Packet& packet,
                const field::Layer& layer, Said& out) {
  const field::Protocol& protocol = registry[layer.proto];
  out.protocol = protocol.name;
  if (protocol.sentence != nullptr) {
    protocol.sentence(packet, layer, out.title);
  } else {
    out.title.add(protocol.title);
  }
  out.fact("says", out.title.view());
  const u32 there = u32(layer.header) + layer.body;
  out.parts.push_back({.name = "data", .bytes = Bytes(packet.bytes(layer), there), .told = true});
}

bool said_message(const MessageLook& look, const Message& m, Said& out) {
  const std::string_view name = m.protocol->name;
  out.protocol = name;
  if (m.facts != nullptr) out.trouble = m.facts->trouble;
  if (name == "http") return http(look, m, out), true;
  if (name == "websocket") return websocket(look, m, out);
  if (name == "sio") return socketio(m, out), true;
  if (name == "eio") return engineio(look, m, !look.pings, out);
  // A packet that is this message alone.
  field::Packet packet;
  packet.frame = {
      .data = m.bytes.data(), .size = u32(m.bytes.size()), .wire_size = u32(m.bytes.size())};
  packet.depth = 1;
  field::Layer& layer = packet.layers[0];
  layer.proto = look.registry.protocol(name);
  layer.header = u16(std::min<u32>(m.header, 0xffff));
  layer.body = u32(m.bytes.size()) - layer.header;
  const field::Facts* const facts[]{m.facts};
  packet.facts = facts;
  said_layer(look.registry, packet, layer, out);
  return true;
}

}  // namespace netpeel::view
