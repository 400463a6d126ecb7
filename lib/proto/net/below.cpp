#include "proto/net/below.hpp"

#include "proto/net/ip.hpp"

namespace netpeel::proto {

IpBelow ip_below(const Packet& packet, const Layer& layer) {
  for (const Layer* l = packet.below(layer); l != nullptr; l = packet.below(*l)) {
    if ((l->flags & Layer::cut_header) != 0) return {};
    const u8* p = packet.bytes(*l);
    if (l->proto == id::ip) {
      IpBelow out{.layer = l, .v6 = false, .source = place<Ip, "ip.src">(p), .destination = place<Ip, "ip.dst">(p)};
      const u32 total = u32(get<Ip, "ip.len">(p));
      const u32 before = layer.at - l->at;
      // A length of 0 is what a segmenting network card is handed (TSO): then the frame is the measure.
      const u32 end = total == 0 ? packet.frame.wire_size - l->at : total;
      out.claimed = end > before ? end - before : 0;
      out.fragment = get<Ip, "ip.flags.mf">(p) != 0 || get<Ip, "ip.frag_offset">(p) != 0;
      return out;
    }
  }
  return {};
}

Verdict pseudo_checksum(const Packet& packet, const Layer& layer, u8 ip_proto, u32 covered) {
  const IpBelow ip = ip_below(packet, layer);
  const u32 there = u32(layer.header) + layer.body;
  if (!ip || ip.fragment || covered > there || (layer.flags & Layer::quoted) != 0) return Verdict::unverified;
  base::Checksum sum;
  sum.add({ip.source, ip.v6 ? 16u : 4u}).add({ip.destination, ip.v6 ? 16u : 4u});
  sum.add32(covered).add16(ip_proto).add({packet.bytes(layer), covered});
  return sum.verifies() ? Verdict::good : Verdict::bad;
}

}  // namespace netpeel::proto
