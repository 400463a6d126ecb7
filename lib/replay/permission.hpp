// Where recorded traffic may go. Loopback and the lab are nobody else's business; anything beyond
// must be named twice.
#pragma once
#include <string>

#include "base/bytes.hpp"

namespace netpeel::replay {

// Whether this process runs inside a lab of ours: its first process is netpeel-lab. (An environment
// variable would say the same, but it can be inherited from elsewhere.)
bool in_lab();

// Throws base::Error (exit 2) unless frames may go onto this interface: it is the loopback, we are
// in a lab, or `really` names it.
void allow_interface(const std::string& interface, bool loopback, const std::string& really);

// The same for a host that is to be talked to: its address is a loopback address, or we are in a
// lab, or `really` repeats the host as it was given. address: 4 or 16 bytes.
void allow_host(const std::string& host, Bytes address, const std::string& really);

}  // namespace netpeel::replay
