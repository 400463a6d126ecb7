#include "lab/medium.hpp"

#include "unit/lab/frames.hpp"

namespace netpeel::lab {
namespace {

Topology shape(const ShapeOptions& options) {
  const auto made = make_topology(options);
  REQUIRE(made.ok());
  return *made;
}

std::string set(Medium& medium, const char* text) {
  const auto fault = parse_fault(text, test::registry());
  REQUIRE(fault.ok());
  const auto done = medium.set(*fault, 0);
  if (!done) return done.complaint().what;
  std::string where;
  for (const auto& line : medium.lines()) {
    if (!line.wire.standing().empty()) where += (where.empty() ? "" : " ") + line.wire.name();
  }
  return where;
}

std::string where(const ShapeOptions& options, const char* fault) {
  const Topology topology = shape(options);
  Medium medium(topology, test::registry());
  return set(medium, fault);
}

TEST_CASE("a pair, a row with routers, a room") {
  const Topology pair = shape({});
  CHECK(pair.names() == "a, b");
  CHECK(pair.etc_hosts().find("10.0.1.2 b\nfd00:0:0:1::2 b\n") != std::string::npos);

  const Topology hops = shape({.shape = "hops"});
  CHECK(hops.names() == "a, r1, r2, b");
  CHECK(hops.hosts[1].forwards);
  CHECK_FALSE(hops.hosts[3].forwards);
  std::string ports, mtus;
  for (const Port& port : hops.ports) ports += port.name + "=" + text_of(port.ipv4) + " ";
  for (const Segment& segment : hops.segments) mtus += std::to_string(segment.mtu) + " ";
  CHECK(ports ==
        "a=10.0.1.1 r1:a=10.0.1.2 r1:r2=10.0.2.1 r2:r1=10.0.2.2 r2:b=10.0.3.1 b=10.0.3.2 ");
  CHECK(mtus == "1500 1500 900 ");
  CHECK(hops.distance(0, 3) == 3);

  CHECK(shape({.shape = "room", .clients = 2, .second_server = true, .broker = true}).names() ==
        "server, server2, broker, c1, c2");
}

TEST_CASE("a shape that cannot be is refused with a sentence") {
  CHECK(make_topology({.shape = "ring"}).complaint().what == "there is no shape \"ring\"");
  CHECK_FALSE(make_topology({.shape = "room", .clients = 0}).ok());
  CHECK_FALSE(make_topology({.shape = "room", .clients = 61}).ok());
  CHECK_FALSE(make_topology({.shape = "pair", .broker = true}).ok());
  CHECK_FALSE(make_topology({
                                .shape = "pair", .mtus = {1500, 900}
  })
                  .ok());
  CHECK_FALSE(make_topology({.shape = "pair", .mtus = {20}}).ok());
}

TEST_CASE("a direction finds its wires") {
  CHECK(where({}, "a>b drop") == "a>b");
  CHECK(where({}, "a<>b drop") == "a>b b>a");
  CHECK(where({}, "cut") == "a>b b>a");
  CHECK(where({}, "a-b a>b drop") == "a>b");
  CHECK(where({.shape = "hops"}, "r1>r2 drop") == "r1>r2");
  CHECK(where({.shape = "hops"}, "a>b drop") == "a>r1");
  CHECK(where({.shape = "hops"}, "r1-r2 a>b drop") == "r1>r2");
  CHECK(where({.shape = "hops"}, "r1-r2 b>a drop") == "r2>r1");
  CHECK(where({.shape = "hops"}, "r2-r1 a<>b loss 5%") == "r1>r2 r2>r1");
  CHECK(where({.shape = "hops"}, "cut") == "a>r1 r1>a r1>r2 r2>r1 r2>b b>r2");
  CHECK(where({.shape = "room", .clients = 2}, "c1>server drop") == "c1>server");
  CHECK(where({.shape = "room", .clients = 2}, "*>c2 drop") == "server>c2 c1>c2");
  CHECK(where({.shape = "room", .clients = 2}, "server<>* delay 1ms") ==
        "server>c1 server>c2 c1>server c2>server");
  CHECK(where({}, "a>c drop") == "there is no host \"c\" in this lab");
  CHECK(where({.shape = "hops"}, "a-b a>b drop") == "there is no link a-b on the way from a to b");
}

TEST_CASE("frames find their port; a broadcast passes every wire by itself") {
  const Topology room = shape({.shape = "room", .clients = 3});
  Medium medium(room, test::registry());
  set(medium, "c1>c2 drop (arp)#1");
  std::vector<u8> arp(60);
  std::fill_n(arp.begin(), 6, u8(0xff));
  arp[12] = 8, arp[13] = 6;
  Fate fate;
  medium.enter(1, arp, 0, 0, fate);
  CHECK(fate.through == std::vector<u32>{0, 3});
  CHECK(fate.note == "c1>c2 drop (arp)#1: dropped");
  medium.enter(1, arp, 0, 0, fate);
  CHECK(fate.through == std::vector<u32>{0, 2, 3});
  CHECK(medium.log().size() == 1);
  CHECK(medium.log()[0].wire == "c1>c2");
  CHECK(medium.log()[0].frame == 1);

  const std::vector<u8> straight = test::datagram("x");  // to the second port of segment 1
  medium.enter(0, straight, 0, 0, fate);
  CHECK(fate.through == std::vector<u32>{1});
}

TEST_CASE("what is delayed on several wires leaves in the order of its times") {
  const Topology pair = shape({});
  Medium medium(pair, test::registry());
  set(medium, "a>b delay 9ms");
  set(medium, "b>a delay 4ms");
  Fate fate;
  medium.enter(0, test::datagram("slow"), 0, 0, fate);
  std::vector<u8> back = test::datagram("fast");
  std::swap(back[5], back[11]);
  medium.enter(1, back, 0, 0, fate);
  CHECK(medium.due() == 4'000'000);
  Medium::Left left;
  CHECK_FALSE(medium.leave(3'999'999, left));
  REQUIRE(medium.leave(9'000'000, left));
  CHECK(left.port == 0);
  REQUIRE(medium.leave(9'000'000, left));
  CHECK(left.port == 1);
  CHECK(left.frame.note == "a>b delay 9ms: delayed");
  CHECK_FALSE(medium.leave(never - 1, left));
  set(medium, "clear");
  CHECK(medium.idle());
}

}  // namespace
}  // namespace netpeel::lab
