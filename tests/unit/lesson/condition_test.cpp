#include "lesson/condition.hpp"

#include "lesson/values.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::lesson;

namespace {

struct Parsed {
  std::vector<Condition> conditions;
  std::vector<Mistake> mistakes;
};
Parsed parse(std::initializer_list<std::string> texts) {
  Parsed out;
  std::vector<Line> lines;
  u32 number = 10;
  for (const std::string& text : texts)
    lines.push_back({
        {number++, 1},
        text
    });
  Lets lets;
  out.conditions = parse_conditions(lines, lets, out.mistakes);
  return out;
}

}  // namespace

TEST_CASE("a condition is two expressions, a comparison and a message") {
  const Parsed p = parse({"let syn = tcp.flags.syn == 1 && tcp.flags.ack == 0",
                          "count(syn && tcp.dstport in {80, 443} @b) >= 2   ~ \"{n} of 2\""});
  REQUIRE(p.mistakes.empty());
  REQUIRE(p.conditions.size() == 1);
  const Condition& c = p.conditions[0];
  CHECK(c.message == "{n} of 2");
  CHECK(c.compare == filter::Compare::at_least);
  CHECK(c.left.function == Function::count);
  REQUIRE(c.left.aims.size() == 1);
  CHECK(c.left.aims[0].tap == "b");
  CHECK(c.left.aims[0].filter ==
        "(tcp.flags.syn == 1 && tcp.flags.ack == 0) && tcp.dstport in {80, 443}");
  CHECK(c.right.number == 2);
}

TEST_CASE("fields, several filters and their taps, arithmetic") {
  const Parsed p = parse({
      "sum(tcp.len; tcp.dstport == 80) == 6000",
      "order(arp, icmp.type == 8, udp @a)",
      "same(ip.id; icmp @a, icmp @b)",
      "first(udp).udp.length == last(udp @b).udp.length + 2 * 3 - 1",
      "answer(sizes) == {13, 33, 47}",
      "state(got.rtt.max) < 0.5",
      "first(arp).arp.dst.proto_ipv4 == 10.9.0.2",
      "count(frame contains \"a)b,c;@x\") == 1",
  });
  REQUIRE(p.mistakes.empty());
  CHECK(p.conditions[0].left.field == "tcp.len");
  CHECK(p.conditions[1].left.aims[0].tap == "a");  // the last one's
  CHECK(p.conditions[1].left.aims.size() == 3);
  CHECK(p.conditions[2].left.aims[1].tap == "b");
  CHECK(p.conditions[3].right.kind == Expr::Kind::subtract);
  CHECK(p.conditions[4].right.children.size() == 3);
  CHECK(p.conditions[5].left.text == "got.rtt.max");
  CHECK(p.conditions[6].right.text == "10.9.0.2");
  CHECK(p.conditions[7].left.aims[0].filter == "frame contains \"a)b,c;@x\"");
  CHECK(p.conditions[7].left.aims[0].tap.empty());
}

TEST_CASE("what is no condition is told with its place") {
  struct Bad {
    const char *text, *says;
    u32 column;
  };
  const Bad all[]{
      {"cuont(udp) == 1",            "did you mean count?", 1 },
      {"count(udp == 1",             "never closed",        6 },
      {"count(udp) == ",             "ends too early",      15},
      {"count(udp) = 1",             "not understood",      12},
      {"udp",                        "no function",         1 },
      {"sum(udp) == 1",              "a field and a ;",     4 },
      {"order(udp) == 1",            "at least 2 filters",  6 },
      {"first(udp) == 1",            "which field",         11},
      {"gap(tcp.len; udp) > 1",      "takes no field",      4 },
      {"count(udp) == \"one",        "has no end",          15},
      {"let = udp",                  "names nothing",       1 },
      {"count(udp) == {1, 2",        "} is missing",        20},
      {"state() == 1",               "wants one name",      6 },
      {"same(ip.id; udp, tcp, arp)", "wants 2 filters",     5 },
  };
  for (const Bad& bad : all) {
    const Parsed p = parse({bad.text});
    INFO(bad.text);
    REQUIRE(p.mistakes.size() == 1);
    CHECK(p.mistakes[0].what.find(bad.says) != std::string::npos);
    CHECK(p.mistakes[0].at.line == 10);
    CHECK(p.mistakes[0].at.column == bad.column);
  }
}

TEST_CASE("values come from the student and the lesson") {
  const Values ada = values_of("Ada Lovelace", "L01");
  CHECK(ada == values_of("  ada   LOVELACE ", "L01"));
  CHECK(ada.at("token") != values_of("Ada Lovelace", "L06").at("token"));
  CHECK(ada.at("token") != values_of("Grace Hopper", "L01").at("token"));
  CHECK(ada.at("token").size() == 5);
  for (int i = 0; i < 2000; ++i) {
    const Values v = values_of("student " + std::to_string(i), "L07");
    const int port = std::stoi(v.at("port")), k = std::stoi(v.at("k"));
    REQUIRE((port >= 20000 && port < 30000));
    REQUIRE((k >= 2 && k <= 6));
  }
}

TEST_CASE("values are put into texts and filters") {
  const Values v{
      {"token", "rifen"   },
      {"b",     "10.0.1.2"},
      {"port",  "20968"   }
  };
  std::vector<std::string> unknown;
  CHECK(substitute("say $token to $b:$port, $$5 $other", v, &unknown) ==
        "say rifen to 10.0.1.2:20968, $5 $other");
  CHECK(unknown == std::vector<std::string>{"other"});
  CHECK(substitute_filter("frame contains $token && ip.dst == $b", v) ==
        "frame contains \"rifen\" && ip.dst == 10.0.1.2");
  CHECK(substitute_filter("frame contains \"one-$token\"", v) == "frame contains \"one-rifen\"");
}
