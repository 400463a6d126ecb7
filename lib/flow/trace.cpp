#include "flow/trace.hpp"

#include "flow/tcp_half.hpp"
#include "proto/transport/tcp.hpp"

namespace netpeel::flow {
namespace {

using proto::get;
using proto::Tcp;

// A 32-bit place near the one that was reached last, as a number that does not wrap.
u64 unwrapped(u32 place, u64 reached) {
  const i64 at = i64(reached) + i32(place - u32(reached));
  return at < 0 ? 0 : u64(at);
}

}  // namespace

void Trace::packet(const Conversation& conversation, Side side, const field::Packet& packet) {
  if (conversation.kind != Conversation::Kind::tcp || conversation.stream != stream_) return;
  conversation_ = conversation;
  for (const field::Layer& layer : packet.all()) {
    if (layer.proto != proto::id::tcp || (layer.flags & field::Layer::quoted) != 0) continue;
    const auto* known = static_cast<const proto::TcpFacts*>(packet.known(layer));
    if (known == nullptr || known->stream != stream_ || !known->analysed) continue;
    const u8* p = packet.bytes(layer);
    const u32 flags = u32(get<Tcp, "tcp.flags">(p)), raw = u32(get<Tcp, "tcp.seq_raw">(p));
    const bool takes_one = (flags & (proto::tcp_flag::syn | proto::tcp_flag::fin)) != 0;
    u64 &own = reached_[u8(side)], &others = reached_[u8(stream::other(side))];
    Segment s{.time = packet.frame.time,
              .frame = packet.frame.number,
              .window = known->window,
              .in_flight = known->bytes_in_flight,
              .marks = known->marks,
              .side = side};
    s.seq = unwrapped(raw - known->base_seq, own);
    s.length = known->next_seq - raw - (takes_one ? 1 : 0);
    s.has_ack = (flags & proto::tcp_flag::ack) != 0;
    if (s.has_ack) s.ack = unwrapped(u32(get<Tcp, "tcp.ack_raw">(p)) - known->base_ack, others);
    s.has_rtt = known->acks_frame != 0;
    s.rtt = known->ack_rtt;
    s.scaled = known->scale != -1;
    own = s.seq;
    if (s.has_ack) others = s.ack;
    last_ = s;
    return;
  }
}

void Trace::count(const field::Packet& packet) {
  if (last_.frame == 0 || last_.frame != packet.frame.number) return;
  if (segments_.size() < most) {
    segments_.push_back(last_);
  } else {
    ++left_out_;
  }
  last_.frame = 0;
}

}  // namespace netpeel::flow
