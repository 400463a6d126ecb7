// What those hear who listen to a tracker: whose bytes, which frame carried them, what is missing.
#include "field/build.hpp"
#include "flow/registry.hpp"
#include "flow/tracker.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel {
namespace {

const field::Registry& all() {
  static const field::Registry registry = flow::registry();
  return registry;
}

constexpr u32 syn = 2, ack = 16;

class Ear : public flow::Listener {
 public:
  explicit Ear(u32 only = flow::all_streams) : tracker(all(), {.only_stream = only}, this) {}

  void segment(u16 port, u32 flags, u32 seq, std::string_view payload) {
    field::Builder b(all());
    b.layer("eth").layer("ip").set("ip.src", "10.0.0.1").set("ip.dst", "10.0.0.2");
    b.layer("tcp").set("tcp.srcport", port).set("tcp.dstport", 7);
    b.set("tcp.seq_raw", seq)
        .set("tcp.ack_raw", (flags & ack) != 0 ? 5001 : 0)
        .set("tcp.flags", flags);
    see(b, payload, 0);
  }
  void answer(u16 port, u32 flags, u32 seq, std::string_view payload) {
    field::Builder b(all());
    b.layer("eth").layer("ip").set("ip.src", "10.0.0.2").set("ip.dst", "10.0.0.1");
    b.layer("tcp").set("tcp.srcport", 7).set("tcp.dstport", port);
    b.set("tcp.seq_raw", seq).set("tcp.ack_raw", 1006).set("tcp.flags", flags);
    see(b, payload, 0);
  }
  void datagram(std::string_view payload, u32 cut) {
    field::Builder b(all());
    b.layer("eth").layer("ip").set("ip.src", "10.0.0.1").set("ip.dst", "10.0.0.2");
    b.layer("udp").set("udp.srcport", 50000).set("udp.dstport", 9999);
    see(b, payload, cut);
  }

  std::vector<std::string> heard;
  flow::Tracker tracker;

 private:
  void see(field::Builder& b, std::string_view payload, u32 cut) {
    b.payload(base::as_bytes(payload));
    auto bytes = b.finish();
    REQUIRE(bytes);
    field::Packet packet;
    const u32 size = u32(bytes->size());
    packet.frame = {
        .data = bytes->data(), .size = size - cut, .wire_size = size, .number = ++number_};
    field::walk(all(), packet);
    tracker.see(packet);
  }
  void data(const flow::Conversation& c, flow::Side, Bytes bytes, u64 at, u64 frame) override {
    heard.push_back(std::to_string(c.stream) + " at " + std::to_string(at) + " in " +
                    std::to_string(frame) + ": " + std::string(base::as_text(bytes)));
  }
  void gap(const flow::Conversation& c, flow::Side, u64 n) override {
    heard.push_back(std::to_string(c.stream) + " lacks " + std::to_string(n));
  }
  u64 number_ = 0;
};
using Heard = std::vector<std::string>;

TEST_CASE("Bytes that came early are told with the frame that carried them") {
  Ear ear;
  ear.segment(51000, syn, 1000, "");
  ear.segment(51000, ack, 1004, "lo");
  CHECK(ear.heard.empty());
  ear.segment(51000, ack, 1001, "hel");
  CHECK(ear.heard == Heard{"0 at 0 in 3: hel", "0 at 3 in 2: lo"});
}

// TCP Fast Open (RFC 7413): nothing is known yet of the numbers the other side will use.
TEST_CASE("Data in a SYN do not hide what the server answers") {
  Ear ear;
  ear.segment(51000, syn, 1000, "early");
  ear.answer(51000, syn | ack, 70000, "");
  ear.answer(51000, ack, 70001, "answer");
  CHECK(ear.heard == Heard{"0 at 0 in 1: early", "0 at 0 in 3: answer"});
}

TEST_CASE("With only_stream the others are counted, not put together") {
  Ear ear(1);
  ear.segment(51000, syn, 1000, "");
  ear.segment(51000, ack, 1001, "not this");
  ear.segment(52000, syn, 1000, "");
  ear.segment(52000, ack, 1001, "but this");
  CHECK(ear.heard == Heard{"1 at 0 in 4: but this"});
  CHECK(ear.tracker.counts().conversations == 2);
}

TEST_CASE("What the capture cut off a datagram is told as a gap") {
  Ear ear;
  ear.datagram("all of it", 0);
  ear.datagram("not all of it", 6);
  CHECK(ear.heard == Heard{"0 at 0 in 1: all of it", "0 at 0 in 2: not all", "0 lacks 6"});
}

}  // namespace
}  // namespace netpeel
