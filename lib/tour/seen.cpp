#include "tour/seen.hpp"

#include <algorithm>

#include "capture/source.hpp"
#include "flow/play.hpp"
#include "proto/transport/tcp.hpp"

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
    if (c.kind == Kind::tcp) s.seq = u32(field::get<proto::Tcp, "tcp.seq_raw">(packet.bytes(*top)));
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

Seen look(const std::string& path, const field::Registry& registry) {
  Seen out;
  Memory memory(registry, out);
  const auto source = capture::open_file(path);
  out.frames = flow::play(*source, registry, &memory, [](const field::Packet&, std::size_t) {});
  out.taps = flow::interface_names(*source);
  out.cut_short = out.frames > most_frames;
  return out;
}

bool Talk::has(u64 frame) const {
  return std::any_of(packets.begin(), packets.end(),
                     [&](const Sighting& s) { return s.frame == frame; });
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
