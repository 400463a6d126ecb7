#include "proto/link/tail.hpp"

namespace netpeel::proto {
namespace {

constexpr u32 least_frame = 60;  // without the frame check sequence (IEEE 802.3 §3.2.8)
constexpr u32 least_with_fcs = 64;
constexpr u32 fcs_size = 4;

// Where the packet in the layer says that it ends. An MPLS label claims no length: the packet
// behind the labels does.
u32 packet_end(const Packet& packet, const Layer& layer) {
  const Layer* above = packet.above(layer);
  while (above != nullptr && above->proto == id::mpls) above = packet.above(*above);
  if (above == nullptr) return layer.end();
  switch (above->proto) {
    case id::vlan:  // a tag speaks of its own tail
    case id::ieee8021ad:
    case id::pppoed:  // Wireshark calls what stands behind PPPoE's own length nothing
    case id::pppoes: return layer.end();
    default: return std::min(above->end(), layer.end());
  }
}

}  // namespace

void ethernet_tail(Expansion& x, const TailRows& rows) {
  const Packet& packet = x.packet;
  const base::Frame& frame = packet.frame;
  const Layer* below = packet.below(x.layer);
  const u32 to = below != nullptr ? below->end() : frame.size;
  const u32 from = packet_end(packet, x.layer);
  if (from >= to) return;
  // The tail as it was on the wire; the capture may have cut it.
  const u32 there = to - from;
  const u32 lost = to == frame.size ? frame.wire_size - frame.size : 0;
  const u32 whole = there + lost;
  x.reach(to - x.layer.at);
  const u8* p = frame.data + from;
  u32 at = from - x.layer.at;

  const u32 packet_size = frame.wire_size - whole;
  u32 padding =
      frame.wire_size >= least_frame && packet_size < least_frame ? least_frame - packet_size : 0;
  padding = std::min(padding, there);
  if (std::any_of(p, p + padding, [](u8 byte) { return byte != 0; })) padding = 0;
  if (padding > 0) x.field(row<"eth.padding">(tail_rows), at, padding);
  at += padding;

  u32 rest = there - padding;
  const bool ends_in_fcs =
      rows.fcs != nullptr && frame.wire_size >= least_with_fcs && whole - padding >= fcs_size;
  u32 of_fcs = 0;
  if (ends_in_fcs) {
    const u32 trailer = std::min(rest, whole - padding - fcs_size);
    of_fcs = rest - trailer;
    rest = trailer;
  }
  if (rest > 0) x.field(*rows.trailer, at, rest);
  if (of_fcs == fcs_size) {
    x.field(*rows.fcs, at + rest, fcs_size);
    x.computed(*rows.fcs_status, u64(Verdict::unverified));
  }
}

}  // namespace netpeel::proto
