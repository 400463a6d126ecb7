// FNV-1a, 32 and 64 bits: for names known at compile time and for telling payloads apart. Not
// against an adversary.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::base {

constexpr u32 fnv32(std::string_view text) {
  u32 h = 0x811c9dc5;
  for (char c : text) h = (h ^ u8(c)) * 0x01000193u;
  return h;
}

constexpr u64 fnv64(Bytes bytes) {
  u64 h = 0xcbf29ce484222325;
  for (u8 b : bytes) h = (h ^ b) * 0x100000001b3u;
  return h;
}

}  // namespace netpeel::base
