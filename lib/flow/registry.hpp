// All protocols: those that one packet shows (lib/proto) and those that need a stream (lib/stream).
#pragma once
#include "field/registry.hpp"

namespace netpeel::flow {

field::Registry registry();

}  // namespace netpeel::flow
