#include "flow/twins.hpp"

#include "flow/taps.hpp"

namespace netpeel::flow {

void Twins::count(const field::Packet& packet) {
  const u16 at = packet.frame.interface;
  if (!begun_) begun_ = true, first_ = at;
  several_ = several_ || at != first_;
  if (!several_) return;
  const std::optional<Seen> sight = seen(packet);
  if (!sight) return;
  ++counted_;
  const Sighting& s = sight->sighting;
  u64 key = s.content;
  for (u64 part : {s.from, s.to, u64(s.kind), u64(s.id), u64(s.length)})
    key = (key ^ part) * 0x9e3779b97f4a7c15;
  Sight& old = recent_[key >> 54];
  if (old.key == key && old.interface != at) {
    ++twice_;
    old = {};
    return;
  }
  old = {key, at};
}

}  // namespace netpeel::flow
