// Packets that two interfaces saw, and those that only look like it.
#include "flow/twins.hpp"

#include "field/build.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel {
namespace {

using test::registry;

// UDP over IPv4, told apart by their identification.
std::vector<u8> datagram(u16 id) {
  field::Builder b(registry());
  b.layer("eth").layer("ip").set("ip.src", "10.0.0.1").set("ip.dst", "10.0.0.2").set("ip.id", id);
  b.layer("udp").set("udp.srcport", 5).set("udp.dstport", 6);
  const std::string text = "hello";
  b.payload(base::as_bytes(text));
  return *b.finish();
}

class Capture {
 public:
  void saw(u16 interface, u16 id) {
    const std::vector<u8> bytes = datagram(id);
    field::Packet packet;
    packet.frame.data = bytes.data();
    packet.frame.size = packet.frame.wire_size = u32(bytes.size());
    packet.frame.link_type = 1;
    packet.frame.interface = interface;
    field::walk(registry(), packet);
    twins.count(packet);
  }
  flow::Twins twins;
};

}  // namespace

TEST_CASE("packets that pass two taps are told, whichever tap has them first") {
  Capture c;
  for (u16 id = 1; id <= 20; ++id) {
    const u16 first = id % 2;
    c.saw(first, id);
    c.saw(u16(1 - first), id);
  }
  CHECK(c.twins.twice() >= 19);
  CHECK(c.twins.likely());
}

TEST_CASE("two interfaces with traffic of their own, and one that repeats itself, are no taps") {
  Capture c;
  for (u16 id = 1; id <= 20; ++id) c.saw(id % 2, id);
  CHECK(c.twins.twice() == 0);
  Capture same;
  for (u16 id = 1; id <= 20; ++id) same.saw(0, id), same.saw(0, id);
  CHECK(same.twins.twice() == 0);
  CHECK(!same.twins.likely());
}

TEST_CASE("a few packets that both saw among many are chance") {
  Capture c;
  for (u16 id = 1; id <= 100; ++id) c.saw(id % 2, id);
  for (u16 id = 96; id <= 100; ++id) c.saw(1 - id % 2, id);
  CHECK(c.twins.twice() == 5);
  CHECK(!c.twins.likely());
}

}  // namespace netpeel
