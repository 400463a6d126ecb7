// The median, the 99th percentile and the greatest of any number of times, in a room of fixed size:
// counted in steps of 1/32, so that an answer is at most 3 % too high; the greatest is exact.
#pragma once
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::replay {

class Percentiles {
 public:
  Percentiles() : steps_(64 * 32) {}
  void add(i64 time);  // nanoseconds; its size counts, early or late
  u64 count() const { return count_; }
  i64 at(double share) const;  // 0.5: the median. Of none: 0
  i64 greatest() const { return greatest_; }

 private:
  std::vector<u64> steps_;
  u64 count_ = 0;
  i64 greatest_ = 0;
};

}  // namespace netpeel::replay
