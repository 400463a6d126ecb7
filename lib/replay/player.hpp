// A capture on the screen with its own timing: which packet is shown now and when the next one is
// due, whatever keys are pressed. Knows no terminal and no clock: both are told. One thread.
#pragma once
#include <deque>
#include <optional>
#include <string>

#include "base/bytes.hpp"

namespace netpeel::replay {

struct Scene {
  std::string text;  // as it is shown, with its line end
  i64 time = 0;      // recorded, nanoseconds
  u64 number = 0;    // of the frame
  bool chapter = false;
};

class Player {
 public:
  // What is kept for going back; beyond it the oldest scenes are forgotten.
  static constexpr std::size_t most_bytes = 64u << 20;

  Player(double speed, bool playing) : speed_(speed), playing_(playing) {}

  // The next packet of the capture; the scenes are numbered from 0.
  void add(Scene scene);
  void no_more() { complete_ = true; }
  // Whether add() or no_more() must come before due() can answer.
  bool hungry() const { return !complete_ && (shown_ == end() || looking_); }

  // When the next scene is to be shown; `now` or earlier: at once. Nothing: not before a key.
  std::optional<i64> due(i64 now) const;
  void show(i64 now);  // it is on the screen now
  bool over() const { return complete_ && shown_ == end(); }

  // What keys do. Those that go back say whether the screen must be drawn anew.
  void next(i64 now);   // one further, and stay there
  bool back(i64 now);   // one back, and stay there
  void pause(i64 now);  // or go on
  void faster(i64 now, double factor);
  void next_chapter(i64 now);      // or the end; what lies before it is shown at once
  bool previous_chapter(i64 now);  // or the beginning

  u64 shown() const { return shown_; }  // scenes so far
  u64 first() const { return first_; }  // the oldest that is kept
  const Scene& scene(u64 n) const { return scenes_[n - first_]; }
  // The chapter that is on the screen, from 1; 0: before the first.
  u64 chapter() const { return chapter_; }
  bool playing() const { return playing_; }
  double speed() const { return speed_; }

 private:
  u64 end() const { return first_ + scenes_.size(); }
  void start_clock(i64 now);
  void stay();
  void go_back_to(u64 shown);
  void look();

  double speed_;
  bool playing_, complete_ = false;
  bool looking_ = false;  // for the next chapter, among the scenes from seen_ on
  std::deque<Scene> scenes_;
  std::size_t bytes_ = 0;
  u64 first_ = 0, shown_ = 0, chapter_ = 0;
  u64 seen_ = 0, goal_ = 0;  // scenes up to the goal are shown at once
  // When the clock was started, and the recorded time then.
  bool clock_runs_ = false;
  i64 clock_now_ = 0, clock_time_ = 0;
};

}  // namespace netpeel::replay
