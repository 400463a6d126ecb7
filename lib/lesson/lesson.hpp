// A lesson as plain data: what lessons/Lnn.md says, each part with its place in the file. Owns its
// strings. Values such as $token still stand in the texts; see values.hpp.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::lesson {

// In the file, both from 1.
struct Place {
  u32 line = 0, column = 1;
};

// Something wrong in a lesson file.
struct Mistake {
  Place at{};
  u32 length = 1;
  std::string what{};
  std::string rule{};  // what the format asks for, a sentence
};

// A line of text with its place.
struct Line {
  Place at{};
  std::string text{};
};

// One answer that is wrong, and what it tells about whoever gave it.
struct Wrong {
  Line answer{};
  std::string misconception{};  // "M8", may be empty
  std::string says{};           // a sentence
  std::string see{};            // a filter: the packet that shows otherwise; may be empty
};

// Something to be typed: before the run (predict), after it (ask), a packet to be pointed at
// (find), or one of several answers (quiz).
struct Question {
  enum class Kind : u8 { predict, ask, find, quiz };
  Kind kind = Kind::ask;
  Place at{};
  std::string id{};
  std::string levels = "ABC";  // where it is put
  std::string prompt{};
  Line expected{};              // an expression of the check language; find: a filter with its tap;
                                // quiz: the letter
  std::vector<Line> choices{};  // quiz: "a", then its text, in order: see letter()
  std::vector<Wrong> wrong{};
  static char letter(std::size_t choice) { return char('a' + choice); }
};

struct Run {
  Place at{};
  std::string levels = "ABC";
  std::string on{};         // host; empty: the lab's first
  std::string id{};         // its output is kept under this name, for state()
  bool background = false;  // goes on until the step ends
  bool view = false;        // looks at packets: runs here, at every level, and sends nothing
  std::vector<Line> commands{};
};

struct Check {
  Place at{};
  std::string levels = "ABC";
  std::string within{};  // the step from which on packets count; empty: this one
  i64 settle = 300'000'000, timeout = 20'000'000'000;
  std::vector<Line> lines{};
};

struct Hint {
  u32 rung = 0;
  Line text{};
};

struct Block {
  enum class Kind : u8 { prose, question, run, fault, check };
  Kind kind = Kind::prose;
  std::size_t index = 0;  // in the step's vector of that kind
};

struct Step {
  Place at{};
  std::string id{}, title{};
  std::vector<Block> blocks{};  // in the order of the file
  std::vector<Line> prose{};    // Markdown
  std::vector<Question> questions{};
  std::vector<Run> runs{};
  std::vector<Line> faults{};  // of the lab's wire, set when the step begins
  std::vector<Check> checks{};
  std::vector<Hint> hints{};
  std::vector<Line> solution{};  // commands; a fault line of its own begins with "fault "
  std::string solution_on{};
};

struct Lesson {
  std::string path{}, source{};
  u32 format = 1;
  std::string id{}, title{};
  u32 minutes = 0;
  std::vector<std::string> needs{}, covers{}, trial{};
  std::string shape = "pair";
  u32 clients = 3;
  std::string level = "A";           // the highest it can be played at
  std::string fallback{};            // the capture for level C
  std::vector<std::string> serve{};  // "b: command"
  std::vector<Line> opening{};       // prose before the first step
  std::vector<Step> steps{};
  std::vector<Line> closing{};  // prose behind the last

  const Step* step(std::string_view id) const;
  std::size_t index(const Step& step) const { return std::size_t(&step - steps.data()); }
};

struct Loaded {
  Lesson lesson;
  std::vector<Mistake> mistakes;  // none: the lesson can be played
};

// The text of a lesson file. path: for messages only.
Loaded parse_lesson(std::string path, std::string source);
// Throws base::Error where the file cannot be read.
Loaded load_lesson(const std::string& path);

// "lessons/L01.md:12:5: what is wrong", the line, a caret, the rule.
std::string print(const Lesson& lesson, const Mistake& mistake);

// Names of steps and answers: a small letter, then letters, digits and hyphens, 32 at most.
bool is_id(std::string_view text);

inline constexpr std::size_t most_source = 1 << 20;  // bytes of a lesson file

}  // namespace netpeel::lesson
