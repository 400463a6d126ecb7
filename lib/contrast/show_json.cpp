#include "base/json.hpp"
#include "contrast/show.hpp"

namespace netpeel::contrast {
namespace {

using base::Json;

void frames(Json& json, const char* key, const std::vector<u64>& all) {
  json.key(key).open('[');
  for (const u64 frame : all) json.number(frame);
  json.close(']');
}

void said(Json& json, const Measure& m) {
  json.key("said").open('[');
  for (u32 side = 0; side < 2; ++side) {
    for (const Said& s : m.said[side]) {
      json.open('{').member("side", side == 0 ? "client" : "server").member("frame", s.frame);
      json.member("at", s.at).member("bytes", u64(s.size)).close('}');
    }
  }
  json.close(']').key("handed").open('[');
  for (const Handed& h : m.handed) {
    json.open('{').member("side", h.side == Side::client ? "client" : "server");
    json.member("frame", h.frame).member("released_by", h.released);
    json.member("held_ns", u64(std::max<i64>(h.held, 0))).member("bytes", u64(h.size));
    json.member("first", u64(h.first)).member("last", u64(h.last)).close('}');
  }
  json.close(']');
}

void measure(Json& json, const Measure& m) {
  json.key("taps").boolean(m.taps);
  json.member("packets", m.all_packets()).member("bytes", m.all_bytes());
  json.member("packets_from_client", m.packets[0]).member("packets_from_server", m.packets[1]);
  json.member("bytes_from_client", m.bytes[0]).member("bytes_from_server", m.bytes[1]);
  json.member("frames_in_file", m.frames).member("bytes_in_file", m.octets);
  json.member("tcp_conversations", m.conversations[0]);
  json.member("udp_conversations", m.conversations[1]);
  json.member("packets_before_data", m.packets_before).member("bytes_before_data", m.bytes_before);
  json.member("time_before_data_ns", u64(std::max<i64>(m.time_before, 0)));
  json.member("first_data_frame", m.first_data_frame);
  json.member("time_to_first_byte_ns", u64(std::max<i64>(m.first_handed, 0)));
  json.key("layers").open('{').member("link", m.shares.link).member("internet", m.shares.internet);
  json.member("transport", m.shares.transport).member("framing", m.shares.framing);
  json.member("payload", m.shares.payload).member("again", m.shares.again).close('}');
  json.member("messages", m.messages).member("exchanges", m.exchanges);
  json.member("idle_exchanges", m.idle_exchanges).member("idle_packets", m.idle_packets);
  json.member("idle_bytes", m.idle_bytes);
  json.key("idle").open('{').member("kind", idle_name(m.idle.kind));
  json.member("every_ns", u64(m.idle.every)).member("bytes", m.idle.bytes);
  json.member("bytes_a_minute", m.idle.bytes_a_minute()).member("seen", m.idle.seen).close('}');
  json.member("duration_ns", u64(std::max<i64>(m.duration(), 0)));
  frames(json, "again", m.again);
  json.key("fates").open('[');
  for (const Fate& fate : m.fates) {
    json.open('{').member("kind", fate_name(fate.kind)).member("sent", fate.sent);
    json.member("arrived", fate.arrived).close('}');
  }
  json.close(']');
  json.member("sha1_sent", m.sent_hash[0]).member("sha1_arrived", m.got_hash[0]);
  json.member("bytes_sent", m.sent_bytes[0]).member("bytes_arrived", m.got_bytes[0]);
  json.key("events").open('[');
  for (const Event& e : m.events) {
    json.open('{').member("number", e.number).member("sent_frame", e.sent_frame);
    json.member("frame", e.got_frame).key("delay_ns");
    (e.complete() ? json.number_signed(e.delay()) : json.null()).close('}');
  }
  json.close(']');
  const auto delays = m.delays();
  json.key("delay_median_ns").number_signed(quantile(delays, 0.5));
  json.key("delay_p99_ns").number_signed(quantile(delays, 0.99));
  const Handed* held = m.longest_held();
  json.key("head_of_line_ns").number_signed(held == nullptr ? 0 : held->held);
  json.key("longest_silence_ns").number_signed(m.longest_silence());
  said(json, m);
}

}  // namespace

void show_json(const Contrast& c, base::Text& out) {
  Json json(out);
  json.open('{').member("contrast", c.id).member("title", c.title).member("about", c.about);
  json.key("ways").open('[');
  for (const Way& way : c.ways) {
    json.open('{').member("name", way.name).member("where", way.where).member("file", way.file);
    measure(json, way.measure);
    json.close('}');
  }
  json.close(']').key("rows").open('[');
  for (const Row& row : c.rows) {
    json.open('{').member("id", row.id).member("title", row.title).key("values").open('[');
    json.text(row.values[0]).text(row.values[1]).close(']').key("varies").boolean(!row.steady);
    json.close('}');
  }
  json.close(']').key("handshake").open('[');
  for (const Comparison& line : c.handshake) {
    json.open('{').member("part", line.part).member("field", line.field).key("values").open('[');
    json.text(line.values[0]).text(line.values[1]).close(']').member("why", line.why).close('}');
  }
  json.close(']').key("sentences").open('[');
  for (const Sentence& s : c.sentences) {
    json.open('{').member("id", s.id).key("way");
    (s.way < 0 ? json.null() : json.number(u64(s.way))).member("says", s.says);
    frames(json, "frames_a", s.frames[0]);
    frames(json, "frames_b", s.frames[1]);
    json.key("varies").boolean(!s.steady).close('}');
  }
  json.close(']').close('}');
  out.add('\n');
}

}  // namespace netpeel::contrast
