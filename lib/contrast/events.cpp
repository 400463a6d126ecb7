#include "contrast/events.hpp"

#include <charconv>

#include "base/time.hpp"

namespace netpeel::contrast {
namespace {

// Reads a number and moves on; false: there is none.
bool number(std::string_view& text, u64& to) {
  const auto [p, problem] = std::from_chars(text.data(), text.data() + text.size(), to);
  if (problem != std::errc{}) return false;
  text.remove_prefix(std::size_t(p - text.data()));
  return true;
}
bool word(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

// Days since 1970 of the proleptic Gregorian calendar.
i64 days(i64 year, i64 month, i64 day) {
  year -= month <= 2;
  const i64 era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
  const i64 of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// "2026-11-21T19:20:00.000Z"
bool moment(std::string_view& text, i64& to) {
  u64 year, month, day, hour, minute, second, milli;
  if (!number(text, year) || !word(text, "-") || !number(text, month) || !word(text, "-") ||
      !number(text, day) || !word(text, "T") || !number(text, hour) || !word(text, ":") ||
      !number(text, minute) || !word(text, ":") || !number(text, second) || !word(text, ".") ||
      !number(text, milli) || !word(text, "Z") || year > 9999 || month > 12 || month == 0 ||
      day > 31 || hour > 23 || minute > 59 || second > 60 || milli > 999)
    return false;
  const i64 seconds = days(i64(year), i64(month), i64(day)) * 86400 + i64(hour) * 3600 +
                      i64(minute) * 60 + i64(second);
  to = (seconds * 1000 + i64(milli)) * 1'000'000;
  return true;
}

bool tick(std::string_view& text, Telling& to) {
  to.ticks = true;
  return word(text, "{\"tick\":") && number(text, to.number) && word(text, ",\"at\":\"") &&
         moment(text, to.at) && word(text, "\"}");
}
bool message(std::string_view& text, Telling& to) {
  u64 all;
  to.ticks = false;
  return word(text, "message ") && number(text, to.number) && word(text, " of ") &&
         number(text, all);
}

}  // namespace

void each_event(std::string_view text, const std::function<void(const Telling&)>& told) {
  for (std::size_t at = 0; (at = text.find_first_of("{m", at)) != std::string_view::npos;) {
    std::string_view rest = text.substr(at);
    const std::size_t before = rest.size();
    Telling one;
    if (rest[0] == '{' ? tick(rest, one) : message(rest, one)) {
      one.size = u32(before - rest.size());
      told(one);
      at += one.size;
    } else {
      ++at;
    }
  }
}

void shorten(std::string& text) {
  constexpr std::size_t enough = 80;
  if (text.size() > enough) text.erase(0, text.size() - enough);
}

}  // namespace netpeel::contrast
