// The fixed IPv4 header — RFC 791 §3.1, DSCP and ECN by RFC 2474 and RFC 3168.
#pragma once
#include "proto/common.hpp"
#include "proto/net/dsfield.hpp"
#include "proto/net/ip_protocols.hpp"

namespace netpeel::proto {

struct Ip {
  static constexpr auto fields = wire({
      {"ip.version", "Version", 4, dec, "Always 4."},
      {"ip.hdr_len", "Header length", 4, dec, "In bytes; the wire counts 32-bit words.",
       {.scale = 4}},
      {"ip.dsfield", "Differentiated services field", 8, hex,
       "How routers should treat the packet.", {.covers = true}},
      {"ip.dsfield.dscp", "DSCP", 6, dec, "The class of service asked for.",
       {.values = dscps, .ref = "RFC 2474"}},
      {"ip.dsfield.ecn", "ECN", 2, dec, "Routers mark congestion here instead of dropping.",
       {.values = ecns, .ref = "RFC 3168"}},
      {"ip.len", "Total length", 16, dec, "Header and payload, in bytes."},
      {"ip.id", "Identification", 16, hex, "Ties the fragments of one packet together."},
      {"ip.flags", "Flags", 3, hex, "Whether the packet may be, and is, cut into fragments.",
       {.covers = true}},
      {"ip.flags.rb", "Reserved bit", 1, flag, "Must be zero."},
      {"ip.flags.df", "Don't fragment", 1, flag,
       "Routers must not split the packet; they report it back instead."},
      {"ip.flags.mf", "More fragments", 1, flag, "More pieces of the same packet follow."},
      {"ip.frag_offset", "Fragment offset", 13, dec,
       "Where this piece belongs, in units of 8 bytes."},
      {"ip.ttl", "Time to live", 8, dec,
       "Routers the packet may still pass before one discards it."},
      {"ip.proto", "Protocol", 8, dec, "Which protocol the packet carries.",
       {.values = ip_protocols}},
      {"ip.checksum", "Header checksum", 16, hex,
       "Over the header only; every router recomputes it."},
      {"ip.src", "Source address", 32, ipv4, "The sender's address.",
       {.aliases = "ip.addr ip.host ip.src_host", .role = Role::source}},
      {"ip.dst", "Destination address", 32, ipv4, "The receiver's address.",
       {.aliases = "ip.addr ip.host ip.dst_host", .role = Role::destination}},
  });
};

}  // namespace netpeel::proto
