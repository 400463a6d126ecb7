#include "replay/player.hpp"

#include "replay/contents.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using replay::Player;

namespace {

constexpr i64 ms = 1'000'000, start = 1'700'000'000'000 * ms;

// Scenes at 0, 10, 20 … ms; those at 20 and 50 begin chapters.
void fill(Player& p, u64 from, u64 to) {
  for (u64 n = from; n < to; ++n)
    p.add({std::to_string(n) + "\n", start + i64(n) * 10 * ms, n + 1, n == 2 || n == 5});
}

}  // namespace

TEST_CASE("packets are shown as they were recorded, or quicker, or slower") {
  for (const double speed : {0.1, 1.0, 2.0}) {
    Player p(speed, true);
    CHECK(p.hungry());
    fill(p, 0, 3);
    p.no_more();
    CHECK(p.due(1000) == 1000);  // the first at once
    p.show(1000);
    REQUIRE(p.due(1000));
    CHECK(*p.due(1000) == 1000 + i64(10 * ms / speed));
    p.show(1000 + 12 * ms);  // late: the next is due as if it had not been
    CHECK(*p.due(2000) == 1000 + i64(20 * ms / speed));
    p.show(0);
    CHECK(p.over());
    CHECK_FALSE(p.due(0));
  }
}

TEST_CASE("a player that steps waits for keys") {
  Player p(1, false);
  fill(p, 0, 4);
  CHECK_FALSE(p.due(5));
  for (u64 n = 1; n <= 3; ++n) {
    p.next(5);
    CHECK(p.due(5) == 5);
    p.show(5);
    CHECK(p.shown() == n);
    CHECK_FALSE(p.due(5));
  }
  CHECK(p.chapter() == 1);
  CHECK(p.back(5));
  CHECK(p.shown() == 2);
  CHECK(p.chapter() == 0);
  CHECK(p.back(5));
  CHECK_FALSE(p.back(5));  // the first stays
  CHECK(p.shown() == 1);
  p.pause(7 * ms);  // goes on from here
  CHECK(p.playing());
  CHECK(*p.due(7 * ms) == 17 * ms);
  p.faster(12 * ms, 2);  // half of the way is done
  CHECK(*p.due(12 * ms) == 12 * ms + 5 * ms / 2);
  p.pause(13 * ms);
  CHECK_FALSE(p.due(99 * ms));
}

TEST_CASE("speed stays within its bounds") {
  Player p(1, true);
  for (int i = 0; i < 20; ++i) p.faster(0, 2);
  CHECK(p.speed() == 100);
  for (int i = 0; i < 20; ++i) p.faster(0, 0.5);
  CHECK(p.speed() == 0.1);
}

TEST_CASE("from chapter to chapter") {
  Player p(1, true);
  fill(p, 0, 1);
  p.show(0);
  p.next_chapter(0);
  while (p.hungry()) {
    fill(p, p.shown(), p.shown() + 1);
    if (p.due(0)) p.show(0);
  }
  CHECK(p.shown() == 3);
  CHECK(p.chapter() == 1);
  CHECK_FALSE(p.due(0));
  fill(p, 4, 8);
  p.no_more();
  p.next_chapter(0);
  while (p.due(0)) p.show(0);
  CHECK(p.shown() == 6);
  p.next_chapter(0);  // none: the end
  while (p.due(0)) p.show(0);
  CHECK(p.over());
  CHECK(p.chapter() == 2);
  for (const u64 at : {6u, 3u, 1u}) {
    CHECK(p.previous_chapter(0));
    CHECK(p.shown() == at);
  }
  CHECK_FALSE(p.previous_chapter(0));
}

TEST_CASE("what was shown long ago is forgotten") {
  Player p(1, false);
  const std::string text(1 << 20, 'x');
  for (u64 n = 0; n < 100; ++n) {
    p.add({text, i64(n), n + 1, false});
    p.next(0);
    p.show(0);
  }
  CHECK(p.first() > 30);
  CHECK(p.first() < 45);
  CHECK(p.scene(p.first()).number == p.first() + 1);
  while (p.back(0)) {
  }
  CHECK(p.shown() == p.first() + 1);
}

TEST_CASE("the bar names the place") {
  const replay::Contents whole{.frames = 281, .chapters = 5, .first = 0, .last = 3'661'000 * ms};
  base::Text out;
  replay::bar({.frame = 12, .chapter = 2, .time = 61'234 * ms, .speed = 0.5, .paused = true}, whole,
              100, out);
  CHECK(
      out.view() ==
      "[>                          ] frame 12 of 281, 1:01.234 of 1:01:01.000, x0.5, chapter 2 of "
      "5, paused");
  out.clear();
  replay::bar({.frame = 281, .time = 3'661'000 * ms, .over = true}, {}, 100, out);
  CHECK(out.view() == "frame 281, 1:01:01.000, the end");
  out.clear();
  replay::bar({.frame = 12}, whole, 20, out);
  CHECK(out.view() == "frame 12 of 281, 0:0");
}
