// A step examined: its checks on the packets of its window, and its questions against what was
// answered. Pure but for reading the capture that it is given.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/source.hpp"
#include "lesson/judge.hpp"
#include "lesson/lesson.hpp"
#include "lesson/progress.hpp"
#include "lesson/reel.hpp"

namespace netpeel::lesson {

struct Answered {
  const Question* question = nullptr;
  bool given = false, right = false;
  std::string answer{};
  std::string expected{};        // the right one, for "you said 3, it was 4"
  std::vector<u64> frames{};     // find: all that are right
  const Wrong* wrong = nullptr;  // the known mistake it is
  std::string see{};             // the packet that shows otherwise, on one line
};

struct Examined {
  std::vector<Verdict> verdicts{};  // of all conditions, in order
  std::vector<Answered> questions{};
  std::vector<Mistake> mistakes{};  // the lesson's own; then nothing was judged
  std::vector<std::pair<std::string, std::string>> lets{};  // names that conditions use
  u64 packets = 0;                                          // in the step's window, at all taps

  bool checks_pass() const;
  // Predictions may be wrong; everything else is right.
  bool pass() const;
  const Answered* answer(std::string_view id) const;
};

struct Case {
  const Lesson& lesson;
  const Step& step;
  const field::Registry& registry;
  Values values{};
  char level = 'A';
  // The capture to look in for that window, and its marks.
  struct Evidence {
    std::unique_ptr<capture::FrameSource> source{};
    Reel reel{{}};
  };
  std::function<Evidence(const Window& window)> evidence{};
  Judge::Sources sources{};
};

Examined examine(const Case& given);

// For lint: everything in the lesson that is written in the check language compiles.
std::vector<Mistake> compile_all(const Lesson& lesson, const field::Registry& registry,
                                 const Values& values);

// The answers of a lesson's steps, the given step's first.
std::optional<std::string> answer_of(const LessonState& state, const std::string& step,
                                     std::string_view id);

}  // namespace netpeel::lesson
