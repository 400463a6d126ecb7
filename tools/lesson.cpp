// netpeel lesson: step through lessons, checked on the packets just sent.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "flow/registry.hpp"
#include "lesson/lint.hpp"
#include "lesson/player.hpp"
#include "lesson_files.hpp"

namespace {

using namespace netpeel;
using namespace netpeel::lesson_tool;
namespace fs = std::filesystem;

struct Asked {
  std::string name, level, step, host;
  std::vector<std::string> words;
  bool plain = false, trust = false;
};

// ---- The terminal. ----

class Terminal final : public lesson::Screen {
 public:
  explicit Terminal(bool plain)
      : paper_{.columns = std::clamp<u32>(cli::terminal_columns(1), 40, 80),
               .color = !plain && cli::wants_color(1),
               .plain = plain} {}

  void print(std::string_view text) override {
    out_.text().add(text);
    out_.flush();
  }
  // Line by line, so that it works over any terminal, in a pipe and with a screen reader.
  std::optional<std::string> ask(std::string_view prompt) override {
    print(prompt);
    for (;;) {
      if (cli::stopped()) return {};
      const std::size_t end = waiting_.find('\n');
      if (end != std::string::npos) {
        std::string line = waiting_.substr(0, end);
        waiting_.erase(0, end + 1);
        return line;
      }
      char room[512];
      const ssize_t n = read(0, room, sizeof room);
      if (n < 0 && errno == EINTR && !cli::stopped()) continue;
      if (n <= 0 || waiting_.size() > 65536) {
        print("\n");
        return {};
      }
      waiting_.append(room, std::size_t(n));
    }
  }
  lesson::Paper paper() const override { return paper_; }

 private:
  lesson::Paper paper_;
  cli::Output out_;
  std::string waiting_;
};

// ---- What the words share. ----

struct Desk {
  Desk() : store(lesson::Store::usual_folder()), registry(flow::registry()) {
    std::string told;
    progress = store.load(told);
    if (!told.empty()) cli::complain(told);
  }
  // word: what named the lesson; a file of somebody's own has its capture beside it.
  lesson::Setting setting(const std::string& id, const std::string& word = {}) const {
    base::Text name;
    name.add("lesson-").add(id).add('-').hex(
        base::fnv64(base::as_bytes(store.folder())) & 0xffffffff, 8);
    return {.tools = cli::program_folder(),
            .lab = std::string(name.view()),
            .captures = captures_of(word),
            .stopped = cli::stopped};
  }
  lesson::Store store;
  lesson::Progress progress;
  field::Registry registry;
};

const std::string& current_lesson(const Desk& desk, const Asked& asked) {
  if (!asked.words.empty()) return asked.words[0];
  if (desk.progress.current.empty())
    cli::usage_error("no lesson has been begun yet", "For example: netpeel lesson start L01");
  return desk.progress.current;
}

void ask_name(Desk& desk, const Asked& asked, Terminal& terminal) {
  if (!asked.name.empty()) {
    if (!desk.progress.student.empty() && desk.progress.student != asked.name)
      cli::complain("from now on the values are those of " + asked.name + ", not of " +
                    desk.progress.student);
    desk.progress.student = asked.name;
  }
  if (!desk.progress.student.empty()) return;
  terminal.print("Some values in a lesson are yours alone: a word, a port. They come from your "
                 "name.\n");
  desk.progress.student = terminal.ask("Your name > ").value_or("");
  if (desk.progress.student.empty()) desk.progress.student = "nobody";
}

char level_of(const lesson::Lesson& one, const Desk& desk, const Asked& asked) {
  const bool loopback = lesson::plays_on_loopback(one);
  if (asked.level == "B" && !loopback) {
    cli::usage_error(one.id + " has more hosts than two, and loopback has only this machine",
                     "--level A plays it in the lab, --level C on the shipped capture.");
  }
  if (!asked.level.empty()) return asked.level[0];
  const auto known = desk.progress.lessons.find(one.id);
  if (known != desk.progress.lessons.end() && !known->second.level.empty())
    return known->second.level[0];
  const lesson::Possible possible = lesson::possible_level(desk.setting(one.id));
  const char can = possible.level == 'B' && !loopback ? 'C' : possible.level;
  const char level = std::max(can, one.level[0]);
  if (level != one.level[0]) {
    cli::complain(
        std::string("this lesson is played at level ") + level +
        (level == 'B' ? " (loopback, no faults on the wire)" : " (the capture shipped with it)") +
        ", because " + possible.why);
  }
  return level;
}

// A terminal that is closed ends the lesson, and its lab with it.
void listen_to_hanging_up() {
  struct sigaction action {};
  action.sa_handler = [](int) { cli::stop(); };
  sigaction(SIGHUP, &action, nullptr);
}

int play(const Asked& asked) {
  listen_to_hanging_up();
  Desk desk;
  Terminal terminal(asked.plain);
  const std::string word = current_lesson(desk, asked);
  const lesson::Lesson one = good_lesson(word);
  ask_name(desk, asked, terminal);
  lesson::Session session(one, desk.store, desk.progress, desk.setting(one.id, word),
                          desk.registry);
  if (!asked.step.empty()) {
    if (one.step(asked.step) == nullptr)
      cli::usage_error(one.id + " has no step \"" + asked.step + "\"");
    desk.progress.lessons[one.id].step = asked.step;
    desk.progress.lessons[one.id].began = base::system_clock().now();
  }
  session.open(level_of(one, desk, asked));
  if (session.current() == nullptr) session.state().step = one.steps[0].id;
  try {
    lesson::Player(session, terminal, asked.trust || !is_path(word)).play();
  } catch (...) {
    session.close();
    throw;
  }
  session.close();
  return cli::done;
}

// ---- The words. ----

int list(const Asked&) {
  Desk desk;
  cli::Output out;
  for (const std::string& file : lesson_files()) {
    const lesson::Loaded loaded = lesson::load_lesson(file);
    const lesson::Lesson& one = loaded.lesson;
    std::size_t done = 0;
    if (const auto known = desk.progress.lessons.find(one.id);
        known != desk.progress.lessons.end()) {
      for (const lesson::Step& step : one.steps) {
        const auto state = known->second.steps.find(step.id);
        done += state != known->second.steps.end() && state->second.status != lesson::Status::open;
      }
    }
    base::Text& text = out.text();
    text.add(one.id == desk.progress.current ? "* " : "  ").add(one.id).add("  ");
    text.escaped(one.title).fill(' ', one.title.size() < 40 ? 40 - one.title.size() : 1);
    text.dec(one.minutes).add(" min  ").dec(done).add(" of ").dec(one.steps.size()).add(" steps");
    if (!loaded.mistakes.empty())
      text.add("  (has mistakes: netpeel lesson lint ").add(one.id).add(")");
    text.add('\n');
  }
  out.flush();
  return cli::done;
}

// One-shot words about the lesson one is in, from another terminal or the lesson's own shell.
int with_session(const Asked& asked, int (*act)(lesson::Session&, Terminal&)) {
  Desk desk;
  Terminal terminal(asked.plain);
  const std::string word = current_lesson(desk, asked);
  const lesson::Lesson one = good_lesson(word);
  const auto known = desk.progress.lessons.find(one.id);
  if (known == desk.progress.lessons.end() || known->second.step.empty())
    cli::usage_error(one.id + " is not being played", "netpeel lesson start " + one.id);
  lesson::Session session(one, desk.store, desk.progress, desk.setting(one.id, word),
                          desk.registry);
  session.open_beside();
  return act(session, terminal);
}

int check(const Asked& asked) {
  return with_session(asked, [](lesson::Session& session, Terminal& terminal) {
    const lesson::Step& step = *session.current();
    session.settle(step);
    const lesson::Examined examined = session.examine(step);
    terminal.print(lesson::header(session.lesson(), step, session.state().level, terminal.paper()));
    terminal.print(lesson::told(examined, terminal.paper()));
    return int(examined.checks_pass() ? cli::done : cli::check_said_no);
  });
}

int hint(const Asked& asked) {
  return with_session(asked, [](lesson::Session& session, Terminal& terminal) {
    const lesson::Step& step = *session.current();
    lesson::StepState& state = session.step_state(step);
    if (step.hints.empty()) return int(cli::done);
    const u32 rung = std::min<u32>(state.hints, u32(step.hints.size()) - 1);
    state.hints = rung + 1;
    session.save();
    terminal.print(lesson::wrapped(
        lesson::substitute(step.hints[rung].text.text, session.values()), terminal.paper(),
        "Hint " + std::to_string(rung + 1) + " of " + std::to_string(step.hints.size()) + ": ", 4));
    return int(cli::done);
  });
}

int show(const Asked& asked) {
  return with_session(asked, [](lesson::Session& session, Terminal& terminal) {
    const lesson::Step& step = *session.current();
    session.step_state(step).status = lesson::Status::shown;
    session.save();
    terminal.print("The step counts as shown now. It is done with:\n");
    for (const lesson::Line& line : step.solution)
      terminal.print("  " + lesson::substitute(line.text, session.values()) + "\n");
    for (const lesson::Answered& one : session.examine(step).questions)
      terminal.print("  " + one.question->id + ": " + one.expected + "\n");
    return int(cli::done);
  });
}

int skip(const Asked& asked) {
  return with_session(asked, [](lesson::Session& session, Terminal& terminal) {
    const lesson::Step& step = *session.current();
    session.end(step, lesson::Status::skipped);
    terminal.print("Skipped " + step.id + ".\n");
    return int(cli::done);
  });
}

int quiz(const Asked& asked) {
  Desk desk;
  Terminal terminal(asked.plain);
  const std::string word = current_lesson(desk, asked);
  const lesson::Lesson one = good_lesson(word);
  lesson::Session session(one, desk.store, desk.progress, desk.setting(one.id, word),
                          desk.registry);
  lesson::Player(session, terminal, true).quiz();
  return cli::done;
}

int reset(const Asked& asked) {
  Desk desk;
  const std::string id = current_lesson(desk, asked);
  if (desk.progress.lessons.erase(id) == 0) cli::usage_error("nothing is known of \"" + id + "\"");
  if (desk.progress.current == id) desk.progress.current.clear();
  desk.store.remove_lesson(id);
  desk.store.save(desk.progress);
  cli::complain(id + " is as if it had never been begun");
  return cli::done;
}

int shell(const Asked& asked) {
  Desk desk;
  const std::string name = desk.setting(current_lesson(desk, {})).lab;
  const std::string program = cli::program_folder() + "/netpeel-lab";
  const std::string host = asked.words.empty() ? "a" : asked.words[0];
  execl(program.c_str(), "netpeel-lab", "shell", host.c_str(), "--name", name.c_str(), nullptr);
  throw base::Error("run " + program, errno);
}

int print_lesson(const Asked& asked) {
  Desk desk;
  Terminal terminal(true);
  const lesson::Lesson one = good_lesson(current_lesson(desk, asked));
  const lesson::Values values = lesson::stage_values(
      one, 'A', asked.name.empty() ? std::string(lesson::recorder) : asked.name);
  const lesson::Paper paper{.columns = 80, .plain = false};
  terminal.print(
      lesson::ruled(one.id + "  " + one.title, std::to_string(one.minutes) + " minutes", paper));
  const auto prose = [&](const lesson::Line& line) {
    terminal.print("\n" + lesson::render(lesson::substitute(line.text, values), paper));
  };
  for (const lesson::Line& line : one.opening) prose(line);
  for (const lesson::Step& step : one.steps) {
    terminal.print(lesson::header(one, step, one.level, paper));
    for (const lesson::Block& block : step.blocks) {
      using Kind = lesson::Block::Kind;
      if (block.kind == Kind::prose) prose(step.prose[block.index]);
      if (block.kind == Kind::question)
        terminal.print(lesson::told_question(step.questions[block.index], values, paper) +
                       "  ______________\n");
      if (block.kind == Kind::fault)
        terminal.print("    wire: " + lesson::substitute(step.faults[block.index].text, values) +
                       "\n");
      if (block.kind != Kind::run) continue;
      const lesson::Run& run = step.runs[block.index];
      terminal.print("\n  On " + (run.on.empty() ? lesson::usual_tap(one) : run.on) + ":\n");
      for (const lesson::Line& line : run.commands)
        terminal.print("    " + lesson::substitute(line.text, values) + "\n");
    }
  }
  for (const lesson::Line& line : one.closing) prose(line);
  return cli::done;
}

int lint_body(int argc, char** argv) {
  listen_to_hanging_up();
  std::vector<std::string> words;
  lesson::LintOptions how;
  bool record = false, quiet = false;
  cli::Options options("lesson lint",
                       "Tries lessons by machine: they parse; doing nothing fails; the solutions "
                       "pass; wrong answers fail; in the lab and on the shipped capture.");
  options.words("LESSON", words, "L01, or a file; none: all of them");
  options.text("--levels", how.levels, "LETTERS", "At which levels (AC)");
  options.flag("--record", record, "The run in the lab becomes the capture of level C");
  options.flag("-q,--quiet", quiet, "Nothing but complaints");
  options.example("netpeel lesson lint L01", "In the lab, and on its capture.");
  options.example("netpeel lesson lint --levels C", "All lessons, where no lab can be had.");
  options.example("netpeel lesson lint --record ./mine.md", "Records the capture of level C anew.");
  options.parse(argc, argv);
  if (how.levels.find_first_not_of("ABC") != std::string::npos)
    cli::usage_error("--levels wants letters of ABC, not \"" + how.levels + "\"");
  if (words.empty()) {
    for (const std::string& file : lesson_files()) words.push_back(file);
  }
  const field::Registry registry = flow::registry();
  std::ifstream claims(lessons_folder() + "/claims.tsv");
  how.claims = lesson::known_claims({std::istreambuf_iterator<char>(claims), {}});
  std::size_t complaints = 0;
  for (const std::string& word : words) {
    const lesson::Lesson one = good_lesson(word);
    char room[] = "/tmp/netpeel-lint-XXXXXX";
    if (mkdtemp(room) == nullptr) throw base::Error("make a folder in /tmp", errno);
    how.folder = room;
    how.record = record ? captures_of(word) + "/" + fs::path(one.fallback).filename().string() : "";
    base::Text name;
    name.add("lint-").dec(u64(getpid()));
    const lesson::Setting setting{.tools = cli::program_folder(),
                                  .lab = std::string(name.view()),
                                  .captures = captures_of(word),
                                  .quiet = true,
                                  .stopped = cli::stopped};
    std::error_code problem;
    const std::size_t found = lesson::lint(one, setting, registry, how,
                                           [](const std::string& says) { cli::complain(says); });
    complaints += found;
    if (cli::stopped()) {
      fs::remove_all(room, problem);
      cli::complain("ended before " + one.id + " was through");
      return 128 + SIGTERM;
    }
    if (!how.record.empty())
      fs::permissions(how.record, fs::perms::group_read | fs::perms::others_read,
                      fs::perm_options::add, problem);
    if (found > 0 || !quiet)
      cli::complain(one.id + ": " +
                    (found == 0
                         ? "good"
                         : std::to_string(found) + (found == 1 ? " complaint" : " complaints")) +
                    " at " + how.levels);
    fs::remove_all(room, problem);
  }
  return complaints == 0 ? cli::done : cli::check_said_no;
}

int new_lesson(const Asked& asked) {
  if (asked.words.empty()) cli::usage_error("which one?", "For example: netpeel lesson new L20");
  const std::string id = asked.words[0];
  const std::string path = is_path(id) ? id : id + ".md";
  std::error_code problem;
  if (fs::exists(path, problem)) cli::usage_error(path + " is there already");
  const std::string source = lessons_folder() + "/template.md";
  fs::copy_file(source, path, problem);
  if (problem) throw base::Error("copy " + source + " to " + path, problem.value());
  cli::complain(path + " is a lesson of one step that works; " + lessons_folder() +
                "/README.md explains the format\nnetpeel lesson lint --record ./" + path +
                " tries it, netpeel lesson start ./" + path + " plays it");
  return cli::done;
}

struct Verb {
  std::string_view name, about;
  int (*act)(const Asked& asked);
};
constexpr Verb verbs[]{
    {"list",  "the lessons, and how far you are",               list        },
    {"start", "begin a lesson, or go on with it",               play        },
    {"check", "judge the step from another terminal",           check       },
    {"hint",  "one more hint",                                  hint        },
    {"show",  "how it is done; the step counts as shown",       show        },
    {"quiz",  "all questions of the lesson once more",          quiz        },
    {"skip",  "leave this step out",                            skip        },
    {"reset", "forget what was done in a lesson",               reset       },
    {"shell", "a shell on a host of the lesson's lab",          shell       },
    {"print", "a lesson for paper",                             print_lesson},
    {"new",   "a lesson of your own, from a template",          new_lesson  },
};

std::string about_verbs() {
  std::string out = "Step through lessons, checked on the packets you just sent. Without a word: "
                    "goes on where you were.\n";
  const auto add = [&](std::string_view name, std::string_view about) {
    out.append("\n  netpeel lesson ").append(name).append(8 - name.size(), ' ').append(about);
  };
  for (const Verb& verb : verbs) add(verb.name, verb.about);
  add("lint", "try lessons by machine (own --help)");
  add("report", "what you did as one file to hand in (own --help)");
  add("grade", "hand-ins of a class, checked again (own --help)");
  return out;
}

int body(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  if (word == "lint") return lint_body(argc - 1, argv + 1);
  if (word == "report") return report_body(argc - 1, argv + 1);
  if (word == "grade") return grade_body(argc - 1, argv + 1);
  const Verb* found = nullptr;
  for (const Verb& verb : verbs) {
    if (verb.name == word) found = &verb;
  }
  Asked asked;
  cli::Options options(found == nullptr ? "lesson" : "lesson " + word,
                       found == nullptr ? about_verbs() : std::string(found->about) + ".");
  options.words("WORD", asked.words, "A lesson (L01), or a lesson file");
  options.text("--name", asked.name, "NAME", "Your name; the values of the lesson come from it");
  options.choice("--level", asked.level, {"A", "B", "C"},
                 "A: in the lab, B: on loopback, C: on the capture shipped with the lesson");
  options.text("--step", asked.step, "ID", "Go to this step");
  options.flag("--plain", asked.plain, "No colour, no lines, no marks: for screen readers");
  options.flag("--trust", asked.trust, "A lesson file of somebody else may run any command");
  options.example("netpeel lesson start L01", "Begins the first lesson.");
  options.example("netpeel lesson", "Goes on where you were.");
  options.example("netpeel lesson start L01 --level C", "Without a lab, on the shipped capture.");
  options.parse(found == nullptr ? argc : argc - 1, found == nullptr ? argv : argv + 1);
  if (found != nullptr) return found->act(asked);
  if (!asked.words.empty())
    cli::usage_error("lesson does not know \"" + asked.words[0] + "\"",
                     "netpeel lesson --help lists what it knows.");
  return play(asked);
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("lesson", argc, argv, body); }
