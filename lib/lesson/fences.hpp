// The typed fences of a lesson: predict, ask, find, quiz, run, fault, check, hint, solution.
#pragma once
#include "lesson/lesson.hpp"

namespace netpeel::lesson {

struct Fence {
  Place at{};          // of the info string
  std::string info{};  // "run on=a id=word"
  std::string body{};  // lines; the first stands one line below `at`
};

void read_fence(const Fence& fence, Step& to, std::vector<Mistake>& mistakes);

}  // namespace netpeel::lesson
