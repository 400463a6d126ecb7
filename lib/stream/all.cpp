#include "stream/all.hpp"

namespace netpeel::stream {

std::span<const Streamed* const> all() {
  static constexpr const Streamed* list[]{
#define NETPEEL_STREAM(name) &name,
#include "stream/streams.def"
#undef NETPEEL_STREAM
  };
  return list;
}

}  // namespace netpeel::stream
