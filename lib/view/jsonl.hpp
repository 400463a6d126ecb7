// JSON Lines: one object a packet, as cli.md's "decode --json" says. Keys never repeat: fields of
// one name in one layer become an array.
#pragma once
#include <vector>

#include "base/json.hpp"
#include "view/printer.hpp"

namespace netpeel::view {

// Values are written where they are met, which costs least. A name that is found to occur twice in
// a layer is remembered as one that repeats, and the layer is done again; from then on, in all
// packets, its values are gathered aside and written as an array at the layer's end. Thus each name
// costs one repetition at most.
class JsonLines final : public Printer, field::Sink {
 public:
  explicit JsonLines(const Look& look);
  void packet(const field::Packet& packet, Text& out) override;

 private:
  static constexpr u32 none = 0xffffffff;
  static constexpr u32 most_key = 72;
  // What is known of a name; found by Field::key in an open table.
  struct Slot {
    u32 key = 0;
    u32 epoch = 0;  // the layer in which it was last met; 0: the slot is free
    u32 chain = 0;  // in chains_, if it repeats and was met in this layer
    u8 size = 0;    // of text; 0: too long for it
    bool repeats = false;
    char text[most_key]{};  // "name":
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
  void problem(const field::Problem& problem) override;
  Slot& slot(const field::Field& f);
  void gather(Slot& slot, const field::Node& node);
  void layers(const field::Packet& packet, Text& out);
  void members(const field::Packet& packet, const field::Layer& layer, Text& out);

  Look look_;
  std::vector<Slot> slots_;
  u32 used_ = 0;
  u32 epoch_ = 0;
  bool again_ = false;  // a name turned out to repeat
  bool comma_ = false;  // a layer was written before
  Text values_, problems_;
  std::vector<Chain> chains_;
  std::vector<Entry> entries_;
  Text* out_ = nullptr;  // during packet()
};

}  // namespace netpeel::view
