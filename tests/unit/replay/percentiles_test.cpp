#include "replay/percentiles.hpp"

#include "support/catch.hpp"

using namespace netpeel;

TEST_CASE("percentiles are at most 3 % too high") {
  replay::Percentiles none;
  CHECK(none.at(0.5) == 0);
  replay::Percentiles times;
  for (i64 i = 1; i <= 100'000; ++i) times.add(i % 2 == 0 ? i : -i);
  CHECK(times.count() == 100'000);
  CHECK(times.greatest() == 100'000);
  for (const double share : {0.01, 0.5, 0.9, 0.99}) {
    const double exact = share * 100'000;
    CHECK(double(times.at(share)) >= exact);
    CHECK(double(times.at(share)) <= exact * 1.032);
  }
  CHECK(times.at(1) == 100'000);
}

TEST_CASE("small times are exact, and the largest there are fit") {
  replay::Percentiles times;
  for (i64 i = 0; i < 32; ++i) times.add(i);
  CHECK(times.at(0.5) == 15);
  times.add(INT64_MAX);
  CHECK(times.at(1) == INT64_MAX);
}
