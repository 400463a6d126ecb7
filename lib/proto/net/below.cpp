#include "proto/net/below.hpp"

#include "proto/net/ip.hpp"
#include "proto/net/ip6.hpp"
#include "proto/net/ip_options.hpp"
#include "proto/net/ipv6_ext.hpp"

namespace netpeel::proto {
namespace {

// Where that layer ends, for the one at `at` above it. A length of 0 is what a segmenting network
// card is handed (TSO): then the frame is the measure.
u32 claimed(const Packet& packet, const Layer& l, u32 told, u32 at) {
  const u32 before = at - l.at, end = told == 0 ? packet.frame.wire_size - l.at : told;
  return end > before ? end - before : 0;
}

IpBelow plain_v4(const Packet& packet, const Layer& l, u32 at) {
  const u8* p = packet.bytes(l);
  return {.layer = &l,
          .v6 = false,
          .source = place<Ip, "ip.src">(p),
          .destination = place<Ip, "ip.dst">(p),
          .claimed = claimed(packet, l, u32(get<Ip, "ip.len">(p)), at),
          .fragment = get<Ip, "ip.flags.mf">(p) != 0 || get<Ip, "ip.frag_offset">(p) != 0};
}

// payload: as the header or its jumbo option tells; 0: neither.
IpBelow plain_v6(const Packet& packet, const Layer& l, u32 payload, u32 at) {
  const u8* p = packet.bytes(l);
  return {.layer = &l,
          .v6 = true,
          .source = place<Ipv6, "ipv6.src">(p),
          .destination = place<Ipv6, "ipv6.dst">(p),
          .claimed = claimed(packet, l, payload == 0 ? 0 : l.header + payload, at)};
}

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
      IpBelow out = plain_v6(packet, *l, payload, at);
      if (home != nullptr) out.source = home;
      if (stop.ahead) out.destination = stop.address;
      out.fragment = fragment;
      return out;
    }
    if (l->proto == id::ip) {
      IpBelow out = plain_v4(packet, *l, at);
      // A source route's last stop is the destination that the checksum counts (RFC 1122 §4.2.3.8).
      if (l->header > fixed_bytes<Ip>) {
        if (const u8* end = source_route_end({p, l->header})) out.destination = end;
      }
      return out;
    }
  }
  return {};
}

// Below options and extensions, or under the part that the layer is in.
[[gnu::noinline]] IpBelow searched(const Packet& packet, const Layer& layer) {
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

}  // namespace

IpBelow ip_below(const Packet& packet, const Layer& layer) {
  // Most often it is the next one, and has neither options nor extensions.
  const Layer* l = packet.below(layer);
  if (l != nullptr && (l->flags & Layer::cut_header) == 0) {
    if (l->proto == id::ip && l->header == fixed_bytes<Ip>) return plain_v4(packet, *l, layer.at);
    const u32 payload = l->proto == id::ip6 ? u32(get<Ipv6, "ipv6.plen">(packet.bytes(*l))) : 0;
    if (payload != 0) return plain_v6(packet, *l, payload, layer.at);
  }
  return searched(packet, layer);
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
