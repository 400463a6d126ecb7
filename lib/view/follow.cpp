#include "view/follow.hpp"

#include <algorithm>

#include "stream/socketio.hpp"

namespace netpeel::view {

using flow::Conversation;
using flow::Side;

// With Socket.IO, Engine.IO's own packets are looked at as well: whether they are shown is the
// message reader's affair.
bool Follow::asked(std::string_view protocol) const {
  return protocol == look_.protocol ||
         (look_.messages.pings && look_.protocol == "sio" && protocol == "eio");
}

void Follow::announce(const Conversation& c) {
  if (present_ && present_->first == c.kind && present_->second == c.stream) return;
  present_.emplace(c.kind, c.stream);
  printer_.conversation(c, out_);
}

void Follow::tell(const Conversation& c, Side side, i64 time) {
  announce(c);
  ++told_;
  said_.side = side;
  said_.time = time;
  said_.since_first = time - first_time_;
  printer_.said(c, said_, out_);
}

void Follow::packet(const Conversation& c, Side side, const field::Packet& packet) {
  first_time_ = packet.first_time;
  if (!wanted_(c)) return;
  met_ = true;
  if (look_.protocol.empty() || c.kind != Conversation::Kind::udp || !hears(c, side)) return;
  for (const field::Layer& layer : packet.all()) {
    if (look_.messages.registry[layer.proto].name != look_.protocol) continue;
    said_.clear();
    said_layer(look_.messages.registry, packet, layer, said_);
    said_.frames = {&packet.frame.number, 1};
    return tell(c, side, packet.frame.time);
  }
}

void Follow::chunk(const Conversation& c, Side side, Bytes bytes, std::span<const u64> frames,
                   i64 time) {
  said_.clear();
  said_.protocol = transport_name(c.kind);
  said_.frames = frames;
  said_.fact("size", u64(bytes.size()));
  said_.title.dec(bytes.size()).add(bytes.size() == 1 ? " byte" : " bytes");
  said_.parts.push_back({.name = "data", .bytes = bytes});
  tell(c, side, time);
}

void Follow::flush() {
  if (turn_.bytes.empty()) return;
  chunk(turn_.conversation, turn_.side, turn_.bytes, turn_.frames, turn_.time);
  turn_.bytes.clear();
  turn_.frames.clear();
}

void Follow::data(const Conversation& c, Side side, Bytes bytes, u64, u64 frame) {
  if (!look_.protocol.empty() || bytes.empty() || !hears(c, side)) return;
  if (!look_.join || c.kind == Conversation::Kind::udp) {
    flush();
    return chunk(c, side, bytes, {&frame, 1}, c.last_time);
  }
  const bool goes_on = turn_.conversation.kind == c.kind && turn_.conversation.stream == c.stream &&
                       turn_.side == side && turn_.bytes.size() + bytes.size() <= longest_turn;
  if (!goes_on) flush();
  if (turn_.bytes.empty()) {
    turn_.conversation = c;
    turn_.side = side;
    turn_.time = c.last_time;
  }
  if (turn_.frames.empty() || turn_.frames.back() != frame) turn_.frames.push_back(frame);
  turn_.bytes.insert(turn_.bytes.end(), bytes.begin(), bytes.end());
}

void Follow::gap(const Conversation& c, Side side, u64 n) {
  if (!look_.protocol.empty() || !hears(c, side)) return;
  flush();
  missing_ += n;
  announce(c);
  printer_.gap(c, side, n, out_);
}

void Follow::message(const Conversation& c, const stream::Message& m, std::span<const u64> frames) {
  if (look_.protocol.empty() || !asked(m.protocol->name)) return;
  if (m.protocol->name == "sio") note_answer(m);
  if (!hears(c, m.side)) return;
  said_.clear();
  said_.frames = frames;
  if (!said_message(look_.messages, m, said_)) return;
  tell(c, m.side, c.last_time);
  if (m.protocol->name == "sio") note_question(c, m);
}

// Which events of Socket.IO wait for their acknowledgment; it may come in another conversation.
void Follow::note_question(const Conversation& c, const stream::Message& m) {
  stream::SioPacket p;
  const auto* f = static_cast<const stream::SioFacts*>(m.facts);
  const bool good = stream::sio_packet(m.bytes, f, p).empty();
  if (!good || !p.has_id || p.type == stream::SioType::ack || p.type == stream::SioType::binary_ack)
    return;
  if (unanswered_.size() == most_unanswered) unanswered_.pop_front();
  Unanswered one{c, m.side, c.last_frame, p.id, {}, std::string(p.nsp.substr(0, 200))};
  for (const Said::Fact& fact : said_.facts) {
    if (fact.name == "event") one.event = fact.text.substr(0, 200);
  }
  unanswered_.push_back(std::move(one));
}

void Follow::note_answer(const stream::Message& m) {
  const auto* f = static_cast<const stream::SioFacts*>(m.facts);
  stream::SioPacket p;
  if (f == nullptr || f->event_in == 0 || !stream::sio_packet(m.bytes, f, p).empty()) return;
  const auto it = std::find_if(unanswered_.begin(), unanswered_.end(), [&](const Unanswered& one) {
    return one.frame == f->event_in && one.id == p.id && one.nsp == p.nsp;
  });
  if (it != unanswered_.end()) unanswered_.erase(it);
}

void Follow::finish() {
  flush();
  if (unanswered_.empty()) return;
  const std::vector<Unanswered> all(unanswered_.begin(), unanswered_.end());
  printer_.unanswered(all, out_);
  unanswered_.clear();
}

void Follow::closed(const Conversation&) { flush(); }

}  // namespace netpeel::view
