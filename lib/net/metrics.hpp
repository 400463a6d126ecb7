// What a server counted, in the text form that Prometheus reads (its exposition format 0.0.4).
#pragma once
#include <string>
#include <vector>

#include "net/counters.hpp"

namespace netpeel::net {

// How many there are now, or (total) have been. label: "path=\"/engine.io/\"", or empty.
struct Gauge {
  std::string name, help, label;
  u64 value = 0;
  bool total = false;
};

// Gauges of one name stand together.
std::string metrics_text(const Counters& counters, const std::vector<Gauge>& gauges);

}  // namespace netpeel::net
