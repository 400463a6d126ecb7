// netpeel replay: a capture again, onto an interface.
#include <charconv>
#include <cmath>

#include "base/caret.hpp"
#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "flow/registry.hpp"
#include "replay/onto.hpp"
#include "replay/permission.hpp"

namespace {

using namespace netpeel;

struct Asked {
  std::string file, interface, really, rewrite, speed, pps, mbps;
  std::vector<std::string> words;
  u64 loop = 1;
  bool topspeed = false, json = false, quiet = false;
};

void describe(cli::Options& options, Asked& to) {
  options.text("-r,--read", to.file, "FILE|-", "Replay this capture file; - is standard input");
  options.text("-i,--interface", to.interface, "IF", "Send its frames onto this interface");
  options.text("--speed", to.speed, "X", "So many times as fast as it was recorded (1)");
  options.text("--pps", to.pps, "N", "With -i: so many frames a second");
  options.text("--mbps", to.mbps, "N", "With -i: so many megabits a second");
  options.flag("--topspeed", to.topspeed, "With -i: as fast as it goes");
  options.number("--loop", to.loop, "N", "With -i: the file so many times; 0: until Ctrl-C");
  options.text("--rewrite", to.rewrite, "ip.dst=…,…",
               "With -i: write these values into every frame, and mend its checksums");
  options.text("--really", to.really, "NAME",
               "Send to something other than the loopback or a lab: its name once more");
  options.flag("--json", to.json, "The report as one JSON object");
  options.flag("-q,--quiet", to.quiet, "No progress and no notes");
  options.words("file", to.words, "The same as -r");
  options.example("netpeel lab run -w seen.pcapng -- netpeel replay -r capture.pcapng -i eth0",
                  "In a lab: from host a onto its cable, captured again at both ends.");
  options.example("netpeel replay -r capture.pcapng -i lo --rewrite ip.dst=127.0.0.1 --pps 10",
                  "Ten frames a second onto the loopback, sent to this machine.");
  options.example("netpeel replay -r capture.pcapng -i eth1 --really eth1 --topspeed --loop 100",
                  "A hundred times as fast as it goes, onto a real network that is yours.");
}

double number(const std::string& option, const std::string& text, double least, double most) {
  double out = 0;
  const char* const end = text.data() + text.size();
  const auto [p, problem] = std::from_chars(text.data(), end, out);
  if (problem != std::errc{} || p != end || !(out >= least && out <= most)) {
    base::Text range;
    range.add(option).add(" wants a number from ");
    std::string from = std::to_string(least);
    from.erase(from.find_last_not_of('0') + 1);
    range.add(from.back() == '.' ? from.substr(0, from.size() - 1) : from).add(" to ");
    range.dec(u64(most)).add(", not \"").escaped(text).add('"');
    cli::usage_error(std::string(range.view()));
  }
  return out;
}

replay::Pace pace(const Asked& asked) {
  const int ways = !asked.speed.empty() + !asked.pps.empty() + !asked.mbps.empty() + asked.topspeed;
  if (ways > 1)
    cli::usage_error("--speed, --pps, --mbps and --topspeed are four answers to one question",
                     "Give one of them; without any, a replay is as quick as its file.");
  using Kind = replay::Pace::Kind;
  if (!asked.pps.empty()) return {Kind::frames, number("--pps", asked.pps, 0.001, 1e9)};
  if (!asked.mbps.empty()) return {Kind::bits, number("--mbps", asked.mbps, 0.001, 1e6) * 1e6};
  if (asked.topspeed) return {Kind::top, 1};
  if (!asked.speed.empty()) return {Kind::recorded, number("--speed", asked.speed, 0.001, 1e6)};
  return {};
}

// ---- Onto an interface. ----

int conclude(const Asked& asked, const replay::Link& link, const replay::OntoReport& report,
             const replay::Changes* changes) {
  if (report.damage) {
    cli::complain("the input is damaged at byte " + std::to_string(report.damage->at) + ": " +
                  report.damage->why);
    return cli::damaged_input;
  }
  if (report.seen == 0) cli::usage_error("there are no frames in " + asked.file);
  if (report.left_out.other_link_type == report.seen) {
    cli::usage_error("the frames of " + asked.file + " are " +
                         replay::link_type_name(report.left_out.link_type) + "; " + link.name() +
                         " takes " + replay::link_type_name(link.link_type()),
                     "They cannot go onto this interface as they are.");
  }
  if (!asked.quiet && changes != nullptr) {
    for (const std::string& name : changes->unused())
      cli::complain("--rewrite " + name + ": no frame has that field");
  }
  return report.failed + report.left_out.all() > 0 ? cli::check_said_no : cli::done;
}

int send(const Asked& asked) {
  const field::Registry registry = flow::registry();
  std::optional<replay::Changes> changes;
  if (!asked.rewrite.empty()) {
    auto parsed = replay::Changes::parse(registry, asked.rewrite);
    if (!parsed) cli::usage_error("--rewrite: " + base::pointed(asked.rewrite, parsed.complaint()));
    changes = std::move(*parsed);
  }
  if (asked.file == "-" && asked.loop != 1)
    cli::usage_error("--loop needs a file that can be read again", "Save it in a file first.");
  replay::OntoPlan plan{.pace = pace(asked),
                        .loops = asked.loop,
                        .changes = changes ? &*changes : nullptr,
                        .open = [&] { return capture::open_file(asked.file); },
                        .stopped = cli::stopped,
                        .progress = {}};
  replay::Link link(asked.interface);
  replay::allow_interface(asked.interface, link.loopback(), asked.really);
  link.open(asked.topspeed);
  cli::Progress progress(!asked.quiet);
  plan.progress = [&](u64 sent) { progress.at(sent, 0, 0); };
  const replay::OntoReport report = replay::onto(link, plan);
  progress.clear();
  cli::Output out;
  if (report.seen > report.left_out.other_link_type) {
    if (asked.json) {
      replay::tell_json(report, link, out.text());
    } else {
      replay::tell(report, link, plan, out.text());
    }
  }
  out.flush();
  return conclude(asked, link, report, changes ? &*changes : nullptr);
}

int replay_file(int argc, char** argv) {
  Asked asked;
  cli::Options options("replay", "Replays a capture: its frames onto an interface, when they are "
                                 "due.");
  describe(options, asked);
  options.parse(argc, argv);
  if (asked.words.size() + (asked.file.empty() ? 0 : 1) > 1) cli::usage_error("one file at a time");
  if (!asked.words.empty()) asked.file = asked.words[0];
  if (asked.file.empty())
    cli::usage_error("no input: give a capture file, or - for standard input",
                     "For example: netpeel replay -r capture.pcapng -i lo");
  if (asked.interface.empty()) cli::usage_error("say where to: -i and an interface");
  return send(asked);
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("replay", argc, argv, replay_file); }
