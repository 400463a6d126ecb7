// What is counted of one capture, told as stories.
#include "contrast/measure.hpp"

#include "support/conversation.hpp"

namespace netpeel {
namespace {

using contrast::Measure;
using contrast::Meter;
using test::ms;
using test::Talking;

constexpr u32 fin = 1, syn = 2, push = 8, ack = 16;
constexpr u32 head = 14 + 20 + 20;  // of a TCP segment without data

struct Counting {
  Meter meter;
  Talking talk{&meter};
  template <class... Args>
  void tcp(Args... args) {
    meter.add(talk.tcp(args...), true, 1);
  }
  void shake() {
    tcp(0, true, syn, 1000, 0);
    tcp(5, false, syn | ack, 5000, 1001);
    tcp(10, true, ack, 1001, 5001);
  }
};

}  // namespace

TEST_CASE("what goes before the first byte, and when that is there") {
  Counting c;
  c.shake();
  c.tcp(12, true, ack | push, 1001, 5001, 100);
  c.tcp(20, false, ack, 5001, 1101);
  const Measure m = c.meter.finish({});
  CHECK(m.packets_before == 3);
  CHECK(m.bytes_before == 3 * head);
  CHECK(m.first_data_frame == 4);
  CHECK(m.first_handed == 12 * ms);
  CHECK(m.packets[0] == 3);
  CHECK(m.packets[1] == 2);
  CHECK(m.all_bytes() == 5 * head + 100);
  CHECK(m.shares.all() == m.all_bytes());
  CHECK(m.shares.link == 5 * 14);
  CHECK(m.shares.internet == 5 * 20);
  CHECK(m.shares.transport == 5 * 20);
  CHECK(m.shares.payload == 100);
  CHECK_FALSE(m.mid_stream);
  CHECK(m.sent_bytes[0] == 100);
  CHECK(m.sent_hash[0] == m.got_hash[0]);
}

TEST_CASE("what came early waits for what was sent before it") {
  Counting c;
  c.shake();
  c.tcp(20, true, ack | push, 1001, 5001, 10);
  c.tcp(40, true, ack | push, 1021, 5001, 10);
  c.tcp(70, true, ack | push, 1011, 5001, 10);
  const Measure m = c.meter.finish({});
  REQUIRE(m.handed.size() == 3);
  CHECK(m.handed[1].frame == 6);
  CHECK(m.handed[2].frame == 5);
  CHECK(m.handed[2].released == 6);
  REQUIRE(m.longest_held() != nullptr);
  CHECK(m.longest_held()->held == 30 * ms);
  u64 frame = 0;
  CHECK(m.longest_silence(&frame) == 50 * ms);
  CHECK(frame == 6);
}

TEST_CASE("bytes that were sent before are no payload") {
  Counting c;
  c.shake();
  c.tcp(20, true, ack | push, 1001, 5001, 10);
  c.tcp(320, true, ack | push, 1001, 5001, 10);
  const Measure m = c.meter.finish({});
  CHECK(m.again == std::vector<u64>{5});
  CHECK(m.shares.again == 10);
  CHECK(m.shares.payload == 10);
  CHECK(m.sent_bytes[0] == 10);
}

TEST_CASE("a capture that begins in the middle says so") {
  Counting c;
  c.tcp(0, true, ack | push, 1001, 5001, 10);
  c.tcp(5, false, ack, 5001, 1011);
  const Measure m = c.meter.finish({});
  CHECK(m.mid_stream);
  CHECK(m.mid_stream_frame == 1);
}

TEST_CASE("a datagram needs nobody's leave") {
  Counting c;
  c.meter.add(c.talk.udp(0, true, 8), true, 1);
  c.meter.add(c.talk.udp(3, false, 8), true, 1);
  const Measure m = c.meter.finish({});
  CHECK(m.packets_before == 0);
  CHECK(m.first_data_frame == 1);
  CHECK(m.conversations[1] == 1);
  CHECK(m.shares.transport == 16);
  CHECK(m.longest_held() == nullptr);
}

TEST_CASE("what does not count is not counted") {
  Counting c;
  c.shake();
  c.meter.add(c.talk.udp(20, true, 8), false, 1);
  const Measure m = c.meter.finish({});
  CHECK(m.all_packets() == 3);
  CHECK(m.conversations[1] == 0);
  CHECK(Meter().finish({}).empty());
}

TEST_CASE("quantiles of few values") {
  CHECK(contrast::quantile({}, 0.5) == 0);
  CHECK(contrast::quantile({7}, 0.99) == 7);
  CHECK(contrast::quantile({1, 2, 3}, 0.5) == 2);
  CHECK(contrast::quantile({1, 2, 3, 4, 100}, 0.99) == 100);
}

}  // namespace netpeel
