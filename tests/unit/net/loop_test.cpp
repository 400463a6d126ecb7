#include "net/loop.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace netpeel;

TEST_CASE("a loop ends when nothing is left, and does the rest of a turn behind what is ready") {
  net::Loop loop;
  std::vector<int> order;
  loop.later([&] {
    loop.later([&] { order.push_back(3); });
    order.push_back(1);
  });
  loop.later([&] { order.push_back(2); });
  loop.run();
  CHECK(order == std::vector<int>{1, 2, 3});
}

TEST_CASE("a timer calls once, in time; set anew or destroyed it forgets") {
  net::Loop loop;
  net::Timer first(loop), again(loop);
  const i64 begin = net::Loop::now();
  i64 called = 0;
  int forgotten = 0;
  first.after(2'000'000, [&] { called = net::Loop::now() - begin; });
  again.after(1'000'000, [&] { ++forgotten; });
  again.after(3'000'000, [&] { forgotten += 10; });
  {
    net::Timer gone(loop);
    gone.after(1'000'000, [&] { ++forgotten; });
  }
  loop.run();
  CHECK(called >= 2'000'000);
  CHECK(called < 500'000'000);
  CHECK(forgotten == 10);
}
