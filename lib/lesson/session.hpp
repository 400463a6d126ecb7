// One student in one lesson: the stage, the state file, and what a step needs: begun, its commands
// run, examined, ended with its evidence kept. No terminal here. One thread.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "lesson/exam.hpp"
#include "lesson/progress.hpp"
#include "lesson/stage.hpp"
#include "lesson/state.hpp"

namespace netpeel::lesson {

class Session {
 public:
  // All outlive it. The lesson has no mistakes.
  Session(const Lesson& lesson, Store& store, Progress& progress, Setting setting,
          const field::Registry& registry);

  // level: 'A', 'B' or 'C'. Throws base::Error where it cannot be had.
  void open(char level);
  // For a look at a lesson that another process plays: nothing is started or ended.
  void open_beside();
  Stage& stage() { return *stage_; }
  bool is_open() const { return stage_ != nullptr; }
  // The lab ends.
  void close();

  const Lesson& lesson() const { return lesson_; }
  LessonState& state() { return progress_.lessons[lesson_.id]; }
  StepState& step_state(const Step& step) { return state().steps[step.id]; }
  const Values& values() const { return values_; }
  char level() const { return stage_ ? stage_->level() : 'A'; }
  void save() { store_.save(progress_); }

  // From now on packets count for this step, and its faults stand. A complaint, or nothing.
  std::string begin(const Step& step);
  // Runs the commands of a fence; each is announced first.
  template <class Announce>
  void run(const Run& run, Announce announce) {
    for (const Line& line : run.commands) {
      const std::string command = substitute(line.text, values_);
      announce(command);
      one(run, command);
    }
  }
  int last_exit() const { return last_exit_; }  // of the command that ran last and was waited for
  // The solution, as whoever wrote the lesson would do it.
  std::string solve(const Step& step);

  Examined examine(const Step& step);
  // Waits until the wire is quiet. False: it is not.
  bool settle(const Step& step);
  // A typed answer, kept at once; `right` is told later by judged().
  void answer(const Step& step, const Question& question, const std::string& text);
  void judged(const Step& step, const Question& question, bool right);

  // Done, shown or skipped: the evidence is kept and the next step is the current one.
  void end(const Step& step, Status status);
  const Step* current() const;

  // Packets of a step, one a line with its tap, for level C.
  std::vector<std::string> packets(const Step& step, std::size_t most);
  // The whole lesson as one capture with marks and states: what level C plays.
  void record(const std::string& path);

 private:
  void one(const Run& run, const std::string& command);
  Case::Evidence evidence(const Window& window) const;
  Examined examine_with(const Step& step, std::function<Case::Evidence(const Window&)> evidence);
  void keep(const Step& step);
  std::string kept_packets(const Step& step) const;
  std::optional<std::string> state_now(const Step& step, std::string_view path);
  States states_of(const Step& step);

  const Lesson& lesson_;
  Store& store_;
  Progress& progress_;
  Setting setting_;
  const field::Registry& registry_;
  std::unique_ptr<Stage> stage_;
  Values values_;
  int last_exit_ = 0;
  Told recorded_;  // of a shipped capture
  States recorded_states_;
};

}  // namespace netpeel::lesson
