#include "flow/hierarchy.hpp"

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

u32 Hierarchy::layers(u32 at, const Packet& packet, const base::Frame& frame) {
  for (const Layer& layer : packet.all()) {
    if ((layer.flags & Layer::quoted) != 0) break;
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
    nodes_[at].traffic += {1, frame.wire_size};
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
