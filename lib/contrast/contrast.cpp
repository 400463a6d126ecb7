#include "contrast/contrast.hpp"

#include "contrast/words.hpp"

namespace netpeel::contrast {
namespace {

using Get = double (*)(const Measure&);

void add(Contrast& to, Row row) { to.rows.push_back(std::move(row)); }

// A number of each, shown by `print`.
void number(Contrast& to, const char* id, const char* title, Get get, std::string (*print)(double),
            bool steady = false) {
  Row row{.id = id, .title = title, .steady = steady, .has_numbers = true};
  for (u32 i = 0; i < 2; ++i) {
    row.numbers[i] = get(to.ways[i].measure);
    row.values[i] = print(row.numbers[i]);
  }
  add(to, std::move(row));
}

void shares(Contrast& to) {
  struct Share {
    const char *id, *title;
    u64 Shares::*what;
    bool steady;
  };
  static constexpr Share all[]{
      {"bytes_link",      "  link (Ethernet)",          &Shares::link,      false},
      {"bytes_internet",  "  internet (IP)",            &Shares::internet,  false},
      {"bytes_transport", "  transport (TCP, UDP)",     &Shares::transport, false},
      {"bytes_framing",   "  framing (HTTP, frames …)", &Shares::framing,   false},
      {"bytes_payload",   "  payload",                  &Shares::payload,   false},
      {"bytes_again",     "  sent before",              &Shares::again,     false},
  };
  for (const Share& share : all) {
    Row row{.id = share.id, .title = share.title, .steady = share.steady, .has_numbers = true};
    for (u32 i = 0; i < 2; ++i) {
      const Shares& s = to.ways[i].measure.shares;
      row.numbers[i] = double(s.*share.what);
      row.values[i] = grouped(s.*share.what) + percent(s.*share.what, s.all());
    }
    add(to, std::move(row));
  }
}

// Numbers of what was said, in some order: "1 2 4 3 5".
std::string order_of(const std::vector<u32>& places) {
  std::string out;
  constexpr std::size_t most = 12;
  for (std::size_t i = 0; i < std::min(places.size(), most); ++i)
    out += (i > 0 ? " " : "") + (places[i] == 0 ? std::string("?") : std::to_string(places[i]));
  return out + (places.size() > most ? " …" : "");
}
std::vector<u32> arrived(const Measure& m) {
  std::vector<u32> out;
  for (const auto& [side, place] : m.arrivals) {
    if (side == Side::client) out.push_back(place);
  }
  return out;
}
std::vector<u32> handed(const Measure& m) {
  std::vector<u32> out;
  for (const Handed& h : m.handed) {
    if (h.side != Side::client) continue;
    if (h.first == 0) out.push_back(0);
    for (u32 i = h.first; i != 0 && i <= h.last; ++i) out.push_back(i);
  }
  return out;
}

void orders(Contrast& to) {
  Row came{.id = "arrived", .title = "Arrived in the order"};
  Row given{.id = "handed", .title = "Handed on in the order", .steady = true};
  Row sent{.id = "sha1_sent", .title = "SHA-1 of what the client sent", .steady = true};
  Row got{.id = "sha1_arrived", .title = "SHA-1 of what was handed on", .steady = true};
  for (u32 i = 0; i < 2; ++i) {
    const Measure& m = to.ways[i].measure;
    came.values[i] = order_of(arrived(m));
    given.values[i] = order_of(handed(m));
    sent.values[i] = m.sent_hash[0].substr(0, 16);
    got.values[i] = m.got_hash[0].substr(0, 16);
  }
  for (Row* row : {&came, &given, &sent, &got}) {
    if (!row->values[0].empty() || !row->values[1].empty()) add(to, std::move(*row));
  }
}

void events(Contrast& to) {
  if (to.ways[0].measure.events.empty() && to.ways[1].measure.events.empty()) return;
  const auto delay = [&](const char* id, const char* title, double p) {
    Row row{.id = id, .title = title, .has_numbers = true};
    for (u32 i = 0; i < 2; ++i) {
      const auto delays = to.ways[i].measure.delays();
      row.numbers[i] = double(quantile(delays, p));
      row.values[i] = delays.empty() ? "none came" : time_text(row.numbers[i]);
    }
    add(to, std::move(row));
  };
  number(
      to, "events", "Events that came", [](const Measure& m) { return double(m.delays().size()); },
      count_text, true);
  delay("delay_median", "Delay of an event, median", 0.5);
  delay("delay_p99", "Delay of an event, p99", 0.99);
  if (to.id == "tcp-udp" || to.id == "files" || to.id == "http-ws") return;
  Row row{
      .id = "idle_bytes_a_minute", .title = "Idle: bytes a minute (reckoned)", .has_numbers = true};
  for (u32 i = 0; i < 2; ++i) {
    const Idle& idle = to.ways[i].measure.idle;
    row.numbers[i] = double(idle.bytes_a_minute());
    row.values[i] = idle.kind == Idle::Kind::unsaid  ? "not said"
                    : idle.kind == Idle::Kind::quiet ? "none announced"
                                                     : count_text(row.numbers[i]);
  }
  add(to, std::move(row));
}

void table(Contrast& to) {
  number(
      to, "packets_before_data", "Packets before the first byte of data",
      [](const Measure& m) { return double(m.packets_before); }, count_text, true);
  number(
      to, "bytes_before_data", "Bytes before it",
      [](const Measure& m) { return double(m.bytes_before); }, count_text, true);
  number(
      to, "time_before_data", "Time that they took",
      [](const Measure& m) { return double(m.time_before); }, time_text);
  number(
      to, "time_to_first_byte", "Time until the first byte arrived",
      [](const Measure& m) { return double(m.first_handed); },
      [](double t) { return t <= 0 ? std::string("at once") : time_text(t); });
  number(
      to, "packets", "Packets in all", [](const Measure& m) { return double(m.all_packets()); },
      count_text);
  number(
      to, "bytes", "Bytes in all", [](const Measure& m) { return double(m.all_bytes()); },
      count_text);
  shares(to);
  number(
      to, "messages", "HTTP messages and WebSocket frames",
      [](const Measure& m) { return double(m.messages); }, count_text);
  if (to.rows.back().numbers[0] + to.rows.back().numbers[1] == 0) to.rows.pop_back();
  number(
      to, "sent_again", "Packets that TCP sent again",
      [](const Measure& m) { return double(m.again.size()); }, count_text);
  if (to.ways[0].measure.taps || to.ways[1].measure.taps) {
    number(
        to, "lost", "Packets lost on the way",
        [](const Measure& m) { return double(m.count(Fate::Kind::lost)); }, count_text, true);
    number(
        to, "late", "Packets late",
        [](const Measure& m) { return double(m.count(Fate::Kind::late)); }, count_text);
    number(
        to, "doubled", "Packets doubled",
        [](const Measure& m) { return double(m.count(Fate::Kind::doubled)); }, count_text, true);
    number(
        to, "bent", "Packets bent",
        [](const Measure& m) { return double(m.count(Fate::Kind::bent)); }, count_text, true);
  }
  if (to.id == "tcp-udp" || to.id == "files") orders(to);
  number(
      to, "head_of_line", "Longest wait behind what was missing",
      [](const Measure& m) {
        const Handed* h = m.longest_held();
        return h == nullptr ? 0.0 : double(h->held);
      },
      time_text);
  number(
      to, "longest_silence", "Longest silence at the server",
      [](const Measure& m) { return double(m.longest_silence()); }, time_text);
  events(to);
}

}  // namespace

void draw_conclusions(Contrast& contrast, const Heads heads[2]) {
  table(contrast);
  say(contrast, heads);
}

}  // namespace netpeel::contrast
