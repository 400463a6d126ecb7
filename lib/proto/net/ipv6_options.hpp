// The options of hop-by-hop and destination options headers (RFC 8200 §4.2), which share one form.
// Rows are here because both protocols list them; the code is in ipv6_options.cpp.
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto::ipv6_option {

inline constexpr auto types = values({
    {0, "Pad1"}, {1, "PadN"}, {4, "tunnel encapsulation limit"}, {5, "router alert"},
    {7, "CALIPSO"}, {8, "SMF duplicate detection"},
    {15, "performance and diagnostic metrics"}, {17, "IOAM"}, {18, "alternate marking"},
    {30, "experiment"}, {35, "RPL"},
    {38, "Quick-Start"}, {48, "minimum path MTU"}, {49, "IOAM"}, {62, "experiment"},
    {65, "tunnel payload forwarding"},
    {94, "experiment"}, {99, "RPL"}, {109, "MPL"}, {126, "experiment"},
    {138, "endpoint identification"}, {139, "ILNP nonce"},
    {140, "line identification"}, {158, "experiment"}, {190, "experiment"}, {194, "jumbo payload"},
    {201, "home address"},
    {222, "experiment"}, {238, "DFF"}, {254, "experiment"},
});
inline constexpr auto actions = values({
    {0, "skip the option"}, {1, "discard the packet"}, {2, "discard the packet and report it"},
    {3, "discard the packet and report it unless it is multicast"},
});
inline constexpr auto alerts = values({
    {0, "MLD"            },
    {1, "RSVP"           },
    {2, "Active Networks"}
});
inline constexpr auto quick_start_rates = values({
    {0, "0 bit/s"}, {1, "80 kbit/s"}, {2, "160 kbit/s"}, {3, "320 kbit/s"}, {4, "640 kbit/s"},
    {5, "1.28 Mbit/s"}, {6, "2.56 Mbit/s"},
    {7, "5.12 Mbit/s"}, {8, "10.24 Mbit/s"}, {9, "20.48 Mbit/s"}, {10, "40.96 Mbit/s"},
    {11, "81.92 Mbit/s"}, {12, "163.84 Mbit/s"},
    {13, "327.68 Mbit/s"}, {14, "655.36 Mbit/s"}, {15, "1.31072 Gbit/s"},
});
inline constexpr auto quick_start_functions = values({
    {0, "rate request"},
    {8, "rate report" }
});

inline constexpr auto head = wire({
    {"ipv6.opt.type", "Type", 8, hex, "Which option this is.", {.values = types, .covers = true}},
    {"ipv6.opt.type.action", "If unknown", 2, dec,
     "What a node does that does not know the option.", {.values = actions}},
    {"ipv6.opt.type.change", "May change", 1, flag,
     "Set if routers may change the value on the way."},
    {"ipv6.opt.type.rest", "Low-order bits", 5, hex, "The type's other bits."},
});
inline constexpr auto parts = loose({
    {"ipv6.opt", "Option", 0, mark, "One option: type, length, value."},
    {"ipv6.opt.length", "Length", 8, dec, "Bytes of the value."},
    {"ipv6.opt.pad1", "Pad1", 0, mark, "One byte of padding; it has no length."},
    {"ipv6.opt.padn", "PadN", 0, bytes, "Zeros that align what follows."},
    {"ipv6.opt.calipso.cmpt_bitmap", "Compartments", 0, bytes,
     "One bit for each compartment the packet belongs to."},
    {"ipv6.opt.mpl.seed_id", "Seed", 0, bytes,
     "Who sent the first copy, where that is not the packet's source."},
    {"ipv6.opt.ilnp_nonce", "Nonce", 0, bytes,
     "An unguessable number that ties packets to one ILNP session."},
    {"ipv6.opt.lio.line_id", "Line", 0, text, "The subscriber's line at the access node."},
    {"ipv6.opt.smf_dpd.hash_bit", "Hash", 1, flag,
     "Set if a hash tells copies apart, clear if a number does.", {.ref = "RFC 6621 §6.1.1"}},
    {"ipv6.opt.smf_dpd.tid_type", "Tagger's type", 3, dec,
     "What kind of name the tagging router has."},
    {"ipv6.opt.smf_dpd.tid_len", "Tagger's length", 4, dec, "Bytes of that name, less one."},
    {"ipv6.opt.smf_dpd.tagger_id", "Tagger", 0, bytes, "The router that tagged the packet."},
    {"ipv6.opt.smf_dpd.ident", "Identifier", 0, bytes, "The packet's number."},
    {"ipv6.opt.smf_dpd.hav", "Hash assist", 0, bytes,
     "Makes the packet's hash differ from others."},
    {"ipv6.opt.experimental", "Experimental value", 0, bytes, "What an experiment put here."},
    {"ipv6.opt.unknown", "Value", 0, bytes, "The option's value, not interpreted."},
});
inline constexpr auto tunnel_limit = wire({
    {"ipv6.opt.tel", "Tunnel encapsulation limit", 8, dec,
     "How many more tunnels the packet may enter.", {.ref = "RFC 2473 §4.1.1"}},
});
inline constexpr auto router_alert = wire({
    {"ipv6.opt.router_alert", "Router alert", 16, dec,
     "Asks every router on the way to look inside, and says why.",
     {.values = alerts, .ref = "RFC 2711"}},
});
inline constexpr auto calipso = wire({
    {"ipv6.opt.calipso.doi", "Domain of interpretation", 32, dec,
     "Who defined what the labels mean.", {.ref = "RFC 5570 §5.1"}},
    {"ipv6.opt.calipso.cmpt.length", "Compartment length", 8, dec,
     "Length of the compartments in 32-bit words."},
    {"ipv6.opt.calipso.sens_level", "Sensitivity level", 8, dec, "How secret the packet is."},
    {"ipv6.opt.calipso.checksum", "Checksum", 16, hex, "Over this option."},
});
inline constexpr auto metrics = wire({
    {"ipv6.opt.pdm.scale_dtlr", "Scale of the time since receiving", 8, dec,
     "Bits that were cut off the first time below.", {.ref = "RFC 8250 §3.2"}},
    {"ipv6.opt.pdm.scale_dtls", "Scale of the time since sending", 8, dec,
     "Bits that were cut off the second time below."},
    {"ipv6.opt.pdm.psn_this_pkt", "This packet", 16, dec, "The sender's number for this packet."},
    {"ipv6.opt.pdm.psn_last_recv", "Last received", 16, dec,
     "The number of the last packet it received."},
    {"ipv6.opt.pdm.delta_last_recv", "Time since receiving", 16, dec,
     "How long the sender took to answer."},
    {"ipv6.opt.pdm.delta_last_sent", "Time since sending", 16, dec,
     "How long the answer took to come."},
});
inline constexpr auto quick_start = wire({
    {"ipv6.opt.qs_func", "Function", 4, dec,
     "A request for a rate, or a report of the one approved.",
     {.values = quick_start_functions, .ref = "RFC 4782 §3.1"}},
    {"ipv6.opt.qs_rate", "Rate", 4, dec, "The sending rate asked for or approved.",
     {.values = quick_start_rates}},
    {"ipv6.opt.qs_ttl", "Quick-Start TTL", 8, dec,
     "Routers that agree count it down with the hop limit."},
    {"ipv6.opt.qs_nonce", "Nonce", 30, hex,
     "Proves that routers on the way did not raise the rate."},
    {"ipv6.opt.qs_reserved", "Reserved", 2, hex, "Must be zero."},
});
inline constexpr auto quick_start_report = wire({
    {"ipv6.opt.qs_func", "Function", 4, dec,
     "A request for a rate, or a report of the one approved.",
     {.values = quick_start_functions, .ref = "RFC 4782 §3.1"}},
    {"ipv6.opt.qs_rate", "Rate", 4, dec, "The sending rate asked for or approved.",
     {.values = quick_start_rates}},
    {"ipv6.opt.qs_unused", "Not used", 8, dec, "Means nothing in a report."},
    {"ipv6.opt.qs_nonce", "Nonce", 30, hex,
     "Proves that routers on the way did not raise the rate."},
    {"ipv6.opt.qs_reserved", "Reserved", 2, hex, "Must be zero."},
});
inline constexpr auto path_mtu = wire({
    {"ipv6.opt.pmtu.min", "Smallest MTU so far", 16, dec,
     "The smallest packet size that the links passed so far allow.", {.ref = "RFC 9268 §5"}},
    {"ipv6.opt.pmtu.rtn", "Smallest MTU returned", 15, dec,
     "What the other end found on the way here; an even number.", {.scale = 2}},
    {"ipv6.opt.pmtu.r_flag", "Return flag", 1, flag, "Asks the receiver to tell what it got."},
});
inline constexpr auto ioam = wire({
    {"ipv6.opt.ioam.rsv", "Reserved", 8, dec, "Must be zero.", {.ref = "RFC 9486 §3"}},
    {"ipv6.opt.ioam.opt_type", "IOAM type", 8, dec,
     "Which measurements the routers on the way write down here."},
});
inline constexpr auto ioam_trace = wire({
    {"ipv6.opt.ioam.trace.ns", "Namespace", 16, dec, "Whose measurement this is.",
     {.ref = "RFC 9197 §4.4.1"}},
    {"ipv6.opt.ioam.trace.nodelen", "Node length", 5, dec, "Words that each router writes."},
    {"ipv6.opt.ioam.trace.flags", "Flags", 4, hex, "What became of the trace.", {.covers = true}},
    {"ipv6.opt.ioam.trace.flag.o", "Overflow", 1, flag, "No room was left for a router."},
    {"ipv6.opt.ioam.trace.flag.l", "Loopback", 1, flag, "Routers send copies back."},
    {"ipv6.opt.ioam.trace.flag.a", "Active", 1, flag, "The packet exists only to measure."},
    {"ipv6.opt.ioam.trace.flag.rsv", "Reserved", 1, flag, "Must be zero."},
    {"ipv6.opt.ioam.trace.remlen", "Remaining length", 7, dec, "Words that are still free."},
    {"ipv6.opt.ioam.trace.type", "Trace type", 24, hex, "Which values each router writes.",
     {.covers = true}},
    {"ipv6.opt.ioam.trace.type.bit0", "Hop limit and node, short", 1, flag,
     "Each router writes its hop limit and number."},
    {"ipv6.opt.ioam.trace.type.bit1", "Interfaces, short", 1, flag,
     "Each router writes where the packet came in and went out."},
    {"ipv6.opt.ioam.trace.type.bit2", "Seconds", 1, flag,
     "Each router writes the time in seconds."},
    {"ipv6.opt.ioam.trace.type.bit3", "Fraction", 1, flag,
     "Each router writes the fraction of the second."},
    {"ipv6.opt.ioam.trace.type.bit4", "Transit delay", 1, flag,
     "Each router writes how long it kept the packet."},
    {"ipv6.opt.ioam.trace.type.bit5", "Namespace data, short", 1, flag,
     "Each router writes 4 bytes of the namespace's choice."},
    {"ipv6.opt.ioam.trace.type.bit6", "Queue depth", 1, flag,
     "Each router writes how long its queue was."},
    {"ipv6.opt.ioam.trace.type.bit7", "Checksum complement", 1, flag,
     "Each router evens out the checksum."},
    {"ipv6.opt.ioam.trace.type.bit8", "Hop limit and node, wide", 1, flag,
     "Each router writes its hop limit and long number."},
    {"ipv6.opt.ioam.trace.type.bit9", "Interfaces, wide", 1, flag,
     "Each router writes long interface numbers."},
    {"ipv6.opt.ioam.trace.type.bit10", "Namespace data, wide", 1, flag,
     "Each router writes 8 bytes of the namespace's choice."},
    {"ipv6.opt.ioam.trace.type.bit11", "Buffer occupancy", 1, flag,
     "Each router writes how full its memory was."},
    {"ipv6.opt.ioam.trace.type.undef", "Undefined", 10, flag, "Not given a meaning yet."},
    {"ipv6.opt.ioam.trace.type.bit22", "Opaque state", 1, flag,
     "Each router writes something only its owner reads."},
    {"ipv6.opt.ioam.trace.type.rsv", "Reserved", 1, flag, "Must be zero."},
    {"ipv6.opt.ioam.trace.rsv", "Reserved", 8, dec, "Must be zero."},
});
inline constexpr auto forwarding = wire({
    {"ipv6.opt.tpf_information", "Forwarding information", 32, hex,
     "Tells the tunnel's end what to do with the packet."},
});
inline constexpr auto rpl = wire({
    {"ipv6.opt.rpl.flag", "Flags", 8, hex, "What the packet found on its way.",
     {.ref = "RFC 6553 §3", .covers = true}},
    {"ipv6.opt.rpl.flag.o", "Down", 1, flag, "The packet goes away from the root."},
    {"ipv6.opt.rpl.flag.r", "Rank error", 1, flag,
     "Two routers disagree on who is nearer to the root."},
    {"ipv6.opt.rpl.flag.f", "Forwarding error", 1, flag,
     "A router did not know how to go on down."},
    {"ipv6.opt.rpl.flag.rsv", "Reserved", 5, hex, "Must be zero."},
    {"ipv6.opt.rpl.instance_id", "RPL instance", 8, hex, "Which of the network's routing graphs."},
    {"ipv6.opt.rpl.sender_rank", "Sender's rank", 16, hex,
     "How far the router that sent it is from the root."},
});
inline constexpr auto mpl = wire({
    {"ipv6.opt.mpl.flag", "Flags", 8, hex, "How the rest is to be read.",
     {.ref = "RFC 7731 §6.1", .covers = true}},
    {"ipv6.opt.mpl.flag.s", "Seed length", 2, dec, "0, 2, 8 or 16 bytes."},
    {"ipv6.opt.mpl.flag.m", "Largest sequence", 1, flag, "The seed sent nothing newer."},
    {"ipv6.opt.mpl.flag.v", "Version", 1, flag, "Must be clear."},
    {"ipv6.opt.mpl.flag.rsv", "Reserved", 4, hex, "Must be zero."},
    {"ipv6.opt.mpl.sequence", "Sequence", 8, hex, "Counts the seed's messages."},
});
inline constexpr auto line = wire({
    {"ipv6.opt.lio.length", "Line length", 8, dec, "Bytes of the line's name.",
     {.ref = "RFC 6788 §7"}},
});
inline constexpr auto jumbo = wire({
    {"ipv6.opt.jumbo", "Jumbo payload length", 32, dec,
     "The payload's length where 16 bits are too few.", {.ref = "RFC 2675 §2"}},
});
inline constexpr auto home = wire({
    {"ipv6.opt.mipv6.home_address", "Home address", 128, ipv6,
     "The address that a host keeps while it moves between networks.",
     {.ref = "RFC 6275 §6.3", .aliases = "ipv6.addr"}},
});
inline constexpr auto dff = wire({
    {"ipv6.opt.dff.flags", "Flags", 8, hex, "Which way the packet goes.",
     {.ref = "RFC 6971 §9", .covers = true}},
    {"ipv6.opt.dff.flag.ver", "Version", 2, dec, "Must be zero."},
    {"ipv6.opt.dff.flag.dup", "Duplicate", 1, flag,
     "The packet is sent again because no answer came."},
    {"ipv6.opt.dff.flag.ret", "Return", 1, flag, "The packet goes back to the one it came from."},
    {"ipv6.opt.dff.flag.rsv", "Reserved", 4, hex, "Must be zero."},
    {"ipv6.opt.dff.sequence_number", "Sequence number", 16, dec,
     "Counts the packets of its first router."},
});

// The tables above, for the protocols' own lists.
#define NETPEEL_IPV6_OPTION_TABLES                                                                                         \
  ipv6_option::head, ipv6_option::parts, ipv6_option::tunnel_limit, ipv6_option::router_alert, ipv6_option::calipso,       \
      ipv6_option::metrics, ipv6_option::quick_start, ipv6_option::quick_start_report, ipv6_option::path_mtu,              \
      ipv6_option::ioam, ipv6_option::ioam_trace, ipv6_option::forwarding, ipv6_option::rpl, ipv6_option::mpl,             \
      ipv6_option::line, ipv6_option::jumbo, ipv6_option::home, ipv6_option::dff

}  // namespace netpeel::proto::ipv6_option

namespace netpeel::proto {

// Both headers' dissect: next header, length in units of 8 bytes without the first (RFC 8200 §4.3),
// options.
Next dissect_ipv6_options(const u8* p, u32 len, Layer& out);
// Length and options, behind the fixed rows. `length` is the row of the length, `octets` the
// computed one beside it.
void expand_ipv6_options(Expansion& x, const Field& length, const Field& octets);
void sentence_ipv6_options(const Packet& packet, const Layer& layer, Text& out);

}  // namespace netpeel::proto
