#include "net/client_peel.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/utf8.hpp"
#include "net/client_ws_frames.hpp"
#include "net/sio_msgpack.hpp"
#include "stream/json_pieces.hpp"
#include "stream/socketio.hpp"

namespace netpeel::net {

namespace {

std::string escaped(std::string_view text, std::size_t most) {
  base::Text out;
  out.escaped(text, most);
  return std::string(out.view());
}

std::string bytes_of(u64 n) { return std::to_string(n) + (n == 1 ? " byte" : " bytes"); }

std::string opcode_name(u8 opcode) {
  switch (opcode) {
    case 0: return "continuation";
    case 1: return "text";
    case 2: return "binary";
    case 8: return "close";
    case 9: return "ping";
    case 10: return "pong";
    default: return "opcode " + std::to_string(opcode) + ", which is reserved";
  }
}

constexpr std::string_view eio_names[]{"open",    "close",   "ping", "pong",
                                       "message", "upgrade", "noop"};
constexpr std::string_view sio_names[]{"CONNECT",       "DISCONNECT",   "EVENT",     "ACK",
                                       "CONNECT_ERROR", "BINARY_EVENT", "BINARY_ACK"};

}  // namespace

void Peeler::begin(Way way, std::string_view what, std::string_view kind, u64 size) {
  way_ = way;
  what_ = what;
  kind_ = kind;
  size_ = size;
  rows_.clear();
}

void Peeler::row(std::string_view label, std::string_view key, std::string text) {
  rows_.push_back({label, key, std::move(text)});
}

void Peeler::text_row(std::string_view label, std::string_view key, std::string_view text) {
  row(label, key, escaped(text, settings_.text));
}

void Peeler::hex(Bytes bytes, u64 size) {
  base::Text out;
  out.hex_bytes(bytes.first(std::min(bytes.size(), settings_.bytes)), ' ');
  if (size > settings_.bytes) out.add(" …");
  row("bytes", "bytes", std::string(out.view()));
}

void Peeler::end() {
  if (settings_.json) {
    end_json();
  } else {
    end_text();
  }
}

void Peeler::end_text() {
  constexpr std::size_t label_width = 11, text_width = 48;  // 16 bytes in hexadecimal
  base::Text out;
  if (settings_.color) out.add(way_ == Way::out ? "\x1b[36m" : "\x1b[33m");
  out.add(way_ == Way::out ? "-> sent " : "<- received ").add(what_).add(", ").add(bytes_of(size_));
  if (settings_.color) out.add("\x1b[0m");
  out.add('\n');
  for (const Row& r : rows_) {
    out.add("     ").add(r.label).fill(' ',
                                       label_width - std::min(r.label.size(), label_width - 1));
    std::string_view rest = r.text;
    while (r.key == "bytes" && rest.size() > text_width) {
      out.add(rest.substr(0, text_width - 1)).add('\n').fill(' ', 5 + label_width);
      rest.remove_prefix(text_width);
    }
    out.add(rest).add('\n');
  }
  write_(out.view());
}

void Peeler::end_json() {
  base::Text out;
  base::Json json(out);
  json.open('{').member("what", "wire").member("way", way_ == Way::out ? "out" : "in");
  json.member("kind", kind_).member("size", size_);
  for (const Row& r : rows_) json.key(r.key).text(r.text);
  json.close('}');
  out.add('\n');
  write_(out.view());
}

void Peeler::bytes(Way way, Bytes bytes) {
  begin(way, "bytes", "bytes", bytes.size());
  hex(bytes, bytes.size());
  text_row("text", "text", base::as_text(bytes));
  end();
}

void Peeler::http(Way way, std::string_view head, Bytes body) {
  begin(way, way == Way::out ? "HTTP request" : "HTTP answer", "http", head.size() + body.size());
  const std::string whole =
      std::string(head) +
      std::string(base::as_text(body.first(std::min(body.size(), settings_.bytes))));
  hex(base::as_bytes(whole), head.size() + body.size());
  constexpr std::string_view keys[]{"first_line", "header"};
  std::string headers;
  bool first = true;
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = std::min(head.find("\r\n", at), head.size());
    const std::string_view line = head.substr(at, end - at);
    if (first) {
      text_row(way == Way::out ? "request" : "status", keys[0], line);
    } else if (!line.empty() && !settings_.json) {
      text_row("header", keys[1], line);
    } else if (!line.empty()) {
      headers += (headers.empty() ? "" : "\n") + std::string(line);
    }
    first = false;
    at = end + 2;
  }
  if (settings_.json) row("headers", "headers", std::move(headers));
  if (!body.empty()) text_row("body", "body", base::as_text(body));
  end();
  const bool carries = way == Way::out
                           ? head.starts_with("POST")
                           : head.find("text/plain") != std::string_view::npos &&
                                 head.substr(0, 16).find(" 200") != std::string_view::npos;
  if (!settings_.engine || !carries) return;
  std::string_view rest = base::as_text(body);
  while (!rest.empty()) {
    const std::size_t at = std::min(rest.find(stream::eio_separator), rest.size());
    begin(way, "packet in the body", "packet", at);
    engine_text(rest.substr(0, at), true);
    end();
    rest.remove_prefix(std::min(at + 1, rest.size()));
  }
}

void Peeler::frame(Way way, Bytes bytes) { frame_of(way, bytes, bytes.size()); }
void Peeler::long_frame(Way way, Bytes begin, u64 size) { frame_of(way, begin, size); }

void Peeler::frame_of(Way way, Bytes bytes, u64 size) {
  begin(way, "WebSocket frame", "frame", size);
  hex(bytes, size);
  WsFrameHead head;
  if (!read_ws_head(bytes, head)) return end();
  base::Text said;
  said.add(opcode_name(head.opcode)).add(head.fin ? ", FIN" : ", no FIN: more follows");
  if (head.reserved != 0)
    said.add((head.reserved & 4) != 0 ? ", RSV1: compressed" : ", RSV bits set");
  if (head.masked) {
    said.add(", masked with ").hex_bytes({head.mask, 4});
  } else {
    said.add(", not masked");
  }
  said.add(", ").add(bytes_of(head.payload)).add(" of payload");
  row("frame", "frame", std::string(said.view()));

  std::string payload(base::as_text(bytes.subspan(head.size)));
  if (head.masked) {
    for (std::size_t i = 0; i < payload.size(); ++i)
      payload[i] = char(payload[i] ^ head.mask[i % 4]);
  }
  if (head.opcode == 8 && payload.size() >= 2) {
    const u32 code = u32(u8(payload[0])) << 8 | u8(payload[1]);
    text_row("close", "close",
             std::to_string(code) + (payload.size() > 2 ? " " + payload.substr(2) : ""));
  } else if (head.reserved == 0 && head.opcode != 2) {
    if (!payload.empty()) text_row("payload", "payload", payload);
    if (settings_.engine && head.opcode == 1 && head.fin) engine_text(payload, false);
  } else if (settings_.engine && head.opcode == 2) {
    row("Engine.IO", "engineio", "message of bytes: a binary frame needs no type");
    if (settings_.socketio) socketio_bytes(payload);
  }
  end();
}

void Peeler::engine_text(std::string_view text, bool polling) {
  stream::EioPacket packet;
  const bool good =
      polling ? stream::decode_eio_polling(text, packet) : stream::decode_eio(text, packet);
  if (!good) return row("Engine.IO", "engineio", "no packet");
  if (packet.binary) {
    text_row("Engine.IO", "engineio", "b message of bytes, in base64: " + std::string(packet.data));
    std::string bytes;
    if (stream::from_base64(packet.data, bytes) && settings_.socketio) socketio_bytes(bytes);
    return;
  }
  const bool message = packet.type == stream::EioType::message;
  text_row("Engine.IO", "engineio",
           std::to_string(u32(packet.type)) + " " + std::string(eio_names[u8(packet.type)]) +
               (message || packet.data.empty() ? "" : ", " + std::string(packet.data)));
  if (!message) return;
  if (settings_.socketio) {
    socketio_text(packet.data);
  } else {
    text_row("message", "message", packet.data);
  }
}

void Peeler::socketio_text(std::string_view text) {
  stream::SioPacket packet;
  const std::string_view trouble = stream::decode_sio(text, packet);
  if (!trouble.empty()) return text_row("Socket.IO", "socketio", trouble);
  if (packet.binary()) attachments_[u8(way_)] = packet.attachments;
  socketio(packet);
}

// An attachment that is due, or a packet that is msgpack altogether.
void Peeler::socketio_bytes(std::string_view message) {
  u32& due = attachments_[u8(way_)];
  if (due > 0) {
    --due;
    return row("Socket.IO", "socketio", "an attachment");
  }
  SioUnpacked packed;
  if (!read_sio_msgpack(message, packed))
    return row("Socket.IO", "socketio", "bytes that no packet announced");
  row("msgpack", "msgpack", "a packet, its binary within it");
  socketio(packed.packet);
}

void Peeler::socketio(const stream::SioPacket& packet) {
  using enum stream::SioType;
  const bool is_ack = packet.type == ack || packet.type == binary_ack;
  const bool is_event = packet.type == stream::SioType::event || packet.type == binary_event;
  std::string said = std::to_string(u32(packet.type)) + " " +
                     std::string(sio_names[u8(packet.type)]) + ", namespace " +
                     std::string(packet.nsp);
  if (packet.has_id)
    said += (is_ack ? ", answers " : ", asks for acknowledgment ") + std::to_string(packet.id);
  if (packet.attachments > 0) said += ", attachments: " + std::to_string(packet.attachments);
  text_row("Socket.IO", "socketio", said);
  if (is_event || is_ack) {
    list(packet.json, is_event);
  } else if (!packet.json.empty()) {
    text_row("payload", "data", packet.json);
  }
}

void Peeler::list(std::string_view json, bool named) {
  stream::JsonPieces pieces(json);
  std::string_view key, value;
  if (named && pieces.next(key, value)) {
    std::string name;
    text_row("event", "event", stream::json_string(value, name) ? name : value);
  }
  std::string args;
  while (pieces.next(key, value)) args += (args.empty() ? "" : ", ") + std::string(value);
  if (!args.empty()) text_row("arguments", "arguments", args);
}

}  // namespace netpeel::net
