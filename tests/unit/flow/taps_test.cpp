// Stories of packets that two taps saw: what is known again, and what is said of its way.
#include "flow/taps.hpp"

#include "field/build.hpp"
#include "flow/tracker.hpp"
#include "proto/transport/tcp_facts.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel {
namespace {

using test::registry;
constexpr i64 ms = 1'000'000;

// Two taps, 0 near 10.0.0.1 and 1 near 10.0.0.2.
class Wire {
 public:
  struct Sent {
    bool v6 = false;
    u16 id = 1;
    u32 seq = 1;
    std::string data = "hello";
    std::string_view protocol = "tcp";
    u8 ttl = 64;
    bool back = false;
  };
  static std::vector<u8> frame(const Sent& s) {
    field::Builder b(registry());
    const std::string one = s.v6 ? "fd00::1" : "10.0.0.1", two = s.v6 ? "fd00::2" : "10.0.0.2",
                      p = s.v6 ? "ipv6" : "ip";
    b.layer("eth").layer(p).set(p + ".src", s.back ? two : one).set(p + ".dst", s.back ? one : two);
    b.set(s.v6 ? "ipv6.hlim" : "ip.ttl", s.ttl);
    if (!s.v6) b.set("ip.id", s.id);
    b.layer(s.protocol);
    if (s.protocol == "tcp")
      b.set("tcp.srcport", 5).set("tcp.dstport", 6).set("tcp.seq_raw", s.seq).set("tcp.flags", 16);
    if (s.protocol == "udp") b.set("udp.srcport", 5).set("udp.dstport", 6);
    b.payload(base::as_bytes(s.data));
    auto bytes = b.finish();
    REQUIRE(bytes);
    return *bytes;
  }
  u32 saw(u16 tap, i64 time, std::vector<u8> bytes) {
    field::Packet p;
    p.frame = {.data = bytes.data(),
               .size = u32(bytes.size()),
               .wire_size = u32(bytes.size()),
               .time = time,
               .number = taps.size() + 1,
               .interface = tap};
    field::walk(registry(), p);
    const auto what = flow::seen(p);
    REQUIRE(what.has_value());
    return taps.saw(what->sighting, what->content);
  }
  u32 at(u16 tap, i64 time, const Sent& s) { return saw(tap, time, frame(s)); }

  // One line a trip: "0>1 late 5ms", "0>- lost" … with sightings' numbers.
  std::string story() {
    std::string out;
    const auto name = [](u32 i) {
      return i == flow::Trip::nowhere ? std::string("-") : std::to_string(i);
    };
    for (const flow::Trip& t : taps.trips()) {
      out += name(t.sent) + ">" + name(t.arrived);
      if (t.lost) out += " lost";
      if (t.open) out += " open";
      if (t.again) out += " again";
      if (t.between) out += " between";
      if (t.bent)
        out += " bent at " + name(t.changed_at) + " from " + std::to_string(t.was) + " to " +
               std::to_string(t.is);
      if (t.pieces > 0) out += " in " + std::to_string(t.pieces);
      if (t.missing > 0) out += " without " + std::to_string(t.missing);
      if (t.joined) out += " joined";
      if (t.late) out += " late " + std::to_string(t.delay / ms);
      if (t.overtaken > 0) out += " overtaken " + std::to_string(t.overtaken);
      out += "\n";
    }
    return out;
  }
  flow::Taps taps{2};
};

}  // namespace

TEST_CASE("a segment is known again behind a router; the lost one was sent again with another "
          "identification") {
  Wire w;
  w.at(0, 0 * ms, {.id = 1, .seq = 1});
  w.at(1, 1 * ms, {.id = 1, .seq = 1, .ttl = 63});
  w.at(0, 2 * ms, {.id = 2, .seq = 6});
  w.at(0, 202 * ms, {.id = 3, .seq = 6});
  w.at(1, 203 * ms, {.id = 3, .seq = 6, .ttl = 63});
  w.at(1, 204 * ms, {.id = 9, .data = "", .back = true});
  w.at(0, 205 * ms, {.id = 9, .data = "", .ttl = 63, .back = true});
  CHECK(w.story() == "0>1\n2>- lost\n3>4\n5>6\n");
  CHECK(w.taps.paired());
}

TEST_CASE("two that arrive within one tick of the clock: the recording says which was first") {
  Wire w;
  for (const u16 id : {1, 2}) w.at(0, 0, {.id = id, .seq = id * 5u});
  for (const u16 id : {2, 1}) w.at(1, 1 * ms, {.id = id, .seq = id * 5u});
  CHECK(w.story() == "0>3 late 1 overtaken 1\n1>2\n");
}

TEST_CASE("of many that left within one tick of the clock, the one that was overtaken is told") {
  for (u16 victim = 0; victim < 7; ++victim) {
    Wire w;
    std::vector<u16> order{0, 1, 2, 3, 4, 5, 6, 7};
    for (const u16 i : order) w.at(0, 0, {.id = u16(100 + i), .seq = 0x1ffffeeu + i * 5});
    std::swap(order[victim], order[victim + 1]);
    for (const u16 i : order) w.at(1, 1 * ms, {.id = u16(100 + i), .seq = 0x1ffffeeu + i * 5});
    std::vector<u32> overtaken;
    for (const flow::Trip& trip : w.taps.trips()) {
      if (trip.overtaken > 0) overtaken.push_back(trip.sent);
    }
    CHECK(overtaken == std::vector<u32>{victim});
  }
}

TEST_CASE("overtaken, doubled and slow packets") {
  Wire w;
  for (u16 i = 0; i < 4; ++i)
    w.at(0, i * ms, {.id = u16(10 + i), .data = std::to_string(i), .protocol = "udp"});
  w.at(1, 1 * ms, {.id = 10, .data = "0", .protocol = "udp"});
  w.at(1, 3 * ms, {.id = 12, .data = "2", .protocol = "udp"});
  w.at(1, 4 * ms, {.id = 11, .data = "1", .protocol = "udp"});
  w.at(1, 4 * ms, {.id = 12, .data = "2", .protocol = "udp"});
  w.at(1, 90 * ms, {.id = 13, .data = "3", .protocol = "udp"});
  CHECK(w.story() == "0>4\n1>6 late 3 overtaken 1\n2>5\n3>8 late 87\n2>7 again\n");
}

TEST_CASE("a bent packet is named by its identification, and the first changed byte") {
  Wire w;
  std::vector<u8> sent = Wire::frame({.id = 7, .data = "abcdef"}), came = sent;
  came[came.size() - 2] ^= 0x20;
  w.saw(0, 0, sent);
  w.saw(1, ms, came);
  // Checksums that were put right, or that a network card fills in late, are no change.
  std::vector<u8> other = Wire::frame({.id = 8, .data = "abcdef"}), filled = other;
  filled[34 + 16] ^= 0xff;
  w.saw(0, 2 * ms, other);
  w.saw(1, 3 * ms, filled);
  CHECK(w.story() == "0>1 bent at 24 from 101 to 69\n2>3\n");
}

TEST_CASE("without an identification the bytes and their order decide") {
  Wire w;
  w.at(0, 0 * ms, {.v6 = true, .data = "same", .protocol = "udp"});
  w.at(0, 1000 * ms, {.v6 = true, .data = "same", .protocol = "udp"});
  w.at(0, 2000 * ms, {.v6 = true, .data = "same", .protocol = "udp"});
  w.at(0, 3000 * ms, {.v6 = true, .data = "one", .protocol = "udp"});
  w.at(1, 1001 * ms, {.v6 = true, .data = "same", .protocol = "udp", .ttl = 63});
  w.at(1, 2001 * ms, {.v6 = true, .data = "same", .protocol = "udp", .ttl = 63});
  w.at(1, 3001 * ms, {.v6 = true, .data = "onE", .protocol = "udp"});
  CHECK(w.story() == "0>- lost\n1>4\n2>5\n3>6 bent at 10 from 101 to 69\n");
}

TEST_CASE("of several that may have been bent, the one that left when it should have is taken") {
  Wire w;
  for (i64 i = 0; i < 4; ++i)
    w.at(0, i * 10 * ms, {.v6 = true, .data = "number " + std::to_string(i), .protocol = "udp"});
  w.at(1, 2 * ms, {.v6 = true, .data = "number 0", .protocol = "udp"});
  w.at(1, 22 * ms, {.v6 = true, .data = "number !", .protocol = "udp"});
  w.at(1, 32 * ms, {.v6 = true, .data = "number 3", .protocol = "udp"});
  CHECK(w.story() == "0>4\n1>- lost\n2>5 bent at 15 from 50 to 33\n3>6\n");
}

TEST_CASE("segments that network cards cut or join are not lost") {
  Wire w;
  const auto bytes = [](std::size_t n) { return std::string(n, 'x'); };
  w.at(0, 0 * ms, {.id = 1, .seq = 1, .data = bytes(300)});  // lost as a whole, then sent again
  w.at(0, 50 * ms, {.id = 4, .seq = 1, .data = bytes(300)});
  w.at(1, 51 * ms, {.id = 4, .seq = 1, .data = bytes(100)});
  w.at(1, 51 * ms, {.id = 5, .seq = 101, .data = bytes(100)});
  w.at(1, 52 * ms, {.id = 6, .seq = 201, .data = bytes(100)});
  w.at(0, 60 * ms, {.id = 7, .seq = 301, .data = bytes(200)});
  w.at(1, 61 * ms, {.id = 8, .seq = 401, .data = bytes(100)});
  w.at(0, 70 * ms, {.id = 10, .seq = 501, .data = bytes(10)});
  w.at(0, 71 * ms, {.id = 11, .seq = 511, .data = bytes(10)});
  w.at(1, 72 * ms, {.id = 10, .seq = 501, .data = bytes(20)});
  CHECK(w.story() == "0>- lost\n1>4 in 3\n5>6 in 1 without 100\n7>9 joined\n8>9 joined\n");
}

TEST_CASE("a copy has its original's identification; another packet with the same bytes is none") {
  Wire w;
  w.at(0, 0, {.id = 1, .data = "same", .protocol = "udp"});
  w.at(1, ms, {.id = 1, .data = "same", .protocol = "udp"});
  w.at(1, 2 * ms, {.id = 1, .data = "same", .protocol = "udp"});
  w.at(1, 3 * ms, {.id = 2, .data = "same", .protocol = "udp"});
  CHECK(w.story() == "0>1\n0>2 again\n->3 between\n");
}

TEST_CASE("a datagram that a router cuts into fragments arrives") {
  Wire w;
  const auto piece = [](u32 offset, u32 size, bool more) {
    field::Builder b(registry());
    b.layer("eth")
        .layer("ip")
        .set("ip.src", "10.0.0.1")
        .set("ip.dst", "10.0.0.2")
        .set("ip.id", 77)
        .set("ip.proto", 17);
    b.set("ip.frag_offset", offset / 8)
        .set("ip.flags.mf", more ? 1 : 0)
        .payload(std::vector<u8>(size, 'x'));
    return *b.finish();
  };
  w.at(0, 0, {.id = 1});
  w.at(1, ms, {.id = 1});
  w.saw(0, 5 * ms, piece(0, 1200, false));
  w.saw(1, 6 * ms, piece(0, 800, true));
  w.saw(1, 6 * ms, piece(800, 400, false));
  CHECK(w.story() == "0>1\n2>4 in 2\n");
}

TEST_CASE("what a router says by itself comes from between the taps") {
  Wire w;
  w.at(0, 0, {.id = 1});
  w.at(1, ms, {.id = 1});
  w.at(1, 2 * ms, {.id = 2, .back = true});
  w.at(0, 3 * ms, {.id = 2, .back = true});
  std::vector<u8> router = Wire::frame({.id = 5, .back = true});
  router[14 + 15] = 99;  // 10.0.0.99
  w.saw(0, 4 * ms, router);
  CHECK(w.story() == "0>1\n2>3\n->4 between\n");
}

TEST_CASE("all may be lost; the last may still be under way") {
  Wire w;
  w.at(0, 0, {.id = 1});
  w.at(0, 1000 * ms, {.id = 2});
  CHECK(w.story() == "0>- lost\n1>- lost\n");
  CHECK_FALSE(w.taps.paired());
  Wire other;
  other.at(0, 0, {.id = 1});
  other.at(1, 10 * ms, {.id = 1});
  other.at(0, 11 * ms, {.id = 2});
  CHECK(other.story() == "0>1\n2>- open\n");
}

TEST_CASE("kept bytes are bounded; a change is then told without its place") {
  Wire w;
  w.taps = flow::Taps(2, 10);
  w.at(0, 0, {.id = 7, .data = "abcdef"});
  w.at(1, ms, {.id = 7, .data = "abcdeF"});
  CHECK(w.story() == "0>1 bent at - from 0 to 0\n");
}

TEST_CASE("a tracker with taps takes no copy for a repetition, and numbers conversations as one "
          "tap would") {
  const auto run = [](bool taps) {
    std::string out;
    flow::Tracker tracker(registry(), {.taps = taps});
    u64 number = 0;
    const auto see = [&](u16 tap, u16 port, u32 flags, u32 seq) {
      field::Builder b(registry());
      b.layer("eth")
          .layer("ip")
          .set("ip.src", "10.0.0.1")
          .set("ip.dst", "10.0.0.2")
          .layer("tcp")
          .set("tcp.srcport", port)
          .set("tcp.dstport", 9);
      b.set("tcp.flags", flags)
          .set("tcp.seq_raw", seq)
          .set("tcp.ack_raw", 1)
          .payload(std::vector<u8>((flags & 2) != 0 ? 0 : 10, 'x'));
      const std::vector<u8> bytes = *b.finish();
      field::Packet p;
      p.frame = {.data = bytes.data(),
                 .size = u32(bytes.size()),
                 .wire_size = u32(bytes.size()),
                 .time = i64(++number) * ms,
                 .number = number,
                 .interface = tap};
      field::walk(registry(), p);
      tracker.see(p);
      const auto& f = *static_cast<const proto::TcpFacts*>(p.known(*p.find(proto::id::tcp)));
      out += std::to_string(f.stream) + (f.marks != 0 ? "! " : " ");
    };
    for (u16 tap : {0, 1}) see(tap, 5, 2, 100);
    see(0, 5, 16, 101);
    see(0, 6, 2, 700);  // another conversation begins before the first has come to the other tap
    see(1, 5, 16, 101);
    see(1, 6, 2, 700);
    see(0, 5, 2, 90'000'000);  // the first one's port again, a new number
    see(1, 5, 16, 111);
    see(1, 5, 2, 90'000'000);
    return out;
  };
  CHECK(run(true) == "0 0 0 1 0 1 2! 0 2! ");
  CHECK(run(false).find("0! ") != std::string::npos);
}

}  // namespace netpeel
