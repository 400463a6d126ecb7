// The address family in front of packets that BSD systems capture on loopback and tunnels.
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto {

inline constexpr auto address_families = values({
    {2, "IPv4"}, {7, "OSI"}, {16, "AppleTalk"}, {23, "IPX"}, {24, "IPv6 (NetBSD, OpenBSD)"},
    {28, "IPv6 (FreeBSD)"}, {30, "IPv6 (macOS)"},
});

struct Family {
  static constexpr auto fields = wire({
      {"null.family", "Family", 32, dec,
       "Which protocol follows, as the capturing system numbers address families.",
       {.values = address_families, .sometimes = true}},
  });
};

inline Next next_of_family(u32 family) {
  switch (family) {
    case 2: return {Space::ip_version, 4};
    case 24:
    case 28:
    case 30: return {Space::ip_version, 6};
    default: return {};
  }
}

inline void family_sentence(u32 family, Text& out) {
  const std::string_view name = meaning(row<"null.family">(Family::fields), family);
  out.add("address family ").dec(family);
  if (!name.empty()) out.add(", ").add(name);
}

}  // namespace netpeel::proto
