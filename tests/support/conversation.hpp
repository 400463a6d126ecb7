// Packets between two hosts, made one by one and seen by a tracker: for tests of what is said about
// conversations.
#pragma once
#include "field/build.hpp"
#include "field/walk.hpp"
#include "flow/tracker.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel::test {

constexpr i64 ms = 1'000'000;

class Talking {
 public:
  explicit Talking(flow::Listener* listener, const flow::TrackerSettings& settings = {})
      : tracker(registry(), settings, listener) {}

  // From A, 10.0.0.1, or from B, 10.0.0.2, at that many milliseconds.
  const field::Packet& tcp(i64 at, bool from_a, u32 flags, u32 seq, u32 ack, u32 length = 0,
                           u32 window = 1000, u16 port = 51000) {
    field::Builder b = begin(from_a);
    b.layer("tcp").set("tcp.srcport", from_a ? port : 7).set("tcp.dstport", from_a ? 7 : port);
    b.set("tcp.seq_raw", seq)
        .set("tcp.ack_raw", ack)
        .set("tcp.flags", flags)
        .set("tcp.window_size_value", window);
    b.payload(std::vector<u8>(length, 'x'));
    return see(at, b);
  }
  const field::Packet& udp(i64 at, bool from_a, u32 length, u16 port = 52000) {
    field::Builder b = begin(from_a);
    b.layer("udp")
        .set("udp.srcport", from_a ? port : 9)
        .set("udp.dstport", from_a ? 9 : port)
        .payload(std::vector<u8>(length, 'x'));
    return see(at, b);
  }
  const field::Packet& bytes(i64 at, std::vector<u8> frame) {
    frame_ = std::move(frame);
    packet.frame = {.data = frame_.data(),
                    .size = u32(frame_.size()),
                    .wire_size = u32(frame_.size()),
                    .time = at * ms,
                    .number = ++number};
    field::walk(registry(), packet);
    tracker.see(packet);
    return packet;
  }

  u64 number = 0;
  field::Packet packet;
  flow::Tracker tracker;

 private:
  static field::Builder begin(bool from_a) {
    field::Builder b(registry());
    b.layer("eth").set("eth.src", from_a ? "02:00:00:00:00:01" : "02:00:00:00:00:02");
    b.set("eth.dst", from_a ? "02:00:00:00:00:02" : "02:00:00:00:00:01");
    b.layer("ip")
        .set("ip.src", from_a ? "10.0.0.1" : "10.0.0.2")
        .set("ip.dst", from_a ? "10.0.0.2" : "10.0.0.1");
    return b;
  }
  const field::Packet& see(i64 at, field::Builder& b) {
    auto made = b.finish();
    REQUIRE(made);
    return bytes(at, std::move(*made));
  }
  std::vector<u8> frame_;
};

}  // namespace netpeel::test
