#include "flow/intervals.hpp"

#include <limits>

#include "support/catch.hpp"

using netpeel::flow::Intervals;
using namespace netpeel;

namespace {
constexpr i64 second = 1'000'000'000;

u64 packets(const Intervals::Result& result) {
  u64 out = 0;
  for (const auto& t : result.intervals) out += t.packets;
  return out;
}
}  // namespace

TEST_CASE("intervals of a given width begin at the first packet") {
  Intervals intervals(second);
  for (const i64 t : {i64(0), i64(1), i64(999'999'999), i64(1'000'000'000), i64(3'500'000'000)})
    intervals.count(7 * second + t, 100);
  const auto result = intervals.result();
  REQUIRE(result.intervals.size() == 4);
  CHECK(result.intervals[0].packets == 3);
  CHECK(result.intervals[1].bytes == 100);
  CHECK(result.intervals[2].packets == 0);
  CHECK(result.intervals[3].packets == 1);
}

TEST_CASE("a width is chosen that is round and gives about twenty") {
  for (const i64 length :
       {i64(3'000), i64(90'000'000), second, 61 * second, 86'400 * second, 40'000'000 * second}) {
    Intervals intervals;
    for (u32 i = 0; i <= 1000; ++i) intervals.count(i64(i) * (length / 1000), 1);
    const auto result = intervals.result();
    INFO("over " << length << " ns: " << result.intervals.size() << " of " << result.width);
    CHECK(packets(result) == 1001);
    CHECK(result.intervals.size() <= 20);
    if (length > 100'000) CHECK(result.intervals.size() >= 8);
    i64 lead = result.width;
    while (lead % 10 == 0) lead /= 10;
    CHECK((lead == 1 || lead == 2 || lead == 5));
  }
}

TEST_CASE("times that go back or lie absurdly far apart are counted somewhere") {
  Intervals chosen(second);
  chosen.count(std::numeric_limits<i64>::min(), 1);
  chosen.count(std::numeric_limits<i64>::max(), 1);
  CHECK(chosen.beyond() == 1);
  Intervals free;
  free.count(second, 1);
  free.count(0, 1);
  CHECK(free.early() == 1);
  free.count(std::numeric_limits<i64>::max(), 1);
  CHECK(packets(free.result()) == 3);
}
