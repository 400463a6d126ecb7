// A lesson as it is played at a terminal, line by line: each step's prose, what is to be predicted,
// run and answered, its checks, and the way out of every place. Nothing moves on by itself; nothing
// is run before a key was pressed. One thread.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "lesson/render.hpp"
#include "lesson/session.hpp"

namespace netpeel::lesson {

// Where it is shown, and where lines come from.
class Screen {
 public:
  virtual ~Screen() = default;
  virtual void print(std::string_view text) = 0;
  // Nothing: no line will come any more.
  virtual std::optional<std::string> ask(std::string_view prompt) = 0;
  virtual Paper paper() const = 0;
};

// What the terminal forms of checks and answers look like; also for the one-shot commands.
std::string told(const Examined& examined, const Paper& paper);
std::string told(const Verdict& verdict, const Paper& paper);
std::string told_wrong(const Answered& answered, const Values& values, const Paper& paper);
// A question and its choices.
std::string told_question(const Question& question, const Values& values, const Paper& paper);
std::string header(const Lesson& lesson, const Step& step, const std::string& level,
                   const Paper& paper);

class Player {
 public:
  enum class End : u8 { finished, left };

  // trusted: its commands may be anything.
  Player(Session& session, Screen& screen, bool trusted)
      : session_(session), screen_(screen), trusted_(trusted) {}

  // From the current step on, to the end or until the student leaves.
  End play();
  // All quizzes of the lesson once more; nothing is kept.
  void quiz();

 private:
  enum class Go : u8 { on, skip, shown, leave };
  enum class Act : u8 { none, enter, again, unknown };

  Go step(const Step& step);
  Go blocks(const Step& step);
  Go predict(const Step& step, const Question& question);
  Go question(const Step& step, const Question& question);
  Go run(const Step& step, const Run& run);
  Go look(const Step& step, const Run& run);
  Go check(const Step& step, const Check& check);
  Go finish(const Step& step, Go how);
  Go show(const Step& step);

  void run_now(const Run& run);
  void recorded(const Step& step);
  void again(const Step& step);
  bool examine(const Step& step);
  void compare_predictions(const Step& step);
  void no_packets(const Step& step);
  void hint(const Step& step);
  // Words that are understood at every prompt. True: `go` says where to.
  bool common(const Step& step, const std::string& typed, bool letters, std::optional<Go>& go);
  void help(const Step& step);
  std::optional<std::string> line(std::string_view prompt);
  void say(std::string_view text, std::string_view first = "", u32 indent = 0);

  Session& session_;
  Screen& screen_;
  bool trusted_;
  bool ran_ = false;  // a command of this step was run here
};

}  // namespace netpeel::lesson
