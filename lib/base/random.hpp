// A small seeded generator (splitmix64): the same seed gives the same numbers on every machine,
// which a lesson, a fault and a failing test all need. Not for secrets.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::base {

class Random {
 public:
  explicit Random(u64 seed) : state_(seed) {}

  u64 next() {
    u64 z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  u64 below(u64 limit) {
    return limit == 0 ? 0 : next() % limit;
  }  // a bias below 2^-32 for limits under 2^32
  bool chance(double probability) { return double(next() >> 11) * 0x1p-53 < probability; }

 private:
  u64 state_;
};

}  // namespace netpeel::base
