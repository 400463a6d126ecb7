// SHA-256 — FIPS 180-4 §6.2. For telling whether what was handed in is what was kept. Not for
// secrets: there is no key anywhere here.
#pragma once
#include <array>
#include <string>

#include "base/bytes.hpp"

namespace netpeel::base {

std::array<u8, 32> sha256(Bytes message);
// The same in 64 hexadecimal digits, small letters.
std::string sha256_hex(Bytes message);

}  // namespace netpeel::base
