// When each frame of a replay is due, and waiting until then. One thread.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::replay {

struct Pace {
  enum class Kind : u8 {
    recorded,  // as in the file, `rate` times as fast
    frames,    // `rate` frames a second
    bits,      // `rate` bits a second, of frames as a capture has them (no preamble, no checksum)
    top        // as fast as it goes
  };
  Kind kind = Kind::recorded;
  double rate = 1;

  // Nanoseconds after the first frame at which one is due that was recorded `since` after it, with
  // so many frames and bytes sent before.
  i64 due(i64 since, u64 frames, u64 bytes) const;
};

// By how much the frame behind one that was `late` may be late too. Caught up with at once, one
// delay would bend two gaps of the file, the one before the late frame and the one behind it; so it
// is made up for in small steps. Where the delay is long, places count more than gaps.
i64 carried_over(i64 late);

// Sleeps until just before a moment and looks at the clock for the rest: a sleeper wakes late by
// what the machine's timers need, and that is learned on the way. Who has slept finds the caches
// cold and the kernel's put-off work waiting, so that short waits are spent awake: that takes up to
// one core while frames come less than `worth_sleeping` apart, and is why places are kept.
class Waiter {
 public:
  static constexpr i64 worth_sleeping = 3'000'000, longest_look = 300'000;

  // Where the machine lets us, this thread comes before others from now on (SCHED_FIFO); the kernel
  // keeps 5 % of each second for those.
  Waiter();
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  static i64 now();  // steady, nanoseconds
  // False: a signal came before the moment.
  bool until(i64 moment);

 private:
  bool first_ = false;
  i64 late_ = 60'000;  // how late sleepers wake here; nearly the latest of late
};

}  // namespace netpeel::replay
