#include "flow/intervals.hpp"

#include <algorithm>

namespace netpeel::flow {
namespace {

std::vector<Traffic> joined(const std::vector<Traffic>& from, u64 by) {
  std::vector<Traffic> out((from.size() + by - 1) / by);
  for (std::size_t i = 0; i < from.size(); ++i) out[i / by] += from[i];
  return out;
}

}  // namespace

Intervals::Intervals(i64 width) : chosen_(width > 0), width_(width > 0 ? width : 1'000) {}

void Intervals::coarser() {
  kept_ = joined(kept_, 10);
  width_ *= 10;
}

void Intervals::count(i64 time, u32 bytes) {
  if (!begun_) first_ = time;
  begun_ = true;
  const bool early = time < first_;
  if (early) ++early_;
  // As unsigned numbers: the times of a hostile file may lie further apart than i64 reaches.
  const u64 since = early ? 0 : u64(time) - u64(first_);
  while (since / u64(width_) >= most) {
    if (chosen_) {
      ++beyond_;
      return;
    }
    coarser();
  }
  const u64 at = since / u64(width_);
  if (at >= kept_.size()) kept_.resize(at + 1);
  kept_[at] += {1, bytes};
}

Intervals::Result Intervals::result(u32 about) const {
  if (chosen_) return {first_, width_, kept_};
  constexpr u64 round[]{1, 2, 5};
  u64 factor = 1;
  for (u32 step = 0; kept_.size() > factor * about; ++step) {
    u64 power = 1;
    for (u32 i = 0; i < step / 3; ++i) power *= 10;
    factor = round[step % 3] * power;
  }
  return {first_, width_ * i64(factor), joined(kept_, factor)};
}

}  // namespace netpeel::flow
