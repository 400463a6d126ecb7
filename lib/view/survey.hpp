// A first look through a capture: which conversations there are that say something, so that one can
// be chosen. One thread.
#pragma once
#include <string_view>
#include <unordered_set>
#include <vector>

#include "field/registry.hpp"
#include "flow/tracker.hpp"

namespace netpeel::view {

// A conversation's name among all of a capture.
inline u64 conversation_key(flow::Conversation::Kind kind, u32 stream) {
  return u64(kind) << 32 | stream;
}

class Survey final : public flow::Listener {
 public:
  // protocol: only those count that say a message of it; empty: those that carry any bytes.
  Survey(const field::Registry& registry, std::string_view protocol)
      : registry_(registry), protocol_(protocol) {}

  // The frame just seen is one of those asked for: so are its conversations.
  void choose(u64 frame);

  // When the capture is over: TCP first, by number. With `chosen_only` those that choose() met.
  std::vector<flow::Conversation> list(bool chosen_only) const;

 private:
  using Keys = std::unordered_set<u64>;
  static u64 key(const flow::Conversation& c) { return conversation_key(c.kind, c.stream); }

  void packet(const flow::Conversation& c, flow::Side side, const field::Packet& packet) override;
  void data(const flow::Conversation& c, flow::Side, Bytes bytes, u64, u64) override;
  void gap(const flow::Conversation& c, flow::Side, u64) override;
  void message(const flow::Conversation& c, const stream::Message& message,
               std::span<const u64>) override;
  void closed(const flow::Conversation& c) override { all_.push_back(c); }

  const field::Registry& registry_;
  std::string_view protocol_;
  Keys speak_, chosen_;
  std::vector<u64> present_;  // of the frame seen last
  u64 frame_ = 0;
  std::vector<flow::Conversation> all_;
};

}  // namespace netpeel::view
