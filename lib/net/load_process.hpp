// What the machine says of another process (Linux, /proc): the one that listens, the processor time
// it took, the memory it holds.
#pragma once
#include <optional>

#include "base/bytes.hpp"

namespace netpeel::net {

std::optional<int> process_that_listens(u16 tcp_port);  // among those we may look at
std::optional<i64> processor_time(int pid);             // nanoseconds, all threads there are
std::optional<u64> resident_memory(int pid);            // bytes

}  // namespace netpeel::net
