// netpeel replay: a capture again, onto the screen or onto an interface.
#include <charconv>

#include "base/text.hpp"
#include "cli/main.hpp"
#include "cli/options.hpp"
#include "replay.hpp"

namespace {

using namespace netpeel;
using replay_tool::Asked;

void describe(cli::Options& options, Asked& to) {
  options.text("-r,--read", to.file, "FILE|-", "Replay this capture file; - is standard input");
  options.text("-i,--interface", to.interface, "IF", "Send its frames onto this interface");
  options.flag("--step", to.step, "On the screen: each packet when a key is pressed");
  options.text("-Y,--where", to.where, "EXPR",
               "On the screen: only frames that match, such as 'tcp.port == 80'");
  options.texts("--as", to.as, "tcp.port==8080,http",
                "On the screen: decode that port as this protocol");
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
  options.example("netpeel replay -r capture.pcapng --speed 2",
                  "On the screen, twice as fast: space stops and steps, b goes back, q quits.");
  options.example("netpeel lab run -w seen.pcapng -- netpeel replay -r capture.pcapng -i eth0",
                  "In a lab: from host a onto its cable, captured again at both ends.");
  options.example("netpeel replay -r capture.pcapng -i eth1 --really eth1 --pps 500 --loop 10",
                  "500 frames a second, ten times over, onto a real network that is yours.");
}

// What was given must belong to what is done.
void belongs(const cli::Options& options, const Asked& asked) {
  const bool wire = !asked.interface.empty();
  for (const char* name : {"--pps", "--mbps", "--topspeed", "--loop", "--rewrite", "--really"}) {
    if (!wire && options.given(name))
      cli::usage_error(std::string(name) + " is for frames that go onto an interface",
                       "Say which: -i and its name");
  }
  for (const char* name : {"--step", "--where", "--as"}) {
    if (wire && options.given(name))
      cli::usage_error(std::string(name) + " is for the screen, and does not go together with -i");
  }
  if (!wire && asked.json)
    cli::usage_error("--json is the report of -i; packets as JSON are netpeel decode's");
}

}  // namespace

namespace netpeel::replay_tool {

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

}  // namespace netpeel::replay_tool

namespace {

int replay_file(int argc, char** argv) {
  Asked asked;
  cli::Options options("replay", "Replays a capture with its own timing: onto the screen, or its "
                                 "frames onto an interface (-i).");
  describe(options, asked);
  options.parse(argc, argv);
  if (asked.words.size() + (asked.file.empty() ? 0 : 1) > 1) cli::usage_error("one file at a time");
  if (!asked.words.empty()) asked.file = asked.words[0];
  if (asked.file.empty())
    cli::usage_error("no input: give a capture file, or - for standard input",
                     "For example: netpeel replay -r capture.pcapng -i lo");
  belongs(options, asked);
  return asked.interface.empty() ? replay_tool::onto_screen(asked)
                                 : replay_tool::onto_interface(asked);
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("replay", argc, argv, replay_file); }
