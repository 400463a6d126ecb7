// How far a student has come: one state file, written whole to a new file that then takes its
// place, so that a kill leaves the old one or the new one. Versioned; a damaged one is set aside
// and what steps left beside it is read instead. One thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lesson/reel.hpp"

namespace netpeel::lesson {

enum class Status : u8 { open, done, shown, skipped };
std::string_view status_name(Status status);

// A typed answer: the latest, the first, how often, and whether the latest was right.
struct Given {
  std::string text{}, first{};
  u32 tries = 0;
  bool right = false;
};

struct StepState {
  Status status = Status::open;
  u32 tries = 0;  // checks that failed
  u32 hints = 0;  // the highest rung asked for
  i64 ended = 0;
  char level = 0;  // at which it ended; 0: not known
  std::map<std::string, Given> answers{};
};

struct LessonState {
  std::string level{}, step{};  // the step one is at; empty: the lesson is through
  i64 began = 0;
  std::vector<Mark> marks{};  // of the present capture
  std::map<std::string, StepState> steps{};
};

struct Progress {
  std::string student{}, current{};  // the lesson one is in
  std::map<std::string, LessonState> lessons{};
};

class Store {
 public:
  static constexpr u32 version = 1;
  // folder is made where it is missing. Throws base::Error where that cannot be.
  explicit Store(std::string folder);
  // $XDG_STATE_HOME/netpeel/lesson, or ~/.local/state/netpeel/lesson.
  static std::string usual_folder();

  // `told`: what a person must know: a damaged file was set aside, what was rebuilt.
  Progress load(std::string& told) const;
  void save(const Progress& progress) const;

  const std::string& folder() const { return folder_; }
  // Where that lesson keeps its files, with folders out/ and steps/ in it; made where missing.
  std::string lesson_folder(const std::string& lesson) const;
  // A step as it ended: beside its packets, for the report and for rebuilding.
  void save_step(const std::string& lesson, const std::string& step, const StepState& state) const;
  // Forgets what that lesson left.
  void remove_lesson(const std::string& lesson) const;

 private:
  Progress rebuild() const;
  std::string folder_;
};

std::string step_json(const StepState& state);
// Nothing where it is no such object.
std::optional<StepState> read_step(std::string_view json);

}  // namespace netpeel::lesson
