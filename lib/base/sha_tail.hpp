// How SHA-1 and SHA-256 end a message — FIPS 180-4 §5.1.1: a one bit, zeros, and the length in
// bits, so that whole blocks of 64 bytes come out.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::base {

inline constexpr std::size_t sha_block = 64;

// rest: what is left of the message behind its whole blocks. Fills one block or two; returns bytes.
std::size_t sha_tail(Bytes rest, u64 message_size, u8 (&tail)[2 * sha_block]);

}  // namespace netpeel::base
