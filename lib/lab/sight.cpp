#include "lab/sight.hpp"

#include "field/walk.hpp"
#include "proto/transport/tcp.hpp"

namespace netpeel::lab {
namespace {

constexpr u16 bit(Kind kind) { return u16(1u << u32(kind)); }

u16 tcp_kinds(const field::Packet& packet, const field::Layer& layer) {
  if ((layer.flags & field::Layer::cut_header) != 0) return 0;
  using namespace proto::tcp_flag;
  const u32 flags = u32(field::get<proto::Tcp, "tcp.flags">(packet.bytes(layer)));
  u16 out = 0;
  if (layer.body > 0) out |= bit(Kind::data);
  if ((flags & syn) != 0) out |= bit(Kind::syn);
  if ((flags & fin) != 0) out |= bit(Kind::fin);
  if ((flags & reset) != 0) out |= bit(Kind::rst);
  if ((flags & ack) != 0 && (flags & (syn | fin | reset)) == 0 && layer.body == 0)
    out |= bit(Kind::ack);
  return out;
}

}  // namespace

const Sight& Watcher::look(Bytes frame, i64 time, bool follow) {
  packet_.frame = {};
  packet_.frame.data = frame.data();
  packet_.frame.size = packet_.frame.wire_size = u32(frame.size());
  packet_.frame.time = time;
  packet_.frame.number = ++number_;
  field::walk(registry_, packet_);

  sight_ = {};
  sight_.frame = frame;
  sight_.kinds = bit(Kind::frame);
  const field::Layer* carrier = &packet_.layers[packet_.depth - 1];
  for (const field::Layer& layer : packet_.all()) {
    if ((layer.flags & field::Layer::quoted) != 0) break;
    if (layer.proto != tcp_ && layer.proto != udp_) continue;
    sight_.kinds |= layer.proto == tcp_ ? tcp_kinds(packet_, layer) : bit(Kind::datagram);
    carrier = &layer;
    break;
  }
  const bool carries = carrier->body > 0;
  sight_.payload_at = carries ? carrier->at + carrier->header : carrier->at;
  sight_.payload_size = carries ? carrier->body : carrier->header;

  // Behind this, because a tracker adds layers of messages to the packet.
  if (follow) {
    if (!tracker_)
      tracker_ = std::make_unique<flow::Tracker>(registry_,
                                                 flow::TrackerSettings{.memory = u64(16) << 20});
    tracker_->see(packet_);
  }
  sight_.packet = &packet_;
  return sight_;
}

}  // namespace netpeel::lab
