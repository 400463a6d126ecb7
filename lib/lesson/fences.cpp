#include "lesson/fences.hpp"

#include <algorithm>

#include "field/registry.hpp"
#include "lab/fault.hpp"

namespace netpeel::lesson {
namespace {

constexpr std::string_view kinds[]{"predict", "ask",   "find", "quiz",    "run",
                                   "fault",   "check", "hint", "solution"};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// One word of an info string: key=value, key="a value", or a bare word.
struct Word {
  std::string key{}, value{};
  Place at{};
  u32 length = 0;
};

class Reader {
 public:
  Reader(const Fence& fence, Step& step, std::vector<Mistake>& mistakes)
      : fence_(fence), step_(step), mistakes_(mistakes) {
    words();
    std::size_t at = 0;
    for (u32 line = fence.at.line + 1; at < fence.body.size(); ++line) {
      const std::size_t end = std::min(fence.body.find('\n', at), fence.body.size());
      lines_.push_back({
          {line, 1},
          fence.body.substr(at, end - at)
      });
      at = end + 1;
    }
  }

  void read() {
    const std::string kind = words_[0].key;
    if (kind == "predict") return question(Question::Kind::predict);
    if (kind == "ask") return question(Question::Kind::ask);
    if (kind == "find") return question(Question::Kind::find);
    if (kind == "quiz") return quiz();
    if (kind == "run") return run();
    if (kind == "fault") return fault();
    if (kind == "check") return check();
    if (kind == "hint") return hint();
    if (kind == "solution") return solution();
    std::string nearest;
    u32 least = 4;
    for (const std::string_view known : kinds) {
      if (const u32 d = field::distance(known, kind); d < least) least = d, nearest = known;
    }
    wrong(words_[0],
          "\"" + kind + "\" is no fence" +
              (nearest.empty() ? "" : "; did you mean " + nearest + "?"),
          "Fences are predict, ask, find, quiz, run, fault, check, hint and solution; mere text is "
          "marked text.");
  }

 private:
  void words() {
    const std::string& info = fence_.info;
    for (std::size_t at = 0; at < info.size();) {
      if (info[at] == ' ') {
        ++at;
        continue;
      }
      const std::size_t begin = at;
      Word word;
      while (at < info.size() && info[at] != ' ' && info[at] != '=') word.key += info[at++];
      if (at < info.size() && info[at] == '=') {
        const bool quoted = ++at < info.size() && info[at] == '"';
        at += quoted;
        while (at < info.size() && info[at] != (quoted ? '"' : ' ')) word.value += info[at++];
        at += quoted;
      }
      word.at = {fence_.at.line, fence_.at.column + u32(begin)};
      word.length = u32(std::min(at, info.size()) - begin);
      words_.push_back(std::move(word));
    }
  }

  void wrong(Place at, u32 length, std::string what, std::string rule) {
    mistakes_.push_back({at, std::max(1u, length), std::move(what), std::move(rule)});
  }
  void wrong(const Word& word, std::string what, std::string rule) {
    wrong(word.at, word.length, std::move(what), std::move(rule));
  }
  void wrong(const Line& line, std::string what, std::string rule) {
    wrong(line.at, u32(line.text.size()), std::move(what), std::move(rule));
  }

  // The words behind the kind; each is given to take(), which says whether it knows it.
  template <class Take>
  void attributes(const char* known, Take take) {
    for (std::size_t i = 1; i < words_.size(); ++i) {
      const Word& word = words_[i];
      if (word.key == "only") continue;
      if (!take(word))
        wrong(word, "a " + words_[0].key + " fence does not know \"" + word.key + "\"", known);
    }
  }
  std::string levels() {
    for (const Word& word : words_) {
      if (word.key != "only") continue;
      if (!word.value.empty() && word.value.find_first_not_of("ABC") == std::string::npos)
        return word.value;
      wrong(word, "only names levels", "only=A, only=AB or only=C.");
    }
    return "ABC";
  }
  std::optional<i64> duration(const Word& word) {
    const auto time = lab::parse_duration(word.value);
    if (!time) wrong(word, time.complaint().what, "A time is a number and a unit: 300ms, 2s.");
    return time ? std::optional(*time) : std::nullopt;
  }

  void add(Question question) {
    for (const Question& other : step_.questions) {
      if (other.id == question.id) {
        wrong(question.at, 1, "there is a question " + question.id + " already",
              "Ids of questions differ within a step.");
      }
    }
    step_.blocks.push_back({Block::Kind::question, step_.questions.size()});
    step_.questions.push_back(std::move(question));
  }

  //   Length in the UDP header?
  //   = first(word @a).udp.length
  //   33 -> M8: that counts IP's header too
  //     see udp
  void question(Question::Kind kind) {
    Question out{.kind = kind, .at = fence_.at, .levels = levels()};
    attributes("A question has an id, and perhaps only=LEVELS.", [&](const Word& word) {
      if (!out.id.empty() || !word.value.empty()) return false;
      out.id = word.key;
      return true;
    });
    const std::string rule = "A question is its text, then a line \"= right answer\", then lines "
                             "\"wrong answer -> what it tells\".";
    if (!is_id(out.id))
      wrong(fence_.at, u32(words_[0].key.size()), "this question has no id", rule);
    for (const Line& line : lines_) {
      const std::string_view text = trimmed(line.text);
      if (text.starts_with("=")) {
        const std::size_t at = line.text.find_first_not_of(" ", line.text.find('=') + 1);
        if (!out.expected.text.empty())
          wrong(line, "a second right answer", "A question has one; a set is {1, 2}.");
        if (at != std::string::npos)
          out.expected = {
              {line.at.line, u32(at) + 1},
              std::string(trimmed(line.text.substr(at)))
          };
      } else if (!answer_line(line, out) && !text.empty()) {
        if (!out.prompt.empty()) out.prompt += ' ';
        out.prompt += text;
      }
    }
    // The short form: nothing but the value.
    if (out.expected.text.empty() && lines_.size() == 1 && !out.prompt.empty())
      out.expected = {lines_[0].at, std::exchange(out.prompt, "")};
    if (out.expected.text.empty()) wrong(fence_.at, 1, "no right answer is given", rule);
    add(std::move(out));
  }

  // "33 -> M8: that is another length", or "see FILTER" below it.
  bool answer_line(const Line& line, Question& to) {
    const std::string_view text = trimmed(line.text);
    if (text.starts_with("see ") && !to.wrong.empty()) {
      to.wrong.back().see = trimmed(text.substr(4));
      return true;
    }
    const std::size_t arrow = text.find("->");
    if (arrow == std::string_view::npos) return false;
    Wrong wrong{
        .answer = {line.at, std::string(trimmed(text.substr(0, arrow)))}
    };
    tells(trimmed(text.substr(arrow + 2)), wrong);
    to.wrong.push_back(std::move(wrong));
    return true;
  }
  // "M8: a sentence", or the sentence alone.
  static void tells(std::string_view text, Wrong& to) {
    const std::size_t colon = text.find(": ");
    if (text.starts_with('M') && colon != std::string_view::npos && colon <= 3) {
      to.misconception = text.substr(0, colon);
      text = trimmed(text.substr(colon + 2));
    }
    to.says = text;
  }

  //   Which side is the client?
  //   a) the one with the browser -> M7: a browser is one kind of client
  //   b) the one that sent the first SYN
  void quiz() {
    Question out{.kind = Question::Kind::quiz, .at = fence_.at, .levels = levels()};
    std::string answer;
    attributes("A quiz has q=NUMBER and answer=LETTER.", [&](const Word& word) {
      if (word.key == "q") out.id = "q" + word.value;
      if (word.key == "answer") answer = word.value;
      return word.key == "q" || word.key == "answer";
    });
    bool choosing = false;
    for (const Line& line : lines_) {
      const std::string_view text = trimmed(line.text);
      const char next = Question::letter(out.choices.size());
      if (text.size() > 2 && text[0] == next && text[1] == ')') {
        choosing = true;
        choice(line, text, out);
      } else if (text.starts_with("see ") && !out.wrong.empty()) {
        out.wrong.back().see = trimmed(text.substr(4));
      } else if (choosing && !text.empty()) {
        continue_choice(text, out);
      } else if (!text.empty()) {
        if (!out.prompt.empty()) out.prompt += ' ';
        out.prompt += text;
      }
    }
    judge_quiz(answer, out);
    add(std::move(out));
  }
  void choice(const Line& line, std::string_view text, Question& to) {
    const char letter = text[0];
    text = trimmed(text.substr(2));
    const std::size_t arrow = text.find(" -> ");
    to.choices.push_back({line.at, std::string(trimmed(text.substr(0, arrow)))});
    if (arrow == std::string_view::npos) return;
    Wrong wrong{
        .answer = {line.at, std::string(1, letter)}
    };
    tells(trimmed(text.substr(arrow + 4)), wrong);
    to.wrong.push_back(std::move(wrong));
  }
  // A choice or its explanation goes on in the next line.
  static void continue_choice(std::string_view text, Question& to) {
    const char last = Question::letter(to.choices.size() - 1);
    const bool explained = !to.wrong.empty() && to.wrong.back().answer.text[0] == last;
    if (explained) {
      to.wrong.back().says.append(" ").append(text);
    } else if (text.starts_with("-> ")) {
      Wrong wrong{
          .answer = {to.choices.back().at, std::string(1, last)}
      };
      tells(trimmed(text.substr(3)), wrong);
      to.wrong.push_back(std::move(wrong));
    } else {
      to.choices.back().text.append(" ").append(text);
    }
  }
  void judge_quiz(const std::string& answer, Question& out) {
    const std::string rule = "A quiz is a question and lines a) …, b) …; each wrong one ends "
                             "in -> M7: a sentence (or -> a sentence).";
    const bool known =
        answer.size() == 1 && answer[0] >= 'a' && answer[0] < Question::letter(out.choices.size());
    if (!is_id(out.id) || !known || out.choices.size() < 2 || out.prompt.empty()) {
      wrong(fence_.at, u32(fence_.info.size()),
            out.choices.size() < 2 ? "a quiz has two choices at least"
            : out.prompt.empty()   ? "this quiz asks nothing"
                                   : "this quiz has no number q=, or answer= names no choice",
            rule);
    }
    out.expected = {fence_.at, answer};
    for (std::size_t i = 0; i < out.choices.size(); ++i) {
      const std::string letter(1, Question::letter(i));
      const bool told = std::any_of(out.wrong.begin(), out.wrong.end(),
                                    [&](const Wrong& w) { return w.answer.text == letter; });
      if (told == (letter == answer)) {
        wrong(out.choices[i],
              told ? "the right choice needs no explanation of what is wrong with it"
                   : "this choice is wrong, and nothing says why",
              rule);
      }
    }
  }

  void run() {
    Run out{.at = fence_.at, .levels = levels()};
    attributes("A run fence has on=HOST, id=NAME, by=student, bg and view.", [&](const Word& word) {
      if (word.key == "on") out.on = word.value;
      if (word.key == "id") out.id = word.value;
      if (word.key == "bg") out.background = true;
      if (word.key == "view") out.view = true;
      return word.key == "on" || word.key == "id" || word.key == "by" || word.key == "bg" ||
             word.key == "view";
    });
    if (!out.id.empty() && !is_id(out.id))
      wrong(fence_.at, 3, "\"" + out.id + "\" cannot name an output", "id=word, small letters.");
    for (const Line& line : lines_) {
      if (!trimmed(line.text).empty()) out.commands.push_back(line);
    }
    if (out.commands.empty()) wrong(fence_.at, 3, "nothing to run", "One command a line.");
    step_.blocks.push_back({Block::Kind::run, step_.runs.size()});
    step_.runs.push_back(std::move(out));
  }

  void fault() {
    attributes("A fault fence has no further words.", [](const Word&) { return false; });
    for (const Line& line : lines_) {
      if (trimmed(line.text).empty()) continue;
      step_.blocks.push_back({Block::Kind::fault, step_.faults.size()});
      step_.faults.push_back(line);
    }
  }

  void check() {
    Check out{.at = fence_.at, .levels = levels()};
    attributes("A check fence has within=STEP, settle=TIME and timeout=TIME.",
               [&](const Word& word) {
                 if (word.key == "within") out.within = word.value;
                 if (word.key == "settle") out.settle = duration(word).value_or(out.settle);
                 if (word.key == "timeout") out.timeout = duration(word).value_or(out.timeout);
                 return word.key == "within" || word.key == "settle" || word.key == "timeout";
               });
    if (out.within == step_.id) out.within.clear();
    for (const Line& line : lines_) {
      const std::string_view text = trimmed(line.text);
      if (text.empty() || text.starts_with("#")) continue;
      // A message on a line of its own belongs to the condition above.
      if (text.starts_with("~") && !out.lines.empty()) {
        out.lines.back().text.append(" ").append(text);
      } else {
        out.lines.push_back(line);
      }
    }
    if (out.lines.empty()) wrong(fence_.at, 5, "an empty check", "One condition a line.");
    step_.blocks.push_back({Block::Kind::check, step_.checks.size()});
    step_.checks.push_back(std::move(out));
  }

  //   1: Which flag says "this is my first sequence number"?
  void hint() {
    attributes("A hint fence has no further words.", [](const Word&) { return false; });
    for (const Line& line : lines_) {
      const std::string_view text = trimmed(line.text);
      if (text.size() > 2 && text[0] >= '1' && text[0] <= '9' && text[1] == ':') {
        step_.hints.push_back({
            u32(text[0] - '0'), {line.at, std::string(trimmed(text.substr(2)))}
        });
        if (step_.hints.back().rung != step_.hints.size())
          wrong(line, "the rungs are not in order",
                "1: a question, 2: where to look, 3: the command.");
      } else if (!text.empty() && !step_.hints.empty()) {
        step_.hints.back().text.text.append(" ").append(text);
      } else if (!text.empty()) {
        wrong(line, "a hint without its rung", "1: a question, 2: where to look, 3: the command.");
      }
    }
  }

  void solution() {
    attributes("A solution fence has on=HOST.", [&](const Word& word) {
      if (word.key == "on") step_.solution_on = word.value;
      return word.key == "on";
    });
    for (const Line& line : lines_) {
      if (!trimmed(line.text).empty()) step_.solution.push_back(line);
    }
  }

  const Fence& fence_;
  Step& step_;
  std::vector<Mistake>& mistakes_;
  std::vector<Word> words_;
  std::vector<Line> lines_;
};

}  // namespace

void read_fence(const Fence& fence, Step& to, std::vector<Mistake>& mistakes) {
  Reader(fence, to, mistakes).read();
}

}  // namespace netpeel::lesson
