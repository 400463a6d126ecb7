// netpeel flows: who talks to whom, how much, and how it goes.
#include <charconv>

#include "cli/main.hpp"
#include "cli/output.hpp"
#include "cli/packets.hpp"
#include "flow/twins.hpp"
#include "view/flow_json.hpp"
#include "view/flow_words.hpp"
#include "view/tcp_plots.hpp"

namespace {

using namespace netpeel;
using flow::Level;

struct Asked {
  cli::PacketOptions packets;
  std::string by = "conv", layer, sort, interval, svg;
  bool json = false, reverse = false, taps = false;
  u64 top = 0, stream = flow::none;
};

void describe(cli::Options& options, Asked& to) {
  cli::describe(options, to.packets);
  options.choice("--by", to.by, {"conv", "endpoint", "hierarchy", "problems", "io"},
                 "Conversations, endpoints, protocols, what went wrong, or traffic over time");
  options.choice("--layer", to.layer, {"eth", "ip", "ipv6", "tcp", "udp", "all"},
                 "With conv and endpoint: whose (TCP and UDP)");
  options.number("--stream", to.stream, "N",
                 "With conv: this conversation alone, by tcp.stream or udp.stream");
  options.text("--sort", to.sort, "COLUMN",
               "conv: bytes, packets, start, duration, rate, retransmissions, rtt, handshake; "
               "endpoint: bytes, packets, sent, received");
  options.flag("--reverse", to.reverse, "The other way round");
  options.number("--top", to.top, "N", "Only the first N rows");
  options.text("--interval", to.interval, "SECONDS",
               "With io: the width of an interval, such as 0.5 (about twenty of a round width)");
  options.text("--svg", to.svg, "FILE|-",
               "With conv: draw one TCP conversation (see --stream): sequence numbers, throughput, "
               "round trips, windows");
  options.flag(
      "--taps", to.taps,
      "The interfaces are taps of the same wires: a packet that two of them saw is no repeat");
  options.flag("--json", to.json, "One JSON object a row");
  options.example("netpeel flows capture.pcapng",
                  "The conversations, those with most bytes first.");
  options.example("netpeel flows capture.pcapng --by problems",
                  "What went wrong or is worth knowing, the worst first.");
  options.example("netpeel flows -i eth0 -Y 'ip.addr == 10.0.0.7' --by io --interval 1",
                  "One host's traffic, second by second; Ctrl-C ends it.");
}

i64 width_of(const std::string& text) {
  if (text.empty()) return 0;
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [p, problem] = std::from_chars(text.data(), end, seconds);
  if (problem != std::errc{} || p != end || !(seconds >= 1e-6) || seconds > 1e6) {
    cli::usage_error("--interval wants seconds from 0.000001 to 1000000, not \"" + text + "\"",
                     "For example: --interval 0.5");
  }
  return i64(seconds * 1e9 + 0.5);
}

std::string listing(std::span<const flow::Order> orders) {
  std::string out;
  for (flow::Order order : orders)
    out += (out.empty() ? "" : ", ") + std::string(order_name(order));
  return out;
}

flow::Wanted wanted(const Asked& asked) {
  flow::Wanted out{.reverse = asked.reverse,
                   .most = asked.top,
                   .stream = u32(std::min<u64>(asked.stream, flow::none))};
  if (asked.sort.empty()) return out;
  const std::span<const flow::Order> orders =
      asked.by == "endpoint" ? flow::orders_of_endpoints() : flow::orders_of_talks();
  const std::optional<flow::Order> order = flow::order_named(asked.sort);
  if (!order || std::find(orders.begin(), orders.end(), *order) == orders.end()) {
    cli::usage_error("--sort: --by " + asked.by + " has no column \"" + asked.sort + "\"",
                     "It has " + listing(orders) + ".");
  }
  out.order = *order;
  return out;
}

// The levels to print: the one asked for, or the highest that there are.
std::vector<Level> chosen(const std::string& layer, const flow::Tally& tally) {
  constexpr Level all[]{Level::eth, Level::ip, Level::ipv6, Level::tcp, Level::udp};
  std::vector<Level> out;
  const auto pick = [&](std::initializer_list<Level> from) {
    for (Level level : from) {
      if (out.size() < 2 && tally.total(level).packets > 0) out.push_back(level);
    }
  };
  if (layer == "all") {
    for (Level level : all) {
      if (tally.total(level).packets > 0) out.push_back(level);
    }
  } else if (!layer.empty()) {
    for (Level level : all) {
      if (level_name(level) == layer) out.push_back(level);
    }
  } else {
    pick({Level::tcp, Level::udp});
    if (out.empty()) pick({Level::ip, Level::ipv6});
    if (out.empty()) pick({Level::eth});
  }
  return out;
}

void check(const Asked& asked, const cli::Options& options) {
  const bool lists = asked.by == "conv" || asked.by == "endpoint";
  for (const char* option : {"--layer", "--sort", "--reverse", "--top"}) {
    if (!lists && options.given(option))
      cli::usage_error(std::string(option) + " goes with --by conv and --by endpoint");
  }
  if (options.given("--stream") && asked.by != "conv")
    cli::usage_error("--stream goes with --by conv");
  if (options.given("--stream") && !asked.layer.empty() && asked.layer != "tcp" &&
      asked.layer != "udp") {
    cli::usage_error("--stream is a number of TCP's or UDP's conversations: it goes with --layer "
                     "tcp and --layer udp");
  }
  if (options.given("--svg") &&
      (asked.by != "conv" || (!asked.layer.empty() && asked.layer != "tcp"))) {
    cli::usage_error("--svg draws a TCP conversation: it goes with --by conv and --layer tcp");
  }
  if (options.given("--interval") && asked.by != "io")
    cli::usage_error("--interval goes with --by io");
}

// Feeds each packet to `count`; Ctrl-C ends the reading, and what was counted is shown.
template <class Count>
void read(const Asked& asked, cli::Packets& packets, flow::Listener* listener, Count count) {
  flow::Twins twins;
  packets.open(listener);
  while (const field::Packet* packet = packets.next()) {
    count(*packet);
    twins.count(*packet);
  }
  if (twins.likely() && !asked.taps && !asked.packets.quiet) {
    const std::string name = packets.source().interfaces()[twins.interface()].name;
    cli::complain(
        std::to_string(twins.twice()) +
        " packets were seen at two interfaces, as taps of one wire see them: they count twice, and "
        "the second looks like one sent again" +
        (name.empty() ? "" : "\nAt one tap: --taps -Y 'frame.interface_name == \"" + name + "\"'"));
  }
}

// What listens to the conversations: the tally, and the trace of the one that is drawn.
struct Watch final : flow::Listener {
  explicit Watch(u32 stream) : trace(stream) {}
  void packet(const flow::Conversation& c, flow::Side side, const field::Packet& packet) override {
    tally.packet(c, side, packet);
    if (drawing) trace.packet(c, side, packet);
  }
  void closed(const flow::Conversation& c) override { tally.closed(c); }

  flow::Tally tally;
  flow::Trace trace;
  bool drawing = false;
};

u64 conversations(const flow::Tally& tally, Level level) {
  return flow::listed(tally, level, {.order = flow::Order::start}).places.size();
}

// The drawing of one connection. Without --stream there must be no doubt which.
int draw(const Asked& asked, const Watch& watch) {
  const flow::Listed all = flow::listed(watch.tally, Level::tcp, {});
  if (asked.stream == flow::none && all.places.size() > 1) {
    cli::usage_error("there are " + std::to_string(all.places.size()) +
                         " TCP conversations, and --svg draws one: say which with --stream",
                     "The one with most bytes is --stream " + std::to_string(all.places[0]) + ".");
  }
  if (watch.trace.segments().empty()) {
    cli::complain("there is no TCP conversation " + std::to_string(watch.trace.stream()) +
                  " to draw; netpeel flows lists those that there are");
    return cli::check_said_no;
  }
  base::Text drawing;
  view::tcp_plots(watch.trace, drawing);
  cli::write_file(asked.svg, drawing.view());
  return cli::done;
}

void print_lists(const Asked& asked, const flow::Tally& tally, const flow::Wanted& how,
                 const view::FlowLook& look) {
  const std::string layer = how.stream != flow::none && asked.layer.empty() ? "tcp" : asked.layer;
  bool first = true;
  for (Level level : chosen(layer, tally)) {
    if (!first && !asked.json) look.out.add('\n');
    first = false;
    if (asked.by == "conv") {
      (asked.json ? view::talks_json : view::talks_table)(tally, level, how, look);
    } else {
      (asked.json ? view::endpoints_json : view::endpoints_table)(tally, level, how, look);
    }
  }
  if (first && !asked.json) {
    look.out.add("No conversations: no packet with an address was counted.\n");
  }
}

int lists(const Asked& asked, cli::Packets& packets, const view::FlowLook& look) {
  const flow::Wanted how = wanted(asked);
  packets.spare_input("--svg", asked.svg);
  Watch watch(how.stream == flow::none ? 0 : how.stream);
  watch.drawing = !asked.svg.empty();
  read(asked, packets, &watch, [&](const field::Packet& packet) {
    watch.tally.count(packet);
    watch.trace.count(packet);
  });
  if (watch.drawing) {
    const int drawn = draw(asked, watch);
    if (drawn != cli::done || asked.svg == "-") return drawn;
  }
  if (how.stream != flow::none) {
    const Level level = asked.layer == "udp" ? Level::udp : Level::tcp;
    if (flow::listed(watch.tally, level, how).places.empty()) {
      cli::complain("there is no " + std::string(view::level_title(level)) + " conversation " +
                    std::to_string(how.stream) + " among the " +
                    std::to_string(conversations(watch.tally, level)) + " counted");
      return cli::check_said_no;
    }
  }
  print_lists(asked, watch.tally, how, look);
  return cli::done;
}

void hierarchy(const Asked& asked, cli::Packets& packets, const view::FlowLook& look) {
  flow::Hierarchy hierarchy(packets.registry());
  flow::Traffic all;
  read(asked, packets, nullptr, [&](const field::Packet& packet) {
    hierarchy.count(packet);
    all += {1, packet.frame.wire_size};
  });
  asked.json ? hierarchy_json(hierarchy, packets.registry(), look)
             : hierarchy_table(hierarchy, packets.registry(), all, look);
}

void problems(const Asked& asked, cli::Packets& packets, const view::FlowLook& look) {
  flow::Findings findings(packets.registry(), packets.settings());
  read(asked, packets, nullptr, [&](const field::Packet& packet) { findings.count(packet); });
  asked.json ? findings_json(findings.sorted(), packets.registry(), look)
             : findings_table(findings.sorted(), packets.registry(), look);
  if (findings.left_out() > 0 && !asked.packets.quiet) {
    cli::complain(std::to_string(findings.left_out()) +
                  " further findings are of too many different sorts and are not shown");
  }
}

void io(const Asked& asked, cli::Packets& packets, const view::FlowLook& look) {
  flow::Intervals intervals(width_of(asked.interval));
  packets.tracking.need = flow::Need::fragments;
  read(asked, packets, nullptr, [&](const field::Packet& packet) {
    intervals.count(packet.frame.time, packet.frame.wire_size);
  });
  asked.json ? intervals_json(intervals.result(), look) : intervals_table(intervals.result(), look);
  if (asked.packets.quiet) return;
  if (intervals.early() > 0)
    cli::complain(std::to_string(intervals.early()) +
                  " packets have times before the first one's: they stand in the first interval");
  if (intervals.beyond() > 0)
    cli::complain(std::to_string(intervals.beyond()) +
                  " packets lie behind the last interval: choose a longer --interval");
}

int flows(int argc, char** argv) {
  Asked asked;
  cli::Options options("flows", "Who talks to whom, how much and how it goes: conversations, "
                                "endpoints, protocols, problems, traffic over time.");
  describe(options, asked);
  options.parse(argc, argv);
  check(asked, options);
  cli::Packets packets(asked.packets);
  packets.tracking.taps = asked.taps;
  cli::Output out;
  const view::FlowLook look{.out = out.text(),
                            .width = cli::terminal_width(1),
                            .color = cli::wants_color(1),
                            .poll = [&] { out.poll(); }};
  int how = cli::done;
  if (asked.by == "hierarchy") {
    hierarchy(asked, packets, look);
  } else if (asked.by == "problems") {
    problems(asked, packets, look);
  } else if (asked.by == "io") {
    io(asked, packets, look);
  } else {
    packets.tracking.need =
        asked.by == "endpoint" ? flow::Need::conversations : flow::Need::analysis;
    how = lists(asked, packets, look);
  }
  out.flush();
  const int input = packets.finish();
  return input != cli::done ? input : how;
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("flows", argc, argv, flows); }
