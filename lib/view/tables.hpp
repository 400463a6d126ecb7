// Tables of rows that a printer has met, numbered from 0: what it prepared for one is found again
// by that number.
#pragma once
#include <vector>

#include "field/field.hpp"

namespace netpeel::view {

class Tables {
 public:
  // The same for the same rows at the same depth; a new one has the next number. There is a first
  // row.
  u32 number(field::Table rows, u8 depth) {
    const u32 mark = u32(rows.size()) << 8 | depth;
    for (u32 s = home(rows.data(), mark);; s = (s + 1) & (u32(slots_.size()) - 1)) {
      const Slot& slot = slots_[s];
      if (slot.first == rows.data() && slot.mark == mark) [[likely]]
        return slot.number;
      if (slot.first == nullptr) return add({rows.data(), mark, count_}, s);
    }
  }

 private:
  struct Slot {
    const field::Field* first = nullptr;
    u32 mark = 0;  // number of rows, depth
    u32 number = 0;
  };
  u32 home(const field::Field* first, u32 mark) const {
    return (first->key + mark) & (u32(slots_.size()) - 1);
  }
  u32 add(const Slot& fresh, u32 at);

  std::vector<Slot> slots_ = std::vector<Slot>(256);  // open; a power of two
  u32 count_ = 0;
};

}  // namespace netpeel::view
