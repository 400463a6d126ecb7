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
  options.text("--to", to.to, "HOST:PORT",
               "Say again to this server what the client said, and tell what it answers otherwise");
  options.text("--stream", to.stream, "N|all",
               "With --to: this conversation, its tcp.stream or udp.stream; or all of them");
  options.text("--patience", to.patience, "SECONDS",
               "With --to: how long to wait for each thing the server said (5)");
  options.flag("--bytes", to.bytes, "With --to: TCP's bytes, whatever they mean");
  options.flag("--step", to.step, "On the screen: each packet when a key is pressed");
  options.text("-Y,--where", to.where, "EXPR",
               "On the screen: only frames that match, such as 'tcp.port == 80'");
  options.texts("--as", to.as, "tcp.port==8080,http",
                "Not with -i: decode that port as this protocol");
  options.text("--speed", to.speed, "X", "So many times as fast as it was recorded (1)");
  options.text("--pps", to.pps, "N", "With -i: so many frames a second");
  options.text("--mbps", to.mbps, "N", "With -i: so many megabits a second");
  options.flag("--topspeed", to.topspeed, "With -i: as fast as it goes");
  options.number("--loop", to.loop, "N", "With -i: the file so many times; 0: until Ctrl-C");
  options.text("--rewrite", to.rewrite, "FIELD=VALUE",
               "With -i: write this value into every frame, and mend its checksums; "
               "several: ip.dst=10.0.0.2,tcp.dstport=8080");
  options.text("--really", to.really, "NAME",
               "Send to something other than the loopback or a lab: its name once more");
  options.flag("--json", to.json, "With -i and --to: the report as one JSON object");
  options.flag("-q,--quiet", to.quiet, "No progress and no notes");
  options.words("file", to.words, "The same as -r");
  options.example("netpeel replay -r capture.pcapng --speed 2",
                  "On the screen, twice as fast: space stops and steps, b goes back, q quits.");
  options.example("netpeel replay -r capture.pcapng --step",
                  "One packet at a time, from the first.");
  options.example("netpeel lab run -w seen.pcapng -- netpeel replay -r capture.pcapng -i eth0",
                  "In a lab: from host a onto its cable, captured again at both ends.");
  options.example("netpeel replay -r chat.pcapng --to 127.0.0.1:3000 --stream all",
                  "Its clients again, with this server: which answers are the same?");
}

// What was given must belong to what is done.
void belongs(const cli::Options& options, const Asked& asked) {
  const bool wire = !asked.interface.empty(), server = !asked.to.empty(), screen = !wire && !server;
  if (wire && server) cli::usage_error("-i and --to are two targets: one at a time");
  struct Way {
    bool taken;
    std::string_view says;
    std::vector<const char*> options;
  };
  const Way ways[]{
      {wire,
       "is for frames that go onto an interface (-i)",                    {"--pps", "--mbps", "--topspeed", "--loop", "--rewrite"}},
      {server,           "is for a conversation with a server (--to)",    {"--stream", "--patience", "--bytes"}                   },
      {screen,           "is for the screen, without -i and --to",        {"--step", "--where"}                                   },
      {wire || screen,   "is for what has a timing of its own, not --to", {"--speed"}                                             },
      {server || screen, "says how bytes are read, which -i does not",    {"--as"}                                                },
      {wire || server,   "goes with -i or --to",                          {"--really", "--json"}                                  },
  };
  for (const Way& way : ways) {
    for (const char* name : way.options) {
      if (!way.taken && options.given(name))
        cli::usage_error(std::string(name) + " " + std::string(way.says));
    }
  }
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
  cli::Options options("replay",
                       "Replays a capture with its own timing: onto the screen, or its "
                       "frames onto an interface (-i), or its clients to a server (--to).");
  describe(options, asked);
  options.parse(argc, argv);
  if (asked.words.size() + (asked.file.empty() ? 0 : 1) > 1) cli::usage_error("one file at a time");
  if (!asked.words.empty()) asked.file = asked.words[0];
  if (asked.file.empty())
    cli::usage_error("no input: give a capture file, or - for standard input",
                     "For example: netpeel replay -r capture.pcapng");
  belongs(options, asked);
  if (!asked.to.empty()) return replay_tool::onto_server(asked);
  return asked.interface.empty() ? replay_tool::onto_screen(asked)
                                 : replay_tool::onto_interface(asked);
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("replay", argc, argv, replay_file); }
