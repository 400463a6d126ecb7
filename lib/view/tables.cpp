#include "view/tables.hpp"

namespace netpeel::view {

u32 Tables::add(const Slot& fresh, u32 at) {
  slots_[at] = fresh;
  if (2 * ++count_ <= slots_.size()) return fresh.number;
  std::vector<Slot> old(2 * slots_.size());
  old.swap(slots_);
  for (const Slot& one : old) {
    if (one.first == nullptr) continue;
    u32 s = home(one.first, one.mark);
    while (slots_[s].first != nullptr) s = (s + 1) & (u32(slots_.size()) - 1);
    slots_[s] = one;
  }
  return fresh.number;
}

}  // namespace netpeel::view
