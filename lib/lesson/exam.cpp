#include "lesson/exam.hpp"

#include <algorithm>

#include "lesson/stage.hpp"

namespace netpeel::lesson {
namespace {

bool at_level(const std::string& levels, char level) {
  return levels.find(level) != std::string::npos;
}

// Checks of a step that share a window, and the questions that are asked there.
class Sitting {
 public:
  Sitting(const Case& given, Lets& lets)
      : case_(given), lets_(lets), judge_(given.registry, given.values, usual_tap(given.lesson)) {}

  void add(const Check& check, std::vector<Mistake>& mistakes) {
    for (Condition& condition : parse_conditions(check.lines, lets_, mistakes))
      conditions_.push_back(std::move(condition));
  }
  void add(const Question& question, std::vector<Mistake>& mistakes) {
    Asked asked{&question, {}, {}, {}};
    if (question.kind == Question::Kind::find) {
      asked.aim = parse_aim(question.expected.text, lets_);
    } else if (question.kind == Question::Kind::quiz) {
      asked.expected.kind = Expr::Kind::text;
      asked.expected.text = question.expected.text;
    } else {
      asked.expected = parse_expected(question.expected, lets_, mistakes);
    }
    for (const Wrong& wrong : question.wrong) {
      if (!wrong.see.empty()) asked.see.push_back(parse_aim(wrong.see, lets_));
      if (wrong.see.empty()) asked.see.push_back({});
    }
    asked_.push_back(std::move(asked));
  }

  void prepare(std::vector<Mistake>& mistakes) {
    for (const Condition& condition : conditions_) judge_.want(condition, mistakes);
    for (const Asked& asked : asked_) {
      if (asked.question->kind == Question::Kind::find) {
        judge_.want(asked.aim, asked.question->expected.at, mistakes);
      } else {
        judge_.want(asked.expected, mistakes);
      }
      for (std::size_t i = 0; i < asked.see.size(); ++i) {
        if (!asked.see[i].filter.empty())
          judge_.want(asked.see[i], asked.question->wrong[i].answer.at, mistakes);
      }
    }
  }

  void play(const Window& window) {
    Case::Evidence evidence = case_.evidence(window);
    if (!evidence.source) return;
    evidence.reel.play(
        *evidence.source, case_.registry, window,
        [&](const field::Packet& packet, std::size_t taps) { judge_.packet(packet, taps); });
  }

  void conclude(Examined& out) {
    for (const Condition& condition : conditions_)
      out.verdicts.push_back(judge_.judge(condition, case_.sources));
    for (const Asked& asked : asked_) out.questions.push_back(answered(asked));
    out.packets += judge_.packets();
  }

 private:
  struct Asked {
    const Question* question;
    Expr expected;
    Aim aim;
    std::vector<Aim> see;  // by wrong answer; an empty filter: nothing to see
  };

  Answered answered(const Asked& asked) {
    const Question& question = *asked.question;
    Answered out{.question = &question};
    Value right;
    if (question.kind == Question::Kind::find) {
      out.frames = judge_.frames(asked.aim);
      if (!out.frames.empty()) right = {double(out.frames[0])};
    } else {
      right = judge_.evaluate(asked.expected, case_.sources);
    }
    out.expected = right.print();
    const auto typed = case_.sources.answer ? case_.sources.answer(question.id) : std::nullopt;
    if (!typed) return out;
    out.given = true;
    out.answer = *typed;
    const bool several = std::holds_alternative<std::vector<std::string>>(right.is);
    const Value said = read_value(*typed, several);
    out.right = equal(said, right);
    for (const u64 frame : out.frames) out.right = out.right || equal(said, {double(frame)});
    if (out.right) return out;
    for (std::size_t i = 0; i < question.wrong.size(); ++i) {
      const std::string spelt = substitute(question.wrong[i].answer.text, case_.values);
      if (spelt != "*" && !equal(said, read_value(spelt, several))) continue;
      out.wrong = &question.wrong[i];
      if (!asked.see[i].filter.empty()) out.see = judge_.first_line(asked.see[i]);
      break;
    }
    return out;
  }

  const Case& case_;
  Lets& lets_;
  Judge judge_;
  std::vector<Condition> conditions_;
  std::vector<Asked> asked_;
};

}  // namespace

bool Examined::checks_pass() const {
  return mistakes.empty() &&
         std::all_of(verdicts.begin(), verdicts.end(), [](const Verdict& v) { return v.good; });
}

bool Examined::pass() const {
  return checks_pass() && std::all_of(questions.begin(), questions.end(), [](const Answered& a) {
           return a.right || a.question->kind == Question::Kind::predict;
         });
}

const Answered* Examined::answer(std::string_view id) const {
  for (const Answered& one : questions) {
    if (one.question->id == id) return &one;
  }
  return nullptr;
}

Examined examine(const Case& given) {
  Examined out;
  Lets lets;
  std::vector<std::pair<std::string, std::unique_ptr<Sitting>>> sittings;
  const auto sitting = [&](const std::string& within) -> Sitting& {
    for (auto& [name, one] : sittings) {
      if (name == within) return *one;
    }
    sittings.emplace_back(within, std::make_unique<Sitting>(given, lets));
    return *sittings.back().second;
  };
  // Questions look where the step's first check looks.
  std::string usual = given.step.id;
  for (const Check& check : given.step.checks) {
    if (!at_level(check.levels, given.level)) continue;
    const std::string within = check.within.empty() ? given.step.id : check.within;
    if (sittings.empty()) usual = within;
    sitting(within).add(check, out.mistakes);
  }
  for (const Question& question : given.step.questions) {
    if (at_level(question.levels, given.level)) sitting(usual).add(question, out.mistakes);
  }
  for (auto& [within, one] : sittings) one->prepare(out.mistakes);
  if (!out.mistakes.empty()) return out;
  for (const auto& [name, filter] : lets)
    out.lets.emplace_back(name, substitute_filter(filter, given.values));
  for (auto& [within, one] : sittings) {
    one->play({within, given.step.id});
    one->conclude(out);
  }
  return out;
}

std::vector<Mistake> compile_all(const Lesson& lesson, const field::Registry& registry,
                                 const Values& values) {
  std::vector<Mistake> out;
  for (const Step& step : lesson.steps) {
    for (const char level : {'A', 'B', 'C'}) {
      const Case given{.lesson = lesson,
                       .step = step,
                       .registry = registry,
                       .values = values,
                       .level = level,
                       .evidence = [](const Window&) { return Case::Evidence{}; }};
      for (Mistake& mistake : examine(given).mistakes) {
        const bool known = std::any_of(out.begin(), out.end(), [&](const Mistake& m) {
          return m.at.line == mistake.at.line && m.what == mistake.what;
        });
        if (!known) out.push_back(std::move(mistake));
      }
    }
  }
  return out;
}

std::optional<std::string> answer_of(const LessonState& state, const std::string& step,
                                     std::string_view id) {
  const auto look = [&](const StepState& in) -> std::optional<std::string> {
    const auto found = in.answers.find(std::string(id));
    if (found == in.answers.end() || found->second.text.empty()) return {};
    return found->second.text;
  };
  if (const auto here = state.steps.find(step); here != state.steps.end()) {
    if (auto found = look(here->second)) return found;
  }
  for (const auto& [name, other] : state.steps) {
    if (auto found = look(other)) return found;
  }
  return {};
}

}  // namespace netpeel::lesson
