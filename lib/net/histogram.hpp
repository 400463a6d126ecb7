// Counts values in buckets that grow with them: each is known to 1.6 %, from one to 2^63, in a
// fixed 30 kB. For percentiles of waits.
#pragma once
#include <array>
#include <bit>

#include "base/bytes.hpp"

namespace netpeel::net {

class Histogram {
 public:
  void add(u64 value) {
    ++buckets_[index(value)];
    ++count_;
    sum_ += value;
    if (value > max_) max_ = value;
    if (value < min_) min_ = value;
  }
  u64 count() const { return count_; }
  u64 max() const { return max_; }
  u64 min() const { return count_ == 0 ? 0 : min_; }
  double mean() const { return count_ == 0 ? 0 : double(sum_) / double(count_); }
  // What so many percent of the values do not exceed: the top of their bucket, at most the maximum.
  u64 percentile(double percent) const {
    const u64 wanted = u64(double(count_) * percent / 100 + 0.999999);
    u64 seen = 0;
    for (u32 i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen >= wanted && seen > 0) return top(i) < max_ ? top(i) : max_;
    }
    return max_;
  }

 private:
  static constexpr u32 fine = 64;  // buckets for each doubling
  static u32 index(u64 value) {
    if (value < fine) return u32(value);
    const u32 shift = u32(std::bit_width(value)) - 7;  // leaves 64 to 127
    return (shift + 1) * fine + u32((value >> shift) - fine);
  }
  static u64 top(u32 i) {
    if (i < fine) return i;
    const u32 shift = i / fine - 1;
    return ((u64(i % fine) + fine + 1) << shift) - 1;
  }
  std::array<u64, 59 * fine> buckets_{};
  u64 count_ = 0, sum_ = 0, max_ = 0, min_ = u64(-1);
};

}  // namespace netpeel::net
