// netpeel contrast: two ways of doing the same thing, side by side; live in the lab, or from files.
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <optional>

#include "base/caret.hpp"
#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "contrast.hpp"
#include "contrast/show.hpp"
#include "contrast/talk.hpp"
#include "flow/registry.hpp"
#include "lab/fault.hpp"
#include "lab/trial.hpp"

namespace {

using namespace netpeel;
using contrast_tool::Asked;

constexpr const char* about =
    R"(Shows two ways of doing the same thing beside each other: who sent what and
when, what it cost and bought, and what follows from that, each sentence with
the frames it follows from. Runs live in a private lab (host a, a wire, host b),
with the same fault for both; where no lab can be, from shipped captures. Or
from two captures of yours.
  tcp-udp      the same messages over both
  http-ws      an HTTP exchange and the upgrade to WebSocket, field by field
  poll-ws      the events of a server's clock: asked for again and again
  longpoll-ws  the same: asked for, and answered when there is one
  sse-ws       the same: as Server-Sent Events; each of these beside WebSocket
  sio-ws       the same messages over Socket.IO and over a bare WebSocket
  A B          two captures; behind one of these words: as that contrast)";

void describe(cli::Options& options, Asked& to) {
  options.words("WHAT", to.words, "One of these, or two captures");
  options.texts("--fault", to.faults, "FAULT",
                "What the wire does to both, such as 'a>b drop data#3' (several: several --fault)");
  options.number("--events", to.events, "N", "How many messages or events (5)");
  options.number("--every", to.every, "MS", "How far apart messages and questions are (200)");
  options.text("--delay", to.delay, "TIME",
               "How long each packet is on the wire (10ms); 0: no time");
  options.choice("-T,--form", to.form, {"text", "html", "json"}, "What is written");
  options.flag("--step", to.step, "One packet at a time: space next, b back, q quit");
  options.text("--keep", to.keep, "DIR", "Leave the two captures there");
  options.flag("--shipped", to.files, "The shipped captures, although a lab may work");
  options.text("-Y,--where", to.where, "EXPR",
               "Only packets that match count, such as 'tcp.stream == 0'");
  options.texts("--as", to.as, "tcp.port==8080,http", "Decode that port as this protocol");
  options.number("--max-rows", to.most, "N", "Draw so many arrows of each at most (60)");
  options.number("--width", to.width, "COLUMNS", "With -T text: instead of the terminal's, or 80");
  options.flag("--steady", to.steady,
               "With -T text: leave out what differs from run to run (times, counts of ACKs)");
  options.flag("-q,--quiet", to.quiet, "No notes");
  options.example("netpeel contrast tcp-udp --fault 'a>b drop data#3'",
                  "What does one lost packet do to each?");
  options.example("netpeel contrast http-ws -T html > upgrade.html",
                  "The upgrade, field by field, as a page.");
  options.example("netpeel contrast before.pcapng after.pcapng", "Two captures of yours.");
}

// Our own client, run on a lab's host: talk KIND HOST PORT EVENTS EVERY.
int client(int argc, char** argv) {
  if (argc != 7) cli::usage_error("talk wants KIND HOST PORT EVENTS EVERY");
  contrast::Talk how{.kind = argv[2], .host = argv[3], .port = argv[4]};
  how.events = std::strtoull(argv[5], nullptr, 10);
  how.every = std::strtoull(argv[6], nullptr, 10);
  return contrast::talk(how) ? cli::done : cli::check_said_no;
}

std::string shipped(const std::string& way) {
  const std::string name = "/contrast-" + way + ".pcapng";
  for (const std::string& folder :
       {cli::program_folder() + "/../share/netpeel/captures", std::string(NETPEEL_CAPTURES)}) {
    if (access((folder + name).c_str(), R_OK) == 0) return folder + name;
  }
  throw base::Error::sentence("the shipped capture " + name.substr(1) + " is not there");
}

// A folder of our own for the captures, gone at the end unless it is to be kept.
class Folder {
 public:
  explicit Folder(const std::string& keep) : kept_(!keep.empty()), path_(keep) {
    if (kept_) return;
    const char* const temporary = std::getenv("TMPDIR");
    path_ = std::string(temporary == nullptr ? "/tmp" : temporary) + "/netpeel-contrast-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) throw base::Error("make a folder " + path_, errno);
  }
  ~Folder() {
    if (kept_) return;
    for (const std::string& file : files_) ::unlink(file.c_str());
    ::rmdir(path_.c_str());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) {
    files_.push_back(path_ + "/" + name + ".pcapng");
    return files_.back();
  }

 private:
  bool kept_;
  std::string path_;
  std::vector<std::string> files_;
};

void check(const Asked& asked) {
  const field::Registry registry = flow::registry();
  for (const std::string& text : asked.faults) {
    const auto fault = lab::parse_fault(text, registry);
    if (!fault) cli::usage_error("--fault: " + base::pointed(text, fault.complaint()));
  }
  if (asked.delay != "0") {
    const auto delay = lab::parse_duration(asked.delay);
    if (!delay) cli::usage_error("--delay: " + base::pointed(asked.delay, delay.complaint()));
  }
  if (asked.step) contrast_tool::need_keyboard();  // known before anything is run
  if (asked.events == 0 || asked.events > 1000)
    cli::usage_error("--events wants 1 to 1000, not " + std::to_string(asked.events));
  if (asked.every == 0 || asked.every > 60'000)
    cli::usage_error("--every wants 1 to 60000 milliseconds, not " + std::to_string(asked.every));
}

std::string faults_text(const Asked& asked) {
  std::string out = asked.delay == "0" ? "" : "each packet is " + asked.delay + " on the wire";
  for (const std::string& fault : asked.faults) out += (out.empty() ? "" : "; ") + fault;
  return out.empty() ? "A wire without faults." : "The wire, for both: " + out + ".";
}

void needs_handshake(const contrast::Heads heads[2]) {
  if (!heads[1].upgrade.empty() && !heads[1].switched.empty()) return;
  throw base::Error::sentence("there is no upgrade to WebSocket with its answer in the capture")
      .with_exit(cli::wrong_use);
}

// Two captures; with a plan's name before them they are told as that contrast.
void from_files(const Asked& asked, const std::optional<contrast::Plan>& plan,
                contrast::Contrast& out, contrast::Heads heads[2], int& code) {
  out.id = plan ? plan->id : "files";
  out.title = plan ? plan->title : "Two captures beside each other";
  const std::size_t first = asked.words.size() - 2;
  for (u32 i = 0; i < 2; ++i) {
    const std::string& file = asked.words[first + i];
    std::string name = file.substr(file.find_last_of('/') + 1);
    out.ways[i].where = "the capture " + name;
    if (i == 1 && name == out.ways[0].name) name += " (second)";
    out.ways[i].name = plan ? plan->runs[i].name : name;
    contrast_tool::read(asked, file, out.ways[i], heads[i], code);
  }
  if (out.id == "http-ws") needs_handshake(heads);
}

void from_plan(const Asked& asked, const contrast::Plan& plan, contrast::Contrast& out,
               contrast::Heads heads[2], int& code) {
  out.id = plan.id;
  out.title = plan.title;
  const lab::Trial trial =
      asked.files ? lab::Trial{.why = "--shipped asks for them"} : lab::try_lab();
  if (trial.works) out.about = faults_text(asked);
  if (!trial.works) {
    out.about = "From shipped captures, not live (" + trial.why +
                "). Recorded in a lab whose wire took 10ms" +
                (plan.recorded.empty() ? "" : "; " + plan.recorded) + ".";
    if (!asked.quiet && !asked.files)
      cli::complain("no lab here: " + trial.why + " " + trial.mend +
                    "\nshown from shipped captures");
    if (!asked.faults.empty() && !asked.quiet)
      cli::complain("--fault is for the lab: the shipped captures are as they are");
  }
  Folder folder(asked.keep);
  for (u32 i = 0; i < 2 && !cli::stopped(); ++i) {
    const contrast::Run& run = plan.runs[i];
    out.ways[i].name = run.name;
    const std::string file = trial.works ? folder.file(run.short_name) : shipped(run.short_name);
    if (trial.works) contrast_tool::run_in_lab(asked, plan, i, file);
    if (cli::stopped()) return;
    out.ways[i].where = run.says + (trial.works ? "; live in the lab"
                                                : "; captures" + file.substr(file.rfind('/')));
    contrast_tool::read(asked, file, out.ways[i], heads[i], code);
    if (trial.works && asked.keep.empty()) out.ways[i].file.clear();
  }
  if (plan.id == "http-ws" && !cli::stopped()) needs_handshake(heads);
}

int body(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "talk") return client(argc, argv);
  Asked asked;
  cli::Options options("contrast", about);
  describe(options, asked);
  options.parse(argc, argv);
  check(asked);
  if (asked.words.empty() || asked.words.size() > 3) {
    cli::usage_error("what should be contrasted?",
                     "For example: netpeel contrast tcp-udp, or two captures; --help lists all.");
  }
  contrast::Contrast out;
  contrast::Heads heads[2];
  int code = cli::done;
  if (asked.words.size() == 2) {
    from_files(asked, {}, out, heads, code);
  } else {
    const auto plan = contrast::plan(asked.words[0], {asked.events, asked.every});
    if (!plan) {
      std::string all;
      for (const std::string& name : contrast::plan_names())
        all += (all.empty() ? "" : ", ") + name;
      cli::usage_error(plan.complaint().what, "There are " + all + "; or give two captures.");
    }
    asked.words.size() == 3 ? from_files(asked, *plan, out, heads, code)
                            : from_plan(asked, *plan, out, heads, code);
  }
  if (cli::stopped()) return cli::done;
  contrast::draw_conclusions(out, heads);
  for (const contrast::Way& way : out.ways) {
    if (!way.measure.mid_stream) continue;
    code = std::max<int>(code, cli::damaged_input);
    cli::complain(way.name + " begins in the middle of a connection (frame " +
                  std::to_string(way.measure.mid_stream_frame) +
                  "): what went before its first packet is not counted");
  }
  if (asked.step) return contrast_tool::step(asked, out);
  cli::Output output;
  if (asked.form == "html") {
    contrast::show_html(out, output.text());
  } else if (asked.form == "json") {
    contrast::show_json(out, output.text());
  } else {
    contrast::show_text(out,
                        {.width = asked.width > 0 ? u32(std::min<u64>(asked.width, 1000))
                                                  : cli::terminal_columns(1),
                         .color = cli::wants_color(1),
                         .steady = asked.steady},
                        output.text());
  }
  output.flush();
  return code;
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("contrast", argc, argv, body); }
