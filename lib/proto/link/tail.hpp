// What stands in an Ethernet frame behind the packet it carries: the padding up to the least size,
// whatever a switch or a tap added, and sometimes the frame check sequence. Ethernet itself, VLAN
// tags and cooked captures share it.
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto {

inline constexpr auto tail_rows = loose({
    {"eth.padding", "Padding", 0, bytes,
     "Zeros that fill the frame up to Ethernet's least size of 60 bytes."},
});

struct TailRows {
  const Field* trailer;        // the header's own name for the rest
  const Field* fcs = nullptr;  // null: no frame check sequence is looked for
  const Field* fcs_status = nullptr;
};

// Emits padding, trailer and frame check sequence of a layer whose body may be longer than the
// packet in it.
void ethernet_tail(Expansion& x, const TailRows& rows);

}  // namespace netpeel::proto
