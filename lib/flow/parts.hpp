// The parts of the packet that is being seen (field::Packet::parts): packets whose bytes were put
// together, unmasked or inflated. All of it is valid until the next packet is seen.
#pragma once
#include <vector>

#include "base/arena.hpp"
#include "field/packet.hpp"

namespace netpeel::flow {

class Parts {
 public:
  static constexpr u32 most = 64;

  explicit Parts(base::Arena& arena) : arena_(arena) { all_.reserve(most); }

  void clear() { all_.clear(); }
  bool empty() const { return all_.empty(); }
  bool full() const { return all_.size() == most; }
  u32 size() const { return u32(all_.size()); }
  field::Packet& back() { return all_.back(); }
  const field::Packet* data() const { return all_.data(); }
  // A further part without layers, over the same bytes as `under`. Must not be full.
  field::Packet& add(const field::Packet& under) {
    u8* const room = arena_.room(sizeof(field::Facts*) * field::Packet::most_layers);
    auto* const facts = new (room) const field::Facts* [field::Packet::most_layers] {};
    facts_[all_.size()] = facts;
    field::Packet& part = all_.emplace_back();
    part.under = &under;
    part.frame = under.frame;
    part.first_time = under.first_time;
    part.facts = facts;
    return part;
  }
  // Of a part's layers, to be filled; of the last part's.
  const field::Facts** facts(u32 part) const { return facts_[part]; }
  const field::Facts** facts() const { return facts_[size() - 1]; }
  // Hangs them on the packet.
  void hang_on(field::Packet& packet) const {
    packet.parts = all_.data();
    packet.part_count = size();
    for (const field::Packet& part : all_) packet.seen |= part.seen;
  }

 private:
  base::Arena& arena_;
  std::vector<field::Packet> all_;
  const field::Facts** facts_[most]{};
};

}  // namespace netpeel::flow
