// A capture from its first frame to its last: each one walked, and seen by a tracker. For who needs
// no filter, no progress and no keys (tools have cli/packets.hpp). One thread.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "capture/source.hpp"
#include "flow/tracker.hpp"

namespace netpeel::flow {

// interfaces: those known of so far. The packet is valid during the call.
using Each = std::function<void(const field::Packet& packet, std::size_t interfaces)>;

// How many frames there were. With more than one interface they are taps of the same wires. The
// listener may be null. Throws base::Error where the source does.
u64 play(capture::FrameSource& source, const field::Registry& registry, Listener* listener,
         const Each& each);

// The interfaces' names, harmless for a terminal.
std::vector<std::string> interface_names(const capture::FrameSource& source);

}  // namespace netpeel::flow
