// What a Socket.IO server counted, for /metrics.
#pragma once
#include "net/metrics.hpp"
#include "net/socketio.hpp"

namespace netpeel::net {

void add_gauges(const SocketIoCounters& counters, std::vector<Gauge>& to);

}  // namespace netpeel::net
