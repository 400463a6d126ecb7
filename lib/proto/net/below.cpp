#include "proto/net/below.hpp"

#include "proto/net/ip_options.hpp"
#include "proto/net/ipv6_ext.hpp"

namespace netpeel::proto {
namespace {

// `l`: where to begin; the layer asked about lies at `at`.
IpBelow find(const Packet& packet, const Layer* l, u32 at) {
  LastStop stop;
  const u8* home = nullptr;
  bool fragment = false;
  for (; l != nullptr; l = packet.below(*l)) {
    if ((l->flags & Layer::cut_header) != 0) return {};
    const u8* p = packet.bytes(*l);
    if (l->proto == id::ipv6_routing) {
      // The pseudo-header has the last stop's address, wherever the packet is on its way (RFC 8200
      // §8.1).
      if (const LastStop further = last_stop(p, l->header); further.ahead) stop = further;
      continue;
    }
    if (l->proto == id::ipv6_dstopts) {
      // Likewise a mobile host's home address stands for where it is now (RFC 6275 §6.3).
      if (const Bytes address = find_option({p, l->header}, home_option); address.size() == 16)
        home = address.data();
      continue;
    }
    if (l->proto == id::ipv6_fraghdr) {
      fragment |= is_fragment(p);
      continue;
    }
    if (l->proto == id::ip6) {
      u32 payload = u32(get<Ipv6, "ipv6.plen">(p));
      if (payload == 0) payload = jumbo_length(get<Ipv6, "ipv6.nxt">(p), {p + l->header, l->body});
      IpBelow out = below_v6(packet, *l, payload, at);
      if (home != nullptr) out.source = home;
      if (stop.ahead) out.destination = stop.address;
      out.fragment = fragment;
      return out;
    }
    if (l->proto == id::ip) {
      IpBelow out = below_v4(packet, *l, at);
      // A source route's last stop is the destination that the checksum counts (RFC 1122 §4.2.3.8).
      if (l->header > fixed_bytes<Ip>) {
        if (const u8* end = source_route_end({p, l->header})) out.destination = end;
      }
      return out;
    }
  }
  return {};
}

}  // namespace

IpBelow ip_below_searched(const Packet& packet, const Layer& layer) {
  const IpBelow out = find(packet, packet.below(layer), layer.at);
  if (out || packet.under == nullptr || packet.under->depth == 0) return out;
  // Put together from pieces: the header is that of the last piece, the bytes are all that there
  // are.
  const Packet& under = *packet.under;
  IpBelow whole = find(under, &under.layers[under.depth - 1], under.frame.size);
  whole.claimed = packet.frame.size - layer.at;
  whole.fragment = false;
  return whole;
}

Verdict pseudo_checksum(const Packet& packet, const Layer& layer, u8 ip_proto, u32 covered) {
  const IpBelow ip = ip_below(packet, layer);
  const u32 there = u32(layer.header) + layer.body;
  if (!ip || ip.fragment || ip.destination == nullptr || covered > there ||
      (layer.flags & Layer::quoted) != 0)
    return Verdict::unverified;
  base::Checksum sum;
  sum.add({ip.source, ip.v6 ? 16u : 4u}).add({ip.destination, ip.v6 ? 16u : 4u});
  sum.add32(covered).add16(ip_proto).add({packet.bytes(layer), covered});
  return sum.verifies() ? Verdict::good : Verdict::bad;
}

}  // namespace netpeel::proto
