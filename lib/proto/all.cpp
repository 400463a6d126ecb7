#include "proto/all.hpp"

namespace netpeel::proto {

std::span<const field::Protocol* const> protocols() {
  static constexpr const field::Protocol* all[]{
#define NETPEEL_PROTOCOL(folder, name) &name,
#include "proto/protocols.def"
#undef NETPEEL_PROTOCOL
  };
  return all;
}

field::Registry registry() { return field::Registry(protocols()); }

}  // namespace netpeel::proto
