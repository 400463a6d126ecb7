#include "base/time.hpp"

#include <ctime>

namespace netpeel::base {

CalendarTime calendar(i64 nanoseconds) {
  i64 seconds = nanoseconds / 1'000'000'000;
  i64 rest = nanoseconds % 1'000'000'000;
  if (rest < 0) rest += 1'000'000'000, --seconds;
  i64 days = seconds / 86400;
  i64 of_day = seconds % 86400;
  if (of_day < 0) of_day += 86400, --days;
  // Years that begin in March put the leap day last; an era is 400 years, 146097 days.
  const i64 shifted = days + 719468;
  const i64 era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const i64 day_of_era = shifted - era * 146097;
  const i64 year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const i64 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const i64 march_month = (5 * day_of_year + 2) / 153;
  const i64 month = march_month < 10 ? march_month + 3 : march_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0),
          u32(month),
          u32(day_of_year - (153 * march_month + 2) / 5 + 1),
          u32(of_day / 3600),
          u32(of_day / 60 % 60),
          u32(of_day % 60),
          u32(rest)};
}

namespace {

class SystemClock final : public Clock {
  static i64 read(clockid_t id) {
    timespec t{};
    clock_gettime(id, &t);
    return i64(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
  }

 public:
  i64 now() override { return read(CLOCK_REALTIME); }
  i64 steady() override { return read(CLOCK_MONOTONIC); }
};

}  // namespace

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

}  // namespace netpeel::base
