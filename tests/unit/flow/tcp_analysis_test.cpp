// Conversations told as stories: what each segment is taken for, given those before it.
#include <memory>

#include "field/build.hpp"
#include "flow/registry.hpp"
#include "flow/tcp_half.hpp"
#include "flow/tracker.hpp"
#include "proto/transport/tcp.hpp"
#include "proto/transport/tcp_facts.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel {
namespace {

namespace mark = proto::tcp_mark;
using proto::TcpFacts;

const field::Registry& all() {
  static const field::Registry registry = flow::registry();
  return registry;
}

constexpr u32 fin = 1, syn = 2, rst = 4, psh = 8, ack = 16;
constexpr i64 ms = 1'000'000;

class Story : flow::Listener {
 public:
  explicit Story(u64 memory = u64(1) << 30) : tracker(all(), {.memory = memory}, this) {}

  // A segment from A (true) or B, at that many milliseconds. Numbers are raw.
  TcpFacts tells(i64 at, bool from_a, u32 flags, u32 seq, u32 acked, u32 length = 0,
                 u32 window = 1000, u16 port = 51000, Bytes options = {}) {
    field::Builder b(all());
    b.layer("eth")
        .layer("ip")
        .set("ip.src", from_a ? "10.0.0.1" : "10.0.0.2")
        .set("ip.dst", from_a ? "10.0.0.2" : "10.0.0.1");
    b.layer("tcp").set("tcp.srcport", from_a ? port : 7).set("tcp.dstport", from_a ? 7 : port);
    b.set("tcp.seq_raw", seq)
        .set("tcp.ack_raw", acked)
        .set("tcp.flags", flags)
        .set("tcp.window_size_value", window);
    if (!options.empty()) b.append(options);
    b.payload(std::vector<u8>(length, 'x'));
    return sees(at, b);
  }
  TcpFacts sees(i64 at, field::Builder& b) {
    auto bytes = b.finish();
    REQUIRE(bytes);
    frame_ = std::move(*bytes);
    packet.frame = {.data = frame_.data(),
                    .size = u32(frame_.size()),
                    .wire_size = u32(frame_.size()),
                    .time = at * ms,
                    .number = ++number};
    field::walk(all(), packet);
    tracker.see(packet);
    const field::Layer* layer = packet.find(proto::id::tcp);
    REQUIRE(layer != nullptr);
    const auto* facts = static_cast<const TcpFacts*>(packet.known(*layer));
    REQUIRE(facts != nullptr);
    return *facts;
  }
  // SYN, SYN ACK, ACK within 10 ms; A's data begin at 1001, B's at 5001.
  void shake() {
    tells(0, true, syn, 1000, 0);
    tells(5, false, syn | ack, 5000, 1001);
    tells(10, true, ack, 1001, 5001);
  }

  u64 number = 0;
  field::Packet packet;
  flow::Tracker tracker;
  u32 opened_count = 0, closed_count = 0;
  flow::Conversation last{};

 private:
  void opened(const flow::Conversation&) override { ++opened_count; }
  void closed(const flow::Conversation& c) override {
    ++closed_count;
    last = c;
  }
  std::vector<u8> frame_;
};

TEST_CASE(
    "segments that nobody acknowledges are kept in bounds, and more closely where many wait") {
  flow::Unacked pool;
  const auto fill_side = [&] {
    u32 kept = 0;
    while (pool.takes(kept)) pool.take(), ++kept;
    return kept;
  };
  CHECK(fill_side() == flow::Unacked::most_of_a_side);
  u32 sides = 1;
  while (pool.takes(flow::Unacked::most_where_many)) fill_side(), ++sides;
  CHECK(sides == flow::Unacked::many / flow::Unacked::most_of_a_side);
  CHECK(fill_side() == flow::Unacked::most_where_many);
}

}  // namespace

TEST_CASE("a handshake: relative numbers, round-trip times, completeness") {
  Story s;
  const TcpFacts first = s.tells(0, true, syn, 1000, 0);
  CHECK(first.stream == 0);
  CHECK(first.completeness == 0);
  CHECK(first.marks == 0);
  CHECK(first.next_seq - first.base_seq == 1);
  const TcpFacts second = s.tells(5, false, syn | ack, 5000, 1001);
  CHECK(second.completeness == 1);
  CHECK(second.acks_frame == 1);
  CHECK(second.ack_rtt == 5 * ms);
  CHECK(second.initial_rtt == 0);
  const TcpFacts third = s.tells(12, true, ack, 1001, 5001);
  CHECK(third.completeness == 3);
  CHECK(third.acks_frame == 2);
  CHECK(third.initial_rtt == 12 * ms);
  CHECK(third.since_first == 12 * ms);
  CHECK(third.since_previous == 7 * ms);
  CHECK(third.scale == -2);
  const TcpFacts data = s.tells(20, true, ack | psh, 1001, 5001, 100);
  CHECK(data.completeness == 7);
  CHECK(data.bytes_in_flight == 100);
  CHECK(data.push_bytes_sent == 100);
  s.tracker.finish();
  CHECK(s.opened_count == 1);
  CHECK(s.closed_count == 1);
  CHECK(s.last.client.port == 51000);
  CHECK(s.last.frames[0] == 3);
  CHECK(s.last.frames[1] == 1);
  CHECK(s.last.completeness == 15);
}

TEST_CASE("windows are scaled only if both sides say so") {
  const u8 by_seven[]{3, 3, 7, 0};
  Story both;
  both.tells(0, true, syn, 1000, 0, 0, 500, 51000, by_seven);
  CHECK(both.tells(1, false, syn | ack, 5000, 1001, 0, 500, 51000, by_seven).window == 500);
  const TcpFacts scaled = both.tells(2, true, ack, 1001, 5001, 0, 500);
  CHECK(scaled.scale == 128);
  CHECK(scaled.window == 500 * 128);
  Story one;
  one.tells(0, true, syn, 1000, 0, 0, 500, 51000, by_seven);
  one.tells(1, false, syn | ack, 5000, 1001, 0, 500);
  CHECK(one.tells(2, true, ack, 1001, 5001, 0, 500).scale == -2);
  Story midway;
  CHECK(midway.tells(2, true, ack, 1001, 5001, 0, 500).scale == -1);
}

TEST_CASE("Multipath TCP: an ACK behind a new operation is no duplicate") {
  const u8 capable[]{30, 4, 0x01, 0x81}, dss[]{30, 8, 0x20, 1, 0, 0, 0, 9},
      add_address[]{30, 8, 0x34, 5, 10, 0, 0, 9}, reset[]{30, 4, 0x80, 1};
  Story s;
  s.tells(0, true, syn, 1000, 0, 0, 1000, 51000, capable);
  s.tells(5, false, syn | ack, 5000, 1001, 0, 1000, 51000, capable);
  s.tells(10, true, ack, 1001, 5001, 0, 1000, 51000, capable);
  const auto a = [&](Bytes options) {
    s.tells(20, true, ack, 1001 + 100 * u32(s.number), 5001, 100, 1000, 51000, options);
  };
  const auto again = [&](Bytes options) {
    const TcpFacts b = s.tells(30, false, ack, 5001, 1101, 0, 1000, 51000, options);
    return b.marks == mark::duplicate_ack ? b.duplicate_ack_number : 0;
  };
  a(dss);
  CHECK(again({}) == 0);  // new
  CHECK(again({}) == 1);
  CHECK(again(add_address) == 2);  // what it says counts from the next one on
  CHECK(again({}) == 0);
  CHECK(again({}) == 3);
  CHECK(again(dss) == 4);  // nothing new
  CHECK(again(add_address) == 5);
  CHECK(again(reset) == 6);
  CHECK(again({}) == 7);
  const u8 priority[]{30, 3, 0x51, 1};
  a(priority);  // the other side's operations are of the same connection
  CHECK(again({}) == 0);
  CHECK(again({}) == 8);
}

TEST_CASE("bytes sent again: after a time, at once, needlessly, or only out of order") {
  Story s;
  s.shake();
  s.tells(20, true, ack, 1001, 5001, 100);
  const TcpFacts again = s.tells(223, true, ack, 1001, 5001, 100);
  CHECK(again.marks == mark::retransmission);
  CHECK(again.rto == 203 * ms);
  CHECK(again.rto_frame == 4);
  s.tells(230, false, ack, 5001, 1101);
  CHECK(s.tells(240, true, ack, 1001, 5001, 100).marks ==
        (mark::spurious_retransmission | mark::retransmission));

  Story fast;
  fast.shake();
  for (u32 i = 0; i < 4; ++i) fast.tells(20, true, ack, 1001 + i * 100, 5001, 100);
  fast.tells(30, false, ack, 5001, 1101);
  CHECK(fast.tells(31, false, ack, 5001, 1101).marks == mark::duplicate_ack);
  const TcpFacts twice = fast.tells(32, false, ack, 5001, 1101);
  CHECK(twice.duplicate_ack_number == 2);
  CHECK(twice.duplicate_ack_frame == 8);
  CHECK(fast.tells(40, true, ack, 1101, 5001, 100).marks ==
        (mark::fast_retransmission | mark::retransmission));

  Story mixed;
  mixed.shake();
  mixed.tells(20, true, ack, 1001, 5001, 100);
  CHECK(mixed.tells(21, true, ack, 1201, 5001, 100).marks == mark::lost_segment);
  CHECK(mixed.tells(22, true, ack, 1101, 5001, 100).marks == mark::out_of_order);
}

TEST_CASE("Fast Open: data in the SYN, taken or not") {
  using proto::FastOpen;
  const u8 cookie[]{34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 1};
  Story s;
  CHECK(s.tells(0, true, syn, 1000, 0, 10, 1000, 51000, cookie).fast_open == FastOpen::asked);
  CHECK(s.tells(1, false, syn | ack, 5000, 1011).fast_open == FastOpen::taken);
  CHECK(s.tells(2, true, ack, 1011, 5001).fast_open == FastOpen::none);
  Story refused;
  refused.tells(0, true, syn, 1000, 0, 10, 1000, 51000, cookie);
  CHECK(refused.tells(1, false, syn | ack, 5000, 1001).fast_open == FastOpen::ignored);
  Story first;  // asks for a cookie
  const u8 request[]{34, 2, 1, 1};
  CHECK(first.tells(0, true, syn, 1000, 0, 0, 1000, 51000, request).fast_open == FastOpen::none);
  CHECK(first.tells(1, false, syn | ack, 5000, 1001, 0, 1000, 51000, cookie).fast_open ==
        FastOpen::none);
}

TEST_CASE("a message of several segments: which bytes end it, which wait, and who carried it") {
  Story s;
  const auto tells = [&](u32 seq, std::string_view text) {
    field::Builder b(all());
    b.layer("eth").layer("ip").set("ip.src", "10.0.0.1").set("ip.dst", "10.0.0.2");
    b.layer("tcp")
        .set("tcp.srcport", 51000)
        .set("tcp.dstport", 6379)
        .set("tcp.seq_raw", seq)
        .set("tcp.flags", ack)
        .payload(base::as_bytes(text));
    return s.sees(0, b);
  };
  const TcpFacts first = tells(1, "PING\r\nEC");
  CHECK(first.completes == 0);
  CHECK(first.waits == 2);
  CHECK(first.segments.empty());
  const TcpFacts second = tells(9, "HO hel");
  CHECK(second.waits == 6);
  const TcpFacts third = tells(15, "lo\r\nPI");
  CHECK(third.completes == 4);
  CHECK(third.waits == 2);
  CHECK(std::vector<u64>(third.segments.begin(), third.segments.end()) ==
        std::vector<u64>{1, 2, 3});
  CHECK(base::as_text(third.reassembled) == "ECHO hello\r\n");
}

TEST_CASE("keep-alives, and a window that closes") {
  Story s;
  s.shake();
  s.tells(20, true, ack, 1001, 5001, 100);
  s.tells(21, false, ack, 5001, 1101);
  CHECK(s.tells(9000, true, ack, 1100, 5001).marks == mark::keep_alive);
  CHECK(s.tells(9001, false, ack, 5001, 1101).marks == mark::keep_alive_ack);

  Story full;
  full.shake();
  CHECK(full.tells(20, true, ack, 1001, 5001, 1000).marks == mark::window_full);
  CHECK(full.tells(21, false, ack, 5001, 2001, 0, 0).marks == mark::zero_window);
  CHECK(full.tells(500, true, ack, 2001, 5001, 1).marks == mark::zero_window_probe);
  CHECK((full.tells(501, false, ack, 5001, 2001, 0, 0).marks & mark::zero_window_probe_ack) != 0);
  CHECK(full.tells(600, false, ack, 5001, 2001, 0, 800).marks == mark::window_update);
}

TEST_CASE("sequence numbers wrap") {
  Story s;
  s.tells(0, true, syn, 0xffffff00, 0);
  s.tells(5, false, syn | ack, 5000, 0xffffff01);
  s.tells(10, true, ack, 0xffffff01, 5001);
  const TcpFacts over = s.tells(11, true, ack, 0xffffff01, 5001, 400);
  CHECK(over.marks == 0);
  CHECK(over.next_seq - over.base_seq == 401);
  const TcpFacts got = s.tells(12, false, ack, 5001, 0x91);
  CHECK(got.acks_frame == 4);
  CHECK(s.tells(13, true, ack, 0x91, 5001, 100).marks == 0);
  CHECK((s.tells(400, true, ack, 0xffffff01, 5001, 400).marks & mark::spurious_retransmission) !=
        0);
}

TEST_CASE("a SYN with another number is a new conversation, the same number a repeat") {
  Story s;
  s.shake();
  s.tells(20, true, rst | ack, 1001, 5001);
  const TcpFacts again = s.tells(30, true, syn, 77000, 0);
  CHECK(again.stream == 1);
  CHECK(again.marks == mark::reused_ports);
  CHECK(again.completeness == 0);
  CHECK(s.closed_count == 1);
  const TcpFacts repeat = s.tells(1030, true, syn, 77000, 0);
  CHECK(repeat.stream == 1);
  CHECK(repeat.marks == mark::retransmission);
  CHECK(s.tells(1040, true, syn, 5, 0, 0, 1000, 51001).stream == 2);
  CHECK(s.tracker.counts().conversations == 3);
}

TEST_CASE("at the memory bound the oldest idle conversation goes, and is counted") {
  Story s(20 * 480);
  for (u16 port = 1; port <= 100; ++port) s.tells(port, true, syn, port, 0, 0, 1000, port);
  CHECK(s.tracker.counts().closed_early > 60);
  CHECK(s.closed_count == s.tracker.counts().closed_early);
  // The latest ones are still known, in whatever order the table holds them.
  for (u16 port = 90; port <= 100; ++port)
    CHECK(s.tells(500, false, syn | ack, 9, port + 1u, 0, 1000, port).stream == u32(port - 1));
  CHECK(s.tells(600, false, syn | ack, 9, 2, 0, 1000, 1).stream == 100);
}

}  // namespace netpeel
