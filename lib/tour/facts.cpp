#include "tour/facts.hpp"

#include <algorithm>

#include "stream/http.hpp"
#include "stream/socketio.hpp"

namespace netpeel::tour {
namespace {

const Said* said_in(const Seen& seen, const Said& inner, std::string_view protocol) {
  for (const Said& s : seen.said) {
    if (s.stream == inner.stream && s.tap == inner.tap && s.side == inner.side &&
        s.frame == inner.frame && s.protocol == protocol)
      return &s;
  }
  return nullptr;
}

u8 opcode(const std::string& frame) { return frame.empty() ? 0 : u8(frame[0]) & 15; }

Head head_of(const Said& said) {
  return contrast::read_head(base::as_bytes(said.bytes).first(said.header), said.frame);
}

// The packets of the client's end alone.
bool at_home(const Seen& seen, const Said& said) {
  const Talk* talk = seen.talk(Kind::tcp, said.stream);
  return talk != nullptr && talk->home == said.tap;
}

struct Heads {
  const Said *request = nullptr, *answer = nullptr;
  u64 requests = 0, answers = 0;
  u32 code = 0;
};
Heads heads_of(const Seen& seen, u32 stream) {
  Heads out;
  for (const Said& s : seen.said) {
    if (s.stream != stream || s.protocol != "http" || !at_home(seen, s)) continue;
    const stream::HttpHead head = stream::http_head(base::as_bytes(s.bytes));
    if (head.request() && out.requests++ == 0) out.request = &s;
    if (head.response() && out.answers++ == 0) out.answer = &s, out.code = head.code;
  }
  return out;
}

// What was said over WebSocket behind the upgrade, seen from the client.
void listen(const Seen& seen, Web& out) {
  bool closing = false;
  for (const Said& s : seen.said) {
    if (s.stream != out.socket_stream || s.protocol != "websocket" || !at_home(seen, s)) continue;
    closing = closing || opcode(s.bytes) == 8;
    if (closing || opcode(s.bytes) > 2) continue;
    if (s.side == Side::client) {
      ++out.client_messages;
    } else {
      out.pushed.push_back({s.frame, s.time, s.bytes.substr(s.header), s.header});
    }
  }
}

}  // namespace

std::string Peel::masking_key() const {
  const bool masked = ws.size() > 1 && (u8(ws[1]) & 0x80) != 0 && ws_header >= 6;
  return masked ? ws.substr(ws_header - 4, 4) : std::string();
}

std::optional<Peel> find_peel(const Seen& seen) {
  for (const Said& said : seen.said) {
    if (said.protocol != "sio" || said.side != Side::client || !at_home(seen, said)) continue;
    stream::SioPacket packet;
    if (!stream::decode_sio(said.bytes, packet).empty() || packet.type != stream::SioType::event)
      continue;
    const Said* ws = said_in(seen, said, "websocket");
    const Sighting* at = seen.sighting(said.frame);
    // One frame of WebSocket, alone in its segment: so that the sizes add up.
    if (ws == nullptr || at == nullptr || at->data != ws->bytes) continue;
    Peel out{.frame = said.frame, .stream = said.stream, .tap = seen.taps[said.tap]};
    const Talk* talk = seen.talk(Kind::tcp, said.stream);
    out.from = talk->client, out.to = talk->server;
    // ["name",arguments…]
    const std::size_t comma = packet.json.find(',');
    if (packet.json.size() < 4 || comma == std::string_view::npos) continue;
    out.event = packet.json.substr(2, comma - 3);
    out.args = packet.json.substr(comma + 1, packet.json.size() - comma - 2);
    out.sio = said.bytes;
    out.eio = "4" + said.bytes;
    out.ws = ws->bytes, out.ws_header = ws->header;
    out.at = *at;
    const std::string key = out.masking_key();
    if (key.empty() || out.ws.size() - out.ws_header != out.eio.size()) continue;
    return out;
  }
  return {};
}

std::optional<Web> find_web(const Seen& seen) {
  Web out;
  bool plain = false, socket = false;
  for (const Talk& talk : seen.talks) {
    if (talk.kind != Kind::tcp) continue;
    const Heads heads = heads_of(seen, talk.stream);
    if (heads.request == nullptr || heads.answer == nullptr) continue;
    if (!plain && heads.code == 200) {
      plain = true;
      out.plain_stream = talk.stream;
      out.plain_requests = heads.requests, out.plain_answers = heads.answers;
      out.request = head_of(*heads.request), out.answer = head_of(*heads.answer);
      out.request_bytes = heads.request->bytes.size();
      out.answer_bytes = heads.answer->bytes.size();
    } else if (!socket && heads.code == 101) {
      Web next = out;
      next.socket_stream = talk.stream;
      listen(seen, next);
      if (next.pushed.empty()) continue;
      socket = true;
      out = next;
      out.upgrade = head_of(*heads.request), out.switching = head_of(*heads.answer);
      out.switched = heads.answer->time;
      for (const Sighting& s : talk.packets) {
        if (s.tap != talk.home) continue;
        if (out.first_frame == 0) out.first_frame = s.frame;
        out.last_frame = s.frame;
      }
    }
  }
  out.proof = contrast::prove(out.upgrade, out.switching);
  if (!plain || !socket || out.proof.key.empty() || out.proof.said.empty()) return {};
  return out;
}

}  // namespace netpeel::tour
