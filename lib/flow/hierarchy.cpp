#include "flow/hierarchy.hpp"

#include <algorithm>

namespace netpeel::flow {

using field::Layer;
using field::Packet;

Hierarchy::Hierarchy(const field::Registry& registry) : how_(registry.size()), nodes_(1) {
  for (u32 i = 0; i < registry.size(); ++i) {
    const field::Protocol& protocol = registry[u8(i)];
    if (protocol.name.starts_with("ipv6.")) how_[i] = How::inner;
    if (protocol.osi >= field::Osi::session) how_[i] = How::once;
  }
}

u32 Hierarchy::below(u32 parent, u8 proto) {
  u32* link = &nodes_[parent].child;
  while (*link != none && nodes_[*link].proto != proto) link = &nodes_[*link].next;
  if (*link != none) return *link;
  if (nodes_.size() == most) return none;
  *link = u32(nodes_.size());
  const u32 depth = parent == 0 ? 0 : nodes_[parent].depth + 1;
  nodes_.push_back({.proto = proto, .depth = depth});  // link dangles from here on
  return u32(nodes_.size()) - 1;
}

// An earlier layer of that protocol which is over where this one begins: they stand beside each
// other, as the packets of one Engine.IO polling body do.
const Layer* Hierarchy::sibling(const Packet& packet, const Layer& layer) const {
  if (how_[layer.proto] != How::once) return nullptr;
  for (const Layer& earlier : packet.all().first(packet.index(layer))) {
    const u64 end = u64(earlier.at) + earlier.header + earlier.body;
    if (earlier.proto == layer.proto && end <= layer.at) return &earlier;
  }
  return nullptr;
}

u32 Hierarchy::layers(u32 at, const Packet& packet, const base::Frame& frame) {
  u32 nodes[Packet::most_layers]{};  // of each layer
  for (const Layer& layer : packet.all()) {
    if ((layer.flags & Layer::quoted) != 0) break;
    u32& node = nodes[packet.index(layer)];
    if (const Layer* const earlier = sibling(packet, layer)) at = nodes[packet.index(*earlier)];
    node = at;
    const How how = how_[layer.proto];
    if (how == How::inner || (how == How::once && nodes_[at].proto == layer.proto && at != 0))
      continue;
    const Layer* before = packet.below(layer);
    if (before != nullptr && (before->flags & Layer::stacked) != 0 && before->proto == layer.proto)
      continue;
    const u32 next = below(at, layer.proto);
    if (next == none) {
      ++left_out_;
      break;
    }
    at = next;
    const bool counted = std::find(nodes, &node, at) != &node;
    node = at;
    if (!counted) nodes_[at].traffic += {1, frame.wire_size};
  }
  return at;
}

void Hierarchy::count(const Packet& packet) {
  u32 at = layers(0, packet, packet.frame);
  for (const Packet& part : packet.others()) at = layers(at, part, packet.frame);
}

void Hierarchy::collect(u32 at, std::vector<Node>& out) const {
  for (u32 child = nodes_[at].child; child != none; child = nodes_[child].next) {
    out.push_back(nodes_[child]);
    collect(child, out);
  }
}

std::vector<Hierarchy::Node> Hierarchy::tree() const {
  std::vector<Node> out;
  collect(0, out);
  return out;
}

}  // namespace netpeel::flow
