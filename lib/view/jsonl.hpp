// JSON Lines: one object a packet, as cli.md's "decode --json" says. Keys never repeat: fields of
// one name in one layer become an array.
#pragma once
#include <vector>

#include "base/json.hpp"
#include "view/moment.hpp"
#include "view/printer.hpp"
#include "view/tables.hpp"

namespace netpeel::view {

// Values are written where they are met, which costs least. A name that is found to occur twice in
// a layer is remembered as one that repeats, and the layer is done again; from then on, in all
// packets, its values are gathered aside and written as an array at the layer's end. Thus each name
// costs one repetition at most. What to do for a header's table is decided once (Plan).
class JsonLines final : public Printer, field::Sink {
 public:
  explicit JsonLines(const Look& look);
  void packet(const field::Packet& packet, Text& out) override;

 private:
  static constexpr u32 none = 0xffffffff;
  static constexpr u32 most_key = 64;
  // What is known of a name.
  struct Slot {
    u32 key = 0;
    u32 epoch = 0;  // the layer in which it was last met
    u32 chain = 0;  // in chains_, if it repeats and was met in this layer
    u8 size = 0;    // of text; 0: too long for it
    bool repeats = false;
    char text[most_key]{};  // "name":
  };

  // One row of a table, or some that share their bytes.
  struct Step {
    enum class What : u8 { flag, number, ipv4, block, other };
    What what = What::other;
    u8 rows = 1;
    u32 slot = 0;                       // of the first row; of a block the first in Plan::slots
    const field::Field* row = nullptr;  // the first
  };
  struct Plan {
    u32 bytes = 0;  // that the rows span
    std::vector<Step> steps;
    std::vector<u32> slots;  // of the blocks' rows
  };
  static constexpr u32 kept_blocks = 512, longest_block = 480;
  // What rows that share their bytes came to.
  struct Block {
    const field::Field* first = nullptr;
    u64 bytes = 0;
    u32 size = 0;
    char text[longest_block];
  };
  struct Chain {
    const field::Field* field;
    u32 first, last;  // in entries_
  };
  struct Entry {
    u32 at, size;  // in values_
    u32 next = none;
  };

  void node(const field::Node& node) override;
  void laid(const field::Laid& some) override;
  void problem(const field::Problem& problem) override;
  u32 slot(const field::Field& f) {
    const u32 one = index_[f.key & (index_.size() - 1)];
    return one != 0 && slots_[one - 1].key == f.key ? one - 1 : other_slot(f);
  }
  u32 other_slot(const field::Field& f);
  u32 home(u32 key) const;
  bool shows(const field::Field& f) const {
    return !f.name.empty() && !f.more.hidden && (!f.more.payload || look_.payload);
  }
  Plan plan(const field::Laid& some);
  // Whether the name may be written where it is met; then it counts as met.
  bool fresh(u32 slot) {
    Slot& known = slots_[slot];
    if (known.repeats || known.epoch == epoch_) return false;
    known.epoch = epoch_;
    return true;
  }
  void unmeet(const u32* from, const u32* to);
  void block(const field::Laid& some, const Plan& plan, const Step& step);
  void put_name(const field::Field& f, const Slot& slot) {
    // The whole text of the slot is copied, as a copy of constant size is a few instructions.
    if (slot.size == 0) return put_long_name(f);
    std::memcpy(out_->room(most_key), slot.text, most_key);
    out_->took(slot.size);
  }
  void put_long_name(const field::Field& f);
  void gather(Slot& slot, const field::Node& node);
  void layers(const field::Packet& packet, Text& out);
  void members(const field::Packet& packet, const field::Layer& layer, Text& out);

  Look look_;
  std::vector<Slot> slots_;
  std::vector<u32> index_;  // by Field::key, open; slots + 1, 0: free
  Tables tables_;
  std::vector<Plan> plans_;    // by the table's number
  std::vector<Block> blocks_;  // by a hash of the first two
  Moments moments_;
  u32 epoch_ = 0;
  bool again_ = false;  // a name turned out to repeat
  bool comma_ = false;  // a layer was written before
  Text values_, problems_;
  std::vector<Chain> chains_;
  std::vector<Entry> entries_;
  Text* out_ = nullptr;  // during packet()
};

}  // namespace netpeel::view
