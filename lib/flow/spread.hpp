// How times are spread: the least, the median and the greatest, of any number of them in a small
// room. Least and greatest are exact; the median is counted in steps of 1/32, so that it is at
// most 1.6 % off.
#pragma once
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::flow {

class Spread {
 public:
  void add(i64 time);  // nanoseconds; below 0 counts as 0
  // No more will come: keeps the answers only.
  void settle();

  u64 count() const { return count_; }
  // Of none: 0.
  i64 least() const { return least_; }
  i64 median() const;
  i64 greatest() const { return greatest_; }

 private:
  struct Step {
    u32 at;
    u32 count;
  };
  u64 count_ = 0;
  i64 least_ = 0, greatest_ = 0;
  i64 settled_ = -1;         // the median, after settle()
  std::vector<Step> steps_;  // sorted; only those that were met
};

}  // namespace netpeel::flow
