#include <algorithm>

#include "contrast/measure.hpp"
#include "flow/play.hpp"
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

u32 reach(const Sighting& s) { return s.seq + u32(s.data.size()); }

contrast::Measure measure(const Talk& talk, const std::string& path,
                          const field::Registry& registry) {
  contrast::Meter meter;
  const auto source = capture::open_file(path);
  flow::play(*source, registry, &meter, [&](const field::Packet& packet, std::size_t interfaces) {
    meter.add(packet, talk.has(packet.frame.number), u32(interfaces));
  });
  return meter.finish(flow::interface_names(*source));
}

// The client's messages: of TCP what it gave to it in one go, of UDP each datagram.
std::vector<Message> messages(const contrast::Measure& m) {
  std::vector<Message> out;
  for (const contrast::Said& said : m.said[u8(Side::client)]) {
    out.push_back({.text = said.begin,
                   .sent_frame = said.frame,
                   .again_frame = said.again_frame,
                   .sent = said.time,
                   .again = said.again_time});
  }
  for (const contrast::Handed& handed : m.handed) {
    if (handed.side != Side::client || handed.first == 0) continue;
    for (u32 i = handed.first; i <= handed.last && i <= out.size(); ++i) {
      Message& message = out[i - 1];
      if (message.came()) continue;
      message.arrived_frame = handed.frame;
      message.usable = handed.time;
      message.arrived = handed.time - handed.held;
    }
  }
  return out;
}

Crossing crossing(const Talk& talk, const contrast::Measure& m) {
  return {.kind = talk.kind,
          .stream = talk.stream,
          .client = talk.client,
          .server = talk.server,
          .near_tap = m.names[u8(Side::client)],
          .far_tap = m.names[u8(Side::server)],
          .packets = m.all_packets(),
          .bytes = m.all_bytes(),
          .before_data = m.packets_before,
          .before_time = m.time_before,
          .again = m.again.size(),
          .messages = messages(m)};
}

std::string said_by_client(const Talk& talk) {
  std::string out;
  u32 sent_to = 0;
  bool sent = false;
  for (const Sighting& s : talk.packets) {
    if (s.tap != talk.home || s.side != Side::client || s.data.empty()) continue;
    if (talk.kind == Kind::tcp && sent && std::int32_t(reach(s) - sent_to) <= 0) continue;
    sent = true;
    sent_to = reach(s);
    out += s.data;
  }
  return out;
}

}  // namespace

std::optional<Lost> find_lost(const Seen& seen, const std::string& path,
                              const field::Registry& registry) {
  if (seen.taps.size() != 2) return {};
  for (const Talk& tcp : seen.talks) {
    if (tcp.kind != Kind::tcp) continue;
    const std::string said = said_by_client(tcp);
    if (said.empty()) continue;
    for (const Talk& udp : seen.talks) {
      if (udp.kind != Kind::udp || said_by_client(udp) != said) continue;
      Lost out{crossing(tcp, measure(tcp, path, registry)),
               crossing(udp, measure(udp, path, registry))};
      if (out.tcp.lost() != nullptr && out.udp.lost() != nullptr) return out;
    }
  }
  return {};
}

}  // namespace netpeel::tour
