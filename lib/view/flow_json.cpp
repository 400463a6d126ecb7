#include "view/flow_json.hpp"

#include "base/json.hpp"
#include "view/flow_words.hpp"

namespace netpeel::view {
namespace {

using base::Json;
using base::Text;
using flow::Conduct;
using flow::Connection;
using flow::Level;
using flow::Traffic;

void seconds(Json& json, std::string_view key, i64 nanoseconds) {
  json.key(key).quoted().seconds(nanoseconds);
  json.end_quoted();
}

void moment(Json& json, std::string_view key, i64 time) {
  json.key(key).quoted().iso_time(time);
  json.end_quoted();
}

bool has_ports(Level level) { return level == Level::tcp || level == Level::udp; }

void place(Json& json, Level level, const flow::Key& key, bool low, std::string_view name,
           std::string_view port_name) {
  address(level, key, low, json.key(name).quoted());
  json.end_quoted();
  if (has_ports(level)) json.member(port_name, low ? key.low_port() : key.high_port());
}

struct ConductNames {
  std::string_view again, out_of_order, missing, duplicate_acks, zero_windows, acks, least, median,
      greatest;
};
constexpr ConductNames names_of_a{"retransmissions_a", "out_of_order_a", "missing_before_a",
                                  "duplicate_acks_a",  "zero_windows_a", "acks_of_a",
                                  "rtt_a_min",         "rtt_a_median",   "rtt_a_max"};
constexpr ConductNames names_of_b{"retransmissions_b", "out_of_order_b", "missing_before_b",
                                  "duplicate_acks_b",  "zero_windows_b", "acks_of_b",
                                  "rtt_b_min",         "rtt_b_median",   "rtt_b_max"};

void conduct(Json& json, const Conduct& c, const ConductNames& names) {
  json.member(names.again, c.again)
      .member(names.out_of_order, c.out_of_order)
      .member(names.missing, c.missing);
  json.member(names.duplicate_acks, c.duplicate_acks).member(names.zero_windows, c.zero_windows);
  json.member(names.acks, c.acks.count());
  if (c.acks.count() == 0) return;
  seconds(json, names.least, c.acks.least());
  seconds(json, names.median, c.acks.median());
  seconds(json, names.greatest, c.acks.greatest());
}

void connection(Json& json, const Connection& c) {
  if (c.handshake != 0) seconds(json, "handshake", c.handshake);
  conduct(json, c.a, names_of_a);
  conduct(json, c.b, names_of_b);
  json.member("completeness", c.completeness);
  Text how;
  outcome(c, how);
  json.member("outcome", how.view());
}

}  // namespace

void talks_json(const flow::Tally& tally, Level level, const flow::Wanted& wanted,
                const FlowLook& look) {
  for (u32 at : flow::listed(tally, level, wanted).places) {
    const flow::Talk& talk = tally.talks(level)[at];
    Json json(look.out);
    json.open('{').member("layer", level_name(level));
    if (has_ports(level)) json.member("stream", talk.stream);
    place(json, level, talk.key, talk.a_is_low, "a", "a_port");
    place(json, level, talk.key, !talk.a_is_low, "b", "b_port");
    const Traffic both = talk.both();
    json.member("packets", both.packets).member("bytes", both.bytes);
    json.member("packets_a_to_b", talk.from_a.packets).member("bytes_a_to_b", talk.from_a.bytes);
    json.member("packets_b_to_a", talk.from_b.packets).member("bytes_b_to_a", talk.from_b.bytes);
    json.member("first_frame", talk.first_frame);
    moment(json, "first_time", talk.first_time);
    seconds(json, "start", talk.first_time - tally.first_time());
    seconds(json, "duration", talk.duration());
    if (level == Level::tcp) connection(json, tally.connections()[at]);
    json.close('}');
    look.out.add('\n');
    look.poll();
  }
}

void endpoints_json(const flow::Tally& tally, Level level, const flow::Wanted& wanted,
                    const FlowLook& look) {
  std::vector<flow::Endpoint> rows = flow::endpoints(tally, level);
  flow::arrange(rows, wanted);
  for (const flow::Endpoint& e : rows) {
    Json json(look.out);
    json.open('{').member("layer", level_name(level));
    place(json, level, e.key, true, "address", "port");
    json.member("packets", e.both().packets).member("bytes", e.both().bytes);
    json.member("packets_sent", e.sent.packets).member("bytes_sent", e.sent.bytes);
    json.member("packets_received", e.received.packets)
        .member("bytes_received", e.received.bytes)
        .close('}');
    look.out.add('\n');
    look.poll();
  }
}

void hierarchy_json(const flow::Hierarchy& hierarchy, const field::Registry& registry,
                    const FlowLook& look) {
  std::vector<u8> path;
  for (const flow::Hierarchy::Node& node : hierarchy.tree()) {
    path.resize(node.depth);
    path.push_back(node.proto);
    Json json(look.out);
    json.open('{').member("protocol", registry[node.proto].name);
    Text& protocols = json.key("path").quoted();
    for (std::size_t i = 0; i < path.size(); ++i)
      protocols.add(i > 0 ? ":" : "").add(registry[path[i]].name);
    json.end_quoted()
        .member("packets", node.traffic.packets)
        .member("bytes", node.traffic.bytes)
        .close('}');
    look.out.add('\n');
  }
}

void findings_json(const std::vector<flow::Finding>& findings, const field::Registry& registry,
                   const FlowLook& look) {
  for (const flow::Finding& f : findings) {
    Json json(look.out);
    json.open('{').member("severity", severity_name(f.severity));
    if (!f.kind.empty()) json.member("kind", f.kind);
    json.member("protocol", registry[f.proto].name);
    if (f.field != nullptr && !f.field->name.empty()) json.member("field", f.field->name);
    json.member("count", f.times)
        .member("first_frame", f.first_frame)
        .member("last_frame", f.last_frame);
    json.member("says", f.says).close('}');
    look.out.add('\n');
  }
}

void intervals_json(const flow::Intervals::Result& result, const FlowLook& look) {
  for (std::size_t i = 0; i < result.intervals.size(); ++i) {
    Json json(look.out);
    json.open('{');
    seconds(json, "start", i64(i) * result.width);
    seconds(json, "width", result.width);
    json.member("packets", result.intervals[i].packets)
        .member("bytes", result.intervals[i].bytes)
        .close('}');
    look.out.add('\n');
    look.poll();
  }
}

}  // namespace netpeel::view
