// netpeel ladder: a sequence diagram of packets or messages; with two taps, of what happened on the
// way.
#include <charconv>

#include "cli/main.hpp"
#include "cli/output.hpp"
#include "cli/packets.hpp"
#include "flow/play.hpp"
#include "view/ladder.hpp"

namespace {

using namespace netpeel;

struct Asked {
  cli::PacketOptions packets;
  std::string form = "text", level = "packet", taps = "detect", stream;
  u64 most = 500, width = 0;
};

void describe(cli::Options& options, Asked& to) {
  cli::describe(options, to.packets);
  options.text("--stream", to.stream, "N|udp:N",
               "This conversation: its tcp.stream, or its udp.stream");
  options.choice("--level", to.level, {"packet", "message"},
                 "An arrow for each packet, or for each message they carried");
  options.choice("-T,--form", to.form, {"text", "svg", "html"}, "What is drawn");
  options.choice(
      "--taps", to.taps, {"detect", "yes", "no"},
      "Whether the interfaces are taps of the same wires: they are if they saw the same packet");
  options.number("--max-rows", to.most, "N", "Draw so many arrows at most (500)");
  options.number("--width", to.width, "COLUMNS", "With -T text: instead of the terminal's, or 80");
  options.example("netpeel ladder -r capture.pcapng --stream 0",
                  "The first TCP conversation, packet by packet.");
  options.example("netpeel ladder -r capture.pcapng --level message -Y http",
                  "Who asked for what, and who answered.");
  options.example("netpeel ladder -r two-taps.pcapng -T html > ladder.html",
                  "A page: what was lost or late between two taps.");
}

// --stream joins -Y.
void choose(Asked& asked) {
  if (asked.stream.empty()) return;
  const bool udp = asked.stream.starts_with("udp:");
  const std::string number = asked.stream.substr(udp ? 4 : 0);
  u32 n = 0;
  const auto [p, problem] = std::from_chars(number.data(), number.data() + number.size(), n);
  if (problem != std::errc{} || p != number.data() + number.size()) {
    cli::usage_error("--stream wants a conversation's number, not \"" + asked.stream + "\"",
                     "For example: --stream 0, or --stream udp:0; netpeel flows lists them.");
  }
  const std::string is = (udp ? "udp.stream == " : "tcp.stream == ") + number;
  asked.packets.where = asked.packets.where.empty() ? is : is + " && (" + asked.packets.where + ")";
}

std::string title(const cli::InputOptions& input, const std::vector<std::string>& words) {
  std::string name = !input.file.empty() ? input.file : !words.empty() ? words[0] : "";
  if (name.empty()) return "Live";
  if (name == "-") return "Standard input";
  return name.substr(name.find_last_of('/') + 1);
}

std::string why_nothing(const Asked& asked) {
  if (!asked.stream.empty()) {
    return "nothing of conversation " + asked.stream +
           " is there to be drawn; netpeel flows lists the conversations";
  }
  if (!asked.packets.where.empty()) return "no packet there matches -Y";
  return asked.level == "message" ? "no messages were found there; --level packet draws packets"
                                  : "no packets were found there";
}

int ladder(int argc, char** argv) {
  Asked asked;
  cli::Options options(
      "ladder", "Draws who sent what to whom, and when: time goes down, hosts stand across.");
  describe(options, asked);
  options.parse(argc, argv);
  choose(asked);
  const bool live = !asked.packets.input.interfaces.empty();
  // Live, -c ends the capture. Of a file all is read, so that what arrived later is not told lost.
  u64 most = asked.most;
  if (!live && asked.packets.count > 0) {
    most = std::min(most, asked.packets.count);
    asked.packets.count = 0;
  }
  const bool color = asked.form == "text" && cli::wants_color(1);

  cli::Packets packets(asked.packets);
  packets.everything = true;
  packets.tracking.taps = asked.taps != "no";
  view::LadderMaker maker(
      {.registry = packets.registry(), .settings = packets.settings(), .color = color},
      {.messages = asked.level == "message",
       .taps = asked.taps == "yes"  ? view::TapUse::yes
               : asked.taps == "no" ? view::TapUse::no
                                    : view::TapUse::detect,
       .most = most,
       .title = title(asked.packets.input, asked.packets.words)});
  packets.open(&maker);
  while (const field::Packet* packet = packets.next()) {
    maker.add(*packet, packets.matched(), u32(packets.source().interfaces().size()));
  }
  const std::vector<std::string> names = flow::interface_names(packets.source());
  const view::Ladder drawing = maker.finish(names);
  const bool nothing = drawing.arrows.empty() && !live && !cli::stopped();
  cli::Output out;
  if (asked.form == "svg") {
    view::ladder_svg(drawing, out.text());
  } else if (asked.form == "html") {
    view::ladder_html(drawing, out.text());
  } else {
    view::ladder_text(
        drawing, asked.width > 0 ? u32(std::min<u64>(asked.width, 1000)) : cli::terminal_columns(1),
        color, out.text());
  }
  out.flush();
  if (asked.form != "text" && !asked.packets.quiet && drawing.left_out > 0)
    cli::complain(drawing.bound());
  if (nothing && !asked.packets.quiet) cli::complain(why_nothing(asked));
  const int how = packets.finish();
  const bool missed = nothing && !asked.stream.empty();
  return how == cli::done && missed ? int(cli::check_said_no) : how;
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("ladder", argc, argv, ladder); }
