// What both forms of ARCNET frames in captures share: all that follows the protocol number (RFC
// 1051, RFC 1201).
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto {

inline constexpr auto arcnet_protocols = values({
    {0x00, "Datapoint boot"}, {0x01, "Datapoint mount"}, {0x08, "PowerLAN beacon"},
    {0x80, "Diagnosis"},
    {0xc4, "IPv6"}, {0xcd, "BACnet"}, {0xd4, "IP (RFC 1201)"}, {0xd5, "ARP (RFC 1201)"},
    {0xd6, "RARP (RFC 1201)"},
    {0xdd, "AppleTalk"}, {0xe8, "Ethernet"}, {0xec, "Novell"}, {0xf0, "IP (RFC 1051)"},
    {0xf1, "ARP (RFC 1051)"},
    {0xf3, "PowerLAN beacon 2"}, {0xf7, "Banyan VINES"}, {0xfa, "IPX"},
});
inline constexpr auto arcnet_piece = wire({
    {"arcnet.split_flag", "Split flag", 8, dec,
     "0: a whole packet; odd: the first of several pieces; even: one of the others.",
     {.ref = "RFC 1201"}},
    {"arcnet.sequence", "Sequence number", 16, dec, "The same in all pieces of a packet.",
     {.ref = "RFC 1201"}},
});
inline constexpr auto arcnet_exception = wire({
    {"arcnet.exception_flag", "Exception flag", 8, hex,
     "0xff: the packet is of a size that fits neither a short nor a long frame, so it is filled "
     "up.", {.ref = "RFC 1201"}},
    {"arcnet.padding", "Padding", 16, hex, "What fills it up.", {.ref = "RFC 1201"}},
    {"arcnet.protID", "Protocol", 8, hex, "Which protocol follows, once more.",
     {.values = arcnet_protocols, .ref = "RFC 1201"}},
});

// The fixed header's rows, the protocol number last, and whether an exception may follow: captures
// of one kind have it, of the other not.
struct ArcnetForm {
  Table fixed;
  bool exceptions;
};
Next dissect_arcnet(const ArcnetForm& form, const u8* p, u32 len, Layer& out);
void expand_arcnet(const ArcnetForm& form, Expansion& x);
void arcnet_sentence(const ArcnetForm& form, const Packet& packet, const Layer& layer, Text& out);
void fit_arcnet(const ArcnetForm& form, const Fitting& f);

}  // namespace netpeel::proto
