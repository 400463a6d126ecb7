// From the text of a lesson file to a Lesson: front matter, prose and fences. CommonMark is read by
// cmark; what stands inside the typed fences is read in fences.cpp.
#include <cmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/caret.hpp"
#include "base/error.hpp"
#include "lesson/fences.hpp"
#include "lesson/front.hpp"
#include "lesson/lesson.hpp"

namespace netpeel::lesson {
namespace {

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};

class Parser {
 public:
  Parser(Lesson& lesson, std::vector<Mistake>& mistakes) : lesson_(lesson), mistakes_(mistakes) {
    std::size_t at = 0;
    while (at <= lesson.source.size()) {
      starts_.push_back(at);
      const std::size_t end = lesson.source.find('\n', at);
      if (end == std::string::npos) break;
      at = end + 1;
    }
  }

  void run() {
    controls();
    const u32 body = front();
    if (body == 0) return;
    // Blank lines in place of the front matter, so that line numbers are the file's.
    std::string markdown(body - 1, '\n');
    if (body <= starts_.size()) markdown.append(lesson_.source, starts_[body - 1]);
    const std::unique_ptr<cmark_node, FreeNode> document(
        cmark_parse_document(markdown.data(), markdown.size(), CMARK_OPT_DEFAULT));
    for (cmark_node* node = cmark_node_first_child(document.get()); node != nullptr;
         node = cmark_node_next(node)) {
      top(node);
    }
    flush();
    whole();
  }

 private:
  std::string_view line(u32 number) const {
    const std::size_t from = starts_[number - 1];
    const std::size_t to = number < starts_.size() ? starts_[number] - 1 : lesson_.source.size();
    return std::string_view(lesson_.source).substr(from, to - from);
  }
  void wrong(Place at, u32 length, std::string what, std::string rule) {
    mistakes_.push_back({at, length, std::move(what), std::move(rule)});
  }

  // Commands and questions are printed as they stand: none may steer a terminal.
  void controls() {
    for (u32 i = 1; i <= starts_.size(); ++i) {
      const std::string_view text = line(i);
      for (std::size_t at = 0; at < text.size(); ++at) {
        const u8 c = u8(text[at]);
        const bool c1 = c == 0xc2 && at + 1 < text.size() && u8(text[at + 1]) < 0xa0;
        if ((c >= 0x20 || c == '\t') && c != 0x7f && !c1) continue;
        return wrong({i, u32(at) + 1}, 1, "a control character stands here",
                     "A lesson is text; nothing else reaches the terminal.");
      }
    }
  }

  // The line behind the front matter; 0: there is none.
  u32 front() {
    if (line(1) != "+++") {
      wrong({1, 1}, 1, "a lesson begins with its front matter",
            "The first line is +++, then come TOML lines, then +++ again.");
      return 0;
    }
    for (u32 i = 2; i <= starts_.size(); ++i) {
      if (line(i) != "+++") continue;
      const std::size_t from = starts_[1];
      read_front(std::string_view(lesson_.source).substr(from, starts_[i - 1] - from), lesson_,
                 mistakes_);
      return i + 1;
    }
    wrong({1, 1}, 3, "the front matter has no end", "A second line +++ ends it.");
    return 0;
  }

  void top(cmark_node* node) {
    const u32 from = u32(cmark_node_get_start_line(node)), to = u32(cmark_node_get_end_line(node));
    if (cmark_node_get_type(node) == CMARK_NODE_HEADING &&
        cmark_node_get_heading_level(node) == 2) {
      flush();
      heading(from);
      return;
    }
    if (cmark_node_get_type(node) == CMARK_NODE_CODE_BLOCK) {
      const std::string_view info = cmark_node_get_fence_info(node);
      const std::string_view word = info.substr(0, info.find(' '));
      if (!word.empty() && word != "text") {
        flush();
        fence(from, info, cmark_node_get_literal(node));
        return;
      }
    }
    if (prose_from_ == 0) prose_from_ = from;
    prose_to_ = std::max(to, from);
  }

  // Prose that has gathered becomes one block.
  void flush() {
    if (prose_from_ == 0) return;
    std::string text;
    for (u32 i = prose_from_; i <= prose_to_; ++i) text.append(line(i)).append("\n");
    const Line out{
        {prose_from_, 1},
        std::move(text)
    };
    prose_from_ = 0;
    if (closing_) {
      lesson_.closing.push_back(out);
    } else if (lesson_.steps.empty()) {
      lesson_.opening.push_back(out);
    } else {
      Step& step = lesson_.steps.back();
      step.blocks.push_back({Block::Kind::prose, step.prose.size()});
      step.prose.push_back(out);
    }
  }

  //   ## Step: a word across the wire {#word}
  void heading(u32 number) {
    std::string_view text = line(number);
    text.remove_prefix(std::min(text.find_first_not_of("# "), text.size()));
    const u32 column = u32(text.data() - line(number).data()) + 1;
    if (!text.starts_with("Step:")) {
      closing_ = true;
      prose_from_ = prose_to_ = number;
      return;
    }
    const std::string rule = "A step begins with ## Step: its title {#its-id}; the id never "
                             "changes, for progress depends on it.";
    if (closing_) wrong({number, column}, u32(text.size()), "a step behind the closing part", rule);
    const std::size_t open = text.rfind("{#"), close = text.rfind('}');
    Step step;
    step.at = {number, 1};
    std::string_view title = text.substr(5, std::min(open, text.size()) - 5);
    while (!title.empty() && title.front() == ' ') title.remove_prefix(1);
    while (!title.empty() && title.back() == ' ') title.remove_suffix(1);
    step.title = title;
    if (open != std::string_view::npos && close != std::string_view::npos && close > open)
      step.id = text.substr(open + 2, close - open - 2);
    if (!is_id(step.id) || step.title.empty()) {
      wrong({number, column}, u32(text.size()), "this step has no title or no id", rule);
    } else if (lesson_.step(step.id) != nullptr) {
      wrong({number, column + u32(open)}, u32(close - open + 1),
            "there is a step " + step.id + " already", "Ids of steps differ.");
    }
    lesson_.steps.push_back(std::move(step));
  }

  void fence(u32 from, std::string_view info, std::string_view body) {
    const std::string_view first = line(from);
    const std::size_t at = first.find(info.substr(0, info.find(' ')));
    if (lesson_.steps.empty() || closing_) {
      wrong({from, 1}, u32(first.size()), "a fence outside of a step",
            "Fences stand below a heading ## Step: …; examples are indented or marked text.");
      return;
    }
    const Fence fence{
        {from, u32(at) + 1},
        std::string(info), std::string(body)
    };
    read_fence(fence, lesson_.steps.back(), mistakes_);
  }

  void whole() {
    if (lesson_.steps.empty()) {
      wrong({1, 1}, 3, "the lesson has no step", "At least one heading ## Step: … is needed.");
    }
    for (const Step& step : lesson_.steps) {
      for (const Check& check : step.checks) {
        if (!check.within.empty() && lesson_.step(check.within) == nullptr) {
          wrong(check.at, 5, "there is no step " + check.within, "within names a step's id.");
        }
      }
      if (step.checks.empty() && step.questions.empty()) {
        wrong(step.at, 2, "nothing in step " + step.id + " can fail",
              "Every step ends in a check, a question or a quiz: nobody passes by saying so.");
      }
    }
    for (const std::string& server : lesson_.serve) {
      if (server.find(": ") == std::string::npos) {
        wrong({1, 1}, 3, "serve has \"" + server + "\"",
              "A server is a host, a colon, a blank and a command: \"b: netpeel demo serve\".");
      }
    }
  }

  Lesson& lesson_;
  std::vector<Mistake>& mistakes_;
  std::vector<std::size_t> starts_;
  u32 prose_from_ = 0, prose_to_ = 0;
  bool closing_ = false;
};

}  // namespace

const Step* Lesson::step(std::string_view wanted) const {
  for (const Step& one : steps) {
    if (one.id == wanted) return &one;
  }
  return nullptr;
}

bool is_id(std::string_view text) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && text.size() <= 32 && letter(text[0]) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

Loaded parse_lesson(std::string path, std::string source) {
  Loaded out;
  out.lesson.path = std::move(path);
  out.lesson.source = std::move(source);
  std::erase(out.lesson.source, '\r');
  Parser(out.lesson, out.mistakes).run();
  std::stable_sort(out.mistakes.begin(), out.mistakes.end(),
                   [](const Mistake& a, const Mistake& b) {
                     return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
                   });
  return out;
}

Loaded load_lesson(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    throw base::Error("open the lesson " + path, errno,
                      "netpeel lesson list shows the lessons there are.");
  }
  std::string source(most_source + 1, '\0');
  source.resize(std::fread(source.data(), 1, source.size(), file));
  std::fclose(file);
  if (source.size() > most_source)
    throw base::Error::sentence(path + " is larger than a lesson may be (1 MiB)").with_exit(4);
  return parse_lesson(path, std::move(source));
}

std::string print(const Lesson& lesson, const Mistake& mistake) {
  std::size_t at = 0;
  for (u32 i = 1; i < mistake.at.line && at != std::string::npos; ++i) {
    at = lesson.source.find('\n', at);
    if (at != std::string::npos) ++at;
  }
  at = std::min(at, lesson.source.size());
  const std::string line = lesson.source.substr(at, lesson.source.find('\n', at) - at);
  const std::string where = lesson.path + ":" + std::to_string(mistake.at.line) + ":" +
                            std::to_string(mistake.at.column) + ": ";
  return base::pointed(line, {where + mistake.what,
                              std::min<std::size_t>(mistake.at.column - 1, line.size()),
                              mistake.length, mistake.rule});
}

}  // namespace netpeel::lesson
