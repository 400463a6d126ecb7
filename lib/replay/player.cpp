#include "replay/player.hpp"

#include <algorithm>

namespace netpeel::replay {

void Player::add(Scene scene) {
  bytes_ += scene.text.size() + sizeof(Scene);
  scenes_.push_back(std::move(scene));
  // What waits to be shown is never forgotten.
  while (bytes_ > most_bytes && first_ + 1 < shown_) {
    bytes_ -= scenes_.front().text.size() + sizeof(Scene);
    scenes_.pop_front();
    ++first_;
  }
  look();
}

// How far next_chapter() goes, as far as it is known.
void Player::look() {
  for (; looking_ && seen_ < end(); ++seen_) {
    if (scene(seen_).chapter) looking_ = false;
    goal_ = seen_ + 1;
  }
}

void Player::start_clock(i64 now) {
  clock_runs_ = shown_ > first_;
  clock_now_ = now;
  if (clock_runs_) clock_time_ = scene(shown_ - 1).time;
}

std::optional<i64> Player::due(i64 now) const {
  if (shown_ == end()) return {};
  if (shown_ < goal_) return now;
  if (!playing_) return {};
  if (!clock_runs_) return now;
  return clock_now_ + i64(double(std::max<i64>(0, scene(shown_).time - clock_time_)) / speed_);
}

void Player::show(i64 now) {
  if (scene(shown_).chapter) ++chapter_;
  ++shown_;
  if (!clock_runs_) start_clock(now);
}

void Player::stay() {
  playing_ = false;
  looking_ = false;
  goal_ = 0;
}

void Player::next(i64) {
  stay();
  goal_ = shown_ + 1;
}

void Player::go_back_to(u64 shown) {
  for (; shown_ > shown; --shown_) {
    if (scene(shown_ - 1).chapter) --chapter_;
  }
}

bool Player::back(i64) {
  stay();
  if (shown_ <= first_ + 1) return false;
  go_back_to(shown_ - 1);
  return true;
}

void Player::pause(i64 now) {
  const bool plays = !playing_;
  stay();
  playing_ = plays;
  start_clock(now);
}

void Player::faster(i64 now, double factor) {
  if (playing_ && clock_runs_) {
    clock_time_ += i64(double(now - clock_now_) * speed_);
    clock_now_ = now;
  }
  speed_ = std::clamp(speed_ * factor, 0.1, 100.0);
}

void Player::next_chapter(i64) {
  stay();
  looking_ = true;
  seen_ = shown_;
  look();
}

bool Player::previous_chapter(i64) {
  stay();
  if (shown_ <= first_ + 1) return false;
  u64 n = shown_ - 1;  // the last scene that is shown
  do {
    --n;
  } while (n > first_ && !scene(n).chapter);
  go_back_to(n + 1);
  return true;
}

}  // namespace netpeel::replay
