// netpeel tour: the main job in one go.
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "flow/registry.hpp"
#include "tour/keep.hpp"
#include "tour/stage.hpp"
#include "view/style.hpp"
#include "view/svg.hpp"
#include "view/table.hpp"

namespace {

using namespace netpeel;
using tour::Chapter;
using tour::Piece;

struct Asked {
  std::string out = "netpeel-tour", level;
  bool fast = false, quiet = false;
};

// The screen: paragraphs as wide as fits, with time to read them.
class Screen {
 public:
  explicit Screen(const Asked& asked)
      : quiet_(asked.quiet), paced_(!asked.fast && cli::is_terminal(1)),
        color_(cli::wants_color(1)),
        width_(std::min(tour::columns, std::max(40u, cli::terminal_columns(1)))) {}

  void heading(const std::string& text) {
    base::Text& out = out_.text();
    if (quiet_) return;
    out.add(color_ ? view::style::bold : "").add("== ").add(text);
    out.add(color_ ? view::style::plain : "").add("\n\n");
    out_.flush();
  }
  void say(const std::string& text) {
    if (quiet_ || cli::stopped()) return;
    view::wrapped(text, 0, width_, out_.text());
    if (!out_.text().view().ends_with('\n')) out_.text().add('\n');
    out_.text().add('\n');
    out_.flush();
    rest(text);
  }
  void show(const std::string& text) {
    if (quiet_ || cli::stopped()) return;
    out_.text().add(text).add('\n');
    out_.flush();
    rest(text);
  }
  // A word at once, on the line under way.
  void word(const std::string& text) {
    if (quiet_) return;
    out_.text().add(text);
    out_.flush();
  }
  void line(const std::string& text) {  // also where all else is quiet
    out_.text().add(text).add('\n');
    out_.flush();
  }

 private:
  // As long as reading takes, in short sleeps: Ctrl-C ends it.
  void rest(const std::string& text) const {
    const u64 wanted = std::min<u64>(3500, 400 + 11 * view::characters(text));
    for (u64 slept = 0; paced_ && slept < wanted && !cli::stopped(); slept += 50)
      poll(nullptr, 0, 50);
  }

  cli::Output out_;
  bool quiet_, paced_, color_;
  u32 width_;
};

void make_folder(const std::string& path) {
  if (mkdir(path.c_str(), 0777) == 0 || errno == EEXIST) {
    struct stat about {};
    if (stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode) &&
        access(path.c_str(), W_OK | X_OK) == 0)
      return;
  }
  throw base::Error("make the folder " + path + " and write into it", errno,
                    "Another one: --out DIR");
}

std::string recorded_capture() {
  const std::string installed = cli::program_folder() + "/../share/netpeel/captures/tour.pcapng";
  return access(installed.c_str(), R_OK) == 0 ? installed : NETPEEL_CAPTURES "/tour.pcapng";
}

// Nothing where the level was asked for.
std::string why_not(const std::string& what, const tour::Stage& stage) {
  return stage.why.empty() ? std::string() : what + " (" + stage.why + "). ";
}

std::string badge(const tour::Stage& stage) {
  switch (stage.level) {
    case 'A':
      return "[level A: live] Two hosts, a and b, in a private network of this program's own, "
             "without root; captured at both ends while they talked.";
    case 'B':
      return "[level B: live, on loopback] " + why_not("No private lab can be had here", stage) +
             "Clients and servers talked on this machine's loopback, and were captured there.";
    default:
      return "[level C: recorded] " +
             why_not("Neither a private lab nor a live capture can be had here", stage) +
             "These packets were recorded earlier, by this same program in its lab. netpeel doctor "
             "says what works on this machine.";
  }
}

// How the tools are called where this is read.
std::string command() {
  const char* const as = std::getenv("NETPEEL_AS");
  return as == nullptr || *as == 0 ? "netpeel" : as;
}

void what_next(const tour::Book& book, const std::string& folder, Screen& screen) {
  const std::string file = folder + "/tour.pcapng", tool = command();
  const auto suggest = [&](const std::string& what, const std::string& line) {
    screen.line("  # " + what);
    screen.line("  " + tool + " " + line);
  };
  if (book.peel)
    suggest("the frame of the event, with every field",
            "decode " + file + " --frame " + std::to_string(book.peel->frame) + " -V");
  if (book.lost)
    suggest("the lost packet between its two taps",
            "ladder " + book.wire->path + " --stream " + std::to_string(book.lost->tcp.stream));
  suggest("TCP beside UDP once more, live, with every packet", "contrast tcp-udp");
  suggest("who talked to whom", "flows " + file + " --taps");
  suggest("what a word means", "explain websocket");
  suggest("the first lesson", "lesson start L01");
}

// A tour that left something out says so.
int judged(const tour::Book& book, const tour::Stage& stage) {
  constexpr std::size_t chapters = 4;
  if (book.chapters.size() == chapters) return cli::done;
  cli::complain(tour::count(chapters - book.chapters.size(), "part") + " of " +
                std::to_string(chapters) + " could not be told: their packets are not in the " +
                "capture. " + (stage.said.empty() ? "" : "A program that talked said: ") +
                stage.said);
  return cli::check_said_no;
}

tour::Stage go(const Asked& asked, const std::string& recorded, Screen& screen) {
  bool first = true;
  tour::Setting setting{.tools = cli::program_folder(),
                        .folder = asked.out,
                        .recorded = recorded,
                        .level = asked.level,
                        .stopped = cli::stopped};
  setting.begins = [&](const std::string& step) {
    if (first) screen.heading("Talking");
    screen.word(first ? "a talks to b over " + step : ", " + step);
    first = false;
  };
  tour::Stage stage = tour::set_stage(setting);
  if (!first) screen.word(". Done.\n\n");
  return stage;
}

int body(int argc, char** argv) {
  Asked asked;
  cli::Options options(
      "tour",
      "The main job in one go, in about a minute: a private lab comes up, servers and "
      "clients talk in it, and what they said is taken apart. Leaves a capture and a page.");
  options.text("--out", asked.out, "DIR", "Where those are left; netpeel-tour if not given");
  options.flag("--fast", asked.fast, "No time to read");
  options.choice("--level", asked.level, {"A", "B", "C"},
                 "Lab, loopback or recorded; the first of them that works, if not given");
  options.flag("-q,--quiet", asked.quiet, "Only the names of what it leaves");
  options.example("netpeel tour", "All of it.");
  options.example("netpeel tour --fast --out /tmp/tour", "Without pauses, into that folder.");
  options.example("netpeel tour --level C", "The recorded one, where nothing may be captured.");
  options.parse(argc, argv);

  make_folder(asked.out);
  Screen screen(asked);
  const std::string recorded = recorded_capture();
  const tour::Stage stage = go(asked, recorded, screen);
  const std::string file = asked.out + "/tour.pcapng", wire_file = asked.out + "/lost.pcapng",
                    page_file = asked.out + "/report.html";
  if (cli::stopped()) {
    if (stage.ours) unlink(stage.capture.c_str());
    return 130;
  }

  const field::Registry registry = flow::registry();
  tour::Book book;
  tour::Source live{.path = stage.capture, .seen = tour::look(stage.capture, registry)};
  book.peel = tour::find_peel(live.seen);
  book.lost = tour::find_lost(live.seen, live.path, registry);
  const auto web = tour::find_web(live.seen);
  tour::keep_capture(stage.capture, file, tour::remarks(book.peel, book.lost, web));
  if (stage.ours) unlink(stage.capture.c_str());
  live.path = file;
  tour::Source wire;
  if (!book.lost && stage.level == 'B') {
    wire = {.path = wire_file, .seen = tour::look(recorded, registry), .recorded = true};
    book.lost = tour::find_lost(wire.seen, recorded, registry);
    tour::keep_capture(recorded, wire_file, tour::remarks({}, book.lost, {}));
  }
  book.live = &live;
  book.wire = wire.path.empty() ? &live : &wire;
  if (book.peel) book.chapters.push_back(tour::tell_peel(*book.peel, live, registry));
  if (book.lost) book.chapters.push_back(tour::tell_lost(*book.lost, *book.wire, registry));
  if (web) book.chapters.push_back(tour::tell_web(*web));
  if (web) book.chapters.push_back(tour::tell_pushed(*web));
  book.badge = badge(stage);
  book.about = "What " + tour::count(live.seen.frames, "frame") + " of real traffic say.";
  base::Text page;
  tour::report(book, registry, page);
  cli::write_file(page_file, page.view());

  screen.say(book.badge);
  for (std::size_t i = 0; i < book.chapters.size(); ++i) {
    const Chapter& chapter = book.chapters[i];
    if (cli::stopped()) break;
    screen.heading(std::to_string(i + 1) + " of " + std::to_string(book.chapters.size()) + ": " +
                   chapter.title);
    for (const Piece& piece : chapter.pieces)
      piece.kind == Piece::Kind::prose ? screen.say(piece.text) : screen.show(piece.text);
  }
  screen.heading("Yours now");
  screen.line(file);
  screen.line(page_file);
  if (asked.quiet) return judged(book, stage);
  screen.line("");
  what_next(book, asked.out, screen);
  return judged(book, stage);
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("tour", argc, argv, body); }
