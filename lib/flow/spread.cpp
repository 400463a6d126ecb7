#include "flow/spread.hpp"

#include <algorithm>
#include <bit>

namespace netpeel::flow {
namespace {

// Numbers below 64 by themselves, then 32 steps for each power of two.
u32 step_of(u64 value) {
  const u32 shift = value < 64 ? 0 : u32(std::bit_width(value)) - 6;
  return shift * 32 + u32(value >> shift);
}

// What stands in the middle of a step.
u64 middle_of(u32 step) {
  if (step < 64) return step;
  const u32 shift = step / 32 - 1;
  return (u64(step % 32 + 32) << shift) + (u64(1) << shift) / 2;
}

}  // namespace

void Spread::add(i64 time) {
  time = std::max<i64>(time, 0);
  least_ = count_ == 0 ? time : std::min(least_, time);
  greatest_ = std::max(greatest_, time);
  ++count_;
  settled_ = -1;
  const u32 at = step_of(u64(time));
  const auto place = std::lower_bound(steps_.begin(), steps_.end(), at,
                                      [](const Step& s, u32 wanted) { return s.at < wanted; });
  if (place != steps_.end() && place->at == at) {
    ++place->count;
  } else {
    steps_.insert(place, {at, 1});
  }
}

i64 Spread::median() const {
  if (settled_ >= 0 || count_ == 0) return std::max<i64>(settled_, 0);
  u64 passed = 0;
  for (const Step& step : steps_) {
    passed += step.count;
    if (passed >= (count_ + 1) / 2) return std::clamp(i64(middle_of(step.at)), least_, greatest_);
  }
  return greatest_;
}

void Spread::settle() {
  settled_ = median();
  steps_ = {};
}

}  // namespace netpeel::flow
