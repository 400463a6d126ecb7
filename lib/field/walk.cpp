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

// Where walk() stands in a packet.
struct Place {
  const Registry& registry;
  Packet& packet;
  Layer* layer;
  u64 seen = 0;
  u32 at = 0, left;
  u8 id, carried = 0;
};

// One layer. False: it was the last.
[[gnu::always_inline]] inline bool step(Place& w) {
  Layer& layer = *w.layer++;
  if (w.id == 0) {
    layer = {.flags = w.carried, .at = w.at, .body = w.left};
    w.seen |= 1;
    return false;
  }
  layer = {.proto = w.id, .flags = w.carried, .at = w.at};
  w.seen |= u64(1) << (w.id % 64);
  const Next next = w.registry.dissect(w.id, w.packet.frame.data + w.at, w.left, layer);
  if ((layer.flags & (Layer::short_of | Layer::quotes)) != 0) [[unlikely]] {
    if ((layer.flags & Layer::short_of) != 0) classify(w.packet, layer, w.at + w.left);
    if ((layer.flags & Layer::quotes) != 0) w.carried = Layer::quoted;
  }
  w.at += layer.header;
  w.left = layer.body;
  if (w.left == 0) return false;
  w.id = w.registry.lookup(next.space(), next.key());
  if (w.id == 0) w.id = w.registry.lookup(next.space(), next.second());
  return true;
}

inline void layers(const Registry& registry, Packet& packet, u8 id) {
  packet.too_deep = false;
  packet.facts = nullptr;
  packet.part_count = 0;
  Place w{.registry = registry, .packet = packet, .layer = packet.layers, .left = packet.frame.size,
          .id = id};
  if (step(w) && step(w) && step(w) && step(w)) {
    while (step(w)) {
      if (w.layer == packet.layers + Packet::most_layers) {
        packet.too_deep = true;
        break;
      }
    }
  }
  packet.depth = u8(w.layer - packet.layers);
  packet.seen = w.seen;
}

}  // namespace

void walk(const Registry& registry, Packet& packet) {
  layers(registry, packet, registry.lookup(Space::link, packet.frame.link_type));
}

void walk_from(const Registry& registry, Packet& packet, u8 id) { layers(registry, packet, id); }

}  // namespace netpeel::field
