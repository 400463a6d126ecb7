// Packets and bytes over time, in equal intervals from the first packet on.
#pragma once
#include <vector>

#include "flow/tally.hpp"

namespace netpeel::flow {

class Intervals {
 public:
  // width in nanoseconds; 0: chosen so that there are about twenty, of a round width.
  explicit Intervals(i64 width = 0);
  void count(i64 time, u32 bytes);

  // Interval i begins i × width after the first packet. Empty ones are there too, but none behind
  // the last packet.
  struct Result {
    i64 first_time = 0, width = 0;
    std::vector<Traffic> intervals;
  };
  Result result(u32 about = 20) const;

  u64 early() const {
    return early_;
  }  // packets with a time before the first one's: in the first interval
  u64 beyond() const {
    return beyond_;
  }  // packets later than the last interval that is kept: left out

  static constexpr std::size_t most = 200'000;

 private:
  void coarser();

  bool chosen_;  // the width was given
  i64 width_;
  bool begun_ = false;
  i64 first_ = 0;
  std::vector<Traffic> kept_;
  u64 early_ = 0, beyond_ = 0;
};

}  // namespace netpeel::flow
