// Every stream protocol; see streams.def.
#pragma once
#include "stream/session.hpp"

namespace netpeel::stream {

std::span<const Streamed* const> all();

#define NETPEEL_STREAM(name) extern const Streamed name;
#include "stream/streams.def"
#undef NETPEEL_STREAM

}  // namespace netpeel::stream
