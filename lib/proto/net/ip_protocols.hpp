// Names of IP protocol numbers (IANA "Protocol Numbers"), for IPv4's protocol and IPv6's next header.
#pragma once
#include "field/field.hpp"

namespace netpeel::proto {

inline constexpr auto ip_protocols = field::values({
    {0, "IPv6 Hop-by-Hop Option"}, {1, "ICMP"}, {2, "IGMP"}, {4, "IPv4"}, {6, "TCP"}, {17, "UDP"}, {41, "IPv6"},
    {43, "IPv6 Routing"}, {44, "IPv6 Fragment"}, {47, "GRE"}, {50, "ESP"}, {51, "AH"}, {58, "ICMPv6"}, {59, "IPv6 no next header"}, {60, "IPv6 Destination Options"},
    {132, "SCTP"}, {136, "UDP-Lite"},
});

}  // namespace netpeel::proto
