// IPv4's options — RFC 791 §3.1 and the RFCs named below. Rows only; ip_options.cpp has the code.
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto::ip_option {

inline constexpr auto classes = values({
    {0, "control"                  },
    {1, "reserved"                 },
    {2, "debugging and measurement"},
    {3, "reserved"                 }
});
inline constexpr auto numbers = values({
    {0, "end of options"}, {1, "no operation"}, {2, "security"}, {3, "loose source route"},
    {4, "timestamp"}, {5, "extended security"},
    {6, "commercial security"}, {7, "record route"}, {8, "stream identifier"},
    {9, "strict source route"},
    {10, "experimental measurement"}, {11, "MTU probe"}, {12, "MTU reply"},
    {13, "experimental flow control"},
    {14, "experimental access control"}, {15, "ENCODE"}, {16, "IMI traffic descriptor"},
    {17, "extended IP"}, {18, "traceroute"},
    {19, "address extension"}, {20, "router alert"}, {21, "selective directed broadcast"},
    {23, "dynamic packet state"},
    {24, "upstream multicast"}, {25, "Quick-Start"}, {30, "experiment"},
});
inline constexpr auto alerts = values({
    {0,           "every router looks at the packet"},
    { 1, "reserved",                              65535}
});
inline constexpr auto timestamp_forms = values({
    {0, "times only"                  },
    {1, "addresses and times"         },
    {3, "times of the addresses given"}
});
inline constexpr auto secrecy = values({
    {0x01, "reserved 4"}, {0x3d, "top secret"}, {0x5a, "secret"}, {0x66, "reserved 3"},
    {0x96, "confidential"},
    {0xab, "unclassified"}, {0xcc, "reserved 2"}, {0xf1, "reserved 1"},
});
inline constexpr auto cipso_tags = values({
    {0, "padding"}, {1, "bitmap of categories"}, {2, "list of categories"},
    {5, "ranges of categories"}, {6, "permissive"}, {7, "free form"},
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
    {"ip.opt.type", "Type", 8, dec, "Which option this is.", {.covers = true}},
    {"ip.opt.type.copy", "Copy", 1, flag, "Every fragment gets a copy of the option."},
    {"ip.opt.type.class", "Class", 2, dec, "What kind of option it is.", {.values = classes}},
    {"ip.opt.type.number", "Number", 5, dec, "Which option of its class.", {.values = numbers}},
});
// The options themselves, each over all its bytes.
inline constexpr auto wholes = loose({
    {"ip.options.eol", "End of options", 0, bytes, "Nothing but padding follows."},
    {"ip.options.nop", "No operation", 0, bytes, "Padding between options."},
    {"ip.options.security", "Security", 0, bytes, "How secret the packet is (RFC 1108)."},
    {"ip.options.route", "Loose source route", 0, bytes,
     "Routers that the packet must pass, others allowed between them."},
    {"ip.options.timestamp", "Timestamp", 0, bytes, "Routers on the way write down the time."},
    {"ip.options.ext_security", "Extended security", 0, bytes,
     "More about how secret the packet is (RFC 1108)."},
    {"ip.options.cipso", "Commercial security", 0, bytes,
     "Labels that say who may see the packet."},
    {"ip.options.record_route", "Record route", 0, bytes,
     "Routers on the way write down their addresses."},
    {"ip.options.sid", "Stream identifier", 0, bytes,
     "Carried stream numbers of an old network; no longer used."},
    {"ip.options.source_route", "Strict source route", 0, bytes,
     "All routers that the packet must pass, no others."},
    {"ip.options.mtu_probe", "MTU probe", 0, bytes,
     "Routers lowered it to find the path's packet size; obsolete (RFC 1063)."},
    {"ip.options.mtu_reply", "MTU reply", 0, bytes,
     "The size that a probe found; obsolete (RFC 1063)."},
    {"ip.options.traceroute", "Traceroute", 0, bytes,
     "Asked routers to report; obsolete (RFC 1393)."},
    {"ip.options.routeralert", "Router alert", 0, bytes,
     "Asks every router on the way to look inside (RFC 2113)."},
    {"ip.options.sdb", "Selective directed broadcast", 0, bytes,
     "Receivers of a broadcast, listed (RFC 1770)."},
    {"ip.options.qs", "Quick-Start", 0, bytes, "Asks routers for leave to start fast (RFC 4782)."},
    {"ip.opt.unknown", "Option", 0, bytes, "An option that is not known here, whole."},
});
inline constexpr auto parts = loose({
    {"ip.opt.len", "Length", 8, dec, "Of the option in bytes, type and length counted."},
    {"ip.opt.padding", "Padding", 0, bytes, "Bytes behind the end of the options."},
    {"ip.opt.ptr", "Pointer", 8, dec,
     "Where the next router writes or reads, counted from 1 at the option's start."},
    {"ip.rec_rt", "Recorded route", 32, ipv4, "A router that the packet passed.",
     {.aliases = "ip.rec_rt_host"}},
    {"ip.src_rt", "Source route", 32, ipv4, "A router that the packet must still pass.",
     {.aliases = "ip.src_rt_host"}},
    {"ip.empty_rt", "Empty route", 32, ipv4, "Room for the address of a router to come.",
     {.aliases = "ip.empty_rt_host"}},
    {"ip.opt.time_stamp", "Time", 32, dec, "Milliseconds since midnight UTC at that router."},
    {"ip.opt.time_stamp_addr", "Address", 32, ipv4,
     "The router that writes, or shall write, the time behind it."},
    {"ip.opt.addr", "Address", 32, ipv4, "One of the receivers."},
    {"ip.opt.ext_sec_add_sec_info", "More security information", 0, bytes, "What the format says."},
    {"ip.opt.sec_prot_auth_flags", "Protection authority", 8, hex,
     "Whose rules protect the packet."},
    {"ip.opt.sec_prot_auth_unassigned", "Unassigned", 7, hex, "Bits without a meaning yet."},
    {"ip.opt.sec_prot_auth_fti", "More follows", 1, flag, "Another byte of these flags follows."},
    {"ip.opt.sec_rfc791_hr", "Handling restrictions", 16, text,
     "Two characters from the military's manual."},
    {"ip.opt.sec_rfc791_tcc", "Transmission control code", 24, text,
     "Three characters that separate groups of readers."},
    {"ip.opt.qs_ttl_diff", "TTL difference", 8, dec,
     "Between the packet's time to live and Quick-Start's; a router that disagrees changes it."},
    {"ip.cipso.tag_type", "Tag type", 8, dec, "What form the label has.", {.values = cipso_tags}},
    {"ip.cipso.sensitivity_level", "Sensitivity level", 8, dec, "How secret the packet is."},
    {"ip.cipso.categories", "Categories", 0, text, "Who may see it, by number."},
    {"ip.cipso.tag_data", "Tag data", 0, bytes, "A label in a form of somebody's own."},
});
inline constexpr auto authority = wire({
    {"ip.opt.sec_prot_auth_flags", "Protection authority", 8, hex,
     "Whose rules protect the packet.", {.ref = "RFC 1108 §2.4", .covers = true}},
    {"ip.opt.sec_prot_auth_genser", "GENSER", 1, flag, "The general military rules."},
    {"ip.opt.sec_prot_auth_siop_esi", "SIOP-ESI", 1, flag, "Those of the war plan's keepers."},
    {"ip.opt.sec_prot_auth_sci", "SCI", 1, flag, "Those of the intelligence services."},
    {"ip.opt.sec_prot_auth_nsa", "NSA", 1, flag, "Those of the NSA."},
    {"ip.opt.sec_prot_auth_doe", "DOE", 1, flag, "Those of the energy department."},
    {"ip.opt.sec_prot_auth_unassigned", "Unassigned", 2, hex, "Bits without a meaning yet."},
    {"ip.opt.sec_prot_auth_fti", "More follows", 1, flag, "Another byte of these flags follows."},
});
inline constexpr auto security = wire({
    {"ip.opt.sec_cl", "Classification", 8, hex, "How secret the packet is.",
     {.values = secrecy, .ref = "RFC 1108 §2.3"}},
});
inline constexpr auto old_security = wire({
    {"ip.opt.sec_rfc791_sec", "Security", 16, hex,
     "How secret the packet is, in the first standard's words.", {.ref = "RFC 791 §3.1"}},
    {"ip.opt.sec_rfc791_comp", "Compartments", 16, dec, "To which compartment it belongs."},
});
inline constexpr auto extended_security = wire({
    {"ip.opt.ext_sec_add_sec_info_format_code", "Format", 8, hex,
     "What form the information behind it has.", {.ref = "RFC 1108 §3"}},
});
inline constexpr auto cipso = wire({
    {"ip.cipso.doi", "Domain of interpretation", 32, dec, "Who defined what the labels mean."},
});
inline constexpr auto stream = wire({
    {"ip.opt.sid", "Stream identifier", 16, dec, "Which stream."},
});
inline constexpr auto mtu = wire({
    {"ip.opt.mtu", "MTU", 16, dec, "The smallest packet size met on the way."},
});
inline constexpr auto traceroute = wire({
    {"ip.opt.id_number", "ID number", 16, dec, "Tells traceroutes of one host apart.",
     {.ref = "RFC 1393 §2.2"}},
    {"ip.opt.ohc", "Outbound hops", 16, dec, "Routers passed on the way there."},
    {"ip.opt.rhc", "Return hops", 16, dec, "Routers passed on the way back."},
    {"ip.opt.originator", "Originator", 32, ipv4, "Who asked."},
});
inline constexpr auto router_alert = wire({
    {"ip.opt.ra", "Router alert", 16, dec, "Asks every router on the way to look inside.",
     {.values = alerts, .ref = "RFC 2113 §2.1"}},
});
inline constexpr auto quick_start = wire({
    {"ip.opt.qs_func", "Function", 4, dec, "A request for a rate, or a report of the one approved.",
     {.values = quick_start_functions, .ref = "RFC 4782 §3.1"}},
    {"ip.opt.qs_rate", "Rate", 4, dec, "The sending rate asked for or approved.",
     {.values = quick_start_rates}},
    {"ip.opt.qs_ttl", "Quick-Start TTL", 8, dec,
     "Routers that agree count it down with the time to live."},
    {"ip.opt.qs_nonce", "Nonce", 30, hex, "Proves that routers on the way did not raise the rate."},
    {"ip.opt.qs_reserved", "Reserved", 2, hex, "Must be zero."},
});
inline constexpr auto quick_start_report = wire({
    {"ip.opt.qs_func", "Function", 4, dec, "A request for a rate, or a report of the one approved.",
     {.values = quick_start_functions, .ref = "RFC 4782 §3.1"}},
    {"ip.opt.qs_rate", "Rate", 4, dec, "The sending rate asked for or approved.",
     {.values = quick_start_rates}},
    {"ip.opt.qs_unused", "Not used", 8, dec, "Means nothing in a report."},
    {"ip.opt.qs_nonce", "Nonce", 30, hex, "Proves that routers on the way did not raise the rate."},
    {"ip.opt.qs_reserved", "Reserved", 2, hex, "Must be zero."},
});
inline constexpr auto timestamps = wire({
    {"ip.opt.ptr", "Pointer", 8, dec,
     "Where the next router writes, counted from 1 at the option's start."},
    {"ip.opt.overflow", "Overflow", 4, dec, "Routers that found no room left."},
    {"ip.opt.flag", "Form", 4, hex, "Whether addresses are written too.",
     {.values = timestamp_forms}},
});

// The tables above, for the protocol's own list.
#define NETPEEL_IP_OPTION_TABLES                                                                                             \
  ip_option::head, ip_option::wholes, ip_option::parts, ip_option::authority, ip_option::security, ip_option::old_security, \
      ip_option::extended_security, ip_option::cipso, ip_option::stream, ip_option::mtu, ip_option::traceroute,             \
      ip_option::router_alert, ip_option::quick_start, ip_option::quick_start_report, ip_option::timestamps

}  // namespace netpeel::proto::ip_option

namespace netpeel::proto {

// The options behind the fixed header, as far as the layer's header reaches.
void expand_ip_options(Expansion& x);

// The last stop of a source route that is still to be travelled, in the header's options; null if
// there is none.
const u8* source_route_end(Bytes header);

}  // namespace netpeel::proto
