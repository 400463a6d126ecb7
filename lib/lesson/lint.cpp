#include "lesson/lint.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "lab/fault.hpp"
#include "lesson/player.hpp"
#include "lesson/trust.hpp"
#include "view/glossary.hpp"

namespace netpeel::lesson {
namespace {

bool at_level(const std::string& levels, char level) {
  return levels.find(level) != std::string::npos;
}

class Linter {
 public:
  Linter(const Lesson& lesson, const Setting& setting, const field::Registry& registry,
         const LintOptions& options, const std::function<void(const std::string&)>& say)
      : lesson_(lesson), setting_(setting), registry_(registry), options_(options), say_(say) {}

  std::size_t run() {
    text();
    if (complaints_ > 0) return complaints_;
    for (const char level : options_.levels) {
      if (level == 'B' && !plays_on_loopback(lesson_)) {
        say_(lesson_.path +
             ": note: not tried at level B: it has more hosts than two, and loopback "
             "has only this machine");
        continue;
      }
      Store store(options_.folder + "/" + level);
      Progress progress;
      progress.student = recorder;
      Session session(lesson_, store, progress, setting_, registry_);
      try {
        session.open(level);
        for (const Step& step : lesson_.steps) {
          if (!stopped()) try_step(session, step, level);
        }
        if (level == 'A' && !options_.record.empty() && !stopped()) session.record(options_.record);
      } catch (const base::Error& error) {
        complain(std::string("level ") + level + ": " + error.what() + " " + error.advice());
      }
      session.close();
    }
    return complaints_;
  }

 private:
  bool stopped() const { return setting_.stopped != nullptr && setting_.stopped(); }

  void complain(const std::string& what) {
    if (stopped()) return;  // what was left undone is nobody's mistake
    ++complaints_;
    say_(lesson_.path + ": " + what);
  }
  void complain(const Mistake& mistake) {
    ++complaints_;
    say_(print(lesson_, mistake));
  }

  void listed(const std::string& key, const std::vector<std::string>& ids, char letter) {
    for (const std::string& id : ids) {
      if (options_.claims.empty() || (id[0] == letter && options_.claims.contains(id))) continue;
      const std::string spelt = "\"" + id + "\"";
      const std::size_t at = std::min(lesson_.source.find(spelt), lesson_.source.size());
      const std::size_t line = lesson_.source.rfind('\n', at);
      const std::size_t column = line == std::string::npos ? at + 1 : at - line;
      const auto before = lesson_.source.begin() + std::ptrdiff_t(at);
      complain({
          .at = {u32(1 + std::count(lesson_.source.begin(), before, '\n')), u32(column)},
          .length = u32(spelt.size()),
          .what = key + " lists " + spelt + ", which claims.tsv has not",
          .rule = letter == 'S' ? "covers names subjects, S01 and on."
                                : "trial names claims, C01 and on."
      });
    }
  }

  // What can be seen without running anything.
  void text() {
    listed("covers", lesson_.covers, 'S');
    listed("trial", lesson_.trial, 'C');
    for (const Mistake& mistake :
         compile_all(lesson_, registry_, stage_values(lesson_, 'A', std::string(recorder))))
      complain(mistake);
    for (const Step& step : lesson_.steps) {
      commands(step);
      const bool acts =
          std::any_of(step.runs.begin(), step.runs.end(), [](const Run& run) { return !run.view; });
      if (acts && step.solution.empty())
        complain({step.at, 2, "step " + step.id + " has no solution",
                  "A solution fence lets a machine try the step."});
      if (step.hints.size() < 2)
        complain({step.at, 2, "step " + step.id + " has fewer than two hints",
                  "1: a question, 2: where to look, 3: the command."});
      if (!can_be_found(step))
        complain({step.at, 2, "at level C nothing is asked in step " + step.id,
                  "There a step needs an ask, a find or a quiz: nobody passes by pressing Enter."});
    }
    for (const std::string& word : unexplained(lesson_, registry_))
      say_(lesson_.path + ": note: no glossary entry explains " + word);
  }

  void commands(const Step& step) {
    const lab::Topology topology = topology_of(lesson_);
    for (const Line& line : step.faults) {
      const std::string text =
          substitute(line.text, stage_values(lesson_, 'A', std::string(recorder)));
      const auto fault = lab::parse_fault(text, registry_);
      if (!fault)
        complain({line.at, u32(line.text.size()), fault.complaint().what,
                  fault.complaint().hint.empty() ? "netpeel lab fault --help shows the language."
                                                 : fault.complaint().hint});
    }
    for (const Run& run : step.runs) {
      if (!run.on.empty() && topology.host(run.on) == nullptr)
        complain({run.at, 3, "there is no host " + run.on, "There are " + topology.names() + "."});
      for (const Line& line : run.commands) {
        const std::string why =
            refused(substitute(line.text, stage_values(lesson_, 'A', std::string(recorder))));
        if (!why.empty())
          say_(print(lesson_, {line.at, u32(line.text.size()),
                               "note: only a trusted lesson may run this: " + why,
                               "netpeel's clients and views, printf, echo, seq and sleep."}));
      }
    }
  }

  static bool can_be_found(const Step& step) {
    return std::any_of(step.questions.begin(), step.questions.end(), [](const Question& q) {
      return q.kind != Question::Kind::predict && at_level(q.levels, 'C');
    });
  }

  void try_step(Session& session, const Step& step, char level) {
    const std::string where = std::string("level ") + level + ", step " + step.id + ": ";
    const std::string cannot = session.begin(step);
    if (level == 'B' && !step.faults.empty()) {
      if (cannot.empty()) complain(where + "its fault is not said to be impossible");
      return session.end(step, Status::skipped);
    }
    session.settle(step);
    const Examined idle = session.examine(step);
    if (idle.pass()) complain(where + "whoever does nothing passes");
    if (session.stage().live()) {
      session.begin(step);
      if (const std::string says = session.solve(step); !says.empty()) complain(where + says);
      if (!session.settle(step)) complain(where + "the wire does not fall silent in time");
    }
    answers(session, step, where);
    views(session, step, where);
    const Examined solved = session.examine(step);
    if (!solved.pass()) {
      const Paper paper{.columns = 100, .plain = true};
      complain(where + "the solution does not pass\n" + told(solved, paper) + unanswered(solved));
    }
    session.end(step, Status::done);
  }

  void views(Session& session, const Step& step, const std::string& where) {
    for (const Run& run : step.runs) {
      if (!run.view || !at_level(run.levels, session.level()) || stopped()) continue;
      session.run(run, [](const std::string&) {});
      if (session.last_exit() != 0)
        complain({run.at, 3,
                  where + "a view ends with exit code " + std::to_string(session.last_exit()),
                  "Run it by hand, with the lesson's values, to see what it says."});
    }
  }

  static std::string unanswered(const Examined& solved) {
    std::string out;
    for (const Answered& one : solved.questions) {
      if (!one.right)
        out += "  " + one.question->id + ": given " + (one.given ? one.answer : "nothing") +
               ", right is " + one.expected + "\n";
    }
    return out;
  }

  // Each wrong answer on its own must fail; then the right ones.
  void answers(Session& session, const Step& step, const std::string& where) {
    const Examined before = session.examine(step);
    std::vector<std::pair<const Question*, std::string>> right;
    for (const Answered& one : before.questions) {
      right.emplace_back(one.question, one.expected);
      session.answer(step, *one.question, one.expected);
    }
    for (const auto& [question, expected] : right) {
      for (const Wrong& wrong : question->wrong) {
        if (question->kind == Question::Kind::predict || wrong.answer.text == "*") continue;
        const std::string text = substitute(wrong.answer.text, session.values());
        session.answer(step, *question, text);
        const Examined tried = session.examine(step);
        const Answered* const judged = tried.answer(question->id);
        if (judged == nullptr || judged->right)
          complain(where + "\"" + text + "\" is called wrong in " + question->id +
                   ", and passes: the right answer is " + expected);
        if (judged != nullptr && !wrong.see.empty() && judged->see.empty())
          complain(where + "no packet fits see " + wrong.see + " of " + question->id);
      }
      session.answer(step, *question, expected);
      session.judged(step, *question, true);
    }
  }

  const Lesson& lesson_;
  const Setting& setting_;
  const field::Registry& registry_;
  const LintOptions& options_;
  const std::function<void(const std::string&)>& say_;
  std::size_t complaints_ = 0;
};

// Words of two to eight capitals, also with digits or a hyphen inside: SYN, IPv4 is none.
void capitals(std::string_view text, std::set<std::string>& to) {
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto letter = [&](char c) {
    return capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && letter(text[end])) ++end;
    const std::string_view word = text.substr(i, end - i);
    const bool all =
        word.size() >= 2 && word.size() <= 8 && std::all_of(word.begin(), word.end(), capital);
    const bool name = i > 0 && text[i - 1] == '.';  // Socket.IO
    if (all && !name) to.emplace(word);
    i = std::max(end, i + 1);
  }
}

}  // namespace

std::size_t lint(const Lesson& lesson, const Setting& setting, const field::Registry& registry,
                 const LintOptions& options, const std::function<void(const std::string&)>& say) {
  return Linter(lesson, setting, registry, options, say).run();
}

std::set<std::string> known_claims(const std::string& text) {
  std::set<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    if (!line.empty() && line[0] != '#') out.insert(line.substr(0, line.find('\t')));
    at = end + 1;
  }
  return out;
}

std::vector<std::string> unexplained(const Lesson& lesson, const field::Registry& registry) {
  std::set<std::string> words;
  for (const Line& prose : lesson.opening) capitals(prose.text, words);
  for (const Line& prose : lesson.closing) capitals(prose.text, words);
  for (const Step& step : lesson.steps) {
    for (const Line& prose : step.prose) capitals(prose.text, words);
  }
  std::vector<std::string> out;
  for (const std::string& word : words) {
    std::string small = word;
    for (char& c : small) c = char(c | 0x20);
    const bool known = word == "RFC" || view::find_term(word) != nullptr ||
                       registry.protocol(small) != 0 || !registry.rows(small).empty() ||
                       !registry.rows("tcp.flags." + small).empty();
    if (!known) out.push_back(word);
  }
  return out;
}

}  // namespace netpeel::lesson
