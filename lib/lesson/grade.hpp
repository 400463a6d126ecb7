// Hand-ins looked at by whoever teaches: the checks run again on the packets that were handed in,
// with the values that the student's name gives; what a student's own file says of being right
// counts for nothing. Then all of a class side by side. One thread; writes no file.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lesson/exam.hpp"
#include "lesson/peel.hpp"

namespace netpeel::lesson {

struct StepMark {
  std::string id{};
  Status said = Status::open;  // by the hand-in; open: it is not in it
  bool proven = false;         // said done, and the packets and answers show it
  u32 tries = 0, hints = 0;
  i64 ended = 0;
  char level = 'A';
  Examined examined{};
  std::string digest{};
  bool has_packets = false;
};

struct Marks {
  std::string file{}, student{}, token{}, lesson{};
  std::string level{};  // "A"; "AC" where steps were done at both
  i64 began = 0, ended = 0;
  std::vector<StepMark> steps{};
  std::string refused{};             // why it could not be graded at all
  std::vector<std::string> flags{};  // what a teacher must look at, sentences
  std::size_t count(Status said) const;
  std::size_t proven() const;
  u32 hints() const;  // rungs asked for, of all steps
  bool good() const { return refused.empty() && flags.empty(); }
  // "good", "flagged", "refused"
  std::string_view verdict() const;
};

struct Rules {
  const field::Registry& registry;
  // The lesson of that id, null: there is none. It outlives the marks.
  std::function<const Lesson*(const std::string& id)> lesson{};
  std::string captures{};      // the folder of shipped captures, for level C
  std::string expected{};      // the lesson that was set; empty: any
  std::optional<i64> since{};  // when the class began
};

Marks grade(const std::string& file_name, Bytes file, const Rules& rules);
// Flags what only several show: the same student twice, the same packets or answers under two
// names.
void compare(std::vector<Marks>& all);

// "2026-11-21", "2026-11-21 08:15", local time.
std::optional<i64> read_date(const std::string& text);

// One line a hand-in, with a heading (RFC 4180). No cell is a formula to a spreadsheet.
std::string marks_csv(const std::vector<Marks>& all);
// xAPI 1.0.3 statements, a JSON array: one for each step, one for each lesson.
std::string marks_xapi(const std::vector<Marks>& all);
// The same for a person; why: each condition and the packets that show it.
std::string marks_text(const Marks& one, bool why);

}  // namespace netpeel::lesson
