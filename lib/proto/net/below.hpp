// What transport protocols must know of the IP packet that carries them: its addresses for the
// pseudo-header, and how many bytes it says they have, which is more than the capture kept where
// frames were cut.
#pragma once
#include "proto/common.hpp"

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

IpBelow ip_below(const Packet& packet, const Layer& layer);

// Verifies a checksum over pseudo-header (RFC 9293 §3.1, RFC 8200 §8.1) and `covered` bytes from
// the layer's start. Unverified where the capture holds fewer bytes, the packet is a fragment or a
// quotation, or no IP carries it.
Verdict pseudo_checksum(const Packet& packet, const Layer& layer, u8 ip_proto, u32 covered);

}  // namespace netpeel::proto
