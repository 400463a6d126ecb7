// From a stream's message to what was said with it.
#pragma once
#include "field/registry.hpp"
#include "view/said.hpp"

namespace netpeel::view {

// What the reader stands on, and whether a message is shown at all.
struct MessageLook {
  const field::Registry& registry;
  stream::Limits limits{};
  bool pings = false;  // with Socket.IO: also what Engine.IO says for itself
};

// Fills all but side, times and frames. False: this message says nothing by itself (a WebSocket
// frame in the middle of a message, an Engine.IO ping that nobody asked for).
bool said_message(const MessageLook& look, const stream::Message& message, Said& out);

// A layer of a packet as a message: what its protocol has to say in one sentence.
void said_layer(const field::Registry& registry, const field::Packet& packet,
                const field::Layer& layer, Said& out);

}  // namespace netpeel::view
