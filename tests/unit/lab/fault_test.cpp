#include "lab/fault.hpp"

#include <cmath>

#include "base/caret.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel::lab {
namespace {

Fault fault(std::string_view text) {
  const auto result = parse_fault(text, test::registry());
  INFO(text);
  INFO((result ? std::string() : result.complaint().what));
  REQUIRE(result.ok());
  return *result;
}

std::string complaint(std::string_view text) {
  const auto result = parse_fault(text, test::registry());
  INFO(text);
  REQUIRE_FALSE(result.ok());
  return base::pointed(text, result.complaint());
}

TEST_CASE("every form of a fault reads as what it says, and prints as it was written") {
  const char* const all[]{
      "a>b drop data#3",
      "a>b drop syn#1",
      "a>b dup data#2",
      "a>b swap data#4",
      "a>b corrupt data#3",
      "a>b corrupt data#3 bit 100",
      "a>b corrupt data#3 bit 100 fix",
      "a>b delay data#2..4 200ms",
      "a<>b rate 10mbit",
      "a<>b rate 10mbit queue 32kB",
      "a<>b loss 5%",
      "a<>b loss 2.5% seed=7",
      "a<>b reorder 10% 20ms seed=9",
      "a<>b mtu 900",
      "cut",
      "heal",
      "clear",
      "a>b cut data#1",
      "a<>b cut for 2s",
      "r1-r2 a>b drop ack#7",
      "c1>* drop datagram#1..3",
      "a>b drop (tcp.flags.fin == 1)#1",
      "b>a delay (dns || udp.port in {53, 5353}) 1500us",
      "a>b drop rst",
      "a>b drop frame#9",
      R"x(a>b drop (http.host contains ")")#2)x",
  };
  for (const char* text : all) CHECK(print(fault(text)) == text);
}

TEST_CASE("the parts of a fault") {
  const Fault delay = fault("a>b delay 200ms data#2..4");
  CHECK(delay.action == Action::delay);
  CHECK(delay.time == 200'000'000);
  CHECK(delay.which.kind == Kind::data);
  CHECK(delay.which.from == 2);
  CHECK(delay.which.to == 4);
  CHECK_FALSE(delay.both);

  const Fault rate = fault("a<>b rate 1.5mbit queue 32KiB");
  CHECK(rate.bits_per_second == 1'500'000);
  CHECK(rate.queue == 32768);
  CHECK(rate.both);

  const Fault bent = fault("r1-r2 a>b corrupt dgram#1 bit 100 fix");
  CHECK(bent.link_from == "r1");
  CHECK(bent.link_to == "r2");
  CHECK(bent.which.kind == Kind::datagram);
  CHECK(bent.bit == 100);
  CHECK(bent.fix);

  CHECK(std::abs(fault("a<>b loss 0.1% seed=42").chance - 0.001) < 1e-9);
  CHECK(fault("cut").both);
  CHECK(*parse_duration("1.5s") == 1'500'000'000);
}

TEST_CASE("a mistake gets a place and an example") {
  CHECK(complaint("a>b dorp data#3") == "\"dorp\" is no action\n"
                                        "  a>b dorp data#3\n"
                                        "      ^~~~\n"
                                        "did you mean drop? for example: a>b drop data#3");
  CHECK(complaint("a>b drop dat#3").find("         ^~~\nthere are data, syn") != std::string::npos);
  CHECK(complaint("a>b drop data#0").find("               ^\n") != std::string::npos);
  CHECK(complaint("a>b drop (tcp.prot == 80)").find("did you mean tcp.port?") != std::string::npos);
  CHECK(complaint("a>b drop (tcp.prot == 80)").find("\n            ^~~~~~~~\n") !=
        std::string::npos);
}

TEST_CASE("what is not a fault is refused, each for its own reason") {
  const struct {
    const char *text, *says;
  } all[]{
      {"",                                   "no fault here"              },
      {"   ",                                "no fault here"              },
      {"drop data#3",                        "which way is missing"       },
      {"a>b",                                "an action is missing"       },
      {"a>a drop",                           "one host twice"             },
      {"a<b drop",                           "write b>a"                  },
      {">b drop",                            "names two hosts"            },
      {"a-b-c a>b drop",                     "a link is two neighbours"   },
      {"a>b delay",                          "delay wants a time"         },
      {"a>b delay 200",                      "not \"200\""                },
      {"a>b delay 2h",                       "not \"2h\""                 },
      {"a>b delay 1e9s",                     "not \"1e9s\""               },
      {"a<>b loss 5",                        "a percentage"               },
      {"a<>b loss 101%",                     "a percentage"               },
      {"a<>b loss -5%",                      "a percentage"               },
      {"a<>b loss nan%",                     "a percentage"               },
      {"a<>b loss 5% seed=x",                "seed=N"                     },
      {"a<>b reorder 10%",                   "a percentage and a time"    },
      {"a<>b rate",                          "a rate such as"             },
      {"a<>b rate 10",                       "a rate such as"             },
      {"a<>b rate 10mbit queue",             "behind queue"               },
      {"a<>b rate 10mbit queue 1GB",         "behind queue"               },
      {"a<>b mtu 12",                        "from 68"                    },
      {"a<>b mtu 99999999999",               "from 68"                    },
      {"a>b corrupt data#3 bit",             "behind bit"                 },
      {"a>b corrupt data#3 bit -1",          "behind bit"                 },
      {"a>b corrupt data#3 mend",            "bit N or fix"               },
      {"a>b drop data#3 data#4",             "said twice"                 },
      {"a>b drop data#4..3",                 "behind #"                   },
      {"a>b drop data#99999999999999999999", "behind #"                   },
      {"a>b drop (tcp",                      "not closed"                 },
      {"a>b drop (tcp)x",                    "behind a filter"            },
      {"a>b drop 200ms",                     "nothing but which packets"  },
      {"heal data#3",                        "no packets"                 },
      {"a>b cut for",                        "which packet it begins with"},
  };
  for (const auto& [text, says] : all) {
    INFO(says);
    CHECK(complaint(text).find(says) != std::string::npos);
  }
}

TEST_CASE("no text makes the parser stumble") {
  const std::string whole =
      R"x(r1-r2 a<>b reorder 10% 20ms seed=7 (http.host contains "\")")#1..4 bit 3 for 2s)x";
  for (std::size_t from = 0; from < whole.size(); ++from) {
    for (std::size_t to = from; to <= whole.size(); ++to) {
      const std::string text = whole.substr(from, to - from);
      const auto result = parse_fault(text, test::registry());
      if (result) {
        const auto again = parse_fault(print(*result), test::registry());
        INFO(text);
        REQUIRE(again.ok());
        CHECK(*again == *result);
      } else {
        CHECK(result.complaint().at <= text.size());
      }
    }
  }
}

}  // namespace
}  // namespace netpeel::lab
