// Nanoseconds since 1970-01-01 UTC and their calendar form; clocks that tests can replace.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::base {

struct CalendarTime {
  i64 year;
  u32 month, day, hour, minute, second, nanosecond;
};

// Proleptic Gregorian calendar, UTC. Any i64 is accepted.
CalendarTime calendar(i64 nanoseconds);

// Where code asks what time it is, so that a test or the lab's wire can answer.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual i64 now() = 0;     // nanoseconds since 1970, may jump
  virtual i64 steady() = 0;  // nanoseconds since some start, never goes back
};

Clock& system_clock();

}  // namespace netpeel::base
