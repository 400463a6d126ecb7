// Names of EtherTypes (IANA "IEEE 802 Numbers"), for every header that carries one.
#pragma once
#include "field/field.hpp"

namespace netpeel::proto {

inline constexpr auto ethertypes = field::values({
    {0x0800, "IPv4"}, {0x0806, "ARP"}, {0x8100, "802.1Q Virtual LAN"}, {0x86dd, "IPv6"}, {0x88a8, "802.1ad Provider Bridge (Q-in-Q)"},
});

}  // namespace netpeel::proto
