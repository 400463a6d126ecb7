// ICMPv6 — RFC 4443; Neighbor Discovery RFC 4861 and the options that later documents added; MLD
// RFC 2710 and RFC 3810; node information RFC 4620; router renumbering RFC 2894; Mobile IPv6 RFC
// 6275; SEND RFC 3971; extended echo RFC 8335.
#include "proto/answer_facts.hpp"
#include "proto/net/icmp_parts.hpp"

namespace netpeel::proto {
namespace {

enum Type : u8 {
  unreachable = 1,
  too_big = 2,
  exceeded = 3,
  parameter = 4,
  echo = 128,
  echo_reply = 129,
  listener_query = 130,
  listener_report = 131,
  listener_done = 132,
  router_solicitation = 133,
  router_advertisement = 134,
  neighbor_solicitation = 135,
  neighbor_advertisement = 136,
  redirect = 137,
  renumbering = 138,
  node_query = 139,
  node_reply = 140,
  inverse_solicitation = 141,
  inverse_advertisement = 142,
  listener_report2 = 143,
  home_request = 144,
  home_reply = 145,
  prefix_solicitation = 146,
  prefix_advertisement = 147,
  path_solicitation = 148,
  path_advertisement = 149,
  multicast_advertisement = 151,
  multicast_solicitation = 152,
  multicast_termination = 153,
  handover = 154,
  locator_update = 156,
  address_request = 157,
  address_confirmation = 158,
  extended_echo = 160,
  extended_echo_reply = 161,
};

constexpr auto types = values({
    {1, "Destination unreachable"}, {2, "Packet too big"}, {3, "Time exceeded"},
    {4, "Parameter problem"}, {100, "Private experiments", 101},
    {127, "Reserved for expansion"}, {128, "Echo request (ping)"}, {129, "Echo reply (ping)"},
    {130, "Multicast listener query"},
    {131, "Multicast listener report"}, {132, "Multicast listener done"},
    {133, "Router solicitation"}, {134, "Router advertisement"},
    {135, "Neighbor solicitation"}, {136, "Neighbor advertisement"}, {137, "Redirect"},
    {138, "Router renumbering"},
    {139, "Node information query"}, {140, "Node information reply"},
    {141, "Inverse neighbor discovery solicitation"},
    {142, "Inverse neighbor discovery advertisement"},
    {143, "Multicast listener report, version 2"}, {144, "Home agent address request"},
    {145, "Home agent address reply"}, {146, "Mobile prefix solicitation"},
    {147, "Mobile prefix advertisement"},
    {148, "Certification path solicitation"}, {149, "Certification path advertisement"},
    {150, "Experimental mobility"},
    {151, "Multicast router advertisement"}, {152, "Multicast router solicitation"},
    {153, "Multicast router termination"},
    {154, "Fast handover"}, {155, "RPL control"}, {156, "Locator update"},
    {157, "Duplicate address request"},
    {158, "Duplicate address confirmation"}, {159, "MPL control"}, {160, "Extended echo request"},
    {161, "Extended echo reply"},
    {200, "Private experiments", 201}, {255, "Reserved for expansion"},
});
constexpr auto unreachable_codes = values({
    {0, "No route to the destination"}, {1, "Administratively prohibited"},
    {2, "Beyond the scope of the source address"},
    {3, "Address unreachable"}, {4, "Port unreachable"}, {5, "Source address failed a policy"},
    {6, "Route rejected"},
    {7, "Error in the source routing header"}, {8, "Headers too long"},
});
constexpr auto exceeded_codes = values({
    {0, "Hop limit used up on the way"        },
    {1, "Fragments did not all arrive in time"}
});
constexpr auto parameter_codes = values({
    {0, "Header field wrong"}, {1, "Next header unknown"}, {2, "IPv6 option unknown"},
    {3, "First fragment lacks part of the headers"},
    {4, "Upper-layer error in a segment routing header"},
    {5, "Next header unknown to a node on the way"}, {6, "Extension header too big"},
    {7, "Chain of extension headers too long"}, {8, "Too many extension headers"},
    {9, "Too many options"}, {10, "Option too big"},
});
constexpr auto renumbering_codes = values({
    {0,   "Command"              },
    {1,   "Result"               },
    {255, "Sequence number reset"}
});
constexpr auto query_codes = values({
    {0, "About an IPv6 address"},
    {1, "About a name"         },
    {2, "About an IPv4 address"}
});
constexpr auto reply_codes = values({
    {0, "Answered"          },
    {1, "Refused"           },
    {2, "Query type unknown"}
});
constexpr auto extended_codes = values({
    {0, "No error"                },
    {1, "Malformed query"         },
    {2, "No such interface"       },
    {3, "No such table entry"     },
    {4, "Several interfaces match"}
});
constexpr auto states = values({
    {0, "Reserved"  },
    {1, "Incomplete"},
    {2, "Reachable" },
    {3, "Stale"     },
    {4, "Delay"     },
    {5, "Probe"     },
    {6, "Failed"    }
});
constexpr auto preferences = values({
    {0, "Medium"  },
    {1, "High"    },
    {2, "Reserved"},
    {3, "Low"     }
});
constexpr auto record_types = values({
    {1, "Is: only these sources"}, {2, "Is: all but these sources"},
    {3, "Changes to: only these sources"},
    {4, "Changes to: all but these sources"}, {5, "Also wants these sources"},
    {6, "No longer wants these sources"},
});
constexpr auto option_types = values({
    {1, "Source link-layer address"}, {2, "Target link-layer address"}, {3, "Prefix information"},
    {4, "Redirected header"}, {5, "MTU"},
    {6, "NBMA shortcut limit"}, {7, "Advertisement interval"}, {8, "Home agent information"},
    {9, "Source address list"},
    {10, "Target address list"}, {11, "CGA"}, {12, "RSA signature"}, {13, "Timestamp"},
    {14, "Nonce"}, {15, "Trust anchor"},
    {16, "Certificate"}, {17, "IP address or prefix"}, {18, "New router prefix"},
    {19, "Link-layer address"},
    {20, "Neighbor advertisement acknowledgment"}, {23, "Mobility anchor point"},
    {24, "Route information"}, {25, "Recursive DNS server"},
    {26, "Router advertisement flags"}, {27, "Handover key request"}, {28, "Handover key reply"},
    {29, "Handover assist information"},
    {30, "Mobile node identifier"}, {31, "DNS search list"}, {32, "Proxy signature"},
    {33, "Address registration"}, {34, "6LoWPAN context"},
    {35, "Authoritative border router"}, {36, "6LoWPAN capabilities"}, {37, "Captive portal"},
    {38, "PREF64"}, {138, "CARD request"},
    {139, "CARD reply"}, {253, "Experiment 1"}, {254, "Experiment 2"},
});
constexpr auto registration_states = values({
    {0, "Success"               },
    {1, "Address already in use"},
    {2, "Neighbor cache full"   }
});
constexpr auto query_types = values({
    {0, "Nothing"                   },
    {1, "Supported types (obsolete)"},
    {2, "Node name"                 },
    {3, "Node addresses"            },
    {4, "IPv4 addresses"            }
});
constexpr auto fast_subtypes = values({
    {2, "Router solicitation for proxy advertisement"},
    {3, "Proxy router advertisement"                 },
    {4, "Handover initiate"                          },
    {5, "Handover acknowledge"                       }
});
constexpr auto name_types = values({
    {1, "X.501 name" },
    {2, "Domain name"}
});
constexpr auto prefix_codes = values({
    {0, "96 bits"},
    {1, "64 bits"},
    {2, "56 bits"},
    {3, "48 bits"},
    {4, "40 bits"},
    {5, "32 bits"}
});

struct Icmpv6 {
  static constexpr auto fields = wire({
      {"icmpv6.type", "Type", 8, dec, "What kind of message it is; below 128 it reports an error.",
       {.values = types}},
      {"icmpv6.code", "Code", 8, dec, "What exactly, within the type."},
      {"icmpv6.checksum", "Checksum", 16, hex,
       "Over a pseudo-header with the addresses, and the whole message."},
  });
};
constexpr u32 head = fixed_bytes<Icmpv6>;

constexpr auto unreachable_code = wire({
    {"icmpv6.code",
     "Code", 8,
     dec, "What could not be reached, or why.",
     {.values = unreachable_codes}}
});
constexpr auto exceeded_code = wire({
    {"icmpv6.code", "Code", 8, dec, "What ran out.", {.values = exceeded_codes}}
});
constexpr auto parameter_code = wire({
    {"icmpv6.code",
     "Code", 8,
     dec, "What is wrong with the packet.",
     {.values = parameter_codes}}
});
constexpr auto renumbering_code = wire({
    {"icmpv6.code", "Code", 8, dec, "Command or result.", {.values = renumbering_codes}}
});
constexpr auto query_code = wire({
    {"icmpv6.code", "Code", 8, dec, "What the question names.", {.values = query_codes}}
});
constexpr auto reply_code = wire({
    {"icmpv6.code", "Code", 8, dec, "How the question was answered.", {.values = reply_codes}}
});
constexpr auto extended_code = wire({
    {"icmpv6.code", "Code", 8, dec, "How the question was answered.", {.values = extended_codes}}
});

// ---- Messages, from the fifth byte on ----
constexpr auto reserved4 = wire({
    {"icmpv6.reserved", "Reserved", 32, bytes, "Must be zero."}
});
constexpr auto with_length = wire({
    {"icmpv6.length", "Length", 8, dec,
     "How much of the packet is quoted, in 64-bit words; extensions follow.",
     {.ref = "RFC 4884 §4"}},
    {"icmpv6.reserved", "Reserved", 24, bytes, "Must be zero."},
});
constexpr auto mtu = wire({
    {"icmpv6.mtu", "MTU", 32, dec, "The largest packet the next link takes."}
});
constexpr auto pointer = wire({
    {"icmpv6.pointer", "Pointer", 32, dec, "The byte of the quoted packet that is wrong."}
});
constexpr auto echoed = wire({
    {"icmpv6.echo.identifier", "Identifier", 16, hex,
     "Tells one program's questions from another's; the answer repeats it."},
    {"icmpv6.echo.sequence_number", "Sequence number", 16, dec,
     "Counts the questions; the answer repeats it."},
});
constexpr auto extended_request = wire({
    {"icmpv6.echo.identifier", "Identifier", 16, hex,
     "Tells one program's questions from another's; the answer repeats it."},
    {"icmpv6.ext.echo.seq", "Sequence number", 8, dec,
     "Counts the questions; the answer repeats it.", {.ref = "RFC 8335 §2"}},
    {"icmpv6.ext.echo.req.res", "Reserved", 7, hex, "Must be zero."},
    {"icmpv6.ext.echo.req.local", "Local", 1, flag,
     "The interface asked about is on the node asked, not on a neighbour."},
});
constexpr auto extended_answer = wire({
    {"icmpv6.echo.identifier", "Identifier", 16, hex, "As in the question."},
    {"icmpv6.ext.echo.seq", "Sequence number", 8, dec, "As in the question.",
     {.ref = "RFC 8335 §3"}},
    {"icmpv6.ext.echo.rsp.state", "State", 3, dec,
     "What the answering node knows of the neighbour's address.", {.values = states}},
    {"icmpv6.ext.echo.rsp.res", "Reserved", 2, hex, "Must be zero."},
    {"icmpv6.ext.echo.rsp.active", "Active", 1, flag, "The interface is up."},
    {"icmpv6.ext.echo.rsp.ipv4", "IPv4", 1, flag, "IPv4 runs on the interface."},
    {"icmpv6.ext.echo.rsp.ipv6", "IPv6", 1, flag, "IPv6 runs on the interface."},
});
constexpr auto listener = wire({
    {"icmpv6.mld.maximum_response_delay", "Maximum response delay", 16, dec,
     "Milliseconds in which listeners should answer.", {.ref = "RFC 2710 §3"}},
    {"icmpv6.reserved", "Reserved", 16, bytes, "Must be zero."},
    {"icmpv6.mld.multicast_address", "Group", 128, ipv6,
     "The multicast group; zero in a question about all groups."},
});
constexpr auto listener2 = wire({
    {"icmpv6.mld.maximum_response_code", "Maximum response code", 16, dec,
     "Milliseconds in which listeners should answer; the wire counts from 32768 on with an "
     "exponent and a mantissa.", {.ref = "RFC 3810 §5.1.3"}},
    {"icmpv6.reserved", "Reserved", 16, bytes, "Must be zero."},
    {"icmpv6.mld.multicast_address", "Group", 128, ipv6,
     "The multicast group; zero in a question about all groups."},
    {"icmpv6.mld.flag", "Flags", 8, hex, "How routers should act on the question.",
     {.covers = true}},
    {"icmpv6.mld.flag.reserved", "Reserved", 4, dec, "Must be zero."},
    {"icmpv6.mld.flag.s", "Suppress", 1, flag,
     "Other routers should keep their timers as they are."},
    {"icmpv6.mld.flag.qrv", "Robustness", 3, dec,
     "How many messages in a row the network may lose: the querier's robustness variable."},
    {"icmpv6.mld.qqi", "Query interval", 8, dec,
     "Seconds between questions; the wire counts from 128 on with an exponent and a mantissa."},
    {"icmpv6.mld.nb_sources", "Number of sources", 16, dec, "Source addresses that follow."},
});
constexpr auto reported = wire({
    {"icmpv6.reserved", "Reserved", 16, bytes, "Must be zero."},
    {"icmpv6.mldr.nb_mcast_records", "Number of records", 16, dec,
     "Records that follow, one a group.", {.ref = "RFC 3810 §5.2"}},
});
constexpr auto record = wire({
    {"icmpv6.mldr.mar.record_type", "Record type", 8, dec,
     "What the listener tells about this group.", {.values = record_types}},
    {"icmpv6.mldr.mar.aux_data_len", "Auxiliary data length", 8, dec,
     "32-bit words behind the sources; zero in practice."},
    {"icmpv6.mldr.mar.nb_sources", "Number of sources", 16, dec,
     "Source addresses in this record."},
    {"icmpv6.mldr.mar.multicast_address", "Group", 128, ipv6, "The multicast group."},
});
constexpr auto advertised = wire({
    {"icmpv6.nd.ra.cur_hop_limit", "Hop limit", 8, dec,
     "What hosts should put into their packets; zero: no advice."},
    {"icmpv6.nd.ra.flag", "Flags", 8, hex,
     "How hosts get their addresses, and what kind of router this is.", {.covers = true}},
    {"icmpv6.nd.ra.flag.m", "Managed addresses", 1, flag, "Addresses are to be had from DHCPv6."},
    {"icmpv6.nd.ra.flag.o", "Other configuration", 1, flag,
     "Other things, such as DNS servers, are to be had from DHCPv6."},
    {"icmpv6.nd.ra.flag.h", "Home agent", 1, flag,
     "The router also serves as a Mobile IPv6 home agent."},
    {"icmpv6.nd.ra.flag.prf", "Preference", 2, dec,
     "Whether hosts should prefer this router to others.",
     {.values = preferences, .ref = "RFC 4191 §2.2"}},
    {"icmpv6.nd.ra.flag.p", "Proxy", 1, flag,
     "The message was passed on by a Neighbor Discovery proxy."},
    {"icmpv6.nd.ra.flag.rsv", "Reserved", 2, dec, "Must be zero."},
    {"icmpv6.nd.ra.router_lifetime", "Router lifetime", 16, dec,
     "Seconds the router may be used as the default; zero: not at all."},
    {"icmpv6.nd.ra.reachable_time", "Reachable time", 32, dec,
     "Milliseconds a neighbour counts as reachable after it was heard of; zero: no advice."},
    {"icmpv6.nd.ra.retrans_timer", "Retransmission timer", 32, dec,
     "Milliseconds between repeated questions; zero: no advice."},
});
constexpr auto solicited = wire({
    {"icmpv6.reserved", "Reserved", 32, bytes, "Must be zero."},
    {"icmpv6.nd.ns.target_address", "Target", 128, ipv6, "Whose link-layer address is asked for."},
});
constexpr auto neighbor = wire({
    {"icmpv6.nd.na.flag", "Flags", 32, hex, "What kind of answer this is.", {.covers = true}},
    {"icmpv6.nd.na.flag.r", "Router", 1, flag, "The sender is a router."},
    {"icmpv6.nd.na.flag.s", "Solicited", 1, flag, "This answers a question."},
    {"icmpv6.nd.na.flag.o", "Override", 1, flag, "What a neighbour remembers should be replaced."},
    {"icmpv6.nd.na.flag.rsv", "Reserved", 29, dec, "Must be zero."},
    {"icmpv6.nd.na.target_address", "Target", 128, ipv6, "The address this is about."},
});
constexpr auto redirected = wire({
    {"icmpv6.reserved", "Reserved", 32, bytes, "Must be zero."},
    {"icmpv6.nd.rd.target_address", "Target", 128, ipv6,
     "The better first hop; the destination itself if it is a neighbour."},
    {"icmpv6.rd.na.destination_address", "Destination", 128, ipv6,
     "The destination that this is about."},
});
constexpr auto renumbered = wire({
    {"icmpv6.rr.sequence_number", "Sequence number", 32, dec, "Counts commands.",
     {.ref = "RFC 2894 §3.1"}},
    {"icmpv6.rr.segment_number", "Segment number", 8, dec,
     "Tells the messages of one command apart."},
    {"icmpv6.rr.flag", "Flags", 8, hex, "How routers should carry the command out.",
     {.covers = true}},
    {"icmpv6.rr.flag.t", "Test", 1, flag, "Only try it."},
    {"icmpv6.rr.flag.r", "Result requested", 1, flag, "An answer is wanted."},
    {"icmpv6.rr.flag.a", "All interfaces", 1, flag, "Also on interfaces that are down."},
    {"icmpv6.rr.flag.s", "Site-specific", 1, flag, "Only on interfaces of one site."},
    {"icmpv6.rr.flag.p", "Processed before", 1, flag,
     "Seen already: the result tells nothing new."},
    {"icmpv6.rr.flag.rsv", "Reserved", 3, dec, "Must be zero."},
    {"icmpv6.rr.maxdelay", "Maximum delay", 16, dec,
     "Milliseconds a router should wait at most before it answers."},
    {"icmpv6.reserved", "Reserved", 32, bytes, "Must be zero."},
});
constexpr auto match = wire({
    {"icmpv6.rr.pco.mp.opcode", "Operation", 8, dec, "1 add, 2 change, 3 set."},
    {"icmpv6.rr.pco.mp.oplength", "Length", 8, dec, "64-bit words of the operation."},
    {"icmpv6.rr.pco.mp.ordinal", "Ordinal", 8, hex, "Tells the operations of a message apart."},
    {"icmpv6.rr.pco.mp.matchlen", "Match length", 8, dec, "Bits of the prefix that must agree."},
    {"icmpv6.rr.pco.mp.minlen", "Least length", 8, dec, "Shorter prefixes are left alone."},
    {"icmpv6.rr.pco.mp.maxlen", "Greatest length", 8, dec, "Longer prefixes are left alone."},
    {"icmpv6.reserved", "Reserved", 16, bytes, "Must be zero."},
    {"icmpv6.rr.pco.mp.matchprefix", "Match prefix", 128, ipv6, "Which prefixes to act on."},
});
constexpr auto use = wire({
    {"icmpv6.rr.pco.up.uselen", "Use length", 8, dec, "Bits of the new prefix to use."},
    {"icmpv6.rr.pco.up.keeplen", "Keep length", 8, dec,
     "Bits of the old prefix to keep behind them."},
    {"icmpv6.rr.pco.up.flagmask", "Flag mask", 8, hex, "Which of the advertised flags to set.",
     {.covers = true}},
    {"icmpv6.rr.pco.up.flagmask.l", "On-link", 1, flag, "The on-link flag."},
    {"icmpv6.rr.pco.up.flagmask.a", "Autonomous", 1, flag, "The autonomous configuration flag."},
    {"icmpv6.rr.pco.up.flagmask.reserved", "Reserved", 6, dec, "Must be zero."},
    {"icmpv6.rr.pco.up.raflags", "Flags", 8, hex, "What to set them to.", {.covers = true}},
    {"icmpv6.rr.pco.up.flagmask.l", "On-link", 1, flag, "The on-link flag."},
    {"icmpv6.rr.pco.up.flagmask.a", "Autonomous", 1, flag, "The autonomous configuration flag."},
    {"icmpv6.rr.pco.up.flagmask.reserved", "Reserved", 6, dec, "Must be zero."},
    {"icmpv6.rr.pco.up.validlifetime", "Valid lifetime", 32, dec,
     "Seconds the new prefix is valid."},
    {"icmpv6.rr.pco.up.preferredlifetime", "Preferred lifetime", 32, dec,
     "Seconds it should be used for new connections."},
    {"icmpv6.rr.pco.up.flag", "Lifetime flags", 32, hex, "Whether the lifetimes run down.",
     {.covers = true}},
    {"icmpv6.rr.pco.up.flag.v", "Valid lifetime runs", 1, flag,
     "The valid lifetime counts down in real time."},
    {"icmpv6.rr.pco.up.flag.p", "Preferred lifetime runs", 1, flag,
     "The preferred lifetime counts down in real time."},
    {"icmpv6.rr.pco.up.flag.reserved", "Reserved", 30, dec, "Must be zero."},
    {"icmpv6.rr.pco.up.useprefix", "Use prefix", 128, ipv6, "The new prefix."},
});
constexpr auto result = wire({
    {"icmpv6.rr.rm.flag", "Flags", 16, hex, "What went wrong, if anything.", {.covers = true}},
    {"icmpv6.rr.rm.flag.reserved", "Reserved", 14, dec, "Must be zero."},
    {"icmpv6.rr.rm.flag.b", "Bounds", 1, flag, "The new prefix would have had more than 128 bits."},
    {"icmpv6.rr.rm.flag.f", "Forbidden", 1, flag, "The router does not allow the change."},
    {"icmpv6.rr.rm.ordinal", "Ordinal", 8, hex, "Which operation this is the result of."},
    {"icmpv6.rr.rm.matchedlen", "Matched length", 8, dec, "Bits of the prefix that was found."},
    {"icmpv6.rr.rm.interfaceindex", "Interface", 32, dec, "The interface it was found on."},
    {"icmpv6.rr.rm.matchedprefix", "Matched prefix", 128, ipv6, "The prefix that was found."},
});
constexpr auto node = wire({
    {"icmpv6.ni.qtype", "Query type", 16, dec, "What is asked for.",
     {.values = query_types, .ref = "RFC 4620 §4"}},
    {"icmpv6.ni.flag", "Flags", 16, hex, "Which addresses are meant.", {.covers = true}},
    {"icmpv6.ni.flag.rsv", "Reserved", 10, hex, "Must be zero."},
    {"icmpv6.ni.flag.g", "Global", 1, flag, "Global addresses."},
    {"icmpv6.ni.flag.s", "Site-local", 1, flag, "Site-local addresses."},
    {"icmpv6.ni.flag.l", "Link-local", 1, flag, "Link-local addresses."},
    {"icmpv6.ni.flag.c", "Compatible", 1, flag, "IPv4-compatible and IPv4-mapped addresses."},
    {"icmpv6.ni.flag.a", "All", 1, flag, "Those of all interfaces."},
    {"icmpv6.ni.flag.t", "Truncated", 1, flag, "There are more than fit."},
    {"icmpv6.ni.nonce", "Nonce", 64, hex, "A random number that the answer repeats."},
});
constexpr auto mobile = wire({
    {"icmpv6.mip6.identifier", "Identifier", 16, dec,
     "Tells questions apart; the answer repeats it.", {.ref = "RFC 6275 §6.5"}},
    {"icmpv6.reserved", "Reserved", 16, bytes, "Must be zero."},
});
constexpr auto mobile_prefix = wire({
    {"icmpv6.mip6.identifier", "Identifier", 16, dec, "As in the question.",
     {.ref = "RFC 6275 §6.8"}},
    {"icmpv6.mip6.flag", "Flags", 16, hex, "How addresses at home are had.", {.covers = true}},
    {"icmpv6.mip6.flag.m", "Managed addresses", 1, flag, "Addresses are to be had from DHCPv6."},
    {"icmpv6.mip6.flag.o", "Other configuration", 1, flag,
     "Other things are to be had from DHCPv6."},
    {"icmpv6.mip6.flag.rsv", "Reserved", 14, dec, "Must be zero."},
});
constexpr auto path = wire({
    {"icmpv6.send.identifier", "Identifier", 16, dec,
     "Tells questions apart; the answer repeats it.", {.ref = "RFC 3971 §6.4.1"}},
    {"icmpv6.send.component", "Component", 16, dec,
     "Which certificate of the path is wanted; 65535: all."},
});
constexpr auto path_answer = wire({
    {"icmpv6.send.identifier", "Identifier", 16, dec, "As in the question.",
     {.ref = "RFC 3971 §6.4.2"}},
    {"icmpv6.send.all_components", "All components", 16, dec,
     "How many certificates the path has."},
    {"icmpv6.send.component", "Component", 16, dec, "Which one this is."},
    {"icmpv6.reserved", "Reserved", 16, bytes, "Must be zero."},
});
constexpr auto multicast_router = wire({
    {"icmpv6.mcast_ra.query_interval", "Query interval", 16, dec,
     "Seconds between the router's questions.", {.ref = "RFC 4286 §3.2"}},
    {"icmpv6.mcast_ra.robustness_variable", "Robustness", 16, dec,
     "How many messages in a row the network may lose."},
});
constexpr auto fast = wire({
    {"icmpv6.fmip6.subtype", "Subtype", 8, dec, "Which handover message it is.",
     {.values = fast_subtypes, .ref = "RFC 5568 §6.1"}},
    {"icmpv6.reserved", "Reserved", 8, bytes, "Must be zero."},
    {"icmpv6.fmip6.identifier", "Identifier", 16, dec,
     "Tells questions apart; the answer repeats it."},
});
constexpr auto fast_initiate = wire({
    {"icmpv6.fmip6.subtype", "Subtype", 8, dec, "Which handover message it is.",
     {.values = fast_subtypes, .ref = "RFC 5568 §6.1"}},
    {"icmpv6.fmip6.hi.flag", "Flags", 8, hex, "What the old router asks of the new one.",
     {.covers = true}},
    {"icmpv6.fmip6.hi.flag.s", "Assigned", 1, flag, "The new router should assign an address."},
    {"icmpv6.fmip6.hi.flag.a", "Buffer", 1, flag, "It should keep packets until the host arrives."},
    {"icmpv6.fmip6.hi.flag.reserved", "Reserved", 6, dec, "Must be zero."},
    {"icmpv6.fmip6.identifier", "Identifier", 16, dec,
     "Tells questions apart; the answer repeats it."},
});
constexpr auto locators = wire({
    {"icmpv6.ilnp.nb_locs", "Number of locators", 8, dec, "Locators that follow.",
     {.ref = "RFC 6743 §2"}},
    {"icmpv6.reserved", "Operation", 8, bytes, "Must be zero."},
    {"icmpv6.reserved", "Reserved", 16, bytes, "Must be zero."},
});
constexpr auto locator = wire({
    {"icmpv6.ilnp.nb_locator", "Locator", 64, hex,
     "Where the node is now: the first half of an address."},
    {"icmpv6.ilnp.nb_preference", "Preference", 16, dec, "The lower, the better."},
    {"icmpv6.ilnp.nb_lifetime", "Lifetime", 16, dec, "Seconds it stays valid."},
});
constexpr auto duplicate = wire({
    {"icmpv6.6lowpannd.da.status", "Status", 8, dec, "Whether the address is free.",
     {.values = registration_states, .ref = "RFC 6775 §4.4"}},
    {"icmpv6.6lowpannd.da.rsv", "Reserved", 8, dec, "Must be zero."},
    {"icmpv6.6lowpannd.da.lifetime", "Lifetime", 16, dec, "Minutes the registration lasts."},
    {"icmpv6.6lowpannd.da.eui64", "EUI-64", 64, bytes, "The registering interface."},
    {"icmpv6.6lowpannd.da.reg_addr", "Address", 128, ipv6, "The address to register."},
});

// ---- Neighbor Discovery options, from their third byte on ----
constexpr auto option = wire({
    {"icmpv6.opt.type", "Type", 8, dec, "What the option tells.", {.values = option_types}},
    {"icmpv6.opt.length", "Length", 8, dec, "64-bit words of the option, this heading included."},
});
constexpr auto prefix = wire({
    {"icmpv6.opt.prefix.length", "Prefix length", 8, dec, "Bits of the prefix that count."},
    {"icmpv6.opt.prefix.flag", "Flags", 8, hex, "What hosts may do with the prefix.",
     {.covers = true}},
    {"icmpv6.opt.prefix.flag.l", "On-link", 1, flag, "Addresses with this prefix are neighbours."},
    {"icmpv6.opt.prefix.flag.a", "Autonomous", 1, flag,
     "Hosts may make themselves addresses with this prefix."},
    {"icmpv6.opt.prefix.flag.r", "Router address", 1, flag,
     "The prefix is a whole address of the router."},
    {"icmpv6.opt.prefix.flag.reserved", "Reserved", 5, dec, "Must be zero."},
    {"icmpv6.opt.prefix.valid_lifetime", "Valid lifetime", 32, dec,
     "Seconds addresses with the prefix are valid."},
    {"icmpv6.opt.prefix.preferred_lifetime", "Preferred lifetime", 32, dec,
     "Seconds they should be used for new connections."},
    {"icmpv6.opt.reserved", "Reserved", 32, mark, "Must be zero."},
    {"icmpv6.opt.prefix", "Prefix", 128, ipv6, "The network's part of addresses here."},
});
constexpr auto reserved6 = wire({
    {"icmpv6.opt.reserved", "Reserved", 48, mark, "Must be zero."}
});
constexpr auto reserved2 = wire({
    {"icmpv6.opt.reserved", "Reserved", 16, mark, "Must be zero."}
});
constexpr auto link_mtu = wire({
    {"icmpv6.opt.reserved", "Reserved", 16, mark, "Must be zero."},
    {"icmpv6.opt.mtu", "MTU", 32, dec, "The largest packet all nodes on this link take."},
});
constexpr auto shortcut = wire({
    {"icmpv6.opt.nbma.shortcut_limit", "Shortcut limit", 8, dec, "Hops a shortcut may span."},
    {"icmpv6.opt.reserved", "Reserved", 8, mark, "Must be zero."},
    {"icmpv6.opt.reserved", "Reserved", 32, mark, "Must be zero."},
});
constexpr auto interval = wire({
    {"icmpv6.opt.reserved", "Reserved", 16, mark, "Must be zero."},
    {"icmpv6.opt.advertisement_interval", "Advertisement interval", 32, dec,
     "Milliseconds between the router's advertisements at most.", {.ref = "RFC 6275 §7.3"}},
});
constexpr auto home_agent = wire({
    {"icmpv6.opt.reserved", "Reserved", 16, mark, "Must be zero."},
    {"icmpv6.opt.home_agent_preference", "Home agent preference", 16, dec,
     "The higher, the better.", {.ref = "RFC 6275 §7.4"}},
    {"icmpv6.opt.home_agent_lifetime", "Home agent lifetime", 16, dec,
     "Seconds it serves as home agent."},
});
constexpr auto cga = wire({
    {"icmpv6.opt.cga.pad_length", "Padding length", 8, dec, "Bytes of padding at the end.",
     {.ref = "RFC 3971 §5.1"}},
    {"icmpv6.opt.reserved", "Reserved", 8, mark, "Must be zero."},
});
constexpr auto cga_parameters = wire({
    {"icmpv6.opt.cga.modifier", "Modifier", 128, bytes,
     "A random number that went into the address."},
    {"icmpv6.opt.cga.subnet_prefix", "Subnet prefix", 64, bytes,
     "The network's half of the address."},
    {"icmpv6.opt.cga.count", "Collision count", 8, bytes,
     "How often the address was already taken: 0, 1 or 2."},
});
constexpr auto cga_extension = wire({
    {"icmpv6.opt.cga.ext_type", "Extension type", 16, dec, "Which extension."},
    {"icmpv6.opt.cga.ext_length", "Extension length", 16, dec, "Its bytes."},
});
constexpr auto signature = wire({
    {"icmpv6.opt.reserved", "Reserved", 16, mark, "Must be zero."},
    {"icmpv6.opt.rsa.key_hash", "Key hash", 128, bytes, "Which public key to verify with.",
     {.ref = "RFC 3971 §5.2"}},
});
constexpr auto proxy_signature = wire({
    {"icmpv6.opt.reserved", "Reserved", 16, mark, "Must be zero."},
    {"icmpv6.opt.ps.key_hash", "Key hash", 128, bytes, "Which public key to verify with.",
     {.ref = "RFC 6496 §5"}},
});
constexpr auto anchor = wire({
    {"icmpv6.opt.name_type", "Name type", 8, dec, "How the trust anchor is named.",
     {.values = name_types, .ref = "RFC 3971 §6.4.3"}},
    {"icmpv6.opt.cga.pad_length", "Padding length", 8, dec, "Bytes of padding at the end."},
});
constexpr auto certificate = wire({
    {"icmpv6.opt.name_type", "Certificate type", 8, dec, "1: an X.509 certificate.",
     {.ref = "RFC 3971 §6.4.4"}},
    {"icmpv6.opt.reserved", "Reserved", 8, mark, "Must be zero."},
});
constexpr auto fast_address = wire({
    {"icmpv6.opt.ipa.option_code", "Option code", 8, dec, "Which address it is.",
     {.ref = "RFC 5568 §6.4.1"}},
    {"icmpv6.opt.ipa.prefix_len", "Prefix length", 8, dec, "Bits of the address that are prefix."},
    {"icmpv6.opt.reserved", "Reserved", 32, mark, "Must be zero."},
    {"icmpv6.opt.ipa.ipv6_address", "Address", 128, ipv6, "The address or prefix."},
});
constexpr auto new_prefix = wire({
    {"icmpv6.opt.nrpi.option_code", "Option code", 8, dec, "Zero."},
    {"icmpv6.opt.nrpi.prefix_len", "Prefix length", 8, dec, "Bits of the prefix."},
    {"icmpv6.opt.reserved", "Reserved", 32, mark, "Must be zero."},
    {"icmpv6.opt.nrpi.prefix", "Prefix", 128, ipv6, "The new router's prefix."},
});
constexpr auto acknowledged = wire({
    {"icmpv6.opt.naack.option_code", "Option code", 8, dec, "Zero.", {.ref = "RFC 5568 §6.4.5"}},
    {"icmpv6.opt.naack.status", "Status", 8, dec, "Whether the new address may be used."},
    {"icmpv6.opt.reserved", "Reserved", 32, mark, "Must be zero."},
});
constexpr auto anchor_point = wire({
    {"icmpv6.opt.map.distance", "Distance", 4, dec, "Hops to the anchor point.",
     {.ref = "RFC 5380 §5"}},
    {"icmpv6.opt.map.preference", "Preference", 4, dec, "The higher, the better."},
    {"icmpv6.opt.map.flag", "Flags", 8, hex, "How it is used.", {.covers = true}},
    {"icmpv6.opt.map.flag.r", "Regional address", 1, flag,
     "Hosts must make their regional address from its prefix."},
    {"icmpv6.opt.map.flag.reserved", "Reserved", 7, dec, "Must be zero."},
    {"icmpv6.opt.map.valid_lifetime", "Valid lifetime", 32, dec, "Seconds it may be used."},
    {"icmpv6.opt.map.global_address", "Address", 128, ipv6, "The anchor point's address."},
});
constexpr auto route = wire({
    {"icmpv6.opt.prefix.length", "Prefix length", 8, dec, "Bits of the prefix that count.",
     {.ref = "RFC 4191 §2.3"}},
    {"icmpv6.opt.route_info.flag", "Flags", 8, hex, "How good the route is.", {.covers = true}},
    {"", "", 3, dec, ""},
    {"icmpv6.opt.route_info.flag.route_preference", "Preference", 2, dec,
     "Whether to prefer this route to others.", {.values = preferences}},
    {"", "", 3, dec, ""},
    {"icmpv6.opt.route_lifetime", "Route lifetime", 32, dec, "Seconds the route is valid."},
});
constexpr auto dns_server = wire({
    {"icmpv6.opt.reserved", "Reserved", 16, mark, "Must be zero."},
    {"icmpv6.opt.rdnss.lifetime", "Lifetime", 32, dec, "Seconds these servers may be used.",
     {.ref = "RFC 8106 §5.1"}},
});
constexpr auto dns_search = wire({
    {"icmpv6.opt.reserved", "Reserved", 16, mark, "Must be zero."},
    {"icmpv6.opt.dnssl.lifetime", "Lifetime", 32, dec, "Seconds these names may be used.",
     {.ref = "RFC 8106 §5.2"}},
});
constexpr auto more_flags = wire({
    {"icmpv6.opt.efo", "More flags", 16, hex, "Room for further flags of router advertisements.",
     {.ref = "RFC 5175 §4", .covers = true}},
    {"icmpv6.opt.efo.m", "Managed addresses", 1, flag, "As in the message itself."},
    {"icmpv6.opt.efo.o", "Other configuration", 1, flag, "As in the message itself."},
    {"icmpv6.opt.efo.h", "Home agent", 1, flag, "As in the message itself."},
    {"icmpv6.opt.efo.prf", "Preference", 2, dec, "As in the message itself.",
     {.values = preferences}},
    {"icmpv6.opt.efo.p", "Proxy", 1, flag, "As in the message itself."},
    {"icmpv6.opt.efo.rsv", "Reserved", 10, dec, "Must be zero."},
    {"icmpv6.opt.reserved", "Reserved", 32, mark, "Must be zero."},
});
constexpr auto key_request = wire({
    {"icmpv6.opt.hkr.pad_length", "Padding length", 8, dec, "Bytes of padding at the end.",
     {.ref = "RFC 5269 §4.1"}},
    {"icmpv6.opt.hkr.at", "Algorithm", 4, dec, "How the messages are authenticated."},
    {"icmpv6.opt.hkr.reserved", "Reserved", 4, dec, "Must be zero."},
});
constexpr auto key_reply = wire({
    {"icmpv6.opt.hkr.pad_length", "Padding length", 8, dec, "Bytes of padding at the end.",
     {.ref = "RFC 5269 §4.2"}},
    {"icmpv6.opt.hkr.at", "Algorithm", 4, dec, "How the messages are authenticated."},
    {"icmpv6.opt.hkr.reserved", "Reserved", 4, dec, "Must be zero."},
    {"icmpv6.opt.hkr.lifetime", "Lifetime", 16, dec, "Seconds the key may be used."},
});
constexpr auto assist = wire({
    {"icmpv6.opt.hai.option_code", "Option code", 8, dec, "What the value is.",
     {.ref = "RFC 5271 §3.1"}},
    {"icmpv6.opt.hai.length", "Value length", 8, dec, "Bytes of the value."},
});
constexpr auto mobile_node = wire({
    {"icmpv6.opt.mn.option_code", "Option code", 8, dec, "What kind of name it is.",
     {.ref = "RFC 5271 §3.2"}},
    {"icmpv6.opt.mn.length", "Value length", 8, dec, "Bytes of the name."},
});
constexpr auto registration = wire({
    {"icmpv6.opt.aro.status", "Status", 8, dec,
     "Whether the address was registered; zero in a request.",
     {.values = registration_states, .ref = "RFC 6775 §4.1"}},
    {"icmpv6.opt.reserved", "Reserved", 24, mark, "Must be zero."},
    {"icmpv6.opt.aro.registration_lifetime", "Lifetime", 16, dec,
     "Minutes the registration lasts."},
    {"icmpv6.opt.aro.eui64", "EUI-64", 64, bytes, "The registering interface."},
});
constexpr auto context = wire({
    {"icmpv6.opt.6co.context_length", "Context length", 8, dec, "Bits of the prefix that count.",
     {.ref = "RFC 6775 §4.2"}},
    {"icmpv6.opt.6co.flag", "Flags", 8, hex, "How the context is used.", {.covers = true}},
    {"icmpv6.opt.6co.flag.reserved", "Reserved", 3, dec, "Must be zero."},
    {"icmpv6.opt.6co.flag.c", "Compression", 1, flag,
     "The context may be used to compress, not only to read."},
    {"icmpv6.opt.6co.flag.cid", "Context number", 4, dec,
     "The number compressed packets name it by."},
    {"icmpv6.opt.reserved", "Reserved", 16, mark, "Must be zero."},
    {"icmpv6.opt.6co.valid_lifetime", "Lifetime", 16, dec, "Minutes it may be used."},
});
constexpr auto border = wire({
    {"icmpv6.opt.abro.version_low", "Version, low half", 16, dec,
     "Which of two advertisements is newer.", {.ref = "RFC 6775 §4.3"}},
    {"icmpv6.opt.abro.version_high", "Version, high half", 16, dec,
     "The upper sixteen bits of it."},
    {"icmpv6.opt.abro.valid_lifetime", "Lifetime", 16, dec, "Minutes it is valid."},
    {"icmpv6.opt.abro.6lbr_address", "Border router", 128, ipv6,
     "Where the information comes from."},
});
constexpr auto capabilities = wire({
    {"icmpv6.opt.6cio.unassigned1", "Unassigned", 15, hex, "Capabilities not known here.",
     {.ref = "RFC 7400 §3.3"}},
    {"icmpv6.opt.6cio.flag_g", "G", 1, hex, "Understands generic header compression."},
    {"icmpv6.opt.6cio.unassigned2", "Unassigned", 32, hex, "Capabilities not known here."},
});
constexpr auto nat64 = wire({
    {"icmpv6.opt.pref64.scaled_lifetime", "Scaled lifetime", 13, dec,
     "Units of eight seconds the prefix is valid.", {.ref = "RFC 8781 §4"}},
    {"icmpv6.opt.pref64.plc", "Prefix length code", 3, hex, "How long the prefix is.",
     {.values = prefix_codes}},
});

constexpr auto extra = loose({
    {"icmpv6.resp_to", "Answers frame", 64, dec, "The frame with the question.",
     {.computed = true}},
    {"icmpv6.resptime", "Milliseconds since then", 0, text,
     "Time from the question to this answer, in milliseconds.", {.computed = true}},
    {"icmpv6.checksum.status", "Checksum status", 8, dec, "Whether the checksum is right.",
     {.values = verdicts, .computed = true}},
    {"icmpv6.data", "Data", 0, bytes, "Content of a kind not known here."},
    {"icmpv6.mld.source_address", "Source", 128, ipv6, "A sender to the group."},
    {"icmpv6.mldr.mar", "Record", 0, mark, "What the listener tells about one group."},
    {"icmpv6.mldr.mar.source_address", "Source", 128, ipv6, "A sender to the group."},
    {"icmpv6.mldr.mar.auxiliary_data", "Auxiliary data", 0, bytes, "No standard says what for."},
    {"icmpv6.mip6.home_agent_address", "Home agent", 128, ipv6, "A home agent's address."},
    {"icmpv6.rr.pco.mp", "Match part", 0, mark, "Which prefixes to act on."},
    {"icmpv6.rr.pco.up", "Use part", 0, mark, "What to make of them."},
    {"icmpv6.rr.rm", "Result", 0, mark, "What became of one operation."},
    {"icmpv6.ni.query.subject_ipv6", "Subject", 128, ipv6, "Whom the question is about."},
    {"icmpv6.ni.query.subject_fqdn", "Subject", 0, text, "Whom the question is about."},
    {"icmpv6.ni.query.subject_ipv4", "Subject", 32, ipv4, "Whom the question is about."},
    {"icmpv6.ni.reply.node_ttl", "Lifetime", 32, dec, "Seconds the answer holds."},
    {"icmpv6.ni.reply.node_name", "Name", 0, text, "The node's name."},
    {"icmpv6.ni.reply.node_address", "Address", 128, ipv6, "One of the node's addresses."},
    {"icmpv6.ni.reply.ipv4_address", "Address", 32, ipv4, "One of the node's addresses."},
    {"icmpv6.opt", "Option", 0, mark, "What a Neighbor Discovery message adds."},
    {"icmpv6.opt.reserved", "Reserved", 0, mark, "Must be zero."},
    {"icmpv6.opt.padding", "Padding", 0, mark, "Fills the option up to a multiple of eight bytes."},
    {"icmpv6.opt.src_linkaddr", "Source link-layer address", 0, bytes, "The sender's own.",
     {.hidden = true}},
    {"icmpv6.opt.target_linkaddr", "Target link-layer address", 0, bytes, "The one asked for.",
     {.hidden = true}},
    {"icmpv6.opt.redirected_packet", "Redirected packet", 0, mark,
     "As much as fits of the packet that went the long way."},
    {"icmpv6.opt.ipv6_address", "Address", 128, ipv6, "An address of the interface."},
    {"icmpv6.opt.cga", "Parameters", 0, bytes, "What the address was computed from.",
     {.ref = "RFC 3972 §3"}},
    {"icmpv6.opt.cga.subject_public_key_info", "Public key", 0, mark,
     "The key that the address is bound to."},
    {"icmpv6.opt.cga.ext_data", "Extension data", 0, bytes, "The extension's content."},
    {"icmpv6.opt.digital_signature_padding", "Signature and padding", 0, mark,
     "Proves that the address's owner sent this."},
    {"icmpv6.opt.timestamp", "Timestamp", 64, time,
     "When it was sent; old messages are not believed.", {.ref = "RFC 3971 §5.3.1"}},
    {"icmpv6.opt.nonce", "Nonce", 0, bytes, "Random bytes that the answer repeats.",
     {.ref = "RFC 3971 §5.3.2"}},
    {"icmpv6.opt.name_x501", "X.501 name", 0, bytes,
     "The trust anchor's name, as certificates write it."},
    {"icmpv6.opt.name_type.fqdn", "Domain name", 0, text, "The trust anchor's name."},
    {"icmpv6.opt.certificate_padding", "Certificate and padding", 0, mark,
     "A certificate of the path."},
    {"icmpv6.opt.lla.option_code", "Option code", 8, dec, "Whose link-layer address it is."},
    {"icmpv6.opt.lla.bytes", "Link-layer address", 0, bytes, "The address."},
    {"icmpv6.opt.naack.supplied_ncoa", "New address", 128, ipv6, "The address to use instead."},
    {"icmpv6.opt.route_info.flag.reserved", "Reserved", 8, dec, "Must be zero."},
    {"icmpv6.opt.prefix", "Prefix", 0, ipv6, "Where the route leads."},
    {"icmpv6.opt.rdnss", "DNS server", 128, ipv6, "A server that resolves names."},
    {"icmpv6.opt.dnssl", "Domain name", 0, text, "What to append to short names."},
    {"icmpv6.opt.hkr.encryption_public_key", "Public key", 0, bytes,
     "What to encrypt the handover key with."},
    {"icmpv6.opt.hkr.encrypted_handover_key", "Handover key", 0, bytes, "The key, encrypted."},
    {"icmpv6.opt.hkr.padding", "Padding", 0, bytes, "Fills the option up."},
    {"icmpv6.opt.hai.value", "Value", 0, bytes, "What helps the handover."},
    {"icmpv6.opt.mn.value", "Name", 0, bytes, "The mobile node's name."},
    {"icmpv6.opt.6co.context_prefix", "Context prefix", 0, ipv6,
     "What compressed addresses leave out."},
    {"icmpv6.opt.captive_portal", "Captive portal", 0, text, "Where to sign in: a URI.",
     {.ref = "RFC 8910 §2.3"}},
    {"icmpv6.opt.pref64.prefix", "Prefix", 0, ipv6,
     "What to put before an IPv4 address to reach it through NAT64."},
});
constexpr auto link_address = loose({
    {"icmpv6.opt.linkaddr", "Link-layer address", 48, mac,
     "The interface's own address, a MAC address on Ethernet."}
});
constexpr auto long_address = loose({
    {"icmpv6.opt.linkaddr", "Link-layer address", 0, bytes,
     "The interface's own address on a link that is not Ethernet."}
});

constexpr Table tables[] {
    Icmpv6::fields, unreachable_code, exceeded_code, parameter_code, renumbering_code, query_code, reply_code, extended_code,
    reserved4, with_length, mtu, pointer, echoed, extended_request, extended_answer, listener,
    listener2, reported, record, advertised, solicited, neighbor, redirected, renumbered, match,
    use, result, node, mobile, mobile_prefix, path, path_answer, multicast_router, fast,
    fast_initiate, locators, locator, duplicate, option, prefix, reserved6, reserved2, link_mtu,
    shortcut, interval, home_agent, cga, cga_parameters, cga_extension, signature, proxy_signature,
    anchor, certificate, fast_address, new_prefix, acknowledged, anchor_point, route, dns_server,
    dns_search, more_flags, key_request, key_reply, assist, mobile_node, registration, context,
    border, capabilities, nat64, extra, link_address, long_address, icmp_extension::structure,
    icmp_extension::object, icmp_extension::plain_kind, icmp_extension::identification_kind,
    icmp_extension::information_kind, icmp_extension::label, icmp_extension::address_head,
    icmp_extension::identity_head,
    icmp_extension::extra}; constexpr Bind binds[]{{Space::ip_proto, 58}};

bool is_error(u8 type) { return type >= unreachable && type <= parameter; }

// The rows behind the first four bytes; size: bytes of the message, which tell the versions of MLD apart (RFC 3810 §8.1).
Table message(const u8* p, u32 size) {
  switch (p[0]) {
    case unreachable:
    case exceeded: return size > 4 && p[4] != 0 ? Table(with_length) : Table(reserved4);
    case too_big: return mtu;
    case parameter: return pointer;
    case echo:
    case echo_reply: return echoed;
    case listener_query: return size >= head + bytes_of(listener2) ? Table(listener2) : Table(listener);
    case listener_report:
    case listener_done: return listener;
    case router_solicitation:
    case inverse_solicitation:
    case inverse_advertisement: return reserved4;
    case router_advertisement: return advertised;
    case neighbor_solicitation: return solicited;
    case neighbor_advertisement: return neighbor;
    case redirect: return redirected;
    case renumbering: return renumbered;
    case node_query:
    case node_reply: return node;
    case listener_report2: return reported;
    case home_request:
    case home_reply:
    case prefix_solicitation: return mobile;
    case prefix_advertisement: return mobile_prefix;
    case path_solicitation: return path;
    case path_advertisement: return path_answer;
    case multicast_advertisement: return multicast_router;
    case handover: return size > 4 && p[4] == 4 ? Table(fast_initiate) : Table(fast);
    case locator_update: return locators;
    case address_request:
    case address_confirmation: return duplicate;
    case extended_echo: return extended_request;
    case extended_echo_reply: return extended_answer;
    default: return {};
  }
}

bool has_options(u8 type) {
  return (type >= router_solicitation && type <= redirect) || type == inverse_solicitation ||
         type == inverse_advertisement ||
         (type >= prefix_advertisement && type <= path_advertisement) || type == handover;
}

constexpr u8 redirected_header = 4;
// A quoted packet stands in the option's ninth byte and after.
bool quotes_packet(const u8* option, u32 left) {
  return left > icmp_header && option[0] == redirected_header && option[1] > 1 &&
         option[icmp_header] >> 4 == 6;
}

Next dissect_options(const u8* p, u32 at, u32 len, Layer& out) {
  u8 flags = 0;
  while (at < len) {
    const u32 size = len - at < 2 ? 8 : p[at + 1] * 8u;
    if (size == 0) {
      flags |= Layer::malformed;
      break;
    }
    if (quotes_packet(p + at, len - at)) {
      const u32 end = std::min(len, at + size);
      if (at + size > len) flags |= Layer::short_of;
      return accept(at + icmp_header, end - at - icmp_header, out, quotation(p + at, end - at),
                    u8(flags | Layer::quotes));
    }
    if (size > len - at) {
      flags |= Layer::short_of;
      break;
    }
    at += size;
  }
  return accept(len, 0, out, {}, flags);
}

u32 records_end(const u8* p, u32 len) {
  u32 at = head + bytes_of(reported);
  for (u32 i = be16(p + 6); i > 0; --i) {
    if (at > len || len - at < bytes_of(record)) return at + bytes_of(record);
    at += bytes_of(record) + be16(p + at + 2) * 16u + p[at + 1] * 4u;
  }
  return at;
}

Next dissect(const u8* p, u32 given, Layer& out) {
  if (given < head) return cut(given, out);
  const u32 len = std::min(given, 0xffffu);
  const u32 fixed = head + bytes_of(message(p, len));
  if (len < fixed) return accept(len, 0, out, {}, Layer::short_of);
  switch (p[0]) {
    case unreachable:
    case exceeded: {
      const u32 attribute = p[4] * 8u;
      return accept(fixed, attribute != 0 ? quoted_bytes(p, given, attribute) : given - fixed, out,
                    quotation(p, given), Layer::quotes);
    }
    case too_big:
    case parameter: return accept(fixed, given - fixed, out, quotation(p, given), Layer::quotes);
    case echo:
    case echo_reply: return accept(fixed, given - fixed, out);
    case listener_query:
      if (fixed > head + bytes_of(listener) && fixed + be16(p + fixed - 2) * 16u > len)
        return accept(len, 0, out, {}, Layer::short_of);
      return accept(len, 0, out);
    case listener_report2:
      return accept(len, 0, out, {}, records_end(p, len) > len ? Layer::short_of : 0);
    default: break;
  }
  if (has_options(p[0])) return dissect_options(p, fixed, len, out);
  return accept(len, 0, out);
}

// An address of which the message holds only the first bytes.
void short_address(Expansion& x, const Field& f, u32 at, u32 size) {
  u8 whole[16]{};
  std::copy(x.header() + at, x.header() + at + std::min(size, 16u), whole);
  x.value(f, at, size, whole);
}

// A name in DNS's form, without compression. Returns where it ends; false in ok if it does not fit.
u32 name(const Expansion& x, u32 at, u32 end, Text& out, bool& ok) {
  const u8* p = x.header();
  while (at < end && p[at] != 0) {
    const u32 size = p[at];
    ok = size < 64 && size < end - at;
    if (!ok) return end;
    if (!out.empty()) out.add('.');
    out.add(base::as_text({p + at + 1, size}));
    at += size + 1;
  }
  return std::min(at + 1, end);
}

void addresses(Expansion& x, const Field& f, u32 at, u32 end) {
  for (; at < end && end - at >= 16; at += 16) x.field(f, at, 16);
}

// ---- The options' contents: bytes at to end, type and length left behind ----

void cga_contents(Expansion& x, u32 at, u32 end) {
  const u32 padding = x.header()[at];
  at += x.rows(cga, at);
  if (padding > end - at || end - at - padding < bytes_of(cga_parameters)) {
    return tell_short(x, &row<"icmpv6.opt.cga.pad_length">(cga),
                      "the padding leaves no room for the parameters");
  }
  const u32 stop = end - padding;
  x.field(row<"icmpv6.opt.cga">(extra), at, stop - at);
  const auto g = x.inside();
  at += x.rows(cga_parameters, at);
  // The key is one DER element: a tag, a length in one or more bytes, as many bytes.
  Cursor c({x.header(), stop}, at);
  c.skip(1);
  u32 size = c.u8_();
  if (size > 0x80 && size <= 0x83) {
    u32 longer = 0;
    for (u32 n = size - 0x80; n > 0; --n) longer = longer << 8 | c.u8_();
    size = longer;
  }
  c.skip(size);
  if (!c.ok()) return x.mark(row<"icmpv6.opt.cga.subject_public_key_info">(extra), at, stop - at);
  x.mark(row<"icmpv6.opt.cga.subject_public_key_info">(extra), at, c.at() - at);
  for (at = c.at(); stop - at >= bytes_of(cga_extension);) {
    const u32 length = be16(x.header() + at + 2);
    at += x.rows(cga_extension, at);
    const u32 there = std::min(length, stop - at);
    if (there > 0) x.field(row<"icmpv6.opt.cga.ext_data">(extra), at, there);
    at += there;
  }
  if (padding > 0) x.mark(row<"icmpv6.opt.padding">(extra), stop, padding);
}

void names(Expansion& x, u32 at, u32 end) {
  bool ok = true;
  Text one;
  while (at < end && x.header()[at] != 0) {
    one.clear();
    const u32 stop = name(x, at, end, one, ok);
    x.text(row<"icmpv6.opt.dnssl">(extra), at, stop - at, one.view());
    if (!ok)
      return x.problem(Kind::malformed, &row<"icmpv6.opt.dnssl">(extra),
                       "a label claims more bytes than the option has left");
    at = stop;
  }
  if (at < end) x.mark(row<"icmpv6.opt.padding">(extra), at, end - at);
}

void timestamp(Expansion& x, u32 at) {
  const u64 v = be64(x.header() + at), seconds = v >> 16;
  constexpr u64 most = 9'000'000'000;  // what nanoseconds in 64 bits can hold
  x.number(row<"icmpv6.opt.timestamp">(extra), at, 8,
           std::min(seconds, most) * 1'000'000'000 + ((v & 0xffff) * 1'000'000'000 >> 16));
}

// Value and padding behind a length of the value.
void measured(Expansion& x, const Field& f, const Field& claimed_by, u32 at, u32 end) {
  const u32 size = x.header()[at - 1];
  if (size > end - at) return tell_short(x, &claimed_by, "the value is longer than its option");
  x.field(f, at, size);
  if (at + size < end) x.mark(row<"icmpv6.opt.padding">(extra), at + size, end - at - size);
}

Table option_table(u8 type) {
  switch (type) {
    case 3: return prefix;
    case redirected_header:
    case 9:
    case 10:
    case 13: return reserved6;
    case 5: return link_mtu;
    case 6: return shortcut;
    case 7: return interval;
    case 8: return home_agent;
    case 11: return cga;
    case 12: return signature;
    case 15: return anchor;
    case 16: return certificate;
    case 17: return fast_address;
    case 18: return new_prefix;
    case 20: return acknowledged;
    case 23: return anchor_point;
    case 24: return route;
    case 25: return dns_server;
    case 26: return more_flags;
    case 27: return key_request;
    case 28: return key_reply;
    case 29: return assist;
    case 30: return mobile_node;
    case 31: return dns_search;
    case 32: return proxy_signature;
    case 33: return registration;
    case 34: return context;
    case 35: return border;
    case 36: return capabilities;
    case 38: return nat64;
    default: return {};
  }
}

void option_contents(Expansion& x, u8 type, u32 at, u32 end) {
  const u8* p = x.header();
  const Table table = option_table(type);
  if (end - at < bytes_of(table) || (type == 13 && end - at < 14)) {
    if (at < end) x.field(row<"icmpv6.data">(extra), at, end - at);
    return x.problem(Kind::malformed, &row<"icmpv6.opt.length">(option),
                     "the option is too short for its type");
  }
  if (type != 11) x.rows(table, at);
  const u32 after = at + bytes_of(table);
  switch (type) {
    case 1:
    case 2:
      x.field(end - at == 6 ? link_address[0] : long_address[0], at, end - at);
      return x.field(type == 1 ? row<"icmpv6.opt.src_linkaddr">(extra)
                               : row<"icmpv6.opt.target_linkaddr">(extra),
                     at, end - at);
    case redirected_header:
      return x.mark(row<"icmpv6.opt.redirected_packet">(extra), after, end - after);
    case 9:
    case 10: return addresses(x, row<"icmpv6.opt.ipv6_address">(extra), after, end);
    case 11: return cga_contents(x, at, end);
    case 12:
    case 32: return x.mark(row<"icmpv6.opt.digital_signature_padding">(extra), after, end - after);
    case 13: return timestamp(x, after);
    case 14: return x.field(row<"icmpv6.opt.nonce">(extra), at, end - at);
    case 15: {
      const u32 padding = p[at + 1];
      if (padding > end - after)
        return tell_short(x, &row<"icmpv6.opt.cga.pad_length">(anchor),
                          "the padding is longer than its option");
      const u32 stop = end - padding;
      if (p[at] == 2) {
        Text whole;
        bool ok = true;
        name(x, after, stop, whole, ok);
        x.text(row<"icmpv6.opt.name_type.fqdn">(extra), after, stop - after, whole.view());
      } else {
        x.field(row<"icmpv6.opt.name_x501">(extra), after, stop - after);
      }
      if (padding > 0) x.mark(row<"icmpv6.opt.padding">(extra), stop, padding);
      return;
    }
    case 16: return x.mark(row<"icmpv6.opt.certificate_padding">(extra), after, end - after);
    case 19:
      x.field(row<"icmpv6.opt.lla.option_code">(extra), at, 1);
      return x.field(row<"icmpv6.opt.lla.bytes">(extra), at + 1, end - at - 1);
    case 20: return addresses(x, row<"icmpv6.opt.naack.supplied_ncoa">(extra), after, end);
    case 24:
      if (end > after)
        short_address(x, row<"icmpv6.opt.prefix">(extra), after, std::min(end - after, 16u));
      return;
    case 25: return addresses(x, row<"icmpv6.opt.rdnss">(extra), after, end);
    case 27:
    case 28: {
      const u32 padding = p[at];
      if (padding > end - after)
        return tell_short(x, &row<"icmpv6.opt.hkr.pad_length">(key_request),
                          "the padding is longer than its option");
      x.field(type == 27 ? row<"icmpv6.opt.hkr.encryption_public_key">(extra)
                         : row<"icmpv6.opt.hkr.encrypted_handover_key">(extra),
              after, end - padding - after);
      if (padding > 0) x.field(row<"icmpv6.opt.hkr.padding">(extra), end - padding, padding);
      return;
    }
    case 29:
      return measured(x, row<"icmpv6.opt.hai.value">(extra), row<"icmpv6.opt.hai.length">(assist),
                      after, end);
    case 30:
      return measured(x, row<"icmpv6.opt.mn.value">(extra),
                      row<"icmpv6.opt.mn.length">(mobile_node), after, end);
    case 31: return names(x, after, end);
    case 34:
      if (end > after)
        short_address(x, row<"icmpv6.opt.6co.context_prefix">(extra), after,
                      std::min(end - after, 16u));
      return;
    case 37: {
      u32 size = 0;  // zeros fill the option up
      while (size < end - at && p[at + size] != 0) ++size;
      return x.text(row<"icmpv6.opt.captive_portal">(extra), at, end - at,
                    base::as_text({p + at, size}));
    }
    case 38: {
      constexpr u8 sizes[]{12, 8, 7, 6, 5, 4, 12, 12};
      const u32 size = std::min<u32>(sizes[p[at + 1] & 7], end - after);
      return short_address(x, row<"icmpv6.opt.pref64.prefix">(extra), after, size);
    }
    default:
      if (table.empty() && at < end) x.field(row<"icmpv6.data">(extra), at, end - at);
      return;
  }
}

void options(Expansion& x, u32 at, u32 end) {
  while (at < end) {
    const u8* p = x.header() + at;
    const u32 left = end - at;
    const u32 size = left < 2 ? 8 : p[1] * 8u;
    x.mark(row<"icmpv6.opt">(extra), at, std::min(size, left));
    const auto g = x.inside();
    for (const Field& f : option) {
      if (f.end() <= left * 8) x.placed(f, at);
    }
    if (size == 0) {
      return x.problem(Kind::malformed, &row<"icmpv6.opt.length">(option),
                       "icmpv6.opt.length is 0; an option is at least 8 bytes long");
    }
    if (size > left) {
      Text says;
      says.add("icmpv6.opt.length claims ")
          .dec(size)
          .add(" bytes; the message has ")
          .dec(left)
          .add(" left");
      if (left > 2) x.field(row<"icmpv6.data">(extra), at + 2, left - 2);
      return tell_short(x, &row<"icmpv6.opt.length">(option), says.view());
    }
    if (p[0] == 24)
      x.number(row<"icmpv6.opt.route_info.flag.reserved">(extra), at + 3, 1, p[3] & 0xe7u);
    option_contents(x, p[0], at + 2, at + size);
    at += size;
  }
}

// The fixed part of an MLDv2 query, whose two times are coded as floating-point numbers above a
// bound (RFC 3810 §5.1).
void asked(Expansion& x) {
  const auto decoded = [](u32 code, u32 mantissa) {
    const u32 bits = 1u << mantissa;
    return code < bits * 8 ? code : ((code & (bits - 1)) | bits) << (code / bits % 8 + 3);
  };
  for (const Field& f : listener2) {
    const u32 at = head + f.at / 8;
    if (&f == &row<"icmpv6.mld.maximum_response_code">(listener2)) {
      x.number(f, at, 2, decoded(be16(x.header() + at), 12));
    } else if (&f == &row<"icmpv6.mld.qqi">(listener2)) {
      x.number(f, at, 1, decoded(x.header()[at], 4));
    } else {
      x.placed(f, head);
    }
  }
}

void records(Expansion& x, u32 end) {
  const u32 count = be16(x.header() + 6);
  u32 at = head + bytes_of(reported);
  for (u32 i = 0; i < count; ++i) {
    if (at > end || end - at < bytes_of(record)) {
      Text says;
      says.add("icmpv6.mldr.nb_mcast_records says ").dec(count).add("; there is room for ").dec(i);
      return tell_short(x, &row<"icmpv6.mldr.nb_mcast_records">(reported), says.view());
    }
    const u8* p = x.header() + at;
    const u32 sources = be16(p + 2) * 16u, auxiliary = p[1] * 4u,
              size = bytes_of(record) + sources + auxiliary;
    x.mark(row<"icmpv6.mldr.mar">(extra), at, std::min(size, end - at));
    const auto g = x.inside();
    x.rows(record, at);
    const u32 from = at + bytes_of(record);
    addresses(x, row<"icmpv6.mldr.mar.source_address">(extra), from, std::min(end, from + sources));
    if (size > end - at) {
      return tell_short(x, &row<"icmpv6.mldr.mar.nb_sources">(record),
                        "the record claims more bytes than the message has left");
    }
    if (auxiliary > 0)
      x.field(row<"icmpv6.mldr.mar.auxiliary_data">(extra), from + sources, auxiliary);
    at += size;
  }
}

void node_information(Expansion& x, u32 at, u32 end) {
  const u8* p = x.header();
  Text decoded;
  bool ok = true;
  if (p[0] == node_query) {
    if (p[1] == 0 && end - at >= 16) x.field(row<"icmpv6.ni.query.subject_ipv6">(extra), at, 16);
    if (p[1] == 2 && end - at >= 4) x.field(row<"icmpv6.ni.query.subject_ipv4">(extra), at, 4);
    if (p[1] == 1 && at < end) {
      name(x, at, end, decoded, ok);
      x.text(row<"icmpv6.ni.query.subject_fqdn">(extra), at, end - at, decoded.view());
    }
    return;
  }
  if (p[1] != 0) return;
  const u32 asked = be16(p + 4);
  if (asked == 2 && end - at >= 4) {
    x.field(row<"icmpv6.ni.reply.node_ttl">(extra), at, 4);
    name(x, at + 4, end, decoded, ok);
    return x.text(row<"icmpv6.ni.reply.node_name">(extra), at + 4, end - at - 4, decoded.view());
  }
  const u32 size = asked == 3 ? 16 : asked == 4 ? 4 : 0;
  for (; size > 0 && end - at >= 4 + size; at += 4 + size) {
    x.field(row<"icmpv6.ni.reply.node_ttl">(extra), at, 4);
    x.field(asked == 3 ? row<"icmpv6.ni.reply.node_address">(extra)
                       : row<"icmpv6.ni.reply.ipv4_address">(extra),
            at + 4, size);
  }
}

void renumber(Expansion& x, u32 at, u32 end) {
  const auto part = [&](const Field& heading, Table table) {
    if (end - at < bytes_of(table)) return false;
    x.mark(heading, at, bytes_of(table));
    const auto g = x.inside();
    at += x.rows(table, at);
    return true;
  };
  switch (x.header()[1]) {
    case 0:
      while (part(row<"icmpv6.rr.pco.mp">(extra), match)) {
        // The operation's length leaves room for none, one or more use parts.
        const u32 size = x.header()[at - bytes_of(match) + 1] * 8u;
        for (u32 i = bytes_of(match); i + bytes_of(use) <= size; i += bytes_of(use)) {
          if (!part(row<"icmpv6.rr.pco.up">(extra), use)) return;
        }
      }
      return;
    case 1:
      while (part(row<"icmpv6.rr.rm">(extra), result)) {
      }
      return;
    default: return;
  }
}

Table code_of(u8 type) {
  switch (type) {
    case unreachable: return unreachable_code;
    case exceeded: return exceeded_code;
    case parameter: return parameter_code;
    case renumbering: return renumbering_code;
    case node_query: return query_code;
    case node_reply: return reply_code;
    case extended_echo:
    case extended_echo_reply: return extended_code;
    default: return {};
  }
}

void expand(Expansion& x) {
  const u8* p = x.header();
  const u32 size = x.layer.header;
  x.placed(row<"icmpv6.type">(Icmpv6::fields));
  const Table code = size > 0 ? code_of(p[0]) : Table{};
  if (code.empty()) {
    x.placed(row<"icmpv6.code">(Icmpv6::fields));
  } else {
    x.rows(code, 1);
  }
  x.placed(row<"icmpv6.checksum">(Icmpv6::fields));
  if (!x.whole()) return;
  const Verdict status = icmp_verdict(x, true);
  x.computed(row<"icmpv6.checksum.status">(extra), u64(status));
  if (status == Verdict::bad)
    x.problem(Kind::unusual, &row<"icmpv6.checksum">(Icmpv6::fields),
              "the checksum does not fit the message: it was damaged on the way");

  const Table table = message(p, size);
  if (table.data() == listener2.data()) {
    asked(x);
  } else {
    x.rows(table, head);
  }
  const u32 at = head + bytes_of(table);
  if (size < at) return tell_needed(x, at);
  if (is_error(p[0])) {
    if (const u32 end = message_bytes(x); at + x.layer.body < end)
      expand_extension(x, at + x.layer.body, end);
    return;
  }
  if (has_options(p[0])) {
    // Options may follow one that quotes a packet.
    const u32 end = x.layer.body > 0 ? message_bytes(x) : size;
    x.reach(end);
    return options(x, at, end);
  }
  switch (p[0]) {
    case echo_reply:
      return tell_question(x, row<"icmpv6.resp_to">(extra), row<"icmpv6.resptime">(extra));
    case echo:
    case extended_echo_reply:
    case multicast_advertisement:
    case multicast_solicitation:
    case multicast_termination:
    case address_request:
    case address_confirmation: return;
    case listener_query:
      if (at == head + bytes_of(listener)) return;
      addresses(x, row<"icmpv6.mld.source_address">(extra), at,
                std::min(size, at + be16(p + at - 2) * 16u));
      if (be16(p + at - 2) * 16u > size - at) {
        tell_short(x, &row<"icmpv6.mld.nb_sources">(listener2),
                   "the query claims more sources than the message has room for");
      }
      return;
    case listener_report2: return records(x, size);
    case node_query:
    case node_reply: return node_information(x, at, size);
    case renumbering: return renumber(x, at, size);
    case home_reply: return addresses(x, row<"icmpv6.mip6.home_agent_address">(extra), at, size);
    case locator_update:
      for (u32 i = 0, to = at; i < p[4] && size - to >= bytes_of(locator); ++i)
        to += x.rows(locator, to);
      return;
    case extended_echo:
      if (size > at) expand_extension(x, at, size);
      return;
    default:
      if (size > at && table.empty()) x.field(row<"icmpv6.data">(extra), at, size - at);
      return;
  }
}

void link_layer(const u8* p, u32 at, u32 end, u8 type, Text& out) {
  while (end - at >= 8 && p[at + 1] != 0) {
    if (p[at] == type && p[at + 1] == 1) {
      out.mac(p + at + 2);
      return;
    }
    if (p[at + 1] * 8u > end - at) return;
    at += p[at + 1] * 8u;
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const u32 size = layer.header;
  if (size < head) return;
  const u8* p = packet.bytes(layer);
  if (size >= head + bytes_of(message(p, size))) {
    switch (p[0]) {
      case echo:
      case echo_reply:
        out.add(p[0] == echo ? "echo request: are you there?" : "echo reply: here I am");
        out.add(", id ").dec(be16(p + 4)).add(", sequence ").dec(be16(p + 6));
        return;
      case neighbor_solicitation: out.add("who has ").ipv6(p + 8).add("?"); return;
      case neighbor_advertisement: {
        out.ipv6(p + 8);
        Text where;
        link_layer(p, 24, size, 2, where);
        if (where.empty()) {
          out.add(" is mine");
        } else {
          out.add(" is at ").add(where.view());
        }
        return;
      }
      case router_solicitation: out.add("is there a router?"); return;
      case router_advertisement:
        if (be16(p + 6) == 0) {
          out.add("I am a router, but not a default one");
        } else {
          out.add("I am a router, good for ").dec(be16(p + 6)).add(" seconds");
        }
        return;
      case redirect:
        out.add("there is a shorter way to ").ipv6(p + 24).add(", through ").ipv6(p + 8);
        return;
      case too_big:
        out.add("packet too big to go on; the next link takes ").dec(be32(p + 4)).add(" bytes");
        return;
      case listener_query: out.add("who listens to which multicast groups?"); return;
      case listener_report: out.add("listens to ").ipv6(p + 8); return;
      case listener_done: out.add("no longer listens to ").ipv6(p + 8); return;
      case listener_report2: {
        const u32 count = be16(p + 6);
        out.add("tells what it listens to: ").dec(count).add(count == 1 ? " group" : " groups");
        if (count > 0 && size >= 8 + bytes_of(record))
          out.add(count == 1 ? ", " : ", the first ").ipv6(p + 12);
        return;
      }
      default: break;
    }
  }
  const std::string_view what = meaning(row<"icmpv6.type">(Icmpv6::fields), p[0]);
  if (what.empty()) {
    out.add("message of type ").dec(p[0]);
  } else {
    out.add(char(what[0] | 0x20)).add(what.substr(1));
  }
  if (const Table code = code_of(p[0]); !code.empty()) {
    if (const std::string_view why = meaning(code[0], p[1]); !why.empty())
      out.add(": ").add(char(why[0] | 0x20)).add(why.substr(1));
  }
}

constexpr Preset presets[]{
    {&row<"icmpv6.type">(Icmpv6::fields), echo}
};

void seal(const Fitting& f) { seal_icmp(f, true, row<"icmpv6.checksum">(Icmpv6::fields).at / 8); }

}  // namespace

const Protocol icmpv6{
    .name = "icmpv6",
    .title = "Internet Control Message Protocol v6",
    .label = "ICMPv6",
    .osi = Osi::network,
    .ref = "RFC 4443",
    .about = "How IPv6 nodes report errors, find their neighbours and routers, and tell which "
             "multicast groups they listen to.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .presets = presets,
    .seal = seal,
};

}  // namespace netpeel::proto
