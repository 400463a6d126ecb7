#include "flow/problems.hpp"

#include "support/conversation.hpp"

namespace netpeel {
namespace {

constexpr u32 fin = 1, syn = 2, rst = 4, ack = 16;

const flow::Finding* of(const std::vector<flow::Finding>& all, std::string_view field) {
  for (const flow::Finding& f : all) {
    if (f.field != nullptr && f.field->name == field) return &f;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("findings are gathered by what they are, the most severe first") {
  test::Talking talk(nullptr);
  flow::Findings findings(test::registry(), {});
  const auto tcp = [&](auto... args) { findings.count(talk.tcp(args...)); };
  tcp(0, true, syn, 1000u, 0u);
  tcp(5, false, syn | ack, 5000u, 1001u);
  tcp(10, true, ack, 1001u, 5001u);
  tcp(20, true, ack, 1001u, 5001u, 100u);
  tcp(223, true, ack, 1001u, 5001u, 100u);
  tcp(640, true, ack, 1001u, 5001u, 100u);
  tcp(650, false, ack, 5001u, 1101u, 0u, 0u);
  tcp(660, false, ack | fin, 5001u, 1101u);
  tcp(670, true, rst, 1101u, 0u);
  const std::vector<flow::Finding> all = findings.sorted();
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(all[i - 1].severity >= all[i].severity);

  const flow::Finding* again = of(all, "tcp.analysis.retransmission");
  REQUIRE(again != nullptr);
  CHECK(again->times == 2);  // although the times in the sentence differ
  CHECK(again->severity == field::Severity::note);
  CHECK(again->kind == "unusual");
  CHECK(again->first_frame == 5);
  CHECK(again->last_frame == 6);
  CHECK(again->says.find("203 ms") != std::string::npos);

  const flow::Finding* reset = of(all, "tcp.connection.rst");
  REQUIRE(reset != nullptr);
  CHECK(reset->severity == field::Severity::warn);
  CHECK(reset->kind.empty());  // worth counting, but nothing is wrong with the packet
  const flow::Finding* zero = of(all, "tcp.analysis.zero_window");
  REQUIRE(zero != nullptr);
  CHECK(zero->severity == field::Severity::warn);
  const flow::Finding* opens = of(all, "tcp.connection.syn");
  REQUIRE(opens != nullptr);
  CHECK(opens->severity == field::Severity::chat);
  CHECK(opens->times == 1);
}

TEST_CASE("a sender's contradiction is an error, what the capture cut a note") {
  test::Talking talk(nullptr);
  flow::Findings findings(test::registry(), {});
  // UDP that claims more than IP carries.
  findings.count(talk.bytes(0, test::unhex("020000000001 020000000002 0800 4500001c00010000 4011 "
                                           "0000 0a000001 0a000009 d4310009 00ff 0000")));
  const auto lies = findings.sorted();
  REQUIRE(lies.size() == 1);
  CHECK(lies[0].severity == field::Severity::error);
  CHECK(lies[0].kind == "malformed");

  flow::Findings cut(test::registry(), {});
  talk.bytes(1, test::unhex("020000000001 020000000002 0800 4500001c00010000 4011 0000 0a00"));
  talk.packet.frame.wire_size = 42;
  field::walk(test::registry(), talk.packet);
  cut.count(talk.packet);
  const auto short_ones = cut.sorted();
  REQUIRE(short_ones.size() == 1);
  CHECK(short_ones[0].severity == field::Severity::note);
  CHECK(short_ones[0].kind == "truncated");
}

}  // namespace netpeel
