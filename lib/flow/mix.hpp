// One step of the hashes of this folder's tables. They begin with a seed that is drawn for each
// table, so that nobody outside can choose keys that collide.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::flow {

inline u64 mixed(u64 hash, u64 word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 32;
}

}  // namespace netpeel::flow
