#include "replay/pace.hpp"

#include <sched.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace netpeel::replay {
namespace {

constexpr double second = 1e9;

}  // namespace

i64 Pace::due(i64 since, u64 frames, u64 bytes) const {
  switch (kind) {
    case Kind::recorded: return rate == 1 ? since : i64(double(since) / rate);
    case Kind::frames: return i64(double(frames) / rate * second);
    case Kind::bits: return i64(double(bytes) * 8 / rate * second);
    case Kind::top: break;
  }
  return 0;
}

i64 carried_over(i64 late) {
  constexpr i64 step = 12'000, long_delay = 150'000;
  return late > long_delay ? 0 : std::max<i64>(0, late - step);
}

Waiter::Waiter() {
  prctl(PR_SET_TIMERSLACK, 1UL);
  sched_param least{};
  least.sched_priority = sched_get_priority_min(SCHED_FIFO);
  first_ = sched_setscheduler(0, SCHED_FIFO, &least) == 0;
}

Waiter::~Waiter() {
  const sched_param none{};
  if (first_) sched_setscheduler(0, SCHED_OTHER, &none);
}

i64 Waiter::now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return i64(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

bool Waiter::until(i64 moment) {
  i64 at = now();
  const i64 wake = moment - late_;
  if (moment - at > worth_sleeping) {
    const timespec when{time_t(wake / 1'000'000'000), long(wake % 1'000'000'000)};
    if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, nullptr) == EINTR) return false;
    at = now();
    // Up at once when a wake-up was later than thought, down very slowly.
    const i64 late = (at - wake) * 5 / 4 + 5'000;
    late_ =
        std::clamp(late > late_ ? late : late_ - (late_ - late) / 2048, i64(100'000), longest_look);
  }
  while (at < moment) at = now();
  return true;
}

}  // namespace netpeel::replay
