// What both versions of Linux's cooked capture header share: the sender's address and the meaning
// of the protocol field.
#pragma once
#include "proto/common.hpp"
#include "proto/link/ethertypes.hpp"
#include "proto/link/hardware_types.hpp"
#include "proto/link/tail.hpp"

namespace netpeel::proto {

inline constexpr auto cooked_packet_types = values({
    {0, "To us"}, {1, "Broadcast"}, {2, "Multicast"}, {3, "To somebody else"}, {4, "Sent by us"},
});
inline constexpr auto cooked_link_protocols = values({
    {1, "Novell IPX straight behind 802.3"}, {3, "Ethernet"}, {4, "LLC"}, {7, "PPP"}, {0x0c, "CAN"},
    {0x0d, "CAN FD"}, {0x17, "IrDA"}, {0xf6, "IEEE 802.15.4"},
});
inline constexpr auto cooked_rows = loose({
    {"sll.src.eth", "Source", 48, mac, "The sender's hardware address.", {.role = Role::source}},
    {"sll.src.ipv4", "Source", 32, ipv4, "The sender's address at the tunnel's far end."},
    {"sll.src.other", "Source", 0, bytes,
     "The sender's hardware address; at most eight bytes of it are kept."},
    {"sll.unused", "Unused", 0, bytes, "The rest of the room for an address."},
    {"sll.ltype", "Protocol", 16, hex, "What follows, in numbers of Linux's own.",
     {.values = cooked_link_protocols}},
    {"sll.gretype", "Protocol", 16, hex, "What follows, as the GRE header said it.",
     {.values = ethertypes}},
    {"sll.trailer", "Trailer", 0, bytes,
     "Bytes behind the packet that it does not count as its own."},
});

// Which row the protocol field is, given the device's kind; null: the EtherType of the header's own
// table.
const Field* cooked_protocol_row(u32 hardware_type, u32 protocol);
// What follows. Sets Layer::by_ethertype where the field is an EtherType.
Next cooked_next(u32 hardware_type, u32 protocol, Layer& out);
// The address in the eight bytes at `at`.
void expand_cooked_address(Expansion& x, u32 at, u32 length);
void cooked_sentence(u32 packet_type, const u8* address, u32 length, Text& out);

}  // namespace netpeel::proto
