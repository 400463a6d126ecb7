// How checks, answers and questions read on a screen.
#include <algorithm>

#include "lesson/player.hpp"

namespace netpeel::lesson {
namespace {

std::string shorter(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (text[most] & 0xc0) == 0x80) --most;
  return text.substr(0, most) + "…";
}

}  // namespace

std::string header(const Lesson& lesson, const Step& step, const std::string& level,
                   const Paper& paper) {
  const std::string right = "step " + std::to_string(lesson.index(step) + 1) + " of " +
                            std::to_string(lesson.steps.size()) + ", level " + level;
  return "\n" + ruled(lesson.id + "  " + lesson.title, right, paper) + "\n" +
         wrapped("Goal: " + step.title, paper, "", 6) + "\n";
}

std::string told(const Verdict& verdict, const Paper& paper) {
  std::string out =
      wrapped(verdict.condition, paper, verdict.good ? "  ok       " : "  not yet  ", 13);
  if (verdict.good) return out;
  const auto more = [&](std::string_view label, const std::string& text) {
    std::string first = "           ";
    first.append(label).append(label.size() < 10 ? 10 - label.size() : 1, ' ');
    out += wrapped(text, paper, first, u32(first.size()));
  };
  if (!verdict.message.empty()) out += wrapped(verdict.message, paper, "           ", 11);
  more("expected", verdict.expected);
  more("seen", verdict.seen);
  for (const std::string& packet : verdict.packets) more("packet", shorter(packet, 200));
  if (verdict.nearest) {
    more("nearest", "packet " + shorter(verdict.nearest->line, 200));
    more("",
         "It fits except " + verdict.nearest->missed +
             (verdict.nearest->there.empty() ? "." : ": there " + verdict.nearest->there + "."));
  }
  return out;
}

std::string told(const Examined& examined, const Paper& paper) {
  std::string out;
  for (const Verdict& verdict : examined.verdicts) out += told(verdict, paper);
  // Whoever has to find out what is missing needs the names.
  for (const auto& [name, filter] : examined.lets) {
    const bool used = std::any_of(examined.verdicts.begin(), examined.verdicts.end(),
                                  [&, word = name](const Verdict& v) {
                                    return !v.good && v.condition.find(word) != std::string::npos;
                                  });
    if (used) out += wrapped(name + " is " + filter, paper, "  where    ", 13);
  }
  return out;
}

std::string told_wrong(const Answered& answered, const Values& values, const Paper& paper) {
  std::string says = "Not that.";
  if (answered.wrong != nullptr) {
    says = "Not that: " + substitute(answered.wrong->says, values);
    if (!says.ends_with('.') && !says.ends_with('?')) says += '.';
    if (!answered.wrong->misconception.empty()) says += " (" + answered.wrong->misconception + ")";
  }
  std::string out = wrapped(says, paper, "  ", 2);
  if (!answered.see.empty())
    out += wrapped("See packet " + shorter(answered.see, 200), paper, "  ", 2);
  return out;
}

std::string told_question(const Question& question, const Values& values, const Paper& paper) {
  const std::string_view lead = question.kind == Question::Kind::predict ? "Predict: "
                                : question.kind == Question::Kind::quiz  ? "Quiz: "
                                : question.kind == Question::Kind::find  ? "Find: "
                                                                         : "";
  std::string out =
      "\n" + wrapped(std::string(lead) + substitute(question.prompt, values), paper, "", 0);
  for (std::size_t i = 0; i < question.choices.size(); ++i) {
    const std::string first = std::string("  ") + Question::letter(i) + ") ";
    out += wrapped(substitute(question.choices[i].text, values), paper, first, 5);
  }
  return out;
}

}  // namespace netpeel::lesson
