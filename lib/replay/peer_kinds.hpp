// The kinds of peers; see peer.hpp.
#pragma once
#include "replay/peer.hpp"

namespace netpeel::replay {

std::unique_ptr<Peer> tcp_peer(const Dial& dial);
std::unique_ptr<Peer> udp_peer(const Dial& dial);
// HTTP, and WebSocket behind an upgrade.
std::unique_ptr<Peer> web_peer(const Dial& dial, const field::Registry& registry,
                               const stream::Limits& limits);
// Engine.IO, with Socket.IO or without; over what carried it in the capture.
std::unique_ptr<Peer> engine_peer(const Dial& dial, const Recorded& recorded,
                                  const field::Registry& registry, const stream::Limits& limits);

}  // namespace netpeel::replay
