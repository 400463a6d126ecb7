// What other programs lose or get wrong in conversations, told as stories through the whole flow
// table: see the table in tests/README.md.
#include <algorithm>
#include <string>

#include "base/random.hpp"
#include "field/build.hpp"
#include "field/expand.hpp"
#include "flow/reassembly.hpp"
#include "flow/registry.hpp"
#include "flow/tracker.hpp"
#include "proto/transport/tcp_facts.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel {
namespace {

using flow::Side;

const field::Registry& all() {
  static const field::Registry registry = flow::registry();
  return registry;
}

constexpr u32 fin = 1, syn = 2, rst = 4, ack = 16;
constexpr i64 ms = 1'000'000;

// A client's conversation with a server. Numbers are counted from each stream's first byte; said()
// is what was told of a stream, "<5>" for a gap of five bytes.
class Story : flow::Listener {
 public:
  explicit Story(u16 port = 9, const flow::TrackerSettings& how = {}, bool listens = true)
      : port_(port), tracker(all(), how, listens ? this : nullptr) {}

  Story& client(u32 at, std::string_view text, u32 flags = ack, u32 acks = 0) {
    return segment(true, at, text, flags, acks);
  }
  Story& server(u32 at, std::string_view text, u32 flags = ack, u32 acks = 0) {
    return segment(false, at, text, flags, acks);
  }
  Story& shake() {
    return client(u32(-1), "", syn, u32(-1)).server(u32(-1), "", syn | ack).client(0, "");
  }
  Story& over() {
    tracker.finish();
    return *this;
  }
  const std::string& said(Side side) const { return said_[u8(side)]; }
  u64 bytes(Side side) const { return bytes_[u8(side)]; }
  u64 gaps() const { return gaps_; }
  // Whether a message of that protocol ended in the last segment.
  bool tells(std::string_view protocol) const {
    const u8 id = all().protocol(protocol);
    for (const field::Packet& part : packet.others()) {
      if (part.find(id) != nullptr) return true;
    }
    return packet.find(id) != nullptr;
  }

  i64 now = 0;             // the next segment's time
  field::Packet packet{};  // the last one, as the tracker left it
  proto::TcpFacts facts{};
  bool keep_text = true;
  std::vector<u8> options{};

 private:
  Story& segment(bool from_client, u32 at, std::string_view text, u32 flags, u32 acks) {
    field::Builder b(all());
    b.layer("eth")
        .layer("ip")
        .set("ip.src", from_client ? "10.0.0.1" : "10.0.0.2")
        .set("ip.dst", from_client ? "10.0.0.2" : "10.0.0.1");
    b.layer("tcp")
        .set("tcp.srcport", from_client ? 50000 : port_)
        .set("tcp.dstport", from_client ? port_ : 50000);
    b.set("tcp.seq_raw", u32((from_client ? 1001 : 5001) + at))
        .set("tcp.ack_raw", u32((from_client ? 5001 : 1001) + acks));
    b.set("tcp.flags", flags).set("tcp.window_size_value", 60000);
    if (!options.empty()) b.append(options);
    b.payload(base::as_bytes(text));
    auto bytes = b.finish();
    REQUIRE(bytes);
    frame_ = std::move(*bytes);
    now += ms;
    packet = {};
    packet.frame = {.data = frame_.data(),
                    .size = u32(frame_.size()),
                    .wire_size = u32(frame_.size()),
                    .time = now,
                    .number = ++number_};
    field::walk(all(), packet);
    tracker.see(packet);
    facts = *static_cast<const proto::TcpFacts*>(packet.known(*packet.find(proto::id::tcp)));
    return *this;
  }
  void data(const flow::Conversation&, Side side, Bytes bytes, u64, u64) override {
    if (keep_text) said_[u8(side)] += base::as_text(bytes);
    bytes_[u8(side)] += bytes.size();
  }
  void gap(const flow::Conversation&, Side side, u64 n) override {
    said_[u8(side)] += "<" + std::to_string(n) + ">";
    gaps_ += n;
  }

  u16 port_;
  std::string said_[2];
  u64 bytes_[2]{}, gaps_ = 0, number_ = 0;
  std::vector<u8> frame_;

 public:
  flow::Tracker tracker;
};

}  // namespace

TEST_CASE("a FIN that comes before late segments ends nothing") {
  Story s;
  s.shake()
      .server(0, "one ")
      .server(10, "three", fin | ack)
      .client(0, "", fin | ack, 4)
      .server(4, "two---");
  CHECK(s.said(Side::server) == "one two---three");
  s.over();
  CHECK(s.gaps() == 0);
}

TEST_CASE("a reset that comes before late segments ends nothing, bytes behind it are nobody's") {
  Story s;
  s.shake().server(3, "", rst | ack).server(0, "abcdef").over();
  CHECK(s.said(Side::server) == "abc");
  CHECK(s.tracker.counts().dropped_bytes == 3);
}

TEST_CASE("what the other side says without acknowledging declares nothing lost") {
  Story s;
  s.shake().server(0, "ab").server(5, "fg");
  s.client(0, "still here", ack, 2).client(10, "and here", ack, 2);
  CHECK(s.said(Side::server) == "ab");
  s.server(2, "cde");
  CHECK(s.said(Side::server) == "abcdefg");
  s.server(9, "jk").client(18, "", ack, 11);
  CHECK(s.said(Side::server) == "abcdefg");
  s.server(11, "");
  CHECK(s.said(Side::server) == "abcdefg<2>jk");
}

TEST_CASE("what follows a gap is told in a frame of the side that said it") {
  Story s(80);
  s.shake().client(0, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  s.server(0, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", ack, 27)
      .server(44, "ghi", ack, 27);
  s.client(27, "", ack, 47);
  CHECK_FALSE(s.tells("http"));
  s.server(47, "", ack, 27);
  CHECK(s.tells("http"));
}

TEST_CASE("a capture that begins in the middle: who is the server is told by words and ports") {
  const std::string answer = "HTTP/1.1 204 No Content\r\n\r\n";
  {
    Story s(9000);
    s.server(0, answer).client(0, "GET / HTTP/1.1\r\n\r\n").over();
    CHECK(s.said(Side::server) == answer);
  }
  {
    Story s(6379);
    s.server(0, "+OK\r\n").over();
    CHECK(s.said(Side::server) == "+OK\r\n");
  }
  {
    Story s(25);
    s.server(0, "220 ready\r\n").over();
    CHECK(s.said(Side::server) == "220 ready\r\n");
  }
  {
    Story s(9000);
    s.server(0, "who knows").over();
    CHECK(s.said(Side::client) == "who knows");
  }
}

TEST_CASE("TLS that begins in the middle of a conversation nobody reads") {
  std::string hello{"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03", 11};
  hello += std::string(32, 'r') + std::string("\x00\x00\x02\x13\x01\x01\x00", 7);
  const bool listens = GENERATE(false, true);
  Story s(25, {}, listens);
  s.shake().server(0, "220 ready\r\n").client(0, "STARTTLS\r\n", ack, 11);
  s.server(11, "220 go on\r\n", ack, 10);
  CHECK_FALSE(s.tells("tls"));
  s.client(10, hello, ack, 22);
  CHECK(s.tells("tls"));
  s.server(22, std::string("\x15\x03\x03\x00\x02\x02\x28", 7), ack, 60);
  CHECK(s.tells("tls"));
}

TEST_CASE("HTTP that begins in the middle of a conversation nobody reads") {
  Story s(9000);
  s.shake().client(0, "BREW /pot HTCPCP/1.0\r\n\r\n");
  CHECK_FALSE(s.tells("http"));
  s.server(0, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", ack, 24);
  CHECK(s.tells("http"));
}

TEST_CASE("how long messages say they are") {
  const std::string message = std::string("\0\x0c", 2) + std::string(12, '\0');
  Story s(53);
  s.shake().client(0, message + message + message.substr(0, 5));
  CHECK(std::vector<u32>(s.facts.sizes.begin(), s.facts.sizes.end()) == std::vector<u32>{14, 14});
  s.client(33, message.substr(5));
  CHECK(std::vector<u32>(s.facts.sizes.begin(), s.facts.sizes.end()) == std::vector<u32>{14});
}

TEST_CASE("what is asked to be read as tshark reads it") {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", body = "abcdefghi";
  const u32 at = u32(head.size());
  const bool like_tshark = GENERATE(false, true);
  INFO("like_tshark " << like_tshark);
  SECTION("a late segment inside a message whose length is known") {
    Story s(80, {.like_tshark = like_tshark});
    s.shake().server(0, head).server(at + 3, body.substr(3)).server(at, body.substr(0, 3));
    CHECK(s.tells("http"));
  }
  SECTION("a late segment before its length is known") {
    Story s(80, {.like_tshark = like_tshark});
    s.shake().server(0, head.substr(0, 20)).server(at, body).server(20, head.substr(20));
    CHECK(s.tells("http") != like_tshark);
  }
  SECTION("a segment that never comes") {
    Story s(80, {.like_tshark = like_tshark});
    s.shake().server(0, head).server(at + 3, body.substr(3)).client(0, "", ack, at + 9);
    s.server(at + 9, "");
    CHECK(s.tells("http") != like_tshark);
  }
  SECTION("HTTP on SSH's port") {
    Story s(22, {.like_tshark = like_tshark});
    s.shake().client(0, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(s.tells("http") != like_tshark);
  }
}

TEST_CASE("no byte of a transfer is lost, whatever order its segments and its end come in") {
  for (u64 seed = 1; seed <= 355; ++seed) {
    INFO("seed " << seed);
    base::Random random(seed);
    std::string text;
    for (u64 i = 0, n = 1 + random.below(4000); i < n; ++i) text += char('!' + random.below(90));
    struct Piece {
      u32 at, size;
      u64 when;
    };
    std::vector<Piece> pieces;
    for (u32 at = 0; at < text.size();) {
      const u32 size = u32(std::min<u64>(1 + random.below(400), text.size() - at));
      // Up to nine places late, and one in eight twice.
      pieces.push_back({at, size, pieces.size() + random.below(10)});
      if (random.below(8) == 0) pieces.push_back({at, size, pieces.size() + random.below(10)});
      at += size;
    }
    pieces.push_back({u32(text.size()), 0, random.below(pieces.size() + 1)});  // the FIN, anywhere
    std::stable_sort(pieces.begin(), pieces.end(),
                     [](const Piece& a, const Piece& b) { return a.when < b.when; });
    Story s;
    s.shake();
    for (const Piece& p : pieces) {
      s.server(p.at, std::string_view(text).substr(p.at, p.size), p.size == 0 ? fin | ack : ack);
      if (random.below(4) == 0) s.client(0, "", ack, u32(s.bytes(Side::server)));
    }
    s.over();
    CHECK(s.said(Side::server) == text);
    CHECK(s.gaps() == 0);
  }
}

TEST_CASE("one direction alone: a hole that nobody acknowledges does not make it hold everything") {
  Story s;
  s.keep_text = false;
  const std::string piece(1400, 'x');
  const u32 pieces = 20'000;
  s.client(0, "first");
  for (u32 i = 0; i < pieces; ++i) s.client(1000 + i * 1400, piece);
  const u64 sent = 5 + u64(pieces) * 1400;
  CHECK(s.bytes(Side::client) + flow::Reassembly::most_held >= sent);
  CHECK(s.gaps() == 995);
  s.over();
  CHECK(s.bytes(Side::client) == sent);
}

TEST_CASE("what the analysis calls a segment changes nothing for the message in it") {
  const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
  Story s(80);
  s.shake().client(0, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  s.server(0, text.substr(0, 20), ack, 27).server(40, text.substr(40), ack, 27);
  CHECK((s.facts.marks & proto::tcp_mark::lost_segment) != 0);
  // So late that Wireshark's rules call it sent again, though it comes for the first time.
  s.now += 900 * ms;
  s.server(20, text.substr(20, 20), ack, 27);
  CHECK((s.facts.marks & proto::tcp_mark::retransmission) != 0);
  const auto parts = s.packet.others();
  REQUIRE(parts.size() == 1);
  CHECK(all()[parts[0].layers[0].proto].name == "http");
  CHECK(base::as_text(parts[0].frame.bytes()) == text);
  CHECK(std::vector<u64>(parts[0].frames.begin(), parts[0].frames.end()) ==
        std::vector<u64>{5, 7, 6});
}

TEST_CASE("late by less than a round trip is out of order, not sent again") {
  Story s;
  s.client(u32(-1), "", syn, u32(-1));
  s.now += 30 * ms;
  s.server(u32(-1), "", syn | ack).client(0, "");
  s.server(0, "ab").server(4, "ef").server(2, "cd");
  CHECK(s.facts.marks == proto::tcp_mark::out_of_order);
  CHECK(s.said(Side::server) == "abcdef");
}

TEST_CASE("bytes that a SACK tells to have arrived are not in flight") {
  Story s;
  s.shake()
      .server(0, std::string(100, 'a'))
      .server(100, std::string(100, 'b'))
      .server(200, std::string(100, 'c'));
  CHECK(s.facts.bytes_in_flight == 300);
  // SACK of bytes 200 to 300: numbers 5201 to 5301.
  s.options = {1, 1, 5, 10, 0, 0, 0x14, 0x51, 0, 0, 0x14, 0xb5};
  s.client(0, "", ack, 100);
  s.options.clear();
  s.server(300, "ddd");
  CHECK(s.facts.bytes_in_flight == 103);
  // Repeated after the SACK told of the hole: sent again; and what it told is never called missing.
  s.now += 300 * ms;
  s.server(100, std::string(100, 'b'));
  CHECK((s.facts.marks & proto::tcp_mark::retransmission) != 0);
  CHECK(s.gaps() == 0);
}

}  // namespace netpeel
