// JSON Lines: one object a packet, as cli.md's "decode --json" says. Keys never repeat: fields of one name in one layer
// become an array at the first one's place.
#pragma once
#include <vector>

#include "base/json.hpp"
#include "view/printer.hpp"

namespace netpeel::view {

class JsonLines final : public Printer, field::Sink {
 public:
  explicit JsonLines(const Look& look);
  void packet(const field::Packet& packet, Text& out) override;

 private:
  static constexpr u32 none = 0xffffffff;
  // A value, already written into values_; those of equal names are chained.
  struct Entry {
    const field::Field* field;
    u32 at, size;
    u32 next = none;
    u32 last = none;  // of the chain; only the first entry knows
    bool first = true;
  };
  struct Slot {
    u32 key = 0, epoch = 0, entry = 0;
  };

  void node(const field::Node& node) override;
  void problem(const field::Problem& problem) override;
  void problem(field::Kind kind, const field::Field* f, std::string_view says);
  void collect(const field::Packet& packet, const field::Layer& layer);
  void members(Text& out) const;
  void widen();

  Look look_;
  Text values_, problems_;
  std::vector<Entry> entries_;
  std::vector<Slot> slots_;  // open addressing by Field::key; a slot of an older epoch is free
  u32 epoch_ = 0;
};

}  // namespace netpeel::view
