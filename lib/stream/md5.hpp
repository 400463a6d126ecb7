// MD5 — RFC 1321. For JA3, which names a TLS hello by the MD5 of its parameters; good for nothing
// that must be safe.
#pragma once
#include <array>

#include "base/bytes.hpp"

namespace netpeel::stream {

// Sixteen bytes.
std::array<u8, 16> md5(Bytes message);

}  // namespace netpeel::stream
