// How much of the flow table anybody can see. A filter or a printed form that asks only for what a
// frame says by itself reads the same with less, so that nothing else is worked out.
#pragma once
#include <string>

#include "flow/tracker.hpp"

namespace netpeel::flow {

// What the values of that row need.
Need need_of(const field::Registry& registry, const field::Registry::Owned& row);
// … the presence, the bytes and the number of layers of that protocol.
Need need_of(const field::Registry& registry, u8 protocol);
// The most that any of these fields and protocols needs. A name that nothing has counts as
// everything.
Need need_of(const field::Registry& registry, std::span<const std::string> names);

}  // namespace netpeel::flow
