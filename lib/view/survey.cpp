#include "view/survey.hpp"

#include <algorithm>

namespace netpeel::view {

using flow::Conversation;
using flow::Side;

void Survey::packet(const Conversation& c, Side, const field::Packet& packet) {
  if (packet.frame.number != frame_) present_.clear();
  frame_ = packet.frame.number;
  present_.push_back(key(c));
  if (protocol_.empty() || c.kind != Conversation::Kind::udp) return;
  for (const field::Layer& layer : packet.all()) {
    if (registry_[layer.proto].name == protocol_) speak_.insert(key(c));
  }
}

void Survey::data(const Conversation& c, Side, Bytes bytes, u64, u64) {
  if (protocol_.empty() && !bytes.empty()) speak_.insert(key(c));
}

void Survey::gap(const Conversation& c, Side, u64) {
  if (protocol_.empty()) speak_.insert(key(c));
}

void Survey::message(const Conversation& c, const stream::Message& message, std::span<const u64>) {
  if (message.protocol->name == protocol_) speak_.insert(key(c));
}

void Survey::choose(u64 frame) {
  if (frame == frame_) chosen_.insert(present_.begin(), present_.end());
}

std::vector<Conversation> Survey::list(bool chosen_only) const {
  std::vector<Conversation> out;
  for (const Conversation& c : all_) {
    if (speak_.contains(key(c)) && (!chosen_only || chosen_.contains(key(c)))) out.push_back(c);
  }
  std::sort(out.begin(), out.end(), [](const Conversation& a, const Conversation& b) {
    return conversation_key(a.kind, a.stream) < conversation_key(b.kind, b.stream);
  });
  return out;
}

}  // namespace netpeel::view
