#include "view/ladder.hpp"

#include "field/build.hpp"
#include "flow/tracker.hpp"
#include "print.hpp"
#include "support/catch.hpp"
#include "view/ladder_parts.hpp"

using namespace netpeel;
using namespace netpeel::test;

namespace {

constexpr i64 ms = 1'000'000;

view::Arrow arrow(u32 from, u32 to, i64 time, std::string label) {
  view::Arrow a;
  a.from = from, a.to = to, a.left = a.arrived = time, a.label = std::move(label);
  return a;
}

std::string text(const view::Ladder& ladder, u32 width) {
  base::Text out;
  view::ladder_text(ladder, width, false, out);
  return std::string(out.view());
}
std::string svg(const view::Ladder& ladder) {
  base::Text out;
  view::ladder_svg(ladder, out);
  return std::string(out.view());
}
std::string words(const view::Ladder& ladder, const view::Arrow& a) {
  base::Text out;
  view::in_words(ladder, a, out);
  return std::string(out.view());
}

view::Ladder pair() {
  view::Ladder out;
  out.title = "t";
  out.about = "some";
  out.lanes = {
      {.name = "a", .about = {}},
      {.name = "b", .about = {}}
  };
  return out;
}

// Datagrams between 10.0.0.N hosts, as a file of so many interfaces would give them.
class Recorded {
 public:
  explicit Recorded(view::LadderSettings settings, u32 interfaces = 1)
      : maker({.registry = registry()}, std::move(settings)), taps(interfaces) {}
  void udp(i64 time, u8 from, u8 to, u16 tap = 0, u16 id = 0, std::string comment = {},
           std::string data = "hello", u16 port = 5) {
    field::Builder b(registry());
    b.layer("eth")
        .layer("ip")
        .set("ip.src", "10.0.0." + std::to_string(from))
        .set("ip.dst", "10.0.0." + std::to_string(to))
        .set("ip.id", id);
    b.layer("udp").set("udp.srcport", port).set("udp.dstport", 9).payload(base::as_bytes(data));
    const std::vector<u8> bytes = *b.finish();
    field::Packet p;
    p.frame = {.data = bytes.data(),
               .size = u32(bytes.size()),
               .wire_size = u32(bytes.size()),
               .time = time,
               .number = ++number,
               .interface = tap,
               .comment = comment};
    field::walk(registry(), p);
    tracker.see(p);
    maker.add(p, true, taps);
  }
  view::LadderMaker maker;
  flow::Tracker tracker{registry(), {.taps = true}, &maker};
  u32 taps;
  u64 number = 0;
};

}  // namespace

TEST_CASE("arrows, fates and pauses as text") {
  view::Ladder l = pair();
  l.arrows = {arrow(0, 1, 0, "SYN"), arrow(1, 0, 5 * ms, "SYN ACK"), arrow(0, 1, 300 * ms, "data"),
              arrow(0, 1, 301 * ms, "more")};
  l.arrows[2].pause = 295 * ms;
  l.arrows[2].lost = true, l.arrows[2].fate = "lost";
  l.arrows[3].problems = {"odd"};
  l.arrows[3].comment = "on purpose";
  CHECK(text(l, 50) == "t: some\n"
                       "           a                                     b\n"
                       "  0.000000 │──────────────── SYN ───────────────>│\n"
                       "  0.005000 │<───────────── SYN ACK ──────────────│\n"
                       "           ┊            295 ms later             ┊\n"
                       "  0.300000 │─────────────── data ─────────x lost │\n"
                       "  0.301000 │─────────────── more ───────────────>│\n"
                       "           │ ! odd                               │\n"
                       "           │   comment: on purpose               │\n");
}

TEST_CASE("who was overtaken leaves on one line and arrives on another") {
  view::Ladder l = pair();
  l.arrows = {arrow(0, 1, 0, "one"), arrow(0, 1, 1 * ms, "two")};
  for (view::Arrow& a : l.arrows) a.travels = true;
  l.arrows[0].arrived = 9 * ms, l.arrows[0].late = true, l.arrows[0].fate = "late";
  l.arrows[1].arrived = 3 * ms;
  const std::string out = text(l, 60);
  const std::size_t left = out.find("0.000000 │───"), second = out.find("two"),
                    came = out.find("0.009000 │");
  CHECK(left < second);
  CHECK(second < came);
  CHECK(out.find("one, late", came) != std::string::npos);
  CHECK(out.find("+2 ms") != std::string::npos);
  // In the drawing the two lines cross: the first ends below the second.
  const std::string drawn = svg(l);
  const auto last_y = [&](std::string_view label) {
    const std::size_t at =
        drawn.find("y2=\"", drawn.find("<line", drawn.find(std::string(label) + "</text>")));
    return std::stod(drawn.substr(at + 4));
  };
  CHECK(last_y("one") > last_y("two"));
}

TEST_CASE("more hosts than fit become a list, and long labels stand above their arrows") {
  view::Ladder l = pair();
  for (u32 i = 2; i < 9; ++i) l.lanes.push_back({.name = "host " + std::to_string(i), .about = {}});
  l.arrows = {arrow(0, 8, 0, "hello")};
  CHECK(text(l, 80) == "t: some\n  0.000000 a → host 8  hello\n");
  l.lanes.resize(3);
  l.arrows = {arrow(0, 1, 0, "who has a rather long name here?")};
  CHECK(text(l, 60).find("│ who has a rather long name here?              │\n  0.000000 "
                         "│──────────────────────>│                       │\n") !=
        std::string::npos);
}

TEST_CASE("an arrow in words") {
  view::Ladder l = pair();
  view::Arrow a = arrow(0, 1, 1'500'000, "SYN seq=0");
  CHECK(words(l, a) == "0.001500 s, a to b: SYN seq=0");
  a.lost = true, a.fate = "lost", a.comment = "dropped by us";
  CHECK(words(l, a) == "0.001500 s, a to b: SYN seq=0. lost. comment: dropped by us");
}

TEST_CASE("durations and lines are cut to what a person reads") {
  const auto lasts = [](i64 n) {
    base::Text out;
    view::duration(out, n);
    return std::string(out.view());
  };
  CHECK(lasts(30'400) == "30 µs");
  CHECK(lasts(1'234'567) == "1.2 ms");
  CHECK(lasts(214'900'000) == "214 ms");
  CHECK(lasts(-3'200'000'000) == "-3.200 s");
  CHECK(view::wrapped("one two three", 8) == std::vector<std::string>{"one two", "three"});
  CHECK(view::wrapped("unbreakable-word", 8) == std::vector<std::string>{"unbreaka", "ble-word"});
  CHECK(view::columns_of("漢字 é") == 6);
}

TEST_CASE("hosts stand in the order in which they speak; the bound is told") {
  Recorded r({.most = 2});
  r.udp(0, 7, 1);
  r.udp(ms, 1, 7);
  r.udp(2 * ms, 2, 7);
  const view::Ladder l = r.maker.finish({});
  CHECK(l.lanes.size() == 2);
  CHECK(l.lanes[0].name == "10.0.0.7");
  CHECK(l.arrows.size() == 2);
  CHECK(l.arrows[1].left == ms);
  CHECK(l.bound() == "1 more arrow is left out; --max-rows draws more, -Y or --stream chooses");
}

TEST_CASE("a host that talks to itself stands there for each port") {
  Recorded r({});
  r.udp(0, 1, 1);
  const view::Ladder l = r.maker.finish({});
  CHECK(l.lanes.size() == 2);
  CHECK(l.lanes[0].name == "10.0.0.1:5");
  CHECK(l.lanes[1].name == "10.0.0.1:9");
}

TEST_CASE("two taps: lanes are the taps, and what a tap's comment says stands at the arrow") {
  for (const bool messages : {false, true}) {
    Recorded r({.messages = messages}, 2);
    r.udp(0, 1, 2, 0, 11);
    r.udp(2 * ms, 1, 2, 1, 11);
    r.udp(5 * ms, 1, 2, 0, 12, "drop data#2\x1b");
    r.udp(26 * ms, 2, 1, 1, 13);
    r.udp(28 * ms, 2, 1, 0, 13);
    const view::Ladder l = r.maker.finish({"a", "b"});
    REQUIRE(l.arrows.size() == 3);
    CHECK(l.taps);
    CHECK(l.lanes[0].name == "a");
    CHECK(l.lanes[0].about == "10.0.0.1");
    CHECK(l.arrows[0].arrived == 2 * ms);
    CHECK(l.arrows[1].lost);
    CHECK(l.arrows[1].comment == "drop data#2\\x1b");
    CHECK(l.arrows[2].from == 1);
    CHECK(l.arrows[0].label == (messages ? "data 5 bytes: hello" : "UDP 5 bytes"));
  }
}

TEST_CASE(
    "two that were under way at once cross: each is drawn where it leaves and where it arrives") {
  for (const i64 answer : {20 * ms, 40 * ms}) {
    Recorded r({}, 2);
    r.udp(0, 1, 2, 0, 11);
    if (answer < 30 * ms) r.udp(answer, 2, 1, 1, 12);
    r.udp(30 * ms, 1, 2, 1, 11);
    if (answer > 30 * ms) r.udp(answer, 2, 1, 1, 12);
    r.udp(answer + 30 * ms, 2, 1, 0, 12);
    const view::Ladder l = r.maker.finish({"a", "b"});
    REQUIRE(l.arrows.size() == 2);
    const bool crossed = answer < 30 * ms;
    CHECK((l.arrows[0].crosses != 0) == crossed);
    CHECK((l.arrows[1].crosses != 0) == crossed);
    if (crossed) CHECK(l.arrows[0].crosses == l.arrows[1].frames[0]);
    view::Text drawn, said;
    view::ladder_text(l, 80, false, drawn);
    view::in_words(l, l.arrows[0], said);
    CHECK((drawn.view().find(", arrives") != std::string_view::npos) == crossed);
    CHECK((said.view().find("It crosses frame") != std::string_view::npos) == crossed);
  }
}

TEST_CASE("two interfaces of different wires are no taps") {
  Recorded r({}, 2);
  r.udp(0, 1, 2, 0, 11);
  r.udp(2 * ms, 3, 4, 1, 12);
  const view::Ladder l = r.maker.finish({"eth0", "eth1"});
  CHECK_FALSE(l.taps);
  CHECK(l.lanes.size() == 4);
  CHECK_FALSE(l.arrows[0].lost);
}

TEST_CASE("bytes that are no text are shown as hexadecimal digits") {
  Recorded r({.messages = true});
  r.udp(0, 1, 2, 0, 1, {}, std::string("\x01\xf1\x02\x03\x04\x81", 6));
  const view::Ladder l = r.maker.finish({});
  REQUIRE(l.arrows.size() == 1);
  CHECK(l.arrows[0].label == "data 6 bytes: 01 f1 02 03 04 81");
}
