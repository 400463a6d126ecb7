// What a frame is, as far as faults ask: found by one walk over it, before the wire decides.
#pragma once
#include <memory>

#include "field/packet.hpp"
#include "field/registry.hpp"
#include "flow/tracker.hpp"
#include "lab/fault.hpp"

namespace netpeel::lab {

struct Sight {
  Bytes frame;
  const field::Packet* packet = nullptr;  // null: nobody asked
  u16 kinds = 1;                          // bit (number of the Kind); every frame is a frame
  u32 payload_at = 0,
      payload_size = 0;  // what `corrupt` bends: what TCP or UDP carries, or else the highest layer
  bool is(Kind kind) const { return (kinds >> u32(kind) & 1) != 0; }
};

// Looks at the frames of one segment of the network, in the order in which they are sent. A sight
// is valid until the next.
class Watcher {
 public:
  explicit Watcher(const field::Registry& registry)
      : registry_(registry), tcp_(registry.protocol("tcp")), udp_(registry.protocol("udp")) {}

  // follow: also keep the conversations, so that filters may ask what spans packets (tcp.stream,
  // http.request …).
  const Sight& look(Bytes frame, i64 time, bool follow);

 private:
  const field::Registry& registry_;
  u8 tcp_, udp_;
  std::unique_ptr<flow::Tracker> tracker_;  // made when first asked for
  field::Packet packet_;
  Sight sight_;
  u64 number_ = 0;
};

}  // namespace netpeel::lab
