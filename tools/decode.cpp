// netpeel decode: frames by layer.
#include <charconv>
#include <optional>

#include "base/caret.hpp"
#include "capture/writer.hpp"
#include "cli/input.hpp"
#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "cli/progress.hpp"
#include "field/walk.hpp"
#include "filter/filter.hpp"
#include "flow/registry.hpp"
#include "flow/tracker.hpp"
#include "view/columns.hpp"
#include "view/diagram.hpp"
#include "view/hexdump.hpp"
#include "view/jsonl.hpp"
#include "view/line.hpp"
#include "view/tree.hpp"

namespace {

using namespace netpeel;

struct Asked {
  cli::InputOptions input;
  std::string form, where, model = "osi", clock = "r", out, frames;
  std::vector<std::string> words, fields, field_style, as;
  bool tree = false, hex = false, json = false, payload = false, checksums = false, quiet = false;
  u64 count = 0, layer = 0;
};

void describe(cli::Options& options, Asked& to) {
  options.text("-r,--read", to.input.file, "FILE|-", "Read this capture file; - is standard input");
  options.texts("-i,--interface", to.input.interfaces, "IF", "Capture live on this interface (several: several -i)");
  options.text("-f,--capture-filter", to.input.capture_filter, "BPF", "With -i: what to capture, in tcpdump's language");
  options.text("-Y,--where", to.where, "EXPR", "Only frames that match, such as 'tcp.port == 80 && ip.ttl < 10'");
  options.number("-c,--count", to.count, "N", "Stop after N frames shown");
  options.text("--frame", to.frames, "N[-M]", "Only this frame, or these");
  options.number("--layer", to.layer, "2..7", "Only this layer of the OSI model");
  options.choice("-T,--form", to.form, {"line", "tree", "json", "fields", "hex", "diagram"}, "What is printed");
  options.flag("-V,--tree", to.tree, "As -T tree: every field of every layer");
  options.flag("-x,--hex", to.hex, "Add the bytes, each marked with its field");
  options.flag("--json", to.json, "As -T json: one object a frame");
  options.texts("-e,--field", to.fields, "FIELD", "With -T fields: a field to print (several: several -e)");
  options.texts("-E,--style", to.field_style, "K=V,...", "header=y|n, separator=C, occurrence=f|l|a, aggregator=C, quote=d|s|n");
  options.choice("-t,--time", to.clock, {"a", "ad", "d", "r", "e"}, "Times: of day, with date, since the frame before, since the first, since 1970");
  options.choice("--model", to.model, {"osi", "tcpip"}, "How layers are numbered and named");
  options.texts("--as", to.as, "tcp.port==8080,http", "Decode that port as this protocol");
  options.flag("--checksums", to.checksums, "Verify every checksum");
  options.flag("--payload", to.payload, "Also the bytes carried, in full");
  options.text("-w,--write", to.out, "FILE|-", "Keep the frames that match in this file (pcapng); prints only with -T, -V or -x");
  options.flag("-q,--quiet", to.quiet, "No progress and no notes");
  options.words("file", to.words, "The same as -r");
  options.example("netpeel decode -r capture.pcapng", "What happened, one line a packet.");
  options.example("netpeel decode -r capture.pcapng --frame 7 -V -x", "Everything about frame 7, and its bytes.");
  options.example("netpeel decode -i lo -Y 'udp.port == 53'", "DNS on this machine's loopback, live.");
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
  if (!good) cli::usage_error("--frame wants a number or two, not \"" + text + "\"", "For example: --frame 7 or --frame 7-12");
  return out;
}

// "tcp.port==8080,http"
void decode_as(field::Registry& registry, const std::string& text) {
  struct Known {
    std::string_view name;
    field::Space space;
  };
  constexpr Known spaces[]{{"tcp.port", field::Space::tcp_port},   {"udp.port", field::Space::udp_port},
                           {"sctp.port", field::Space::sctp_port}, {"ethertype", field::Space::ethertype},
                           {"ip.proto", field::Space::ip_proto},   {"wtap_encap", field::Space::link}};
  const std::size_t equals = text.find("=="), comma = text.find(',');
  const std::string shape = "For example: --as tcp.port==8080,http";
  if (equals == std::string::npos || comma == std::string::npos || comma < equals) {
    cli::usage_error("--as does not understand \"" + text + "\"", shape);
  }
  const std::string name = text.substr(0, equals), number = text.substr(equals + 2, comma - equals - 2), protocol = text.substr(comma + 1);
  const Known* space = nullptr;
  for (const Known& known : spaces) {
    if (known.name == name) space = &known;
  }
  if (space == nullptr) {
    cli::usage_error("--as does not know \"" + name + "\"", "It knows tcp.port, udp.port, sctp.port, ethertype and ip.proto.");
  }
  u16 key = 0;
  const bool hex = number.starts_with("0x");
  const char* const end = number.data() + number.size();
  const auto [p, problem] = std::from_chars(number.data() + (hex ? 2 : 0), end, key, hex ? 16 : 10);
  if (problem != std::errc{} || p != end) cli::usage_error("--as: \"" + number + "\" is no number from 0 to 65535", shape);
  const u8 id = registry.protocol(protocol);
  if (registry[id].name != protocol) {
    std::string_view best;
    u32 least = 4;
    for (u32 i = 0; i < registry.size(); ++i) {
      const u32 d = field::distance(registry[u8(i)].name, protocol);
      if (d < least) least = d, best = registry[u8(i)].name;
    }
    cli::usage_error("--as: there is no protocol \"" + protocol + "\"",
                     best.empty() ? "netpeel explain lists the protocols." : "Did you mean " + std::string(best) + "?");
  }
  registry.decode_as(space->space, key, id);
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
  if (asked.fields.empty()) cli::usage_error("-T fields prints the fields that -e names, and there is none", "For example: -T fields -e ip.src -e tcp.dstport");
  const std::string_view unknown = view::Columns::unknown(look.registry, asked.fields);
  if (!unknown.empty()) {
    const std::string_view nearest = look.registry.nearest(unknown);
    cli::usage_error("there is no field \"" + std::string(unknown) + "\"", nearest.empty() ? "netpeel explain PROTOCOL lists its fields." : "Did you mean " + std::string(nearest) + "?");
  }
  view::ColumnStyle style;
  for (const std::string& text : asked.field_style) {
    const auto next = view::column_style(text, style);
    if (!next) cli::usage_error(next.complaint().what, next.complaint().hint);
    style = *next;
  }
  return std::make_unique<view::Columns>(look, asked.fields, style);
}

// Frames that were kept, into a file; interfaces are told when they are first known.
class Keeper {
 public:
  explicit Keeper(const std::string& path) : writer_(capture::create_file(path, "netpeel decode " NETPEEL_VERSION)) {}
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

filter::Filter compiled(const std::string& expression, const field::Registry& registry) {
  base::Result<filter::Filter> result = filter::compile(expression, registry);
  if (!result) cli::usage_error("-Y: " + base::pointed(expression, result.complaint()));
  return std::move(*result);
}

int decode(int argc, char** argv) {
  Asked asked;
  cli::Options options("decode", "Takes frames apart, layer by layer: from a capture file, a pipe or an interface.");
  describe(options, asked);
  options.parse(argc, argv);

  if (asked.words.size() + (asked.input.file.empty() ? 0 : 1) + (asked.input.interfaces.empty() ? 0 : 1) > 1) {
    cli::usage_error("one input at a time: a file or -i");
  }
  if (!asked.words.empty()) asked.input.file = asked.words[0];
  if (asked.input.file.empty() && asked.input.interfaces.empty()) {
    cli::usage_error("no input: give a capture file, - for standard input, or -i with an interface",
                     "For example: netpeel decode -r capture.pcapng");
  }
  if (asked.tree) asked.form = "tree";
  if (asked.json) asked.form = "json";
  if (asked.form.empty() && !asked.fields.empty()) asked.form = "fields";
  if (asked.form.empty() && asked.hex && !asked.out.empty()) asked.form = "hex";
  if (asked.form.empty() && asked.out.empty()) asked.form = "line";
  if (asked.hex && (asked.form == "json" || asked.form == "fields")) {
    cli::usage_error("-x prints for people, -T " + asked.form + " for programs: they do not go together");
  }
  if (asked.out == "-" && !asked.form.empty()) cli::usage_error("-w - and -T both want standard output");
  if (options.given("--layer") && (asked.layer < 2 || asked.layer > 7)) {
    cli::usage_error("--layer wants a number from 2 to 7", "2 link, 3 network, 4 transport, 5 to 7 application");
  }
  const Range wanted = asked.frames.empty() ? Range{} : range(asked.frames);
  asked.input.quiet = asked.quiet;

  field::Registry registry = flow::registry();
  for (const std::string& rule : asked.as) decode_as(registry, rule);
  const view::Look look{.registry = registry,
                        .settings = {.checksums = asked.checksums},
                        .payload = asked.payload,
                        .color = cli::wants_color(1),
                        .tcpip = asked.model == "tcpip",
                        .only = u8(asked.layer)};
  const std::unique_ptr<view::Printer> print = printer(asked, look);
  std::optional<view::HexDump> bytes;
  if (asked.hex && asked.form != "hex") bytes.emplace(look);
  std::optional<filter::Filter> where;
  if (!asked.where.empty()) where = compiled(asked.where, registry);

  cli::Input input(asked.input);
  std::optional<Keeper> keeper;
  if (!asked.out.empty()) keeper.emplace(asked.out);
  cli::Output out;
  cli::Progress progress(!asked.quiet && !input.live());
  capture::FrameSource& source = input.source();
  if (print) print->begin(out.text());
  field::Packet packet;
  flow::Tracker tracker(registry, {});
  u64 seen = 0, shown = 0;
  bool enough = false;
  while (!cli::stopped() && !enough) {
    const std::span<const base::Frame> frames = source.next();
    if (frames.empty()) break;
    for (const base::Frame& frame : frames) {
      packet.frame = frame;
      if (seen++ == 0) packet.first_time = packet.previous_time = packet.previous_shown_time = frame.time;
      // Also frames that are not shown belong to conversations.
      field::walk(registry, packet);
      tracker.see(packet);
      if (frame.number >= wanted.from && frame.number <= wanted.to) {
        if (!where || where->matches(packet, look.settings)) {
          if (print) print->packet(packet, out.text());
          if (bytes) bytes->packet(packet, out.text());
          if (keeper) keeper->keep(frame, source.interfaces());
          out.poll();
          packet.previous_shown_time = frame.time;
          enough = ++shown == asked.count;
        }
      }
      packet.previous_time = frame.time;
      enough = enough || frame.number >= wanted.to || (keeper && keeper->reader_gone());
      if (enough) break;
    }
    if (input.live()) {
      out.flush();
      if (keeper) keeper->flush();
    }
    progress.at(seen, source.position(), source.size());
  }
  out.flush();
  if (keeper) keeper->finish(source.interfaces());
  progress.clear();
  const int how = input.finish();
  if (how == cli::done && !asked.frames.empty() && shown == 0 && !where && !cli::stopped()) {
    if (!asked.quiet) cli::complain("there is no such frame; the input has " + std::to_string(seen));
    return cli::check_said_no;
  }
  return how;
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("decode", argc, argv, decode); }
