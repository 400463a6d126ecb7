#include "flow/spread.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "support/catch.hpp"

using netpeel::flow::Spread;
using namespace netpeel;

TEST_CASE("of no times all is 0, of one it is that one exactly") {
  Spread none;
  CHECK(none.count() == 0);
  CHECK(none.median() == 0);
  Spread one;
  one.add(123'456'789);
  CHECK(one.least() == 123'456'789);
  CHECK(one.median() == 123'456'789);
  CHECK(one.greatest() == 123'456'789);
}

TEST_CASE("the median is at most 1.6 % off, the ends are exact, whatever the times") {
  base::Random random(20261121);
  for (u32 round = 0; round < 200; ++round) {
    Spread spread;
    std::vector<i64> times(1 + random.below(500));
    for (i64& t : times) t = i64(random.next() >> (2 + random.below(60)));
    for (i64 t : times) spread.add(t);
    std::sort(times.begin(), times.end());
    const i64 median = times[(times.size() - 1) / 2];
    INFO("round " << round << ", " << times.size() << " times");
    CHECK(spread.least() == times.front());
    CHECK(spread.greatest() == times.back());
    CHECK(double(spread.median()) <= double(median) * 1.016 + 1);
    CHECK(double(spread.median()) >= double(median) * 0.984 - 1);
    const i64 before = spread.median();
    spread.settle();
    CHECK(spread.median() == before);
    CHECK(spread.count() == times.size());
  }
}

TEST_CASE("a clock that went back counts as no time") {
  Spread spread;
  spread.add(-5);
  CHECK(spread.least() == 0);
  CHECK(spread.greatest() == 0);
}
