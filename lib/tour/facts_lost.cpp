#include <algorithm>

#include "tour/facts.hpp"

namespace netpeel::tour {

u64 Crossing::arrived() const {
  return u64(std::count_if(messages.begin(), messages.end(), [](auto& m) { return m.came(); }));
}

const Message* Crossing::held_longest() const {
  const Message* out = nullptr;
  for (const Message& m : messages) {
    if (!m.held()) continue;
    if (out == nullptr || m.usable - m.arrived > out->usable - out->arrived) out = &m;
  }
  return out;
}

const Message* Crossing::lost() const {
  for (const Message& m : messages) {
    if (m.lost_once()) return &m;
  }
  return nullptr;
}

namespace {

struct Reach {
  u32 from, to;
};
Reach reach(const Sighting& s) { return {s.seq, s.seq + u32(s.data.size())}; }

// The client's messages: of TCP each new piece of its stream, of UDP each datagram.
void messages(const Talk& talk, Crossing& out) {
  u32 sent_to = 0;
  std::vector<Reach> places;
  for (const Sighting& s : talk.packets) {
    if (s.tap != talk.home || s.side != Side::client || s.data.empty()) continue;
    const Reach r = reach(s);
    if (talk.kind == Kind::udp || r.to > sent_to) {
      out.messages.push_back({.text = s.data, .sent_frame = s.frame, .sent = s.time});
      out.payload += s.data.size();
      places.push_back(r);
      sent_to = r.to;
      continue;
    }
    ++out.again;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (out.messages[i].again_frame != 0 || places[i].from < r.from || places[i].to > r.to)
        continue;
      out.messages[i].again_frame = s.frame;
      out.messages[i].again = s.time;
    }
  }
  for (std::size_t i = 0; i < places.size(); ++i) {
    Message& m = out.messages[i];
    for (const Sighting& s : talk.packets) {
      if (s.tap == talk.home || s.side != Side::client || s.data.empty() || m.came()) continue;
      const Reach r = reach(s);
      const bool has = talk.kind == Kind::udp ? s.data == m.text
                                              : r.from <= places[i].from && r.to >= places[i].to;
      if (has) m.arrived_frame = s.frame, m.arrived = m.usable = s.time;
    }
  }
  if (talk.kind == Kind::udp) return;
  i64 ready = 0;
  for (Message& m : out.messages) {
    if (!m.came()) break;
    m.usable = ready = std::max(ready, m.arrived);
  }
}

Crossing crossing(const Seen& seen, const Talk& talk) {
  Crossing out{.kind = talk.kind,
               .stream = talk.stream,
               .client = talk.client,
               .server = talk.server,
               .near_tap = seen.taps[talk.home],
               .far_tap = seen.taps[talk.home == 0 ? 1 : 0]};
  out.began = talk.packets.front().time;
  messages(talk, out);
  for (const Sighting& s : talk.packets) {
    if (s.tap != talk.home) continue;
    ++out.packets;
    out.bytes += s.size;
    if (out.messages.empty() || s.frame >= out.messages[0].sent_frame) continue;
    ++out.before_data;
    out.before_time = s.time - out.began;
  }
  return out;
}

std::string said_by_client(const Talk& talk) {
  std::string out;
  u32 sent_to = 0;
  for (const Sighting& s : talk.packets) {
    if (s.tap != talk.home || s.side != Side::client || s.data.empty()) continue;
    if (talk.kind == Kind::tcp && reach(s).to <= sent_to) continue;
    sent_to = reach(s).to;
    out += s.data;
  }
  return out;
}

}  // namespace

std::optional<Lost> find_lost(const Seen& seen) {
  if (seen.taps.size() != 2) return {};
  for (const Talk& tcp : seen.talks) {
    if (tcp.kind != Kind::tcp) continue;
    const std::string said = said_by_client(tcp);
    if (said.empty()) continue;
    for (const Talk& udp : seen.talks) {
      if (udp.kind != Kind::udp || said_by_client(udp) != said) continue;
      Lost out{crossing(seen, tcp), crossing(seen, udp)};
      if (out.tcp.lost() != nullptr && out.udp.lost() != nullptr) return out;
    }
  }
  return {};
}

}  // namespace netpeel::tour
