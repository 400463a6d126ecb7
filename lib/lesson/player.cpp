#include "lesson/player.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "lesson/trust.hpp"

namespace netpeel::lesson {
namespace {

std::string trimmed(std::string text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

bool at_level(const std::string& levels, char level) {
  return levels.find(level) != std::string::npos;
}

}  // namespace

std::optional<std::string> Player::line(std::string_view prompt) {
  auto typed = screen_.ask(prompt);
  if (typed) *typed = trimmed(*typed);
  return typed;
}

void Player::say(std::string_view text, std::string_view first, u32 indent) {
  screen_.print(wrapped(text, screen_.paper(), first, indent));
}

Player::End Player::play() {
  const Lesson& lesson = session_.lesson();
  const Step* at = session_.current();
  if (at == &lesson.steps[0]) {
    screen_.print("\n" + ruled(lesson.id + "  " + lesson.title,
                               "about " + std::to_string(lesson.minutes) + " minutes",
                               screen_.paper()));
    for (const Line& prose : lesson.opening)
      screen_.print("\n" + render(substitute(prose.text, session_.values()), screen_.paper()));
  }
  while (at != nullptr) {
    const Go go = step(*at);
    if (go == Go::leave) return End::left;
    at = session_.current();
  }
  for (const Line& prose : lesson.closing)
    screen_.print("\n" + render(substitute(prose.text, session_.values()), screen_.paper()));
  std::size_t done = 0;
  for (const Step& one : lesson.steps) done += session_.step_state(one).status == Status::done;
  say("\n" + lesson.id + " is through: " + std::to_string(done) + " of " +
      std::to_string(lesson.steps.size()) + " steps done by yourself. netpeel lesson report " +
      lesson.id + " packs it for handing in.");
  return End::finished;
}

Player::Go Player::step(const Step& step) {
  screen_.print(header(session_.lesson(), step, std::string(1, session_.level()), screen_.paper()));
  ran_ = false;
  const std::string complaint = session_.begin(step);
  if (!complaint.empty()) say("The wire could not be set: " + trimmed(complaint));
  return finish(step, blocks(step));
}

Player::Go Player::blocks(const Step& step) {
  const Block* before = nullptr;
  for (const Block& block : step.blocks) {
    const bool after_fault = before != nullptr && before->kind == Block::Kind::fault;
    const bool after_other = before != nullptr && before->kind != Block::Kind::prose;
    Go go = Go::on;
    switch (block.kind) {
      case Block::Kind::prose:
        screen_.print(
            (after_other ? "\n" : "") +
            render(substitute(step.prose[block.index].text, session_.values()), screen_.paper()));
        break;
      case Block::Kind::fault:
        if (!after_fault)
          screen_.print(std::string(before == nullptr ? "" : "\n") + "  The wire in this step:\n");
        screen_.print("    " + substitute(step.faults[block.index].text, session_.values()) + "\n");
        break;
      case Block::Kind::question: {
        const Question& one = step.questions[block.index];
        if (!at_level(one.levels, session_.level())) break;
        go = one.kind == Question::Kind::predict ? predict(step, one) : question(step, one);
        break;
      }
      case Block::Kind::run:
        if (at_level(step.runs[block.index].levels, session_.level()))
          go = run(step, step.runs[block.index]);
        break;
      case Block::Kind::check:
        if (at_level(step.checks[block.index].levels, session_.level()))
          go = check(step, step.checks[block.index]);
        break;
    }
    if (go != Go::on) return go;
    before = &block;
  }
  return Go::on;
}

Player::Go Player::finish(const Step& step, Go how) {
  if (how == Go::leave) return how;
  const Status status = how == Go::skip    ? Status::skipped
                        : how == Go::shown ? Status::shown
                                           : Status::done;
  // What was shown once stays shown, however well it was repeated.
  const bool was_shown =
      status == Status::done && session_.step_state(step).status == Status::shown;
  if (status != Status::skipped) compare_predictions(step);
  session_.end(step, was_shown ? Status::shown : status);
  say(status == Status::skipped ? "Skipped; netpeel lesson start " + session_.lesson().id +
                                      " --step " + step.id + " brings it back."
      : status == Status::shown || was_shown ? "This step counts as shown, not as done."
                                             : "Step done.");
  if (session_.current() == nullptr) return Go::on;
  for (;;) {
    const auto typed = line("\n[Enter] next step  [q]uit > ");
    if (!typed || *typed == "q" || *typed == "quit") return Go::leave;
    if (typed->empty()) return Go::on;
  }
}

Player::Go Player::predict(const Step& step, const Question& question) {
  screen_.print(told_question(question, session_.values(), screen_.paper()));
  for (;;) {
    const auto typed = line("your guess > ");
    if (!typed) return Go::leave;
    std::optional<Go> go;
    if (common(step, *typed, false, go)) {
      if (go) return *go;
      continue;
    }
    if (typed->empty()) {
      say("Any guess will do; it costs nothing to be wrong here.");
      continue;
    }
    session_.answer(step, question, *typed);
    return Go::on;
  }
}

void Player::compare_predictions(const Step& step) {
  const Examined examined = session_.examine(step);
  for (const Answered& one : examined.questions) {
    if (one.question->kind != Question::Kind::predict || !one.given) continue;
    session_.judged(step, *one.question, one.right);
    say(one.right ? "You predicted " + one.answer + ", and so it was."
                  : "You predicted " + one.answer + "; it was " + one.expected + ".");
    if (!one.right && one.wrong != nullptr)
      screen_.print(told_wrong(one, session_.values(), screen_.paper()));
  }
}

Player::Go Player::question(const Step& step, const Question& question) {
  screen_.print(told_question(question, session_.values(), screen_.paper()));
  const std::string prompt = question.kind == Question::Kind::quiz   ? "your choice > "
                             : question.kind == Question::Kind::find ? "frame number > "
                                                                     : "your answer > ";
  for (;;) {
    const auto typed = line(prompt);
    if (!typed) return Go::leave;
    std::optional<Go> go;
    if (common(step, *typed, false, go)) {
      if (go) return *go;
      continue;
    }
    if (typed->empty()) {
      say("(hint, show, skip, shell, help and quit are understood here)", "  ", 2);
      continue;
    }
    session_.answer(step, question, *typed);
    const Examined examined = session_.examine(step);
    const Answered* const answered = examined.answer(question.id);
    if (answered == nullptr) return Go::on;  // the lesson's own mistake, told at the check
    session_.judged(step, question, answered->right);
    if (answered->right) {
      say("Right.", "  ", 2);
      return Go::on;
    }
    screen_.print(told_wrong(*answered, session_.values(), screen_.paper()));
  }
}

Player::Go Player::run(const Step& step, const Run& run) {
  const std::string host = run.on.empty() ? usual_tap(session_.lesson()) : run.on;
  if (run.view) return look(step, run);
  if (!session_.stage().live()) {
    screen_.print("\n  Recorded was, on " + host + ":\n");
    for (const Line& command : run.commands)
      screen_.print("    " + substitute(command.text, session_.values()) + "\n");
    for (;;) {
      const auto typed = line("\n[Enter] shows its packets  [h]int  s[k]ip  [?] help  [q]uit > ");
      if (!typed) return Go::leave;
      std::optional<Go> go;
      if (typed->empty()) break;
      if (common(step, *typed, true, go) && go) return *go;
    }
    recorded(step);
    return Go::on;
  }
  screen_.print("\n  On " + host + (run.background ? ", in the background:\n" : ":\n"));
  for (const Line& command : run.commands)
    screen_.print("    " + substitute(command.text, session_.values()) + "\n");
  for (;;) {
    const auto typed =
        line("\n[Enter] runs it  [n]o need, I did  [s]hell  [h]int  s[k]ip  [?]  [q]uit > ");
    if (!typed) return Go::leave;
    if (typed->empty()) break;
    if (*typed == "n") return Go::on;
    std::optional<Go> go;
    if (common(step, *typed, true, go) && go) return *go;
  }
  run_now(run);
  return Go::on;
}

// Looking changes nothing: it may be done as often as one likes.
Player::Go Player::look(const Step& step, const Run& run) {
  screen_.print("\n  To look at it:\n");
  for (const Line& command : run.commands)
    screen_.print("    " + substitute(command.text, session_.values()) + "\n");
  for (;;) {
    const auto typed = line("\n[Enter] looks  [n]o need  [h]int  s[k]ip  [?] help  [q]uit > ");
    if (!typed) return Go::leave;
    if (*typed == "n") return Go::on;
    std::optional<Go> go;
    if (typed->empty()) break;
    if (common(step, *typed, true, go) && go) return *go;
  }
  const bool before = ran_;
  run_now(run);
  ran_ = before;
  return Go::on;
}

void Player::run_now(const Run& run) {
  session_.run(run, [&](const std::string& command) {
    if (const std::string why = trusted_ ? "" : refused(command); !why.empty()) {
      throw base::Error::sentence("this lesson is not one of netpeel's own, and may not run " +
                                      command + ": " + why,
                                  "If you trust whoever wrote it, add --trust.");
    }
    screen_.print("  $ " + command + "\n");
  });
  ran_ = true;
}

void Player::recorded(const Step& step) {
  for (const std::string& packet : session_.packets(step, 40))
    screen_.print(wrapped(packet, screen_.paper(), "  ", 6));
  screen_.print("  All of it: netpeel decode -V -r " + session_.stage().capture() + "\n");
}

void Player::again(const Step& step) {
  session_.begin(step);
  for (const Block& block : step.blocks) {
    if (block.kind == Block::Kind::run && !step.runs[block.index].view &&
        at_level(step.runs[block.index].levels, session_.level()))
      run_now(step.runs[block.index]);
  }
}

bool Player::examine(const Step& step) {
  if (!session_.settle(step)) say("The wire is still busy; judging what is there.", "  ", 2);
  const Examined examined = session_.examine(step);
  for (const Mistake& mistake : examined.mistakes)
    screen_.print(print(session_.lesson(), mistake) + "\n");
  if (!examined.mistakes.empty()) {
    say("The lesson itself is wrong here. That is not your fault: skip the step.");
    return false;
  }
  if (examined.packets == 0 && session_.stage().live() && !examined.checks_pass()) {
    no_packets(step);
    return false;
  }
  screen_.print(told(examined, screen_.paper()));
  return examined.checks_pass();
}

void Player::no_packets(const Step&) {
  const std::string trouble = session_.stage().trouble();
  if (!ran_ && trouble.empty()) {
    say("No packet has crossed the wire since this step began: nothing was sent yet. Run the "
        "command above (r), or send something from a shell of your own (s).");
    return;
  }
  say("Not one packet was captured. That is our fault, not yours" +
      (trouble.empty() ? "." : ": " + trouble + ".") +
      " netpeel doctor tells what this machine allows; r tries again.");
}

Player::Go Player::check(const Step& step, const Check&) {
  screen_.print("\n  Checking\n");
  while (!examine(step)) {
    ++session_.step_state(step).tries;
    session_.save();
    for (;;) {
      const auto typed = line(session_.stage().live()
                                  ? "\n[Enter] check  [r]un  [s]hell  [h]int  sho[w] me  s[k]ip  "
                                    "[?]  [q]uit > "
                                  : "\n[Enter] check  [h]int  sho[w] me  s[k]ip  [?]  [q]uit > ");
      if (!typed) return Go::leave;
      if (typed->empty()) break;
      if ((*typed == "r" || *typed == "again") && session_.stage().live()) {
        again(step);
        break;
      }
      std::optional<Go> go;
      if (common(step, *typed, true, go) && go) return *go;
    }
  }
  return Go::on;
}

void Player::hint(const Step& step) {
  StepState& state = session_.step_state(step);
  if (step.hints.empty()) return say("This step has no hints; show shows it.");
  const u32 rung = std::min<u32>(state.hints, u32(step.hints.size()) - 1);
  const Hint& hint = step.hints[rung];
  state.hints = std::max(state.hints, rung + 1);
  session_.save();
  say(substitute(hint.text.text, session_.values()),
      "  Hint " + std::to_string(rung + 1) + " of " + std::to_string(step.hints.size()) + ": ", 10);
  if (rung + 1 == step.hints.size())
    say("That was the last one; show does it for you, and marks the step shown.", "  ", 2);
}

// Does it as the lesson's author would, and fills in what was not answered.
Player::Go Player::show(const Step& step) {
  StepState& state = session_.step_state(step);
  state.status = Status::shown;
  session_.save();
  if (session_.stage().live() && !step.solution.empty()) {
    session_.begin(step);
    for (const Line& command : step.solution) {
      const std::string text = substitute(command.text, session_.values());
      const std::string why = trusted_ || text.starts_with("fault ") ? "" : refused(text);
      if (!why.empty()) {
        say("The solution may not run without --trust: " + why);
        return Go::skip;
      }
      screen_.print("  $ " + text + "\n");
    }
    session_.solve(step);
    session_.settle(step);
  }
  const Examined examined = session_.examine(step);
  for (const Answered& one : examined.questions) {
    if (one.right || one.question->kind == Question::Kind::predict) continue;
    screen_.print(told_question(*one.question, session_.values(), screen_.paper()));
    say("The answer is " + one.expected + ".", "  ", 2);
    session_.answer(step, *one.question, one.expected);
    session_.judged(step, *one.question, false);
  }
  screen_.print(told(session_.examine(step), screen_.paper()));
  return Go::shown;
}

bool Player::common(const Step& step, const std::string& typed, bool letters,
                    std::optional<Go>& go) {
  const auto is = [&](std::string_view word, std::string_view letter) {
    return typed == word || (letters && typed == letter);
  };
  if (is("help", "?") || typed == "?") {
    help(step);
  } else if (is("hint", "h")) {
    hint(step);
  } else if (is("shell", "s")) {
    say("Your own shell on " + usual_tap(session_.lesson()) + "; exit comes back here.");
    session_.stage().shell(usual_tap(session_.lesson()));
    ran_ = true;
  } else if (is("skip", "k")) {
    go = Go::skip;
  } else if (is("show", "w")) {
    go = show(step);
  } else if (is("quit", "q") || typed == "q") {
    go = Go::leave;
  } else {
    return false;
  }
  return true;
}

void Player::help(const Step& step) {
  const Paper paper = screen_.paper();
  screen_.print(
      "\n" +
      wrapped("You are in step " + step.id + " of " + session_.lesson().id +
                  ". Everything is kept; leaving and coming back costs nothing.",
              paper) +
      "  hint   one more hint, of " + std::to_string(step.hints.size()) + "\n" +
      "  show   does it for you; the step then counts as shown\n"
      "  shell  a shell of your own on the lab's first host\n"
      "  skip   leaves this step out\n"
      "  quit   leaves the lesson; netpeel lesson comes back to this step\n" +
      wrapped("Single letters do the same where they stand in brackets. Any field, protocol or "
              "word: netpeel explain WORD, in another terminal or in the shell.",
              paper));
}

void Player::quiz() {
  for (const Step& step : session_.lesson().steps) {
    for (const Question& one : step.questions) {
      if (one.kind != Question::Kind::quiz) continue;
      screen_.print(told_question(one, session_.values(), screen_.paper()));
      for (;;) {
        const auto typed = line("your choice > ");
        if (!typed || *typed == "quit" || *typed == "q") return;
        if (*typed == one.expected.text) {
          say("Right.", "  ", 2);
          break;
        }
        const auto wrong = std::find_if(one.wrong.begin(), one.wrong.end(),
                                        [&](const Wrong& w) { return w.answer.text == *typed; });
        Answered answered{.question = &one};
        if (wrong != one.wrong.end()) answered.wrong = &*wrong;
        screen_.print(told_wrong(answered, session_.values(), screen_.paper()));
      }
    }
  }
}

}  // namespace netpeel::lesson
