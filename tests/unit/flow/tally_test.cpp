// What is counted of conversations, told as stories.
#include "flow/tally.hpp"

#include "flow/order.hpp"
#include "support/conversation.hpp"

namespace netpeel {
namespace {

using flow::Level;
using flow::Talk;
using flow::Tally;
using flow::Traffic;
using test::ms;
using test::Talking;

constexpr u32 fin = 1, syn = 2, rst = 4, ack = 16;
constexpr u32 head = 14 + 20 + 20;  // of a TCP segment without data

struct Counting {
  Tally tally;
  Talking talk{&tally};
  void shake(u16 port = 51000) {
    tcp(0, true, syn, 1000, 0, 0, 1000, port);
    tcp(5, false, syn | ack, 5000, 1001, 0, 1000, port);
    tcp(10, true, ack, 1001, 5001, 0, 1000, port);
  }
  template <class... Args>
  void tcp(Args... args) {
    tally.count(talk.tcp(args...));
  }
};

}  // namespace

TEST_CASE("packets and bytes each way, on every level") {
  Counting c;
  c.shake();
  c.tcp(20, true, ack, 1001, 5001, 100);
  c.tcp(25, false, ack, 5001, 1101);
  c.tally.count(c.talk.udp(30, false, 8));
  const Talk& tcp = c.tally.talks(Level::tcp).at(0);
  CHECK(tcp.from_a == Traffic{3, 3 * head + 100});
  CHECK(tcp.from_b == Traffic{2, 2 * head});
  CHECK(tcp.first_frame == 1);
  CHECK(tcp.duration() == 25 * ms);
  CHECK(tcp.key.end(tcp.a_is_low).port == 51000);
  const Talk& udp = c.tally.talks(Level::udp).at(0);
  CHECK(udp.from_a == Traffic{1, 50});  // the sender of the first datagram is A
  CHECK(udp.key.end(udp.a_is_low).port == 9);
  for (const Level level : {Level::eth, Level::ip}) {
    REQUIRE(c.tally.talks(level).size() == 1);
    CHECK(c.tally.talks(level)[0].from_a == Traffic{3, 3 * head + 100});
    CHECK(c.tally.talks(level)[0].from_b == Traffic{3, 2 * head + 50});
    CHECK(c.tally.total(level).packets == 6);
  }
  CHECK(c.tally.talks(Level::ipv6).empty());
  const auto ends = flow::endpoints(c.tally, Level::ip);
  REQUIRE(ends.size() == 2);
  CHECK(ends[0].sent == ends[1].received);
  CHECK(ends[0].both().packets == 6);
}

TEST_CASE("how a connection went: handshake, round trips, repeats, who closed") {
  Counting c;
  c.shake();
  c.tcp(20, true, ack, 1001, 5001, 100);
  c.tcp(60, false, ack, 5001, 1101);
  c.tcp(70, true, ack, 1101, 5001, 100);
  c.tcp(400, true, ack, 1101, 5001, 100);
  c.tcp(440, false, ack, 5001, 1201);
  c.tcp(450, false, ack | fin, 5001, 1201);
  c.tcp(460, true, ack | fin, 1201, 5002);
  c.talk.tracker.finish();
  const flow::Connection& connection = c.tally.connections().at(0);
  CHECK(connection.handshake == 10 * ms);
  CHECK(connection.a.again == 1);
  CHECK(connection.b.again == 0);
  // The server's ACKs: 5 ms for the SYN, 40 ms for the data; none for those that were sent twice.
  CHECK(connection.b.acks.least() == 5 * ms);
  CHECK(connection.b.acks.greatest() >= 40 * ms);
  CHECK(connection.a.finished);
  CHECK(connection.b.finished);
  CHECK_FALSE(connection.a_finished_first);
  CHECK((connection.completeness & flow::completeness::fin) != 0);
  CHECK_FALSE(connection.a.broke_off);
}

TEST_CASE("packets that nobody counts still make the conversation what it is") {
  Counting c;
  c.talk.tcp(0, true, syn, 1000, 0);  // a filter left these out
  c.talk.tcp(5, false, syn | ack, 5000, 1001);
  c.tcp(10, false, rst, 5001, 0);
  const Talk& talk = c.tally.talks(Level::tcp).at(0);
  CHECK(talk.from_a.packets == 0);
  CHECK(talk.from_b.packets == 1);
  CHECK(talk.first_frame == 3);
  CHECK(c.tally.connections()[0].b.broke_off);
  CHECK(c.tally.all().packets == 1);
}

TEST_CASE("a quotation inside an ICMP error is no traffic of the ends it names") {
  Counting c;
  c.tally.count(c.talk.bytes(
      0, test::unhex(
             "020000000001 020000000002 0800 4500003800010000 4001 0000 0a000002 0a000001"
             "0303000000000000 4500001c00010000 4011 0000 0a000001 0a000009 d4310009 0008 0000")));
  CHECK(c.tally.total(Level::ip).packets == 1);
  REQUIRE(c.tally.talks(Level::ip).size() == 1);
  CHECK(c.tally.total(Level::udp).packets == 0);
  CHECK(flow::listed(c.tally, Level::udp, {}).places.empty());
}

TEST_CASE("beyond the most that are told apart, conversations are only summed up") {
  Tally tally(2);
  Talking talk(&tally);
  for (u16 port = 1000; port < 1005; ++port) tally.count(talk.udp(port, true, 10, port));
  CHECK(tally.talks(Level::udp).size() == 2);
  CHECK(tally.total(Level::udp).packets == 5);
  CHECK(tally.further(Level::udp).packets == 3);
  CHECK(tally.further(Level::ip).packets == 0);
}

TEST_CASE("many conversations of addresses: each is found again") {
  Tally tally;
  Talking talk(&tally);
  std::vector<u8> frame =
      test::unhex("020000000001 020000000002 0800 4500001400010000 40ff 0000 0a000002 0a000001");
  for (u32 round = 0; round < 2; ++round) {
    for (u32 i = 0; i < 3000; ++i) {
      frame[28] = u8(i >> 8), frame[29] = u8(i);
      tally.count(talk.bytes(i, frame));
    }
  }
  CHECK(tally.talks(Level::ip).size() == 3000);
  for (const Talk& t : tally.talks(Level::ip)) REQUIRE(t.both().packets == 2);
}

TEST_CASE("conversations are listed in the order asked for, and those left out are counted") {
  Tally tally;
  Talking talk(&tally);
  for (u16 i = 0; i < 5; ++i) tally.count(talk.udp(i, true, u32(i) * 10, u16(1000 + i)));
  const flow::Listed most =
      flow::listed(tally, Level::udp, {.order = flow::Order::bytes, .most = 2});
  CHECK(most.places == std::vector<u32>{4, 3});
  CHECK(most.left_out == 3);
  CHECK(flow::listed(tally, Level::udp, {.order = flow::Order::start}).places ==
        std::vector<u32>{0, 1, 2, 3, 4});
  CHECK(flow::listed(tally, Level::udp, {.order = flow::Order::start, .reverse = true})
            .places.front() == 4);
  CHECK(flow::listed(tally, Level::udp, {.stream = 3}).places == std::vector<u32>{3});
}

}  // namespace netpeel
