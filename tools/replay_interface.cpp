// netpeel replay onto an interface: its frames, each when it is due.
#include "base/caret.hpp"
#include "cli/main.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "flow/registry.hpp"
#include "replay.hpp"
#include "replay/onto.hpp"
#include "replay/permission.hpp"

namespace netpeel::replay_tool {
namespace {

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

}  // namespace

int onto_interface(const Asked& asked) {
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

}  // namespace netpeel::replay_tool
