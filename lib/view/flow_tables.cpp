#include "view/flow_tables.hpp"

#include <algorithm>

#include "view/flow_words.hpp"
#include "view/style.hpp"
#include "view/table.hpp"

namespace netpeel::view {
namespace {

using base::Text;
using flow::Connection;
using flow::Level;
using flow::Talk;
using flow::Traffic;

// "TCP conversations: 3, 40 packets, 5.1 kB"
void headline(std::string_view what, u64 number, const Traffic& total, const FlowLook& look) {
  Text& out = look.out;
  if (look.color) out.add(style::bold);
  out.add(what).add(": ");
  grouped(number, out);
  out.add(", ");
  grouped(total.packets, out);
  out.add(total.packets == 1 ? " packet, " : " packets, ");
  readable_bytes(total.bytes, out);
  if (look.color) out.add(style::plain);
  out.add("\n\n");
}

void more_line(u64 left_out, const FlowLook& look) {
  if (left_out == 0) return;
  look.out.add("… and ");
  grouped(left_out, look.out);
  look.out.add(" more (--top shows more)\n");
}

// Measures all rows, then prints them.
template <class Rows, class Row>
void print(Table& table, const Rows& rows, const FlowLook& look, Row row) {
  for (const auto& r : rows) row(r), table.measure();
  table.heading(look.out);
  for (const auto& r : rows) row(r), table.row(look.out), look.poll();
}

bool has_streams(Level level) { return level == Level::tcp || level == Level::udp; }

void traffic_cells(const Traffic& t, Table& table) {
  grouped(t.packets, table.cell());
  readable_bytes(t.bytes, table.cell());
}

void both_sides(u32 a, u32 b, Text& out) {
  if (a == 0 && b == 0) {
    out.add('-');
  } else {
    out.dec(a).add(" + ").dec(b);
  }
}

void rtt_cell(const flow::Spread& spread, Text& out) {
  if (spread.count() == 0) {
    out.add('-');
    return;
  }
  readable_time(spread.least(), out);
  out.add(" / ");
  readable_time(spread.median(), out);
  out.add(" / ");
  readable_time(spread.greatest(), out);
}

void health_table(const flow::Tally& tally, const flow::Listed& listed, const FlowLook& look) {
  Table table({{"#"},
               {"handshake"},
               {"RTT"},
               {"sent again"},
               {"dup. ACKs"},
               {"window 0"},
               {"how it went", true}},
              look.width, look.color);
  look.out.add('\n');
  print(table, listed.places, look, [&](u32 place) {
    const Connection& c = tally.connections()[place];
    table.cell().dec(place);
    Text& handshake = table.cell();
    c.handshake != 0 ? readable_time(c.handshake, handshake) : void(handshake.add('-'));
    rtt_cell(c.farther().acks, table.cell());
    both_sides(c.a.again, c.b.again, table.cell());
    both_sides(c.a.duplicate_acks, c.b.duplicate_acks, table.cell());
    both_sides(c.a.zero_windows, c.b.zero_windows, table.cell());
    outcome(c, table.cell());
  });
  look.out.add('\n');
  wrapped("RTT: how long ACKs of the farther side took, least / median / greatest. 2 + 1: twice "
          "the client, once the server; -: never, or not seen.",
          0, look.width, look.out);
  look.out.add('\n');
}

}  // namespace

void talks_table(const flow::Tally& tally, Level level, const flow::Wanted& wanted,
                 const FlowLook& look) {
  const flow::Listed listed = flow::listed(tally, level, wanted);
  const std::vector<Talk>& talks = tally.talks(level);
  Text title;
  title.add(level_title(level)).add(" conversations");
  Traffic shown = tally.total(level);
  if (wanted.stream != flow::none) {
    shown = {};
    for (u32 place : listed.places) shown += talks[place].both();
  }
  headline(title.view(), listed.places.size() + listed.left_out, shown, look);
  const bool numbered = has_streams(level);
  std::vector<Table::Column> columns{{numbered ? "client → server" : "a → b", true},
                                     {"packets →"},
                                     {"bytes →"},
                                     {"packets ←"},
                                     {"bytes ←"},
                                     {"start, s"},
                                     {"lasted"},
                                     {"rate"}};
  if (numbered) columns.insert(columns.begin(), {"#"});
  Table table(columns, look.width, look.color);
  print(table, listed.places, look, [&](u32 place) {
    const Talk& talk = talks[place];
    if (numbered) table.cell().dec(talk.stream);
    ends(level, talk, table.cell());
    traffic_cells(talk.from_a, table);
    traffic_cells(talk.from_b, table);
    Text start;
    start.seconds(talk.first_time - tally.first_time());
    table.cell().add(start.view().substr(0, start.size() - 3));  // microseconds
    Text& lasted = table.cell();
    talk.both().packets > 1 ? readable_time(talk.duration(), lasted) : void(lasted.add('-'));
    readable_rate(talk.both().bytes, talk.duration(), table.cell());
  });
  more_line(listed.left_out, look);
  if (tally.further(level).packets > 0) {
    look.out.add("Beyond the number of conversations that are told apart: ");
    grouped(tally.further(level).packets, look.out);
    look.out.add(" packets, which the sum above holds\n");
  }
  if (level != Level::tcp || listed.places.empty()) return;
  if (wanted.stream == flow::none) return health_table(tally, listed, look);
  look.out.add('\n');
  for (u32 place : listed.places)
    story(talks[place], tally.connections()[place], 2, look.width, look.out);
}

void endpoints_table(const flow::Tally& tally, Level level, const flow::Wanted& wanted,
                     const FlowLook& look) {
  std::vector<flow::Endpoint> rows = flow::endpoints(tally, level);
  const u64 all = rows.size(), left_out = flow::arrange(rows, wanted);
  Text title;
  title.add(level_title(level)).add(" endpoints");
  headline(title.view(), all, tally.total(level), look);
  Table table({{"endpoint", true},
               {"packets"},
               {"bytes"},
               {"packets sent"},
               {"bytes sent"},
               {"packets received"},
               {"bytes received"}},
              look.width, look.color);
  print(table, rows, look, [&](const flow::Endpoint& e) {
    end(level, e.key, true, table.cell());
    traffic_cells(e.both(), table);
    traffic_cells(e.sent, table);
    traffic_cells(e.received, table);
  });
  more_line(left_out, look);
}

void hierarchy_table(const flow::Hierarchy& hierarchy, const field::Registry& registry,
                     const Traffic& all, const FlowLook& look) {
  Table table(
      {{"protocol", true}, {"packets"}, {"of all"}, {"bytes"}, {"of all"}, {"what it is", true}}, 0,
      look.color);
  const std::vector<flow::Hierarchy::Node> tree = hierarchy.tree();
  const auto indent = [](const flow::Hierarchy::Node& node) {
    return std::min<u32>(node.depth, 20) * 2;
  };
  // What the other columns leave of the line, counts with a few digits supposed.
  constexpr u32 others = 38, least = 12;
  u32 room = look.width > others ? look.width - others : 0;
  u32 widest = 0;
  for (const auto& node : tree)
    widest = std::max(widest, indent(node) + u32(registry[node.proto].name.size()));
  room = room > widest + least ? room - widest : least;
  const auto title = [&](std::string_view text, Text& out) {
    out.add(text.substr(0, text.size() > room ? room - 1 : room))
        .add(text.size() > room ? "…" : "");
  };
  const auto percent = [&](u64 part, u64 whole, Text& out) {
    about(whole == 0 ? 0 : u64(double(part) * 1000 / double(whole) + 0.5), 10, out);
    out.add(" %");
  };
  headline("Protocols", tree.size(), all, look);
  print(table, tree, look, [&](const flow::Hierarchy::Node& node) {
    const field::Protocol& protocol = registry[node.proto];
    table.cell().fill(' ', indent(node)).add(protocol.name);
    grouped(node.traffic.packets, table.cell());
    percent(node.traffic.packets, all.packets, table.cell());
    readable_bytes(node.traffic.bytes, table.cell());
    percent(node.traffic.bytes, all.bytes, table.cell());
    title(protocol.title, table.cell());
  });
  if (hierarchy.left_out() > 0) {
    look.out.add("Too many different ones: ").dec(hierarchy.left_out());
    look.out.add(" packets are not told apart to the end\n");
  }
}

void findings_table(const std::vector<flow::Finding>& findings, const field::Registry& registry,
                    const FlowLook& look) {
  Text& out = look.out;
  if (findings.empty()) out.add("Nothing worth telling was found.\n");
  bool first = true;
  for (const flow::Finding& f : findings) {
    if (!first) out.add('\n');
    first = false;
    if (look.color) out.add(f.severity >= field::Severity::warn ? style::alarm : style::bold);
    out.add(severity_name(f.severity));
    if (look.color) out.add(style::plain);
    out.add("  ");
    Text what, where;
    grouped(f.times, what);
    what.add(f.times == 1 ? " time  " : " times  ").add(registry[f.proto].label);
    if (f.field != nullptr) what.add("  ").add(f.field->name);
    if (!f.kind.empty()) what.add("  (").add(f.kind).add(')');
    where.add("first in frame ").dec(f.first_frame);
    const bool fits =
        severity_name(f.severity).size() + what.size() + where.size() + 4 <= look.width;
    out.add(what.view()).add(fits ? "  " : "\n    ").add(where.view()).add("\n    ");
    Text safe;
    safe.escaped(f.says);
    wrapped(safe.view(), 4, look.width, out);
    out.add('\n');
    look.poll();
  }
}

void intervals_table(const flow::Intervals::Result& result, const FlowLook& look) {
  constexpr u32 longest = 30;
  Traffic all;
  u64 most = 0;
  for (const Traffic& t : result.intervals) all += t, most = std::max(most, t.bytes);
  Text title;
  title.add("Intervals of ");
  readable_time(result.width, title);
  headline(title.view(), result.intervals.size(), all, look);
  Table table({{"from, s"}, {"packets"}, {"bytes"}, {"rate"}, {"bytes as a bar", true}}, 0,
              look.color);
  u64 i = 0;
  const auto row = [&](const Traffic& t) {
    Text from;
    from.seconds(i64(i++) * result.width);
    table.cell().add(from.view().substr(0, from.size() - 3));
    traffic_cells(t, table);
    readable_rate(t.bytes, result.width, table.cell());
    table.cell().fill('#',
                      most == 0 ? 0 : std::size_t(double(t.bytes) * longest / double(most) + 0.5));
  };
  for (const Traffic& t : result.intervals) row(t), table.measure();
  i = 0;
  table.heading(look.out);
  for (const Traffic& t : result.intervals) row(t), table.row(look.out), look.poll();
}

}  // namespace netpeel::view
