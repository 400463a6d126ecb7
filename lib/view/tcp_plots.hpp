// A TCP connection drawn: sequence numbers over time, throughput, round-trip times, and the window
// beside the bytes in flight. One SVG that stands alone; what it shows is told in words too.
#pragma once
#include "flow/trace.hpp"

namespace netpeel::view {

void tcp_plots(const flow::Trace& trace, base::Text& out);

}  // namespace netpeel::view
