#include "replay/recording.hpp"

#include <algorithm>

#include "stream/engineio.hpp"

namespace netpeel::replay {

using flow::Conversation;
using Kind = Utterance::Kind;

Recording::Track& Recording::track(const Conversation& c) {
  const u64 key = u64(c.kind) << 32 | c.stream;
  const auto [at, fresh] = tracks_.try_emplace(key, Track{.utterances = Utterances(limits_)});
  if (fresh) at->second.interface = interface_;
  at->second.conversation = c;
  return at->second;
}

void Recording::keep(std::vector<Utterance>& in, Utterance utterance, const Conversation& c,
                     std::span<const u64> frames) {
  utterance.frame = frames.empty() ? c.last_frame : frames.back();
  utterance.time = c.last_time;
  bytes_ += sizeof(Utterance) + utterance.wire.size();
  for (const Value& v : utterance.values) bytes_ += v.text.size() + sizeof(Value);
  in.push_back(std::move(utterance));
}

void Recording::packet(const Conversation& c, Side, const field::Packet& packet) {
  interface_ = packet.frame.interface;
  track(c);
}

void Recording::data(const Conversation& c, Side side, Bytes bytes, u64, u64 frame) {
  Track& t = track(c);
  if (c.kind == Conversation::Kind::udp) {
    if (t.interface != interface_) return;
    return keep(t.turns, bytes_said(Level::udp, side, bytes), c, {&frame, 1});
  }
  if (bytes.empty()) return;
  t.client_spoke = t.client_spoke || side == Side::client;
  if (t.turns.empty() || t.turns.back().side != side)
    return keep(t.turns, bytes_said(Level::tcp, side, bytes), c, {&frame, 1});
  // One turn goes on; take() makes an utterance of it.
  t.turns.back().wire += base::as_text(bytes);
  t.turns.back().time = c.last_time;
  bytes_ += bytes.size();
}

void Recording::finish_turns(Track& t) {
  for (Utterance& turn : t.turns) {
    const u64 frame = turn.frame;
    const i64 time = turn.time;
    turn = bytes_said(turn.level, turn.side, base::as_bytes(turn.wire));
    turn.frame = frame;
    turn.time = time;
  }
}

void Recording::gap(const Conversation& c, Side, u64 n) { track(c).missing += n; }

// A session without a known name is its connection's own.
std::string Recording::session_name(const Track& t) {
  const std::string& known = t.utterances.session();
  return known.empty() ? "stream " + std::to_string(t.conversation.stream) : known;
}

Recording::Session& Recording::session(const Track& t, const Utterance& utterance) {
  const auto [at, fresh] = sessions_.try_emplace(session_name(t));
  Recorded& r = at->second.recorded;
  if (fresh) {
    r.conversation = t.conversation;
    r.request = t.utterances.request();
    r.midway = utterance.kind != Kind::open;
  }
  if (std::find(r.streams.begin(), r.streams.end(), t.conversation.stream) == r.streams.end())
    r.streams.push_back(t.conversation.stream);
  return at->second;
}

// The number of the polling request that begins there.
u64 Recording::body(const Conversation& c, u64 at) {
  if (bodies_ == 0 || body_ != std::pair(c.stream, at)) ++bodies_;
  body_ = {c.stream, at};
  return bodies_;
}

void Recording::message(const Conversation& c, const stream::Message& m,
                        std::span<const u64> frames) {
  Track& t = track(c);
  t.encrypted = t.encrypted || m.protocol->name == "tls";
  std::optional<Utterance> said = t.utterances.of(m);
  if (!said) return;
  if (said->level == Level::http || said->level == Level::websocket) {
    const bool websocket = said->level == Level::websocket;
    // A poll that brings nothing says no packet, and still is the session's.
    const std::string& head = t.utterances.request();
    if (said->key == "request" && head.substr(0, head.find('\n')).find("EIO=4&") < head.size())
      t.session = true;
    t.websocket = t.websocket || websocket;
    if (said->kind == Kind::ping || said->kind == Kind::pong) return;
    // Who hangs up the connection ends the session that it carries.
    if (websocket && said->kind == Kind::close && t.session) {
      Utterance gone = *said;
      const auto at = sessions_.find(session_name(t));
      if (at != sessions_.end()) keep(at->second.recorded.said, gone, c, frames);
    }
    return keep(t.messages, std::move(*said), c, frames);
  }
  t.session = true;
  Session& s = session(t, *said);
  s.socketio = s.socketio || said->level == Level::socketio;
  if (said->level == Level::engineio) {
    const auto* f = static_cast<const stream::EioFacts*>(m.facts);
    if (f != nullptr) (f->polling ? s.recorded.polling : s.recorded.websocket) = true;
    if (said->kind == Kind::ping || said->kind == Kind::pong) return;
    if (said->kind == Kind::probe && said->side == Side::client)
      s.recorded.upgrade = t.utterances.request();
  }
  if (said->polling && said->side == Side::client) said->body = body(c, m.from);
  keep(s.recorded.said, std::move(*said), c, frames);
}

void Recording::closed(const Conversation& c) { track(c); }

std::vector<Recorded> Recording::take(bool bytes_only) {
  std::vector<Recorded> out;
  for (auto& [name, s] : sessions_) {
    if (bytes_only) break;
    Recorded& r = s.recorded;
    r.level = s.socketio ? Level::socketio : Level::engineio;
    // Socket.IO's packets say what Engine.IO's carried.
    std::erase_if(r.said, [&](const Utterance& u) {
      return s.socketio && u.level == Level::engineio && u.kind == Kind::message;
    });
    for (std::size_t i = 1; i < r.said.size(); ++i)
      r.said[i - 1].more = r.said[i].body != 0 && r.said[i].body == r.said[i - 1].body;
    for (const u32 stream : r.streams) r.missing += tracks_.at(stream).missing;
    out.push_back(std::move(r));
  }
  for (auto& [key, t] : tracks_) {
    if (t.session && !bytes_only) continue;
    Recorded r{.conversation = t.conversation,
               .streams = {t.conversation.stream},
               .request = {},
               .missing = t.missing};
    const bool udp = t.conversation.kind == Conversation::Kind::udp;
    if (bytes_only && udp) continue;
    const bool spoken =
        !bytes_only && std::any_of(t.messages.begin(), t.messages.end(),
                                   [](const Utterance& u) { return u.side == Side::client; });
    r.level = udp           ? Level::udp
              : !spoken     ? Level::tcp
              : t.websocket ? Level::websocket
                            : Level::http;
    if (!spoken) finish_turns(t);
    r.said = spoken ? std::move(t.messages) : std::move(t.turns);
    r.midway = !udp && (t.conversation.completeness & 1) == 0;
    r.encrypted = t.encrypted && !bytes_only;
    // In HTTP each request stands for itself.
    if (r.level == Level::http) r.midway = false;
    if (std::any_of(r.said.begin(), r.said.end(),
                    [](const Utterance& u) { return u.side == Side::client; }))
      out.push_back(std::move(r));
  }
  std::stable_sort(out.begin(), out.end(), [](const Recorded& a, const Recorded& b) {
    return a.conversation.first_frame < b.conversation.first_frame;
  });
  return out;
}

}  // namespace netpeel::replay
