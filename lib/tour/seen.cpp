#include "tour/seen.hpp"

#include <algorithm>

#include "capture/source.hpp"
#include "field/walk.hpp"
#include "proto/transport/tcp.hpp"
#include "proto/transport/tcp_facts.hpp"

namespace netpeel::tour {
namespace {

std::string spelt(const flow::End& end) {
  base::Text out;
  if (end.v6) out.add('[');
  end.v6 ? out.ipv6(end.address) : out.ipv4(end.address);
  if (end.v6) out.add(']');
  out.add(':').dec(end.port);
  return std::string(out.view());
}

class Memory final : public flow::Listener {
 public:
  Memory(const field::Registry& registry, Seen& out)
      : out_(out), tcp_(registry.protocol("tcp")), udp_(registry.protocol("udp")),
        ip_(registry.protocol("ip")), ip6_(registry.protocol("ipv6")) {}

 private:
  void packet(const flow::Conversation& c, Side side, const field::Packet& packet) override {
    tap_ = packet.frame.interface;
    frame_ = packet.frame.number;
    time_ = packet.frame.time;
    if (frame_ > most_frames) return;
    const field::Layer* top = packet.find(c.kind == Kind::tcp ? tcp_ : udp_);
    const field::Layer* net = packet.find(ip_) != nullptr ? packet.find(ip_) : packet.find(ip6_);
    if (top == nullptr || net == nullptr) return;
    Talk& talk = talk_of(c);
    Sighting s{.frame = frame_, .time = time_, .tap = tap_, .side = side};
    s.size = packet.frame.wire_size;
    s.link = net->at;
    s.net = top->at - net->at;
    s.transport = top->header;
    s.data = base::as_text({packet.bytes(*top) + top->header, top->body});
    if (c.kind == Kind::tcp) tcp(packet, *top, s);
    talk.packets.push_back(std::move(s));
  }
  void message(const flow::Conversation& c, const stream::Message& m,
               std::span<const u64>) override {
    if (frame_ > most_frames) return;
    out_.said.push_back({.stream = c.stream,
                         .tap = tap_,
                         .side = m.side,
                         .protocol = std::string(m.protocol->name),
                         .bytes = std::string(base::as_text(m.bytes)),
                         .header = m.header,
                         .frame = frame_,
                         .time = time_});
  }
  static void tcp(const field::Packet& packet, const field::Layer& layer, Sighting& s) {
    const auto* facts = static_cast<const proto::TcpFacts*>(packet.known(layer));
    const u32 seq = u32(field::get<proto::Tcp, "tcp.seq_raw">(packet.bytes(layer)));
    s.seq = facts != nullptr ? seq - facts->base_seq : seq;
    constexpr u32 again = proto::tcp_mark::retransmission | proto::tcp_mark::fast_retransmission |
                          proto::tcp_mark::spurious_retransmission;
    s.sent_again = facts != nullptr && (facts->marks & again) != 0;
  }
  Talk& talk_of(const flow::Conversation& c) {
    for (Talk& talk : out_.talks) {
      if (talk.kind == c.kind && talk.stream == c.stream) return talk;
    }
    out_.talks.push_back({.kind = c.kind,
                          .stream = c.stream,
                          .client = spelt(c.client),
                          .server = spelt(c.server),
                          .server_port = c.server.port,
                          .home = tap_});
    return out_.talks.back();
  }

  Seen& out_;
  u8 tcp_, udp_, ip_, ip6_;
  u16 tap_ = 0;
  u64 frame_ = 0;
  i64 time_ = 0;
};

}  // namespace

std::vector<std::string> play(const std::string& path, const field::Registry& registry,
                              flow::Listener* listener, const Each& each) {
  const auto source = capture::open_file(path);
  flow::Tracker tracker(registry, {.taps = true}, listener);
  field::Packet packet;
  u64 count = 0;
  for (auto batch = source->next(); !batch.empty(); batch = source->next()) {
    for (const base::Frame& frame : batch) {
      const i64 before = packet.frame.time;
      packet.frame = frame;
      if (count++ == 0) packet.first_time = frame.time;
      packet.previous_time = count == 1 ? frame.time : before;
      packet.previous_shown_time = packet.previous_time;
      field::walk(registry, packet);
      tracker.see(packet);
      each(packet, u32(source->interfaces().size()));
    }
  }
  tracker.finish();
  std::vector<std::string> names;
  for (const capture::Interface& interface : source->interfaces()) {
    base::Text name;
    name.escaped(interface.name, 40);
    names.emplace_back(name.view());
  }
  return names;
}

Seen look(const std::string& path, const field::Registry& registry) {
  Seen out;
  Memory memory(registry, out);
  out.taps = play(path, registry, &memory, [&](const field::Packet&, u32) { ++out.frames; });
  out.cut_short = out.frames > most_frames;
  return out;
}

const Talk* Seen::talk(Kind kind, u32 stream) const {
  for (const Talk& talk : talks) {
    if (talk.kind == kind && talk.stream == stream) return &talk;
  }
  return nullptr;
}

const Sighting* Seen::sighting(u64 frame) const {
  for (const Talk& talk : talks) {
    for (const Sighting& s : talk.packets) {
      if (s.frame == frame) return &s;
    }
  }
  return nullptr;
}

}  // namespace netpeel::tour
