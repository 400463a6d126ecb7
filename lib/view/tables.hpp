// Tables of rows that a printer has met, numbered from 0: what it prepared for one is found again
// by that number.
#pragma once
#include <vector>

#include "field/field.hpp"

namespace netpeel::view {

class Tables {
 public:
  // The same for the same rows at the same depth; a new one has the next number.
  u32 number(field::Table rows, u8 depth) {
    const u64 mark = u64(rows.size()) << 8 | depth;
    for (u32 s = slot(rows.data(), mark);; s = (s + 1) & (u32(slots_.size()) - 1)) {
      const Slot& slot = slots_[s];
      if (slot.first == rows.data() && slot.mark == mark) [[likely]]
        return slot.number;
      if (slot.first == nullptr) return add({rows.data(), mark, count_}, s);
    }
  }

 private:
  struct Slot {
    const field::Field* first = nullptr;
    u64 mark = 0;  // number of rows, depth
    u32 number = 0;
  };
  u32 slot(const field::Field* first, u64 mark) const {
    return u32((u64(reinterpret_cast<std::uintptr_t>(first)) + mark) * 0x9e3779b97f4a7c15 >> 40) &
           (u32(slots_.size()) - 1);
  }
  u32 add(const Slot& fresh, u32 at);

  std::vector<Slot> slots_ = std::vector<Slot>(256);  // open; a power of two
  u32 count_ = 0;
};

}  // namespace netpeel::view
