// The check language on captures that are shipped with the repository.
#include "lesson/judge.hpp"

#include "capture/source.hpp"
#include "flow/registry.hpp"
#include "lesson/reel.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::lesson;

namespace {

const field::Registry& registry() {
  static const field::Registry all = flow::registry();
  return all;
}

std::string capture_file(const std::string& name) { return NETPEEL_SOURCE_DIR "/captures/" + name; }

Verdict judge(const std::string& file, const std::string& text, const Judge::Sources& sources = {},
              const Values& values = {}) {
  std::vector<Mistake> mistakes;
  Lets lets;
  const auto conditions = parse_conditions(
      {
          {{1, 1}, text}
  },
      lets, mistakes);
  REQUIRE(mistakes.empty());
  Judge judge(registry(), values, "a");
  judge.want(conditions[0], mistakes);
  for (const Mistake& mistake : mistakes) FAIL(mistake.what);
  const auto source = capture::open_file(capture_file(file));
  Reel({}).play(*source, registry(), {},
                [&](const field::Packet& packet, std::size_t taps) { judge.packet(packet, taps); });
  return judge.judge(conditions[0], sources);
}
bool good(const std::string& file, const std::string& text) { return judge(file, text).good; }

}  // namespace

TEST_CASE("counts, sums and fields") {
  CHECK(good("udp.pcapng", "count(udp) >= 1"));
  CHECK_FALSE(good("udp.pcapng", "count(udp) == 0"));
  CHECK(good("tcp.pcapng", "count(tcp.flags.syn == 1 && tcp.flags.ack == 0) == 1"));
  CHECK(good("tcp.pcapng", "first(tcp.flags.syn == 1 && tcp.flags.ack == 1).tcp.ack_raw == "
                           "first(tcp.flags.syn == 1).tcp.seq_raw + 1"));
  CHECK(good("tcp.pcapng", "order(tcp.flags.syn == 1, tcp.len > 0, tcp.flags.fin == 1)"));
  CHECK_FALSE(good("tcp.pcapng", "order(tcp.flags.fin == 1, tcp.flags.syn == 1)"));
  CHECK(good("tcp.pcapng", "same(tcp.stream; tcp.flags.syn == 1, tcp.flags.fin == 1)"));
  CHECK(good("tcp.pcapng", "distinct(tcp.stream; tcp) >= 1"));
  CHECK(good("tcp.pcapng", "sum(tcp.len; tcp.len > 0) > 0"));
  CHECK(good("tcp.pcapng", "gap(tcp) >= 0"));
  CHECK(good("ping.pcapng", "first(icmp.type == 8).icmp.type == 8"));
}

TEST_CASE("what happened between two taps of one wire") {
  CHECK(good("two-taps.pcapng", "lost(tcp.len > 0) == 1"));
  CHECK(good("two-taps.pcapng", "lost(udp) == 1"));
  CHECK(good("two-taps.pcapng", "dup(udp) == 1"));
  CHECK(good("two-taps.pcapng", "late(udp) >= 1"));
  CHECK(good("two-taps.pcapng", "bent(udp) == 1"));
}

TEST_CASE("the bytes of a stream are the same at both ends, though one segment was lost") {
  const Verdict verdict = judge("two-taps.pcapng", "count(tcp.len > 0 @a) > count(tcp.len > 0 @b)");
  CHECK(verdict.good);
}

TEST_CASE("who fails is told what was expected, what was seen, and the nearest packet") {
  const Verdict none = judge("udp.pcapng", "count(udp && udp.dstport == 1 && ip) == 1");
  CHECK_FALSE(none.good);
  CHECK(none.expected == "1");
  CHECK(none.seen == "0");
  REQUIRE(none.nearest);
  CHECK(none.nearest->missed == "udp.dstport == 1");
  CHECK(none.nearest->there.find("udp.dstport is ") == 0);
  CHECK(none.nearest->frame > 0);

  const Verdict many = judge("udp.pcapng", "count(udp) == 1000   ~ \"{n}, not a thousand\"");
  CHECK_FALSE(many.good);
  CHECK(many.message == many.seen + ", not a thousand");
  CHECK_FALSE(many.packets.empty());
  CHECK_FALSE(many.nearest);

  const Verdict missing = judge("udp.pcapng", "first(tcp.flags.syn == 1).tcp.seq_raw == 1");
  CHECK_FALSE(missing.good);
  CHECK(missing.seen == "no packet fits tcp.flags.syn == 1");
}

TEST_CASE("answers and states") {
  Judge::Sources sources;
  sources.answer = [](std::string_view id) -> std::optional<std::string> {
    if (id == "n") return " 0x0d ";
    if (id == "set") return "47, 13 33";
    if (id == "word") return "RIFEN";
    return {};
  };
  sources.state = [](std::string_view path) -> std::optional<std::string> {
    return path == "got.lines" ? std::optional<std::string>("5") : std::nullopt;
  };
  const auto say = [&](const std::string& text) {
    return judge("udp.pcapng", text, sources,
                 {
                     {"token", "rifen"}
    })
        .good;
  };
  CHECK(say("answer(n) == 13"));
  CHECK(say("answer(set) == {13, 33, 47}"));
  CHECK_FALSE(say("answer(set) == {13, 33}"));
  CHECK(say("answer(word) == $token"));
  CHECK(say("answer(word) == \"rifen\""));
  CHECK_FALSE(say("answer(unknown) == 13"));
  CHECK_FALSE(say("answer(unknown) != 13"));
  CHECK(say("state(got.lines) == 5"));
  CHECK_FALSE(say("state(other) == 5"));
}

TEST_CASE("a filter that is none is the lesson's mistake") {
  std::vector<Mistake> mistakes;
  Lets lets;
  const auto conditions = parse_conditions(
      {
          {{7, 1}, "count(udp.dstprt == 5) == 1"},
          {{8, 1}, "count(ip == $x) == 1"       }
  },
      lets, mistakes);
  Judge judge(registry(), {}, "a");
  for (const Condition& condition : conditions) judge.want(condition, mistakes);
  REQUIRE(mistakes.size() >= 2);
  CHECK(mistakes[0].at.line == 7);
  CHECK(mistakes[0].what.find("udp.dstprt") != std::string::npos);
  CHECK(mistakes[1].at.line == 8);
}
