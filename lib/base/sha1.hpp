// SHA-1 — FIPS 180-4 §6.1. For Sec-WebSocket-Accept, which proves that somebody read the key; good
// for nothing that must be safe.
#pragma once
#include <array>

#include "base/bytes.hpp"

namespace netpeel::base {

std::array<u8, 20> sha1(Bytes message);

}  // namespace netpeel::base
