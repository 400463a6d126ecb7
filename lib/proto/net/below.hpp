// What transport protocols must know of the IP packet that carries them: its addresses for the
// pseudo-header, and how many bytes it says they have, which is more than the capture kept where
// frames were cut.
#pragma once
#include "proto/net/ip.hpp"
#include "proto/net/ip6.hpp"

namespace netpeel::proto {

struct IpBelow {
  const Layer* layer = nullptr;  // the ip or ipv6 layer nearest below, of a part the one under it;
                                 // null: none, or its header is cut
  bool v6 = false;
  // 4 or 16 bytes, those of the pseudo-header: of the mobile host's home, of the last stop of a
  // routing header. Null: unknown.
  const u8* source = nullptr;
  const u8* destination = nullptr;
  u32 claimed = 0;        // bytes IP says are left for the layer asked about
  bool fragment = false;  // not the whole datagram: nothing can be verified

  explicit operator bool() const { return layer != nullptr; }
};

// From where the layer begins to where the one below it ends. A length of 0 is what a segmenting
// network card is handed (TSO): then the frame is the measure.
inline u32 claimed_of(const Packet& packet, const Layer& below, u32 told, u32 at) {
  const u32 before = at - below.at, end = told == 0 ? packet.frame.wire_size - below.at : told;
  return end > before ? end - before : 0;
}
// What those headers by themselves say for the layer at `at`. payload: as IPv6's header or its
// jumbo option tells; 0: neither.
inline IpBelow below_v4(const Packet& packet, const Layer& l, u32 at) {
  const u8* p = packet.bytes(l);
  return {.layer = &l,
          .v6 = false,
          .source = place<Ip, "ip.src">(p),
          .destination = place<Ip, "ip.dst">(p),
          .claimed = claimed_of(packet, l, u32(get<Ip, "ip.len">(p)), at),
          .fragment = get<Ip, "ip.flags.mf">(p) != 0 || get<Ip, "ip.frag_offset">(p) != 0};
}
inline IpBelow below_v6(const Packet& packet, const Layer& l, u32 payload, u32 at) {
  const u8* p = packet.bytes(l);
  return {.layer = &l,
          .v6 = true,
          .source = place<Ipv6, "ipv6.src">(p),
          .destination = place<Ipv6, "ipv6.dst">(p),
          .claimed = claimed_of(packet, l, payload == 0 ? 0 : l.header + payload, at)};
}
// Below options and extensions, or under the part that the layer is in.
IpBelow ip_below_searched(const Packet& packet, const Layer& layer);

// Inline: the flow table asks for every packet.
inline IpBelow ip_below(const Packet& packet, const Layer& layer) {
  // Most often it is the next one, and has neither options nor extensions.
  const Layer* l = packet.below(layer);
  if (l != nullptr && (l->flags & Layer::cut_header) == 0) {
    if (l->proto == id::ip && l->header == fixed_bytes<Ip>) return below_v4(packet, *l, layer.at);
    const u32 payload = l->proto == id::ip6 ? u32(get<Ipv6, "ipv6.plen">(packet.bytes(*l))) : 0;
    if (payload != 0) return below_v6(packet, *l, payload, layer.at);
  }
  return ip_below_searched(packet, layer);
}

// Verifies a checksum over pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1) and `covered` bytes from
// the layer's start. Unverified where the capture holds fewer bytes, the packet is a fragment or a
// quotation, or no IP carries it.
Verdict pseudo_checksum(const Packet& packet, const Layer& layer, u8 ip_proto, u32 covered);

}  // namespace netpeel::proto
