// Which protocol was carried by which, and how much: a tree over the layers of all packets it is
// given.
#pragma once
#include <vector>

#include "field/registry.hpp"
#include "flow/tally.hpp"

namespace netpeel::flow {

class Hierarchy {
 public:
  struct Node {
    u8 proto = 0;
    u32 depth = 0;
    u32 child = none,
        next = none;  // the first child, the next of the same parent; in the order of first sight
    Traffic traffic;  // frames that hold it at this place
  };

  // IPv6's extension headers, what an ICMP error quotes, and further messages of one application
  // protocol count as part of what they stand on.
  explicit Hierarchy(const field::Registry& registry);
  void count(const field::Packet& packet);
  // Parents before their children.
  std::vector<Node> tree() const;
  u64 left_out() const { return left_out_; }  // layers beyond the bound

 private:
  static constexpr u32 most = 10'000;
  u32 below(u32 parent, u8 proto);
  const field::Layer* sibling(const field::Packet& packet, const field::Layer& layer) const;
  u32 layers(u32 at, const field::Packet& packet, const base::Frame& frame);
  void collect(u32 at, std::vector<Node>& out) const;

  enum class How : u8 { each, inner, once };
  std::vector<How> how_;     // by protocol id
  std::vector<Node> nodes_;  // the first is the root
  u64 left_out_ = 0;
};

}  // namespace netpeel::flow
