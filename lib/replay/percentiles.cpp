#include "replay/percentiles.hpp"

#include <algorithm>
#include <bit>

namespace netpeel::replay {
namespace {

// Below 32 each number is its own step; then 32 steps for each power of two.
u32 step_of(u64 n) {
  if (n < 32) return u32(n);
  const u32 power = u32(std::bit_width(n)) - 6;
  return (power + 1) * 32 + u32(n >> power) - 32;
}
u64 last_of(u32 step) {
  if (step < 32) return step;
  const u32 power = step / 32 - 1;
  return (u64(step % 32 + 33) << power) - 1;
}

}  // namespace

void Percentiles::add(i64 time) {
  const u64 size = u64(time < 0 ? -time : time);
  ++steps_[step_of(size)];
  ++count_;
  greatest_ = std::max(greatest_, i64(size));
}

i64 Percentiles::at(double share) const {
  if (count_ == 0) return 0;
  const u64 wanted = std::max<u64>(1, u64(share * double(count_) + 0.999999));
  u64 met = 0;
  for (u32 step = 0; step < steps_.size(); ++step) {
    met += steps_[step];
    if (met >= wanted) return std::min(i64(last_of(step)), greatest_);
  }
  return greatest_;
}

}  // namespace netpeel::replay
