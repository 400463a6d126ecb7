// What ICMP and ICMPv6 share: how much of an error message is quotation, the extensions behind it
// (RFC 4884), and their checksums, which unlike TCP's are verified by default.
#pragma once
#include "proto/net/below.hpp"

namespace netpeel::proto {

constexpr u32 icmp_header = 8;

// How many of the len bytes of an error message quote the packet in question. attribute: what the
// message's length field says, in bytes; 0 where it says nothing. What is left behind the quotation
// is an extension structure.
u32 quoted_bytes(const u8* p, u32 len, u32 attribute);
// The protocol of the quotation behind the header; len: all bytes of the message.
inline Next quotation(const u8* p, u32 len) {
  if (len <= icmp_header) return {};
  return {Space::ip_version, p[icmp_header] >> 4 == 6 ? 6u : 4u};
}

// Ping programs put the time of day first into their data, so that the answer brings it back. How
// many bytes of this ICMP layer's body that is: 8 or, if no time near the frame's own stands there,
// 0.
u32 ping_time_bytes(const Packet& packet, const Layer& layer);

// Bytes of the whole message that the capture kept, extensions included.
// Of an echo reply: which frame asked, and how long ago.
void tell_question(Expansion& x, const Field& frame, const Field& milliseconds);

u32 message_bytes(const Expansion& x);

// pseudo: ICMPv6's checksum covers addresses too (RFC 4443 §2.3). most: how many bytes it covers at
// most.
Verdict icmp_verdict(const Expansion& x, bool pseudo, u32 most = 0xffffffff);
// Writes the right checksum at byte `at` of the message, where it can be known.
void seal_icmp(const Fitting& f, bool pseudo, u32 at, u32 most = 0xffffffff);

// The rows of extensions, which stand in both protocols.
namespace icmp_extension {

inline constexpr auto object_classes = values({
    {1, "MPLS label stack"}, {2, "Interface information"}, {3, "Interface identification"},
    {4, "Overlay information"},
});
inline constexpr auto roles = values({
    {0, "Interface on which the packet arrived"}, {1, "Sub-IP part of that interface"},
    {2, "Interface it would have left by"}, {3, "Next router it would have gone to"},
});
inline constexpr auto families = values({
    {1,     "IPv4"              },
    {2,     "IPv6"              },
    {16389, "48-bit MAC address"},
    {16390, "64-bit MAC address"}
});
inline constexpr auto identified_by = values({
    {1, "By name"   },
    {2, "By index"  },
    {3, "By address"}
});

inline constexpr auto structure = wire({
    {"icmp.ext.version", "Version", 4, dec, "The extension format's version, 2.",
     {.ref = "RFC 4884 §7"}},
    {"icmp.ext.res", "Reserved", 12, hex, "Must be zero."},
    {"icmp.ext.checksum", "Checksum", 16, hex,
     "Over the extensions only; zero if none was computed."},
});
inline constexpr auto object = wire({
    {"icmp.ext.length", "Object length", 16, dec,
     "This object's bytes, its four-byte heading included.", {.ref = "RFC 4884 §8"}},
    {"icmp.ext.class", "Class", 8, dec, "What kind of object follows.", {.values = object_classes}},
});
inline constexpr auto object_heading = loose({
    {"", "Object", 0, mark, "One piece of information among the extensions."},
});
inline constexpr auto plain_kind = wire({
    {"icmp.ext.ctype", "C-Type", 8, dec, "The kind within the class."},
});
inline constexpr auto identification_kind = wire({
    {"icmp.ext.ctype", "C-Type", 8, dec, "How the interface is named.", {.values = identified_by}},
});
inline constexpr auto information_kind = wire({
    {"icmp.ext.ctype", "C-Type", 8, dec, "Which interface is meant, and what is told about it.",
     {.covers = true}},
    {"icmp.int_info.role", "Interface role", 2, dec, "Which interface is meant.",
     {.values = roles, .ref = "RFC 5837 §4.1"}},
    {"icmp.int_info.reserved", "Reserved", 2, dec, "Must be zero."},
    {"icmp.int_info.ifindex", "ifIndex", 1, flag, "The interface's number follows."},
    {"icmp.int_info.ipaddr", "IP address", 1, flag, "One of the interface's addresses follows."},
    {"icmp.int_info.name_present", "Interface name", 1, flag, "The interface's name follows."},
    {"icmp.int_info.mtu_present", "MTU", 1, flag, "The interface's largest packet size follows."},
});
inline constexpr auto label = wire({
    {"icmp.mpls.label", "Label", 20, dec,
     "The MPLS label the packet carried when it could not go on.", {.ref = "RFC 4950"}},
    {"icmp.mpls.exp", "Experimental", 3, dec, "The label's traffic class."},
    {"icmp.mpls.s", "Bottom of stack", 1, flag, "Set in the last label."},
    {"icmp.mpls.ttl", "Time to live", 8, dec, "Routers this label might still have passed."},
});
inline constexpr auto address_head = wire({
    {"icmp.int_info.afi", "Address family", 16, dec, "What kind of address follows.",
     {.values = families}},
    {"icmp.reserved", "Reserved", 16, bytes, "Must be zero."},
});
inline constexpr auto identity_head = wire({
    {"icmp.int_ident.afi", "Address family", 16, dec, "What kind of address follows.",
     {.values = families}},
    {"icmp.int_ident.addr_length", "Address length", 8, dec, "Bytes of the address."},
    {"icmp.int_ident.reserved", "Reserved", 8, bytes, "Must be zero."},
});
inline constexpr auto extra = loose({
    {"icmp.ext", "Extensions", 0, mark, "What a router adds behind the quoted packet.",
     {.ref = "RFC 4884"}},
    {"icmp.ext.checksum.status", "Checksum status", 8, dec,
     "Whether the extensions' checksum is right.", {.values = verdicts, .computed = true}},
    {"icmp.ext.data", "Data", 0, bytes, "An object of a class not known here."},
    {"icmp.mpls.data", "Data", 0, bytes, "Bytes behind the last whole label."},
    {"icmp.int_info.index", "Interface index", 32, dec,
     "The number the router gives the interface."},
    {"icmp.int_info.ipv4", "Address", 32, ipv4, "An IPv4 address of the interface."},
    {"icmp.int_info.ipv6", "Address", 128, ipv6, "An IPv6 address of the interface."},
    {"icmp.int_info.name_length", "Name length", 8, dec, "Bytes of the name, this one included."},
    {"icmp.int_info.name", "Name", 0, text, "The interface's name on the router."},
    {"icmp.int_info.mtu", "MTU", 32, dec, "The largest packet the interface can send."},
    {"icmp.int_ident.name", "Name", 0, text, "The name of the interface asked about.",
     {.ref = "RFC 8335 §2.1"}},
    {"icmp.int_ident.index", "Interface index", 32, dec,
     "The number of the interface asked about."},
    {"icmp.int_ident.ipv4", "Address", 32, ipv4, "The IPv4 address of the interface asked about."},
    {"icmp.int_ident.ipv6", "Address", 128, ipv6, "The IPv6 address of the interface asked about."},
    {"icmp.int_ident.address", "Address", 0, bytes, "The address of the interface asked about."},
});
}  // namespace icmp_extension

// Emits the extension structure between bytes at and end of the layer.
void expand_extension(Expansion& x, u32 at, u32 end);

// A problem of bytes that are not there, in the word that fits; nothing inside a quotation, where
// that is normal.
void tell_short(Expansion& x, const Field* claimed_by, std::string_view says);
// The same for a message that ends before its fixed part does.
void tell_needed(Expansion& x, u32 needed);

}  // namespace netpeel::proto
