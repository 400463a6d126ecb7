// Questions and answers told as stories.
#include "flow/answers.hpp"

#include "field/build.hpp"
#include "field/walk.hpp"
#include "flow/tracker.hpp"
#include "proto/transport/tcp_facts.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel {
namespace {

constexpr i64 ms = 1'000'000;

class Story {
 public:
  // What is known of the highest layer of that protocol in a frame seen at that many milliseconds.
  template <class Facts>
  const Facts* see(i64 at, field::Builder& b, u8 protocol) {
    auto bytes = b.finish();
    REQUIRE(bytes);
    frame_ = std::move(*bytes);
    packet.frame = {.data = frame_.data(),
                    .size = u32(frame_.size()),
                    .wire_size = u32(frame_.size()),
                    .time = at * ms,
                    .number = ++number};
    field::walk(test::registry(), packet);
    tracker.see(packet);
    const field::Layer* layer = packet.find(protocol);
    REQUIRE(layer != nullptr);
    return static_cast<const Facts*>(packet.known(*layer));
  }
  const proto::AnswerFacts* dns(i64 at, bool question, u16 id, u16 port = 40000) {
    field::Builder b(test::registry());
    b.layer("eth")
        .layer("ip")
        .set("ip.src", question ? "10.0.0.1" : "10.0.0.2")
        .set("ip.dst", question ? "10.0.0.2" : "10.0.0.1");
    b.layer("udp")
        .set("udp.srcport", question ? port : 53)
        .set("udp.dstport", question ? 53 : port);
    std::vector<u8> message(12);
    base::put_be16(message.data(), id);
    message[2] = question ? 0 : 0x80;
    b.payload(message);
    return see<proto::AnswerFacts>(at, b, proto::id::dns);
  }
  // A question carries its own time, an answer that of the question.
  const proto::AnswerFacts* ntp(i64 at, bool question, u8 time) {
    field::Builder b(test::registry());
    b.layer("eth")
        .layer("ip")
        .set("ip.src", question ? "10.0.0.1" : "10.0.0.2")
        .set("ip.dst", question ? "10.0.0.2" : "10.0.0.1");
    b.layer("udp").set("udp.srcport", 123).set("udp.dstport", 123);
    std::vector<u8> message(48);
    message[0] = question ? 0x23 : 0x24;
    message[question ? 47 : 31] = time;
    b.payload(message);
    return see<proto::AnswerFacts>(at, b, proto::id::ntp);
  }
  const proto::AnswerFacts* echo(i64 at, bool question, u16 sequence) {
    field::Builder b(test::registry());
    b.layer("eth")
        .layer("ip")
        .set("ip.src", question ? "10.0.0.1" : "10.0.0.2")
        .set("ip.dst", question ? "10.0.0.2" : "10.0.0.1")
        .set("ip.proto", 1);
    std::vector<u8> message(16);
    message[0] = question ? 8 : 0;
    base::put_be16(&message[6], sequence);
    b.payload(message);
    return see<proto::AnswerFacts>(at, b, proto::id::icmp);
  }
  const proto::AddressFacts* arp(std::string_view hex) {
    field::Builder b(test::registry());
    b.layer("eth").set("eth.type", 0x0806).payload(test::unhex(hex));
    return see<proto::AddressFacts>(0, b, proto::id::arp);
  }

  flow::Tracker tracker{test::registry(), {}};
  field::Packet packet;
  u64 number = 0;

 private:
  std::vector<u8> frame_;
};

}  // namespace

TEST_CASE("NTP: an answer knows its question by the time that it copies") {
  Story s;
  CHECK(s.ntp(0, true, 1) == nullptr);
  CHECK(s.ntp(5, true, 2) == nullptr);
  const proto::AnswerFacts* known = s.ntp(9, false, 1);
  REQUIRE(known != nullptr);
  CHECK(known->question == 1);
  CHECK(known->time == 9 * ms);
  CHECK(s.ntp(10, false, 3) == nullptr);
}

TEST_CASE("DNS: an answer knows its question, however often both come") {
  Story s;
  CHECK(s.dns(0, true, 7) == nullptr);
  const auto* again = s.dns(1000, true, 7);
  REQUIRE(again != nullptr);
  CHECK(again->repeats == 1);
  const auto* answer = s.dns(1020, false, 7);
  REQUIRE(answer != nullptr);
  CHECK(answer->question == 1);
  CHECK(answer->time == 1020 * ms);
  CHECK(answer->repeats == 0);
  const auto* twice = s.dns(1030, false, 7);
  REQUIRE(twice != nullptr);
  CHECK(twice->question == 1);
  CHECK(twice->repeats == 3);
  CHECK(s.dns(1040, true, 7) == nullptr);  // answered before: a new question with the same id
  CHECK(s.dns(1041, false, 7)->question == 5);
}

TEST_CASE("DNS: another id, another port, or long ago is another question") {
  Story s;
  CHECK(s.dns(0, true, 7) == nullptr);
  CHECK(s.dns(1, true, 8) == nullptr);
  CHECK(s.dns(2, false, 9)->unasked);
  CHECK(s.dns(3, false, 7, 40001)->unasked);
  CHECK(s.dns(6000, true, 7) == nullptr);
  CHECK(s.dns(6001, false, 7)->question == 5);
}

TEST_CASE(
    "ICMP: an echo reply belongs to the request with the same numbers between the same hosts") {
  Story s;
  CHECK(s.echo(0, true, 1) == nullptr);
  CHECK(s.echo(5, true, 2) == nullptr);
  CHECK(s.echo(12, false, 3) == nullptr);
  const auto* answer = s.echo(12, false, 1);
  REQUIRE(answer != nullptr);
  CHECK(answer->question == 1);
  CHECK(answer->time == 12 * ms);
}

TEST_CASE("ARP: an IP address that changes its owner is told") {
  Story s;
  constexpr std::string_view from_a =
      "0001 0800 06 04 0002 020000000001 0a000001 020000000009 0a000009";
  constexpr std::string_view from_b =
      "0001 0800 06 04 0002 020000000002 0a000001 020000000009 0a000009";
  CHECK(s.arp(from_a) == nullptr);
  CHECK(s.arp(from_a) == nullptr);
  const auto* stolen = s.arp(from_b);
  REQUIRE(stolen != nullptr);
  CHECK(stolen->frame == 2);
  CHECK(!stolen->trouble.empty());
  CHECK(s.arp("0001 0800 06 04 0001 020000000003 00000000 000000000000 0a000001") ==
        nullptr);  // a probe owns nothing
}

TEST_CASE("UDP: the first datagram to SNMP's port has a number of its own, as in Wireshark") {
  Story s;
  const auto stream = [&](bool question, u16 server) {
    field::Builder b(test::registry());
    b.layer("eth")
        .layer("ip")
        .set("ip.src", question ? "10.0.0.1" : "10.0.0.2")
        .set("ip.dst", question ? "10.0.0.2" : "10.0.0.1");
    b.layer("udp")
        .set("udp.srcport", question ? 50000 : server)
        .set("udp.dstport", question ? server : 50000)
        .payload(test::unhex("30 00"));
    return s.see<proto::ConversationFacts>(0, b, proto::id::udp)->stream;
  };
  CHECK(stream(true, 161) == 0);
  CHECK(stream(false, 161) == 1);
  CHECK(stream(true, 161) == 1);
  CHECK(stream(false, 161) == 1);
  CHECK(stream(true, 7) == 2);
  CHECK(stream(false, 7) == 2);
}

TEST_CASE("what is remembered has a bound") {
  struct Hash {
    std::size_t operator()(u32 key) const { return key; }
  };
  flow::Recent<u32, u32, Hash> map(100, {});
  map.put(5, 5);
  for (u32 i = 6; i < 100'000; ++i) {
    map.put(i, i);
    if (map.find(5) == nullptr) FAIL("what is asked for again and again is kept");
  }
  CHECK(map.size() <= 200);
  CHECK(map.find(99'999) != nullptr);
  CHECK(map.find(50'000) == nullptr);
}

}  // namespace netpeel
