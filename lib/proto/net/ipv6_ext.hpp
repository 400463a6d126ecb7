// What IPv6 and its extension headers (RFC 8200 §4) must know of each other.
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto {

constexpr u8 jumbo_option = 194;  // RFC 2675 §2
constexpr u8 home_option = 201;   // RFC 6275 §6.3

// The value bytes of the first option of that type in a hop-by-hop or destination options header;
// empty if there is none.
Bytes find_option(Bytes header, u8 type);

// The length in a jumbo payload option, if the bytes behind the fixed header begin with a
// hop-by-hop header that holds one; else 0. `next` is the fixed header's next header.
u32 jumbo_length(u64 next, Bytes behind);

// Where the routing header at p (len bytes) still leads to.
struct LastStop {
  bool ahead = false;           // the packet is not there yet
  const u8* address = nullptr;  // null where the header holds it only in part (RPL, RFC 6554)
};
LastStop last_stop(const u8* p, u32 len);

// A fragment header whose packet is in pieces; one alone (RFC 6946) is not.
inline bool is_fragment(const u8* p) { return (be16(p + 2) & 0xfff9) != 0; }

}  // namespace netpeel::proto
