// netpeel decode: frames by layer.
#include <charconv>
#include <optional>

#include "capture/writer.hpp"
#include "cli/main.hpp"
#include "cli/output.hpp"
#include "cli/packets.hpp"
#include "cli/turns.hpp"
#include "flow/need.hpp"
#include "view/columns.hpp"
#include "view/diagram.hpp"
#include "view/hexdump.hpp"
#include "view/jsonl.hpp"
#include "view/line.hpp"
#include "view/tree.hpp"

namespace {

using namespace netpeel;

struct Asked {
  cli::PacketOptions packets;
  std::string form, model = "osi", clock = "r", out, frames;
  std::vector<std::string> fields, field_style;
  bool tree = false, hex = false, json = false, diagram = false, payload = false, taps = false;
  u64 layer = 0, jobs = 0;
};

void describe(cli::Options& options, Asked& to) {
  cli::describe(options, to.packets);
  options.text("--frame", to.frames, "N[-M]", "Only this frame, or these");
  options.number("--layer", to.layer, "2..7", "Only this layer of the OSI model");
  options.choice("-T,--form", to.form, {"line", "tree", "json", "fields", "hex", "diagram"},
                 "What is printed");
  options.flag("-V,--tree", to.tree, "As -T tree: every field of every layer");
  options.flag("-x,--hex", to.hex, "Add the bytes, each marked with its field");
  options.flag("--json", to.json, "As -T json: one object a frame");
  options.flag("--diagram", to.diagram, "As -T diagram: each header as a picture of its bits");
  options.texts("-e,--field", to.fields, "FIELD",
                "With -T fields: a field to print (several: several -e)");
  options.texts("-E,--style", to.field_style, "K=V,...",
                "header=y|n, separator=C, occurrence=f|l|a, aggregator=C, quote=d|s|n");
  options.choice("-t,--time", to.clock, {"a", "ad", "d", "r", "e"},
                 "Times: of day, with date, since the frame before, since the first, since 1970");
  options.choice("--model", to.model, {"osi", "tcpip"}, "How layers are numbered and named");
  options.flag(
      "--taps", to.taps,
      "The interfaces are taps of the same wires: a packet that two of them saw is no repeat");
  options.flag("--payload", to.payload, "Also the bytes carried, in full");
  options.text("-w,--write", to.out, "FILE|-",
               "Keep the frames that match in this file (pcapng); prints only with -T, -V or -x");
  options.number("--jobs", to.jobs, "1..16",
                 "Processes that work at a large file together (1 to 4, as it pays)");
  options.example("netpeel decode -r capture.pcapng", "What happened, one line a packet.");
  options.example("netpeel decode -r capture.pcapng --frame 7 -V -x",
                  "Everything about frame 7, and its bytes.");
  options.example("netpeel decode -i lo -Y 'udp.port == 53'",
                  "DNS on this machine's loopback, live.");
}

// "7", "7-12", "7-"
struct Range {
  u64 from = 1, to = u64(-1);
};
Range range(const std::string& text) {
  Range out;
  const char* const end = text.data() + text.size();
  auto [p, problem] = std::from_chars(text.data(), end, out.from);
  bool good = problem == std::errc{} && out.from > 0;
  if (good && p == end) {
    out.to = out.from;
  } else if (good && *p == '-' && p + 1 != end) {
    const auto [rest, second] = std::from_chars(p + 1, end, out.to);
    good = second == std::errc{} && rest == end && out.to >= out.from;
  } else {
    good = good && *p == '-';
  }
  if (!good)
    cli::usage_error("--frame wants a number or two, not \"" + text + "\"",
                     "For example: --frame 7 or --frame 7-12");
  return out;
}

std::unique_ptr<view::Printer> printer(const Asked& asked, const view::Look& look) {
  if (asked.form == "tree") return std::make_unique<view::Tree>(look);
  if (asked.form == "json") return std::make_unique<view::JsonLines>(look);
  if (asked.form == "hex") return std::make_unique<view::HexDump>(look);
  if (asked.form == "diagram") return std::make_unique<view::Diagram>(look);
  if (asked.form == "line") {
    const view::Clockwork clock = asked.clock == "a"    ? view::Clockwork::of_day
                                  : asked.clock == "ad" ? view::Clockwork::of_date
                                  : asked.clock == "d"  ? view::Clockwork::delta
                                  : asked.clock == "e"  ? view::Clockwork::epoch
                                                        : view::Clockwork::relative;
    return std::make_unique<view::Lines>(look, clock);
  }
  if (asked.form.empty()) return nullptr;
  if (asked.fields.empty())
    cli::usage_error("-T fields prints the fields that -e names, and there is none",
                     "For example: -T fields -e ip.src -e tcp.dstport");
  const std::string_view unknown = view::Columns::unknown(look.registry, asked.fields);
  if (!unknown.empty()) {
    const std::string_view nearest = look.registry.nearest(unknown);
    cli::usage_error("there is no field \"" + std::string(unknown) + "\"",
                     nearest.empty() ? "netpeel explain PROTOCOL lists its fields."
                                     : "Did you mean " + std::string(nearest) + "?");
  }
  view::ColumnStyle style;
  for (const std::string& text : asked.field_style) {
    const auto next = view::column_style(text, style);
    if (!next) cli::usage_error(next.complaint().what, next.complaint().hint);
    style = *next;
  }
  return std::make_unique<view::Columns>(look, asked.fields, style);
}

// How much of the flow table this form shows.
flow::Need seen_of(const view::Printer* print, const field::Registry& registry) {
  if (print == nullptr) return flow::Need::fragments;
  return print->names() != nullptr ? flow::need_of(registry, *print->names()) : flow::Need::streams;
}

// Frames that were kept, into a file; interfaces are told when they are first known.
class Keeper {
 public:
  explicit Keeper(const std::string& path)
      : writer_(capture::create_file(path, "netpeel decode " NETPEEL_VERSION)) {}
  void keep(const base::Frame& frame, std::span<const capture::Interface> interfaces) {
    while (told_ < interfaces.size()) writer_->add_interface(interfaces[told_++]);
    writer_->write(frame);
  }
  void finish(std::span<const capture::Interface> interfaces) {
    while (told_ < interfaces.size()) writer_->add_interface(interfaces[told_++]);
    writer_->finish();
  }
  void flush() { writer_->flush(); }
  bool reader_gone() const { return writer_->reader_gone(); }

 private:
  std::unique_ptr<capture::FrameWriter> writer_;
  std::size_t told_ = 0;
};

// -V, --json and --diagram name a form, as -T does.
void one_form(Asked& asked) {
  const auto take = [&](bool wanted, const std::string& form) {
    if (wanted && !asked.form.empty() && asked.form != form)
      cli::usage_error("two forms are asked for, " + asked.form + " and " + form +
                       ": one of them is enough");
    if (wanted) asked.form = form;
  };
  take(asked.tree, "tree");
  take(asked.diagram, "diagram");
  take(asked.json, "json");
}

// How many processes work at a large file.
u32 jobs(const Asked& asked, const cli::Packets& packets) {
  constexpr u64 large = 8 << 20;
  constexpr u32 usual = 4;
  if (asked.jobs > 0) return u32(asked.jobs);
  return packets.file_size().value_or(0) < large ? 1 : std::min(cli::idle_processors(), usual);
}

// -Y in lines: they look it over together, and one prints.
bool looks_over(const cli::Packets& packets) { return packets.shown_alone && packets.where(); }

// How many processes print. Each follows all packets, so it pays only where most of the time goes
// into the text: all of a file, field by field.
u32 printing(const Asked& asked, const cli::Packets& packets) {
  if (looks_over(packets)) return 1;
  const bool dear = asked.hex || (asked.form != "line" && asked.form != "fields");
  if (asked.jobs == 0 && (!dear || !asked.out.empty() || packets.where() || !asked.frames.empty() ||
                          asked.packets.count != 0 || cli::is_terminal(1)))
    return 1;
  return jobs(asked, packets);
}

void check_jobs(const Asked& asked, const cli::Packets& packets, const cli::Options& options) {
  if (!options.given("--jobs")) return;
  if (asked.jobs < 1 || asked.jobs > cli::Ring::most)
    cli::usage_error("--jobs wants a number from 1 to " + std::to_string(cli::Ring::most));
  if (asked.jobs > 1 && !packets.file_size())
    cli::usage_error("--jobs goes with a file: what comes through a pipe or from an interface only "
                     "one process can read");
  if (asked.jobs > 1 && !asked.out.empty())
    cli::usage_error("--jobs does not go with -w: one process keeps the frames");
}

int decode(int argc, char** argv) {
  Asked asked;
  cli::Options options(
      "decode", "Takes frames apart, layer by layer: from a capture file, a pipe or an interface.");
  describe(options, asked);
  options.parse(argc, argv);

  one_form(asked);
  if (asked.form.empty() && !asked.fields.empty()) asked.form = "fields";
  if (asked.form.empty() && asked.hex && !asked.out.empty()) asked.form = "hex";
  if (asked.form.empty() && asked.out.empty()) asked.form = "line";
  if (asked.hex && (asked.form == "json" || asked.form == "fields")) {
    cli::usage_error("-x prints for people, -T " + asked.form +
                     " for programs: they do not go together");
  }
  if (asked.out == "-" && !asked.form.empty())
    cli::usage_error("-w - and -T both want standard output");
  if (options.given("--layer") && (asked.layer < 2 || asked.layer > 7)) {
    cli::usage_error("--layer wants a number from 2 to 7",
                     "2 link, 3 network, 4 transport, 5 to 7 application");
  }
  cli::Packets packets(asked.packets);
  packets.spare_input("-w", asked.out);
  check_jobs(asked, packets, options);
  const Range wanted = asked.frames.empty() ? Range{} : range(asked.frames);
  packets.from = wanted.from;
  packets.to = wanted.to;
  const view::Look look{.registry = packets.registry(),
                        .settings = packets.settings(),
                        .payload = asked.payload,
                        .color = cli::wants_color(1),
                        .tcpip = asked.model == "tcpip",
                        .only = u8(asked.layer)};
  const std::unique_ptr<view::Printer> print = printer(asked, look);
  std::optional<view::HexDump> bytes;
  if (asked.hex && asked.form != "hex") bytes.emplace(look);

  if (!bytes) packets.tracking.need = seen_of(print.get(), packets.registry());
  packets.tracking.taps = asked.taps;
  packets.shown_alone = asked.form == "line" && !bytes && asked.out.empty();
  if (looks_over(packets)) packets.jobs = jobs(asked, packets);
  cli::Turns turns(printing(asked, packets));
  packets.open();
  std::optional<Keeper> keeper;
  if (!asked.out.empty()) keeper.emplace(asked.out);
  cli::Output out;
  packets.idle = [&] {
    out.flush();
    if (keeper) keeper->flush();
  };
  if (print && turns.first()) print->begin(out.text());
  while (const field::Packet* packet = packets.next()) {
    const bool mine = turns.mine(out);
    if (print && mine) print->packet(*packet, out.text());
    if (bytes && mine) bytes->packet(*packet, out.text());
    if (keeper) keeper->keep(packet->frame, packets.source().interfaces());
    if (keeper && keeper->reader_gone()) packets.enough();
    turns.poll(out);
  }
  turns.finish(out);
  if (keeper) keeper->finish(packets.source().interfaces());
  const bool missed =
      !asked.frames.empty() && packets.shown() == 0 && !packets.where() && !cli::stopped();
  const int how = packets.finish();
  if (how == cli::done && missed) {
    if (!asked.packets.quiet)
      cli::complain("there is no such frame; the input has " + std::to_string(packets.seen()));
    return cli::check_said_no;
  }
  return how;
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("decode", argc, argv, decode); }
