// The fixed IPv6 header — RFC 8200 §3, traffic class by RFC 2474 and RFC 3168.
#pragma once
#include "proto/common.hpp"
#include "proto/net/dsfield.hpp"
#include "proto/net/ip_protocols.hpp"

namespace netpeel::proto {

struct Ipv6 {
  static constexpr auto fields = wire({
      {"ipv6.version", "Version", 4, dec, "Always 6.", {.aliases = "ip.version"}},
      {"ipv6.tclass", "Traffic class", 8, hex, "How routers should treat the packet.",
       {.covers = true}},
      {"ipv6.tclass.dscp", "DSCP", 6, dec, "The class of service asked for.",
       {.values = dscps, .ref = "RFC 2474"}},
      {"ipv6.tclass.ecn", "ECN", 2, dec, "Routers mark congestion here instead of dropping.",
       {.values = ecns, .ref = "RFC 3168"}},
      {"ipv6.flow", "Flow label", 20, hex,
       "The same number in all packets of one conversation, so that routers keep them together.",
       {.ref = "RFC 6437"}},
      {"ipv6.plen", "Payload length", 16, dec,
       "Bytes behind this header, extension headers counted in."},
      {"ipv6.nxt", "Next header", 8, dec,
       "Which header follows: an extension or the protocol carried.", {.values = ip_protocols}},
      {"ipv6.hlim", "Hop limit", 8, dec,
       "Routers the packet may still pass before one discards it."},
      {"ipv6.src", "Source address", 128, ipv6, "The sender's address.",
       {.aliases = "ipv6.addr ipv6.host ipv6.src_host", .role = Role::source}},
      {"ipv6.dst", "Destination address", 128, ipv6,
       "The receiver's address; on the way through a routing header, the next stop's.",
       {.aliases = "ipv6.addr ipv6.host ipv6.dst_host", .role = Role::destination}},
  });
};

}  // namespace netpeel::proto
