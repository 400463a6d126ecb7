#include "lesson/grade.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "lesson/stage.hpp"
#include "lesson/state.hpp"

namespace netpeel::lesson {
namespace {

constexpr i64 second = 1'000'000'000;
constexpr i64 clock_slack = 60 * second;  // a step may end while its last packets are written

// One hand-in against its lesson.
class Grader {
 public:
  Grader(const Peel& peel, const Lesson& lesson, const Rules& rules, Marks& to)
      : peel_(peel), lesson_(lesson), rules_(rules), to_(to) {
    for (const HandedStep& step : peel.steps) progress_.steps[step.id] = step.state;
  }

  void run() {
    whole();
    for (const Step& step : lesson_.steps) {
      const auto handed = std::find_if(peel_.steps.begin(), peel_.steps.end(),
                                       [&](const HandedStep& h) { return h.id == step.id; });
      StepMark mark{.id = step.id};
      if (handed != peel_.steps.end()) one(step, *handed, mark);
      to_.steps.push_back(std::move(mark));
    }
    std::sort(to_.level.begin(), to_.level.end());
    for (const HandedStep& handed : peel_.steps) {
      if (lesson_.step(handed.id) == nullptr)
        flag("it has a step " + handed.id + ", which " + lesson_.id + " has not");
    }
  }

 private:
  // Only a hand-in that was made on it needs the shipped capture.
  void open_shipped() {
    if (!shipped_.empty()) return;
    shipped_ = file_stage(lesson_, {.captures = rules_.captures})->capture();
    recorded_ = told_marks(*capture::open_file(shipped_));
    for (const std::string& json : recorded_.states) read_states(json, recorded_states_);
  }

  void flag(std::string says) { to_.flags.push_back(std::move(says)); }

  void whole() {
    if (!peel_.sealed) flag("the file was changed after it was packed");
    if (peel_.token != values_of(peel_.student, peel_.lesson).at("token"))
      flag("the token " + peel_.token + " is not the one that this name gives");
    if (const std::size_t at = broken_link(peel_.chain, peel_.student, peel_.lesson); at > 0)
      flag("the chain is broken at link " + std::to_string(at) +
           ": something was changed, or the name was");
    if (peel_.edition != base::sha256_hex(base::as_bytes(lesson_.source)))
      flag("it was done with another edition of the lesson than the one it is graded with");
  }

  void one(const Step& step, const HandedStep& handed, StepMark& mark) {
    mark.said = handed.state.status;
    mark.tries = handed.state.tries;
    mark.hints = handed.state.hints;
    mark.ended = handed.state.ended;
    mark.level = handed.state.level == 0 ? peel_.level : handed.state.level;
    if (to_.level.find(mark.level) == std::string::npos) to_.level += mark.level;
    mark.has_packets = !handed.packets.empty();
    mark.digest = digest_of(handed.id, step_json(handed.state), handed.packets);
    to_.ended = std::max(to_.ended, mark.ended);
    const Link* last = nullptr;
    for (const Link& link : peel_.chain) {
      if (link.step == handed.id) last = &link;
    }
    if (last == nullptr || last->digest != mark.digest)
      flag("step " + step.id +
           " is not what it was when it ended: its packets or answers were "
           "changed");
    if (mark.level != 'C') times(handed);
    if (rules_.since && mark.ended < *rules_.since)
      flag("step " + step.id + " ended before the class began");
    if (mark.said != Status::done && mark.said != Status::shown) return;
    mark.examined = examined(step, handed, mark.level);
    const bool shows = mark.examined.pass();
    mark.proven = mark.said == Status::done && shows;
    if (mark.said == Status::done && !shows)
      flag("step " + step.id + " says done, and its packets and answers do not show it");
  }

  void times(const HandedStep& handed) {
    if (handed.packets.empty()) return;
    const auto source = capture::open_memory(base::as_bytes(handed.packets));
    const Told told = told_marks(*source);
    if (source->damage()) flag("the packets of step " + handed.id + " are damaged");
    if (!told.lesson.empty() && told.lesson != peel_.lesson)
      flag("the packets of step " + handed.id + " are from another lesson");
    if (told.frames == 0) return;
    if (rules_.since && told.first_time < *rules_.since)
      flag("the packets of step " + handed.id + " are older than the class");
    if (told.last_time > handed.state.ended + clock_slack)
      flag("the packets of step " + handed.id + " are newer than the step's end");
  }

  Examined examined(const Step& step, const HandedStep& handed, char level) {
    if (level == 'C') open_shipped();
    States states;
    std::vector<Mark> marks;
    if (level == 'C') {
      states = recorded_states_;
      marks = recorded_.marks;
    } else {
      const Told told = told_marks(*capture::open_memory(base::as_bytes(handed.packets)));
      marks = told.marks;
      for (const std::string& json : told.states) read_states(json, states);
    }
    Case given{.lesson = lesson_, .step = step, .registry = rules_.registry};
    given.values = stage_values(lesson_, level, peel_.student);
    given.level = level;
    given.evidence = [&](const Window&) {
      Case::Evidence out;
      out.source = level == 'C' ? capture::open_file(shipped_)
                                : capture::open_memory(base::as_bytes(handed.packets));
      out.reel = Reel(marks);
      return out;
    };
    given.sources.answer = [&](std::string_view id) { return answer_of(progress_, step.id, id); };
    given.sources.state = [&](std::string_view path) -> std::optional<std::string> {
      const auto found = states.find(step.id + "/" + std::string(path));
      return found == states.end() ? std::nullopt : std::optional(found->second);
    };
    return examine(given);
  }

  const Peel& peel_;
  const Lesson& lesson_;
  const Rules& rules_;
  Marks& to_;
  LessonState progress_;
  std::string shipped_;
  Told recorded_;
  States recorded_states_;
};

std::string same_name(const Marks& one) {
  // Names that give the same values are one name.
  return one.lesson + " " + one.token + values_of(one.student, one.lesson).at("port");
}

}  // namespace

std::size_t Marks::count(Status said) const {
  return std::size_t(std::count_if(steps.begin(), steps.end(),
                                   [&](const StepMark& step) { return step.said == said; }));
}
std::size_t Marks::proven() const {
  return std::size_t(
      std::count_if(steps.begin(), steps.end(), [](const StepMark& step) { return step.proven; }));
}
u32 Marks::hints() const {
  u32 out = 0;
  for (const StepMark& step : steps) out += step.hints;
  return out;
}
std::string_view Marks::verdict() const {
  return !refused.empty() ? "refused" : flags.empty() ? "good" : "flagged";
}

Marks grade(const std::string& file_name, Bytes file, const Rules& rules) {
  Marks out;
  out.file = file_name;
  const auto peel = read_peel(file);
  if (!peel) {
    out.refused = peel.complaint().what;
    return out;
  }
  out.student = peel->student;
  out.lesson = peel->lesson;
  out.began = peel->began;
  out.token = values_of(peel->student, peel->lesson).at("token");
  const Lesson* const lesson = rules.lesson(peel->lesson);
  if (!rules.expected.empty() && peel->lesson != rules.expected) {
    out.flags.push_back("it is of lesson " + peel->lesson + ", and " + rules.expected +
                        " was asked for");
  }
  if (lesson == nullptr) {
    out.refused = "there is no lesson " + peel->lesson + " here to grade it with";
    return out;
  }
  Grader(*peel, *lesson, rules, out).run();
  return out;
}

void compare(std::vector<Marks>& all) {
  std::map<std::string, std::vector<std::size_t>> names, digests;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].refused.empty()) continue;
    names[same_name(all[i])].push_back(i);
    for (const StepMark& step : all[i].steps) {
      if (!step.digest.empty()) digests[all[i].lesson + " " + step.digest].push_back(i);
    }
  }
  const auto others = [&](const std::vector<std::size_t>& group, std::size_t me) {
    std::string out;
    for (const std::size_t i : group) {
      if (i != me) out.append(out.empty() ? "" : ", ").append(all[i].file);
    }
    return out;
  };
  for (const auto& [name, group] : names) {
    for (const std::size_t i : group) {
      if (group.size() > 1)
        all[i].flags.push_back("the token " + all[i].token + " is also in " + others(group, i));
    }
  }
  std::vector<std::map<std::string, std::size_t>> shared(all.size());
  for (const auto& [digest, group] : digests) {
    for (const std::size_t i : group) {
      if (group.size() > 1) ++shared[i][others(group, i)];
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const auto& [files, steps] : shared[i])
      all[i].flags.push_back(std::to_string(steps) + (steps == 1 ? " step is" : " steps are") +
                             " the same to the nanosecond as in " + files);
  }
}

}  // namespace netpeel::lesson
