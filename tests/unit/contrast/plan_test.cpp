#include "contrast/plan.hpp"

#include "contrast/events.hpp"
#include "support/catch.hpp"

namespace netpeel {

TEST_CASE("the same fault for datagrams, and for segments") {
  using contrast::translated;
  CHECK(translated("a>b drop data#3", true) == "a>b drop datagram#3");
  CHECK(translated("a>b drop datagram#3", false) == "a>b drop data#3");
  CHECK(translated("a>b drop datagram#3", true) == "a>b drop datagram#3");
  CHECK(translated("a>b delay 20ms data", true) == "a>b delay 20ms datagram");
  CHECK(translated("a>b drop (udp contains \"data\")", true) == "a>b drop (udp contains \"data\")");
  CHECK(translated("a<>b loss 5%", true) == "a<>b loss 5%");
}

TEST_CASE("every contrast has two commands, and nothing else is one") {
  for (const std::string& name : contrast::plan_names()) {
    const auto plan = contrast::plan(name, {});
    REQUIRE(plan.ok());
    CHECK_FALSE(plan->runs[0].command.empty());
    CHECK_FALSE(plan->runs[1].command.empty());
    CHECK(plan->runs[0].short_name != plan->runs[1].short_name);
  }
  CHECK_FALSE(contrast::plan("ws-poll", {}).ok());
}

TEST_CASE("events in whatever surrounds them") {
  std::vector<contrast::Telling> found;
  const auto find = [&](std::string_view text) {
    found.clear();
    contrast::each_event(text, [&](const contrast::Telling& t) { found.push_back(t); });
    return found.size();
  };
  REQUIRE(find("x[{\"tick\":17,\"at\":\"2026-11-21T19:20:00.250Z\"}]message 3 of 5\n") == 2);
  CHECK(found[0].ticks);
  CHECK(found[0].number == 17);
  CHECK(found[0].at == 1795288800250000000);
  CHECK(found[1].number == 3);
  CHECK(found[1].size == 14);
  CHECK(find("message of 5, {\"tick\":1,\"at\":\"2026-13-21T19:20:00.250Z\"} mmmmessage 1 o") == 0);
  CHECK(find("{\"tick\":99999999999999999999,\"at\":\"\"}") == 0);
  std::string tail(200, 'x');
  contrast::shorten(tail);
  CHECK(tail.size() == 80);
}

}  // namespace netpeel
