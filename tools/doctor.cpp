// netpeel doctor: what works on this machine, why not more, and the one command that mends it.
#include "base/json.hpp"
#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "device/machine.hpp"
#include "lab/trial.hpp"
#include "view/table.hpp"

namespace {

using namespace netpeel;

struct Row {
  char level;
  std::string_view what;
  const device::Ability& ability;
};

void print_json(const device::Machine& machine, std::span<const Row> rows, base::Text& out) {
  base::Json j(out);
  const char level = machine.level();
  j.open('{')
      .member("level", std::string_view(&level, 1))
      .member("kernel", machine.kernel)
      .member("kind", machine.kind);
  j.key("checks").open('[');
  for (const Row& row : rows) {
    j.open('{').member("level", std::string_view(&row.level, 1)).member("what", row.what);
    j.key("yes")
        .boolean(row.ability.yes)
        .member("why", row.ability.why)
        .member("mend", row.ability.mend)
        .close('}');
  }
  j.close(']').close('}');
  out.add('\n');
}

void print_text(const device::Machine& machine, std::span<const Row> rows, base::Text& out) {
  out.escaped(machine.kernel);
  if (!machine.kind.empty())
    out.add(", in ").add(machine.kind == "container" ? "a " : "").add(machine.kind);
  out.add("\n\n");
  constexpr u32 indent = 14;
  for (const Row& row : rows) {
    out.add("  ")
        .add(row.level)
        .add(row.ability.yes ? "  works    " : "  does not ")
        .add(row.what)
        .add('\n');
    base::Text why;
    why.escaped(row.ability.why);
    out.fill(' ', indent);
    view::wrapped(why.view(), indent, cli::terminal_width(1), out);
    out.add('\n');
    if (!row.ability.mend.empty())
      out.fill(' ', indent).add("mend it with:  ").escaped(row.ability.mend).add('\n');
  }
  out.add('\n');
}

void print_level(const device::Machine& machine, base::Text& out) {
  out.add("This machine is at level ").add(machine.level()).add(": ");
  switch (machine.level()) {
    case 'A': out.add("everything here works, without root.\n"); break;
    case 'B': out.add("live capture works; a private network does not.\n"); break;
    default: out.add("capture files can be read; nothing can be captured.\n"); break;
  }
}

int doctor(int argc, char** argv) {
  cli::Options options(
      "doctor",
      "Says what works on this machine, why not more, and the one command that mends it.");
  bool json = false, quiet = false;
  options.flag("--json", json, "One JSON object instead of sentences");
  options.flag("-q,--quiet", quiet, "Only the level");
  options.example("netpeel doctor", "what works here");
  options.example("netpeel doctor --json", "the same for a program");
  options.example("netpeel doctor --json | python3 -m json.tool", "the same, laid out for reading");
  options.parse(argc, argv);

  device::Machine machine = device::look(cli::program_folder() + "/netpeel-capture");
  if (machine.lab.yes) {  // namespaces alone are not a network
    const lab::Trial trial = lab::try_lab();
    machine.lab =
        trial.works
            ? device::Ability{true, "two hosts were made, and what one sent reached the other", ""}
            : device::Ability{false, trial.why, trial.mend};
  }
  const device::Ability files{true, "capture files can be read everywhere", ""};
  const Row rows[]{
      {'A', "a private network of one's own, without root", machine.lab    },
      {'B', "live capture on this machine's interfaces",    machine.capture},
      {'C', "reading capture files",                        files          }
  };
  cli::Output out;
  if (json) {
    print_json(machine, rows, out.text());
  } else {
    if (!quiet) print_text(machine, rows, out.text());
    print_level(machine, out.text());
  }
  out.flush();
  return cli::done;
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("doctor", argc, argv, doctor); }
