#include "lesson/session.hpp"

#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/shell.hpp"
#include "base/time.hpp"
#include "lesson/chain.hpp"
#include "lesson/process.hpp"
#include "lesson/report.hpp"
#include "lesson/watch.hpp"

namespace netpeel::lesson {

Session::Session(const Lesson& lesson, Store& store, Progress& progress, Setting setting,
                 const field::Registry& registry)
    : lesson_(lesson), store_(store), progress_(progress), setting_(std::move(setting)),
      registry_(registry) {
  setting_.folder = store_.lesson_folder(lesson_.id);
}

void Session::open(char level) {
  values_ = stage_values(lesson_, level, progress_.student);
  if (level == 'C') {
    stage_ = file_stage(lesson_, setting_);
    recorded_ = told_marks(*capture::open_file(stage_->capture()));
    for (const std::string& json : recorded_.states) read_states(json, recorded_states_);
  } else if (level == 'B') {
    stage_ = loopback_stage(lesson_, setting_, values_);
  } else {
    stage_ = lab_stage(lesson_, setting_, values_);
  }
  values_["capture"] = stage_->capture();
  LessonState& now = state();
  if (!stage_->resumed()) now.marks.clear();
  if (now.began == 0) {
    now.began = base::system_clock().now();
    now.step = lesson_.steps[0].id;
  }
  now.level = std::string(1, level);
  progress_.current = lesson_.id;
  save();
}

void Session::open_beside() {
  const std::string level = state().level;
  values_ = stage_values(lesson_, level.empty() ? 'A' : level[0], progress_.student);
  if (level == "C") return open('C');
  stage_ = beside_stage(lesson_, setting_, level == "B" ? 'B' : 'A');
  values_["capture"] = stage_->capture();
}

void Session::close() {
  if (stage_) stage_->close();
  stage_.reset();
}

std::string Session::begin(const Step& step) {
  stage_->end_background();
  std::vector<std::string> faults;
  for (const Line& line : step.faults) faults.push_back(substitute(line.text, values_));
  const std::string complaint = stage_->faults(faults);
  if (stage_->live()) state().marks.push_back({base::system_clock().now(), step.id});
  save();
  return complaint;
}

void Session::one(const Run& run, const std::string& command) {
  const std::string host = run.on.empty() ? usual_tap(lesson_) : run.on;
  const std::string keep = run.id.empty() ? "" : setting_.folder + "/out/" + run.id + ".txt";
  if (run.view) {
    last_exit_ = run_program({
        .words = {"/bin/sh", "-c",
                  "PATH=" + base::shell_quoted(setting_.tools) + ":\"$PATH\"; " + command},
        .keep = setting_.quiet ? "/dev/null" : "",
        .show = !setting_.quiet,
        .stopped = setting_.stopped
    });
    return;
  }
  if (run.background) {
    stage_->run_background(host, command, keep);
    // What it wants to open is open before the next command asks for it.
    usleep(200'000);
    return;
  }
  const Ran ran = stage_->run(host, command, keep);
  last_exit_ = ran.code;
  if (!run.id.empty()) keep_outcome(setting_.folder, run.id, ran.code, ran.nanoseconds);
}

std::string Session::solve(const Step& step) {
  std::string complaint;
  const Run plain{.on = step.solution_on};
  // A line that is also in a run fence runs as that fence does.
  const auto fence_of = [&](const std::string& text) -> const Run& {
    for (const Run& run : step.runs) {
      for (const Line& line : run.commands) {
        if (line.text == text) return run;
      }
    }
    return plain;
  };
  for (const Line& line : step.solution) {
    const std::string text = substitute(line.text, values_);
    if (text.starts_with("fault ")) {
      complaint += stage_->faults({text.substr(6)});
    } else {
      one(fence_of(line.text), text);
    }
  }
  return complaint;
}

Case::Evidence Session::evidence(const Window& window) const {
  if (!stage_->live()) return {capture::open_file(stage_->capture()), Reel(recorded_.marks)};
  const LessonState& now = progress_.lessons.at(lesson_.id);
  const bool here = std::any_of(now.marks.begin(), now.marks.end(),
                                [&](const Mark& mark) { return mark.step == window.from; });
  const std::string kept = setting_.folder + "/steps/" + window.from + ".pcapng";
  if (!here && access(kept.c_str(), R_OK) == 0)
    return {capture::open_file(kept), Reel(told_marks(*capture::open_file(kept)).marks)};
  return {capture::open_file(stage_->capture()), Reel(now.marks)};
}

std::optional<std::string> Session::state_now(const Step& step, std::string_view path) {
  if (stage_->live()) return state_of(setting_.folder, *stage_, std::string(path));
  const auto found = recorded_states_.find(step.id + "/" + std::string(path));
  return found == recorded_states_.end() ? std::nullopt : std::optional(found->second);
}

States Session::states_of(const Step& step) {
  States out;
  for (const std::string& path : state_paths(step)) {
    if (const auto value = state_now(step, path)) out[step.id + "/" + path] = *value;
  }
  return out;
}

Examined Session::examine(const Step& step) {
  return examine_with(step, [this](const Window& window) { return evidence(window); });
}

Examined Session::examine_with(const Step& step,
                               std::function<Case::Evidence(const Window&)> evidence) {
  Case given{.lesson = lesson_, .step = step, .registry = registry_};
  given.values = values_;
  given.level = level();
  given.evidence = std::move(evidence);
  given.sources.answer = [&](std::string_view id) { return answer_of(state(), step.id, id); };
  given.sources.state = [&](std::string_view path) { return state_now(step, path); };
  return lesson::examine(given);
}

bool Session::settle(const Step& step) {
  if (!stage_->live()) return true;
  i64 settle = 0, timeout = 0;
  for (const Check& check : step.checks) {
    settle = std::max(settle, check.settle);
    timeout = std::max(timeout, check.timeout);
  }
  return settle == 0 || settled(stage_->capture(), settle, timeout, setting_.stopped);
}

void Session::answer(const Step& step, const Question& question, const std::string& text) {
  Given& given = step_state(step).answers[question.id];
  if (given.tries++ == 0) given.first = text;
  given.text = text;
  given.right = false;
  save();
}

void Session::judged(const Step& step, const Question& question, bool right) {
  step_state(step).answers[question.id].right = right;
  save();
}

// The packets of the step alone, or with all that came before where they say less alone.
void Session::keep(const Step& step) {
  const bool asks = std::any_of(step.questions.begin(), step.questions.end(),
                                [](const Question& q) { return q.kind != Question::Kind::quiz; });
  if (!stage_->live() || (step.checks.empty() && !asks)) return;
  const std::string path = kept_packets(step);
  const std::string within =
      step.checks.empty() || step.checks[0].within.empty() ? step.id : step.checks[0].within;
  for (const bool whole : {false, true}) {
    const Window window{within, step.id};
    Case::Evidence from = evidence(window);
    trim(*from.source, from.reel,
         {.window = window,
          .whole = whole,
          .lesson = lesson_.id,
          .extra = state_comment(states_json(states_of(step)))},
         path);
    const std::vector<Mark> marks = told_marks(*capture::open_file(path)).marks;
    const Examined again = examine_with(step, [&](const Window&) {
      Case::Evidence kept;
      kept.source = capture::open_file(path);
      kept.reel = Reel(marks);
      return kept;
    });
    if (again.pass()) return;
  }
}

std::string Session::kept_packets(const Step& step) const {
  return setting_.folder + "/steps/" + step.id + ".pcapng";
}

void Session::end(const Step& step, Status status) {
  stage_->end_background();
  StepState& ended = step_state(step);
  ended.status = status;
  ended.ended = base::system_clock().now();
  ended.level = level();
  if (status != Status::skipped) keep(step);
  store_.save_step(lesson_.id, step.id, ended);
  add_link(setting_.folder + "/chain", progress_.student, lesson_.id, step.id,
           digest_of(step.id, step_json(ended), read_packets(kept_packets(step))));
  const std::size_t next = lesson_.index(step) + 1;
  state().step = next < lesson_.steps.size() ? lesson_.steps[next].id : "";
  save();
}

const Step* Session::current() const {
  const auto found = progress_.lessons.find(lesson_.id);
  return found == progress_.lessons.end() ? nullptr : lesson_.step(found->second.step);
}

std::vector<std::string> Session::packets(const Step& step, std::size_t most) {
  std::vector<std::string> out;
  view::Lines lines({.registry = registry_}, view::Clockwork::relative);
  const Window window{step.id, step.id};
  const Case::Evidence from = evidence(window);
  from.reel.play(*from.source, registry_, window,
                 [&](const field::Packet& packet, std::size_t taps) {
                   if (out.size() > most) return;
                   const std::string tap =
                       taps > 1 ? "@" + std::string(packet.frame.interface_name) + "  " : "";
                   out.push_back(tap + one_line(packet, lines));
                 });
  if (out.size() > most) out.back() = "…";
  return out;
}

void Session::record(const std::string& path) {
  States all;
  for (const Step& step : lesson_.steps) {
    const std::string kept = setting_.folder + "/steps/" + step.id + ".pcapng";
    if (access(kept.c_str(), R_OK) != 0) continue;
    for (const std::string& json : told_marks(*capture::open_file(kept)).states)
      read_states(json, all);
  }
  const auto source = capture::open_file(stage_->capture());
  trim(*source, Reel(state().marks),
       {
           .window = {lesson_.steps.front().id, lesson_.steps.back().id},
           .whole = true,
           .lesson = lesson_.id,
           .extra = state_comment(states_json(all))
  },
       path);
}

}  // namespace netpeel::lesson
