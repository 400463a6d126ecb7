#include "field/walk.hpp"

namespace netpeel::field {
namespace {

// A dissector only knows that bytes are missing. Whose doing it was: the capture's, if the layer
// was given all bytes up to the frame's cut end; nobody's, in a quotation; otherwise the sender's.
void classify(const Packet& packet, Layer& layer, u32 given_end) {
  layer.flags &= u8(~Layer::short_of);
  if ((layer.flags & Layer::quoted) != 0) return;
  const bool frame_cut = packet.frame.size < packet.frame.wire_size;
  layer.flags |= frame_cut && given_end == packet.frame.size ? Layer::truncated : Layer::malformed;
}

inline void layers(const Registry& registry, Packet& packet, u8 id) {
  packet.too_deep = false;
  packet.facts = nullptr;
  packet.part_count = 0;
  const u8* const data = packet.frame.data;
  Layer* layer = packet.layers;
  u64 seen = 0;
  u32 at = 0, left = packet.frame.size;
  u8 carried = 0;
  for (;;) {
    layer->proto = id;
    layer->flags = carried;
    layer->at = at;
    seen |= u64(1) << (id % 64);
    const Next next = registry.dissect(id, data + at, left, *layer);
    if ((layer->flags & (Layer::short_of | Layer::quotes)) != 0) [[unlikely]] {
      if ((layer->flags & Layer::short_of) != 0) classify(packet, *layer, at + left);
      if ((layer->flags & Layer::quotes) != 0) carried = Layer::quoted;
    }
    at += layer->header;
    left = layer->body;
    ++layer;
    if (left == 0 || id == 0) break;
    if (layer == packet.layers + Packet::most_layers) {
      packet.too_deep = true;
      break;
    }
    id = registry.lookup(next.space(), next.key());
    if (id == 0) id = registry.lookup(next.space(), next.second());
  }
  packet.depth = u8(layer - packet.layers);
  packet.seen = seen;
}

}  // namespace

void walk(const Registry& registry, Packet& packet) {
  layers(registry, packet, registry.lookup(Space::link, packet.frame.link_type));
}

void walk_from(const Registry& registry, Packet& packet, u8 id) { layers(registry, packet, id); }

}  // namespace netpeel::field
