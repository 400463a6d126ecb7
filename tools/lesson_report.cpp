// netpeel lesson report and netpeel lesson grade: hand-ins made, and looked at.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>

#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "flow/registry.hpp"
#include "lesson/grade.hpp"
#include "lesson/report.hpp"
#include "lesson_files.hpp"

namespace netpeel::lesson_tool {
namespace {

namespace fs = std::filesystem;

// A hand-in, but for what is beyond the limit: that it is too large shows all the same.
std::string read_hand_in(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat about {};
  if (fd < 0 || fstat(fd, &about) != 0) throw base::Error("open " + path, errno);
  if (!S_ISREG(about.st_mode)) {
    close(fd);
    throw base::Error::sentence(path + " is no file",
                                "Give .peel files: netpeel lesson grade *.peel");
  }
  std::string out(std::min<std::size_t>(std::size_t(about.st_size), lesson::Peel::most_file + 1),
                  '\0');
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t n = read(fd, out.data() + size, out.size() - size);
    if (n < 0 && errno == EINTR && !cli::stopped()) continue;
    if (n <= 0) break;
    size += std::size_t(n);
  }
  close(fd);
  out.resize(size);
  return out;
}

// Lessons that hand-ins name, each read once; or the one file that was given instead.
class Shelf {
 public:
  explicit Shelf(const std::string& given) {
    if (!is_path(given)) return;
    own_ = good_lesson(given);
    captures_ = captures_of(given);
  }
  const lesson::Lesson* find(const std::string& id) {
    if (own_) return own_->id == id ? &*own_ : nullptr;
    const auto known = lessons_.find(id);
    if (known != lessons_.end()) return known->second ? &*known->second : nullptr;
    std::optional<lesson::Lesson>& fresh = lessons_[id];
    std::error_code problem;
    if (fs::exists(lessons_folder() + "/" + id + ".md", problem)) fresh = good_lesson(id);
    return fresh ? &*fresh : nullptr;
  }
  std::string captures() const { return captures_; }
  std::string own_id() const { return own_ ? own_->id : ""; }

 private:
  std::optional<lesson::Lesson> own_;
  std::string captures_ = captures_folder();
  std::map<std::string, std::optional<lesson::Lesson>> lessons_;
};

}  // namespace

int report_body(int argc, char** argv) {
  std::vector<std::string> words;
  std::string to;
  bool quiet = false;
  cli::Options options("lesson report",
                       "Packs what you did in a lesson into one file to hand in: each step's "
                       "packets, answers and hints. It holds your name, and no packets but those "
                       "of the lesson.");
  options.words("LESSON", words, "L01, or a lesson file; none: the one you are in");
  options.text("-o,--output", to, "FILE", "Into this file (NAME-L01.peel)");
  options.flag("-q,--quiet", quiet, "Nothing but complaints");
  options.example("netpeel lesson report", "The lesson you are in.");
  options.example("netpeel lesson report L06 -o mine.peel",
                  "Another lesson, into a file of yours.");
  options.example("zcat Ada-L06.peel | less", "What is in it; the first lines are text.");
  options.parse(argc, argv);
  lesson::Store store(lesson::Store::usual_folder());
  std::string told;
  const lesson::Progress progress = store.load(told);
  if (!told.empty()) cli::complain(told);
  if (words.empty() && progress.current.empty())
    cli::usage_error("no lesson has been begun yet", "For example: netpeel lesson start L01");
  const lesson::Lesson one = good_lesson(words.empty() ? progress.current : words[0]);
  const lesson::Peel peel = lesson::make_peel(one, store, progress, NETPEEL_VERSION);
  if (to.empty()) to = lesson::peel_name(peel.student, one.id);
  cli::write_file(to, lesson::write_peel(peel));
  if (!quiet)
    cli::complain(to + " holds " + std::to_string(peel.steps.size()) + " of " +
                  std::to_string(one.steps.size()) + " steps of " + one.id + ", by " +
                  peel.student);
  return cli::done;
}

int grade_body(int argc, char** argv) {
  std::vector<std::string> files;
  std::string csv, xapi, since, expected;
  bool why = false, quiet = false;
  cli::Options options(
      "lesson grade",
      "Checks hand-ins again, on the packets that are in them. Says which are "
      "good, which want a look (the same token twice, changed, older than the "
      "class), and which cannot be read. Nothing in them is ever unpacked to disk.");
  options.words("FILE", files, "What netpeel lesson report made");
  options.text("--csv", csv, "FILE", "A table of marks, a line a hand-in");
  options.text("--xapi", xapi, "FILE", "xAPI statements (JSON) for a learning record store");
  options.text("--since", since, "DATE", "When the class began: 2026-11-21, '2026-11-21 08:15'");
  options.text("--lesson", expected, "LESSON", "The lesson that was set, L06, or a lesson file");
  options.flag("--why", why, "Each condition and answer, and the packets that show it");
  options.flag("-q,--quiet", quiet, "Only the files asked for, and the exit code");
  options.example("netpeel lesson grade *.peel --csv marks.csv", "A class.");
  options.example("netpeel lesson grade *.peel --lesson L06 --since '2026-11-21 08:15'",
                  "Only that lesson, only that day.");
  options.example("netpeel lesson grade Ada-L06.peel --why", "One of them, with the packets.");
  options.parse(argc, argv);
  if (files.empty()) cli::usage_error("which files?", "netpeel lesson grade *.peel");

  const field::Registry registry = flow::registry();
  Shelf shelf(expected);
  lesson::Rules rules{.registry = registry};
  rules.lesson = [&](const std::string& id) { return shelf.find(id); };
  rules.captures = shelf.captures();
  rules.expected = is_path(expected) ? shelf.own_id() : expected;
  if (!since.empty()) {
    rules.since = lesson::read_date(since);
    if (!rules.since)
      cli::usage_error("--since wants a date, not \"" + since + "\"",
                       "For example: --since 2026-11-21, or --since '2026-11-21 08:15'");
  }
  std::vector<lesson::Marks> all;
  for (const std::string& file : files) {
    if (cli::stopped()) break;
    const std::string bytes = read_hand_in(file);
    all.push_back(lesson::grade(fs::path(file).filename(), base::as_bytes(bytes), rules));
  }
  lesson::compare(all);
  cli::Output out;
  bool flagged = false, refused = false;
  for (const lesson::Marks& one : all) {
    if (!quiet) out.text().add(lesson::marks_text(one, why));
    out.poll();
    flagged = flagged || !one.flags.empty();
    refused = refused || !one.refused.empty();
  }
  out.flush();
  if (!csv.empty()) cli::write_file(csv, lesson::marks_csv(all));
  if (!xapi.empty()) cli::write_file(xapi, lesson::marks_xapi(all));
  return refused ? cli::damaged_input : flagged ? cli::check_said_no : cli::done;
}

}  // namespace netpeel::lesson_tool
