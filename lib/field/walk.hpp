// The hot loop: from a frame to its layers. Allocates nothing, throws nothing, compares no strings
// (a test counts).
#pragma once
#include "field/registry.hpp"

namespace netpeel::field {

// Fills packet.layers from packet.frame. Always at least one layer; what nobody decodes becomes a
// layer of protocol 0.
void walk(const Registry& registry, Packet& packet);
// The same where the frame's bytes begin with that protocol: a part (Packet::parts).
void walk_from(const Registry& registry, Packet& packet, u8 id);

}  // namespace netpeel::field
