#include "field/build.hpp"

#include "support/catch.hpp"
#include "support/peel.hpp"
#include "support/shapes.hpp"

using namespace netpeel;
using field::Builder;
using field::Mend;
using test::Peeled;
using test::registry;

namespace {

constexpr field::Settings verify{.checksums = true};

Builder& over_ip(Builder& b) {
  b.layer("eth").set("eth.dst", "02:00:00:00:00:02").set("eth.src", "02:00:00:00:00:01");
  return b.layer("ip").set("ip.src", "10.9.0.1").set("ip.dst", "10.9.0.2");
}

std::vector<u8> datagram(std::string_view data = "hello") {
  Builder b(registry());
  over_ip(b)
      .layer("udp")
      .set("udp.srcport", 50000)
      .set("udp.dstport", 7)
      .payload(base::as_bytes(data));
  return *b.finish();
}

std::string complaint(const base::Result<std::vector<u8>>& result) {
  return result.ok() ? "" : result.complaint().what;
}

}  // namespace

TEST_CASE("a datagram built from values has its lengths, next protocols and checksums") {
  const Peeled p(datagram(), 1, verify);
  CHECK(p.chain() == "eth:ethertype:ip:udp:data");
  CHECK(p.value("eth.type") == "0x0800");
  CHECK(p.value("ip.version") == "4");
  CHECK(p.value("ip.hdr_len") == "20");
  CHECK(p.value("ip.len") == "33");
  CHECK(p.value("ip.proto") == "17");
  CHECK(p.value("ip.ttl") == "64");
  CHECK(p.value("ip.src") == "10.9.0.1");
  CHECK(p.value("udp.length") == "13");
  CHECK(p.value("ip.checksum.status") == "1");
  CHECK(p.value("udp.checksum.status") == "1");
  CHECK(p.problems().empty());
}

TEST_CASE("options lengthen the header that has them") {
  Builder b(registry());
  over_ip(b).append(test::unhex("94040000"));
  b.layer("tcp").set("tcp.dstport", 80).set("tcp.flags.syn", 1).append(test::unhex("020405b4"));
  const Peeled p(*b.finish(), 1, verify);
  CHECK(p.value("ip.hdr_len") == "24");
  CHECK(p.value("tcp.hdr_len") == "24");
  CHECK(p.value("tcp.options.mss_val") == "1460");
  CHECK(p.value("tcp.checksum.status") == "1");
  CHECK(p.problems().empty());
}

TEST_CASE("what was set stays, also where it lies") {
  Builder b(registry());
  over_ip(b).set("ip.proto", 253).set("ip.hdr_len", 20);
  b.layer("udp").set("udp.length", 99).set("udp.checksum", 0xbeef).payload(base::as_bytes("x"));
  const std::vector<u8> frame = *b.finish();
  const Peeled p(frame);
  CHECK(p.chain() == "eth:ethertype:ip:data");
  CHECK(p.value("ip.proto") == "253");
  CHECK(base::be16(&frame[38]) == 99);
  CHECK(base::be16(&frame[40]) == 0xbeef);
}

TEST_CASE("mistakes in calls are sentences, and the first of them counts") {
  const auto tried = [](auto call) {
    Builder b(registry());
    call(b.layer("ip"));
    return complaint(b.layer("udp").set("udp.nothing", 1).finish());
  };
  CHECK(tried([](Builder& b) { b.layer("ipp"); }) == "ipp is not a protocol");
  CHECK(tried([](Builder& b) { b.set("ip.tttl", 1); }) ==
        "ip.tttl is not a row of the fixed header of ip");
  CHECK(tried([](Builder& b) { b.set("ip.ttl", 256); }) == "ip.ttl cannot hold this value");
  CHECK(tried([](Builder& b) { b.set("ip.hdr_len", 21); }) ==
        "ip.hdr_len cannot hold this value: it counts in steps of 4");
  CHECK(tried([](Builder& b) { b.set("ip.src", "10.9.0"); }) ==
        "ip.src is an address such as 192.0.2.1");
  CHECK(tried([](Builder& b) { b.set("ip.src", test::unhex("0a09")); }) ==
        "ip.src has 32 bits, not 16");
  CHECK(tried([](Builder& b) { b.set("ip.ttl", "sixty"); }) == "ip.ttl is a number");
  CHECK(tried([](Builder&) {}) == "udp.nothing is not a row of the fixed header of udp");
  CHECK(complaint(Builder(registry()).set("ip.ttl", 1).finish()) ==
        "ip.ttl needs a layer to stand in");
}

TEST_CASE("a changed byte is mended: every checksum above and below it") {
  std::vector<u8> frame = datagram();
  const std::vector<u8> whole = frame;
  CHECK_FALSE(field::mend(registry(), frame, 1));
  CHECK(frame == whole);
  REQUIRE(*field::rewrite(registry(), frame, 1, "ip.dst", "10.9.0.77") == 1);
  CHECK(Peeled(frame, 1, verify).value("udp.checksum.status") == "0");
  CHECK(field::mend(registry(), frame, 1));
  const Peeled p(frame, 1, verify);
  CHECK(p.value("ip.dst") == "10.9.0.77");
  CHECK(p.value("ip.checksum.status") == "1");
  CHECK(p.value("udp.checksum.status") == "1");
}

TEST_CASE("lengths that lie are mended up to the frame's end") {
  std::vector<u8> frame = datagram();
  frame.insert(frame.end(), {1, 2, 3});
  frame[17] = 3,
  frame[39] = 200;  // ip.len shorter than its header, udp.length longer than the frame
  CHECK(field::mend(registry(), frame, 1, Mend::lengths));
  const Peeled p(frame, 1, verify);
  CHECK(p.value("ip.len") == "36");
  CHECK(p.value("udp.length") == "16");
  CHECK(p.value("udp.checksum.status") == "1");
  CHECK(p.problems().empty());
}

TEST_CASE("mending leaves alone what nobody can know, and what says that there is no checksum") {
  std::vector<u8> none = datagram();
  none[40] = none[41] = 0;
  none[30] = 11;
  field::mend(registry(), none, 1);
  CHECK(Peeled(none, 1, verify).value("udp.checksum.status") == "3");
  CHECK(Peeled(none, 1, verify).value("ip.checksum.status") == "1");

  std::vector<u8> piece = datagram();
  piece[20] = 0x20;  // more fragments
  const std::vector<u8> before(piece.begin() + 34, piece.end());
  field::mend(registry(), piece, 1);
  CHECK(std::equal(before.begin(), before.end(), piece.begin() + 34));

  std::vector<u8> cut = datagram();
  cut[33] = 99;
  const u32 wire = u32(cut.size());
  cut.resize(cut.size() - 2);
  const u16 udp_sum = base::be16(&cut[40]);
  field::mend(registry(), cut, 1, Mend::checksums, wire);
  CHECK(base::be16(&cut[40]) == udp_sum);
}

TEST_CASE("a quoted packet is evidence, and is not mended") {
  Builder b(registry());
  over_ip(b).layer("icmp").set("icmp.type", 3).set("icmp.code", 3);
  b.layer("ip").set("ip.src", "10.9.0.2").set("ip.dst", "10.9.0.1");
  b.layer("udp").set("udp.dstport", 9).set("udp.checksum", 0x1234);
  std::vector<u8> frame = *b.finish();
  CHECK(Peeled(frame).chain() == "eth:ethertype:ip:icmp:ip:udp");
  CHECK(Peeled(frame).value("icmp.checksum.status") == "1");
  frame[frame.size() - 1] ^= 1;
  field::mend(registry(), frame, 1);
  CHECK(Peeled(frame).value("icmp.checksum.status") == "1");
  CHECK(base::be16(&frame[frame.size() - 2]) == 0x1235);
}

TEST_CASE("rewriting takes any name that the frame has, in all its places") {
  std::vector<u8> frame = datagram();
  CHECK(*field::rewrite(registry(), frame, 1, "ip.addr", "192.0.2.1") == 2);
  CHECK(*field::rewrite(registry(), frame, 1, "udp.port", "0x1234") == 2);
  CHECK(*field::rewrite(registry(), frame, 1, "eth.src", "0a-00-00-00-00-01") == 1);
  CHECK(*field::rewrite(registry(), frame, 1, "tcp.port", "80") == 0);
  const Peeled p(frame);
  CHECK(p.value("ip.src") == "192.0.2.1");
  CHECK(p.value("ip.dst") == "192.0.2.1");
  CHECK(p.value("udp.srcport") == "4660");
  CHECK(p.value("eth.src") == "0a:00:00:00:00:01");
  const auto refused = [&](std::string_view name, std::string_view value) {
    const auto result = field::rewrite(registry(), frame, 1, name, value);
    return result.ok() ? "" : result.complaint().what;
  };
  CHECK(refused("ip.srcc", "1.2.3.4") == "ip.srcc is not a field");
  CHECK(refused("ip.src", "1.2.3") == "ip.src is an address such as 192.0.2.1");
  CHECK(refused("ip.ttl", "300") == "ip.ttl cannot hold this value");
  CHECK(refused("data.data", "00:01") == "data.data has 5 bytes here, not 2");
}

TEST_CASE("every protocol's packet, built from drawn values, is decoded as such, whole and with "
          "good checksums") {
  for (const test::Shape& shape : test::shapes()) {
    for (u64 seed = 1; seed <= 20; ++seed) {
      CAPTURE(shape.name, seed);
      const auto frame = test::draw(shape, seed);
      REQUIRE(complaint(frame) == "");
      const Peeled p(*frame, shape.link_type, verify);
      CHECK(p.packet.find(shape.id) != nullptr);
      CHECK_FALSE(p.packet.too_deep);
      for (const field::Layer& layer : p.packet.all()) {
        CHECK((layer.flags & (field::Layer::malformed | field::Layer::truncated)) == 0);
      }
      // 1: good, 2: not looked at (in quotations), 3: none
      for (const char* name :
           {"ip.checksum.status", "tcp.checksum.status", "udp.checksum.status",
            "icmp.checksum.status", "icmpv6.checksum.status", "igmp.checksum.status",
            "sctp.checksum.status", "dccp.checksum.status", "gre.checksum.status"}) {
        CAPTURE(name);
        CHECK(p.value(name).find('0') == std::string::npos);
      }
      // Nothing is left to mend.
      std::vector<u8> again = *frame;
      CHECK_FALSE(field::mend(registry(), again, shape.link_type));
    }
  }
}
