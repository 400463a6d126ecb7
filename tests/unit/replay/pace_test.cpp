#include "replay/pace.hpp"

#include "support/catch.hpp"

using namespace netpeel;
using replay::Pace;

TEST_CASE("when frames are due") {
  constexpr i64 ms = 1'000'000;
  CHECK(Pace{}.due(7 * ms, 3, 300) == 7 * ms);
  CHECK(Pace{Pace::Kind::recorded, 2}.due(7 * ms, 3, 300) == 3'500'000);
  CHECK(Pace{Pace::Kind::recorded, 0.1}.due(7 * ms, 3, 300) == 70 * ms);
  CHECK(Pace{Pace::Kind::frames, 1000}.due(7 * ms, 3, 300) == 3 * ms);
  CHECK(Pace{Pace::Kind::bits, 1e6}.due(7 * ms, 3, 250) == 2 * ms);
  CHECK(Pace{Pace::Kind::top, 1}.due(7 * ms, 3, 300) == 0);
}

TEST_CASE("a delay is made up for in small steps, a long one at once") {
  CHECK(replay::carried_over(-5'000) == 0);
  CHECK(replay::carried_over(8'000) == 0);
  CHECK(replay::carried_over(50'000) == 38'000);
  CHECK(replay::carried_over(replay::carried_over(50'000)) == 26'000);
  CHECK(replay::carried_over(5'000'000) == 0);
}

TEST_CASE("waiting ends at the moment, not before it") {
  replay::Waiter waiter;
  for (const i64 wait : {0, 20'000, 2'000'000}) {
    const i64 moment = replay::Waiter::now() + wait;
    CHECK(waiter.until(moment));
    CHECK(replay::Waiter::now() >= moment);
  }
}
