// ICMP — RFC 792; errors with extensions RFC 4884, router discovery RFC 1256 and RFC 5944, address
// masks RFC 950, extended echo RFC 8335.
#include "proto/answer_facts.hpp"
#include "proto/net/icmp_parts.hpp"

namespace netpeel::proto {
namespace {

enum Type : u8 {
  echo_reply = 0,
  unreachable = 3,
  source_quench = 4,
  redirect = 5,
  echo = 8,
  advertisement = 9,
  solicitation = 10,
  exceeded = 11,
  parameter = 12,
  timestamp = 13,
  timestamp_reply = 14,
  information = 15,
  information_reply = 16,
  mask = 17,
  mask_reply = 18,
  extended_echo = 42,
  extended_echo_reply = 43,
};

constexpr auto types = values({
    {0, "Echo reply (ping)"}, {3, "Destination unreachable"}, {4, "Source quench"}, {5, "Redirect"},
    {8, "Echo request (ping)"},
    {9, "Router advertisement"}, {10, "Router solicitation"}, {11, "Time exceeded"},
    {12, "Parameter problem"},
    {13, "Timestamp request"}, {14, "Timestamp reply"}, {15, "Information request"},
    {16, "Information reply"},
    {17, "Address mask request"}, {18, "Address mask reply"}, {30, "Traceroute"},
    {37, "Domain name request"},
    {38, "Domain name reply"}, {40, "Photuris"}, {42, "Extended echo request"},
    {43, "Extended echo reply"},
});
constexpr auto unreachable_codes = values({
    {0, "Network unreachable"}, {1, "Host unreachable"}, {2, "Protocol unreachable"},
    {3, "Port unreachable"},
    {4, "Fragmentation needed, but forbidden"}, {5, "Source route failed"},
    {6, "Destination network unknown"},
    {7, "Destination host unknown"}, {8, "Source host isolated"},
    {9, "Network administratively prohibited"},
    {10, "Host administratively prohibited"}, {11, "Network unreachable for this type of service"},
    {12, "Host unreachable for this type of service"},
    {13, "Communication administratively filtered"},
    {14, "Host precedence violation"}, {15, "Precedence cutoff in effect"},
});
constexpr auto redirect_codes = values({
    {0, "For the network"                    },
    {1, "For the host"                       },
    {2, "For the type of service and network"},
    {3, "For the type of service and host"   }
});
constexpr auto exceeded_codes = values({
    {0, "Time to live used up on the way"     },
    {1, "Fragments did not all arrive in time"}
});
constexpr auto parameter_codes = values({
    {0, "The pointer shows the error" },
    {1, "A required option is missing"},
    {2, "Bad length"                  }
});
constexpr auto advertisement_codes = values({
    {0,  "Normal router advertisement"  },
    {16, "Does not route common traffic"}
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
constexpr auto mobile_extensions = values({
    {0,  "One byte of padding"         },
    {16, "Mobility agent advertisement"},
    {19, "Prefix lengths"              },
    {24, "Challenge"                   }
});

struct Icmp {
  static constexpr auto fields = wire({
      {"icmp.type", "Type", 8, dec, "What kind of message it is.", {.values = types}},
      {"icmp.code", "Code", 8, dec, "What exactly, within the type."},
      {"icmp.checksum", "Checksum", 16, hex, "Over the whole message."},
      {"", "", 32, bytes, ""},
  });
};

constexpr auto unreachable_code = wire({
    {"icmp.code",
     "Code", 8,
     dec, "What could not be reached, or why.",
     {.values = unreachable_codes}}
});
constexpr auto redirect_code = wire({
    {"icmp.code",
     "Code", 8,
     dec, "Which packets should take the other way.",
     {.values = redirect_codes}}
});
constexpr auto exceeded_code = wire({
    {"icmp.code", "Code", 8, dec, "Which time ran out.", {.values = exceeded_codes}}
});
constexpr auto parameter_code = wire({
    {"icmp.code", "Code", 8, dec, "What is wrong with the packet.", {.values = parameter_codes}}
});
constexpr auto advertisement_code = wire({
    {"icmp.code",
     "Code", 8,
     dec, "Whether the router takes common traffic.",
     {.values = advertisement_codes}}
});
constexpr auto extended_code = wire({
    {"icmp.code", "Code", 8, dec, "How the question was answered.", {.values = extended_codes}}
});

// ---- What stands in the second four bytes ----
constexpr auto unused = wire({
    {"icmp.unused", "Unused", 32, bytes, "Zero: this type has no use for these bytes."},
});
constexpr auto with_length = wire({
    {"icmp.unused", "Unused", 8, bytes, "Must be zero."},
    {"icmp.length", "Length", 8, dec,
     "How much of the packet is quoted, in 32-bit words; extensions follow.",
     {.ref = "RFC 4884 §5", .covers = true}},
    {"icmp.length.original_datagram", "Quoted bytes", 8, dec, "The same in bytes.", {.scale = 4}},
    {"icmp.unused", "Unused", 16, bytes, "Must be zero."},
});
constexpr auto too_big = wire({
    {"icmp.unused", "Unused", 16, bytes, "Must be zero."},
    {"icmp.mtu", "Next hop's MTU", 16, dec, "The largest packet that would have passed.",
     {.ref = "RFC 1191 §4"}},
});
constexpr auto too_big_with_length = wire({
    {"icmp.unused", "Unused", 8, bytes, "Must be zero."},
    {"icmp.length", "Length", 8, dec,
     "How much of the packet is quoted, in 32-bit words; extensions follow.",
     {.ref = "RFC 4884 §5", .covers = true}},
    {"icmp.length.original_datagram", "Quoted bytes", 8, dec, "The same in bytes.", {.scale = 4}},
    {"icmp.mtu", "Next hop's MTU", 16, dec, "The largest packet that would have passed.",
     {.ref = "RFC 1191 §4"}},
});
constexpr auto pointed = wire({
    {"icmp.pointer", "Pointer", 8, dec, "The byte of the quoted packet that is wrong."},
    {"icmp.unused", "Unused", 24, bytes, "Must be zero."},
});
constexpr auto pointed_with_length = wire({
    {"icmp.pointer", "Pointer", 8, dec, "The byte of the quoted packet that is wrong."},
    {"icmp.length", "Length", 8, dec,
     "How much of the packet is quoted, in 32-bit words; extensions follow.",
     {.ref = "RFC 4884 §5", .covers = true}},
    {"icmp.length.original_datagram", "Quoted bytes", 8, dec, "The same in bytes.", {.scale = 4}},
    {"icmp.unused", "Unused", 16, bytes, "Must be zero."},
});
constexpr auto gateway = wire({
    {"icmp.redir_gw", "Gateway", 32, ipv4, "The router that knows the shorter way."},
});
constexpr auto identified = wire({
    {"icmp.ident", "Identifier", 16, dec,
     "Tells one program's questions from another's; the answer repeats it."},
    {"icmp.seq", "Sequence number", 16, dec, "Counts the questions; the answer repeats it."},
});
constexpr auto extended_request = wire({
    {"icmp.ident", "Identifier", 16, dec,
     "Tells one program's questions from another's; the answer repeats it."},
    {"icmp.ext.echo.seq", "Sequence number", 8, dec, "Counts the questions; the answer repeats it.",
     {.ref = "RFC 8335 §2"}},
    {"icmp.ext.echo.req.res", "Reserved", 7, hex, "Must be zero."},
    {"icmp.ext.echo.req.local", "Local", 1, flag,
     "The interface asked about is on the node asked, not on a neighbour."},
});
constexpr auto extended_answer = wire({
    {"icmp.ident", "Identifier", 16, dec, "As in the question."},
    {"icmp.ext.echo.seq", "Sequence number", 8, dec, "As in the question.", {.ref = "RFC 8335 §3"}},
    {"icmp.ext.echo.rsp.state", "State", 3, dec,
     "What the answering node knows of the neighbour's address.", {.values = states}},
    {"icmp.ext.echo.rsp.res", "Reserved", 2, hex, "Must be zero."},
    {"icmp.ext.echo.rsp.active", "Active", 1, flag, "The interface is up."},
    {"icmp.ext.echo.rsp.ipv4", "IPv4", 1, flag, "IPv4 runs on the interface."},
    {"icmp.ext.echo.rsp.ipv6", "IPv6", 1, flag, "IPv6 runs on the interface."},
});
constexpr auto routers = wire({
    {"icmp.num_addrs", "Number of addresses", 8, dec, "Router addresses that follow."},
    {"icmp.addr_entry_size", "Entry size", 8, dec, "32-bit words for each address, 2 in practice."},
    {"icmp.lifetime", "Lifetime", 16, dec, "Seconds these addresses stay valid."},
});
// ---- What follows ----
constexpr auto router = wire({
    {"icmp.router_address", "Router address", 32, ipv4, "An address of the advertising router."},
    {"icmp.pref_level", "Preference", 32, sdec,
     "The higher, the sooner a host should choose this router."},
});
constexpr auto times = wire({
    {"icmp.originate_timestamp", "Originate timestamp", 32, dec,
     "Milliseconds since midnight UTC when the question was sent."},
    {"icmp.receive_timestamp", "Receive timestamp", 32, dec, "The same when it arrived."},
    {"icmp.transmit_timestamp", "Transmit timestamp", 32, dec, "The same when the answer left."},
});
constexpr auto netmask = wire({
    {"icmp.address_mask", "Address mask", 32, ipv4, "The network's mask; zero in a question.",
     {.ref = "RFC 950"}},
});
constexpr auto mobile_agent = wire({
    {"icmp.mip.seq", "Sequence number", 16, dec, "Advertisements since the agent started.",
     {.ref = "RFC 5944 §2.1"}},
    {"icmp.mip.life", "Registration lifetime", 16, dec,
     "Seconds the agent grants a registration at most."},
    {"icmp.mip.flags", "Flags", 16, hex, "What the agent is and can do.", {.covers = true}},
    {"icmp.mip.r", "Registration required", 1, flag,
     "Hosts must register, even with an address of their own."},
    {"icmp.mip.b", "Busy", 1, flag, "Takes no further hosts."},
    {"icmp.mip.h", "Home agent", 1, flag, "Serves as home agent here."},
    {"icmp.mip.f", "Foreign agent", 1, flag, "Serves as foreign agent here."},
    {"icmp.mip.m", "Minimal encapsulation", 1, flag, "Understands minimal encapsulation."},
    {"icmp.mip.g", "GRE", 1, flag, "Understands GRE tunnels."},
    {"icmp.mip.v", "Van Jacobson compression", 1, flag, "Understands compressed headers."},
    {"icmp.mip.rt", "Reverse tunnelling", 1, flag, "Tunnels in both directions."},
    {"icmp.mip.u", "UDP tunnelling", 1, flag, "Tunnels through address translators."},
    {"icmp.mip.x", "Revocation", 1, flag, "Can revoke registrations."},
    {"icmp.mip.reserved", "Reserved", 6, hex, "Must be zero."},
});
constexpr auto extra = loose({
    {"icmp.resp_to", "Answers frame", 64, dec, "The frame with the question.", {.computed = true}},
    {"icmp.resptime", "Milliseconds since then", 0, text,
     "Time from the question to this answer, in milliseconds.", {.computed = true}},
    {"icmp.checksum.status", "Checksum status", 8, dec, "Whether the checksum is right.",
     {.values = verdicts, .computed = true}},
    {"icmp.ident_le", "Identifier, bytes swapped", 16, dec,
     "The identifier as a sender with the other byte order meant it."},
    {"icmp.seq_le", "Sequence number, bytes swapped", 16, dec,
     "The sequence number as a sender with the other byte order meant it."},
    {"icmp.data_time", "Time in the data", 64, time,
     "When the question was sent: ping writes it into the data, so that the answer brings it "
     "back."},
    {"icmp.data_time_relative", "Age of the data", 64, seconds,
     "From the time in the data to this frame's."},
    {"icmp.mip.type", "Extension type", 8, dec, "What Mobile IP adds to the advertisement.",
     {.values = mobile_extensions}},
    {"icmp.mip.length", "Length", 8, dec, "Bytes of the extension that follow."},
    {"icmp.mip.coa", "Care-of address", 32, ipv4, "An address at which visitors can be reached."},
    {"icmp.mip.prefixlength", "Prefix length", 8, dec,
     "Network bits of the router address in the same place."},
    {"icmp.mip.challenge", "Challenge", 0, bytes, "Random bytes that a registration must repeat."},
    {"icmp.mip.content", "Content", 0, bytes, "An extension not known here."},
});
constexpr Table tables[]{Icmp::fields,
                         unreachable_code,
                         redirect_code,
                         exceeded_code,
                         parameter_code,
                         advertisement_code,
                         extended_code,
                         unused,
                         with_length,
                         too_big,
                         too_big_with_length,
                         pointed,
                         pointed_with_length,
                         gateway,
                         identified,
                         extended_request,
                         extended_answer,
                         routers,
                         router,
                         times,
                         netmask,
                         mobile_agent,
                         extra,
                         icmp_extension::structure,
                         icmp_extension::object,
                         icmp_extension::plain_kind,
                         icmp_extension::identification_kind,
                         icmp_extension::information_kind,
                         icmp_extension::label,
                         icmp_extension::address_head,
                         icmp_extension::identity_head,
                         icmp_extension::extra};
constexpr Bind binds[]{
    {Space::ip_proto, 1}
};

// Seconds and microseconds, or nothing if that is not what the number can mean.
struct DataTime {
  bool there = false;
  i64 time = 0;
};
constexpr i64 second = 1'000'000'000, day = 86'400 * second;
DataTime time_near(u32 seconds, u32 microseconds, i64 now) {
  const i64 time = seconds * second + microseconds * i64(1000);
  const i64 off = time > now ? time - now : now - time;
  if (microseconds >= 1'000'000 || off >= day) return {};
  return {true, time};
}
DataTime data_time(const Packet& packet, const Layer& layer) {
  if (layer.body < 8) return {};
  const u8* data = packet.bytes(layer) + icmp_header;
  const DataTime little = time_near(base::le32(data), base::le32(data + 4), packet.frame.time);
  return little.there ? little : time_near(be32(data), be32(data + 4), packet.frame.time);
}

Next fixed(u32 needed, u32 len, Layer& out) {
  if (len < needed) return accept(len, 0, out, {}, Layer::short_of);
  return accept(needed, len - needed, out);
}
Next whole(u32 len, Layer& out, u8 flags = 0) {
  const u32 header = std::min(len, 0xffffu);
  return accept(header, len - header, out, {}, flags);
}

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < icmp_header) return cut(len, out);
  switch (p[0]) {
    case unreachable:
    case exceeded:
    case parameter:
      return accept(icmp_header, quoted_bytes(p, len, p[5] * 4u), out, quotation(p, len),
                    Layer::quotes);
    case source_quench:
    case redirect:
      return accept(icmp_header, quoted_bytes(p, len, 0), out, quotation(p, len), Layer::quotes);
    case echo:
    case echo_reply: return accept(icmp_header, len - icmp_header, out);
    case timestamp:
    case timestamp_reply: return fixed(icmp_header + bytes_of(times), len, out);
    case mask:
    case mask_reply: return fixed(icmp_header + bytes_of(netmask), len, out);
    case advertisement: {
      const u32 entry = p[5] * 4u, needed = icmp_header + p[4] * entry;
      if (entry < bytes_of(router)) return accept(icmp_header, len - icmp_header, out);
      return whole(len, out, needed > len ? Layer::short_of : 0);
    }
    case extended_echo: return whole(len, out);
    default: return accept(icmp_header, len - icmp_header, out);
  }
}

Table code_of(u8 type) {
  switch (type) {
    case unreachable: return unreachable_code;
    case redirect: return redirect_code;
    case exceeded: return exceeded_code;
    case parameter: return parameter_code;
    case advertisement: return advertisement_code;
    case extended_echo:
    case extended_echo_reply: return extended_code;
    default: return {};
  }
}

Table second_word(const u8* p) {
  const bool length = p[5] != 0;
  switch (p[0]) {
    case unreachable:
      if (p[1] == 4) return length ? Table(too_big_with_length) : Table(too_big);
      [[fallthrough]];
    case exceeded: return length ? Table(with_length) : Table(unused);
    case parameter: return length ? Table(pointed_with_length) : Table(pointed);
    case redirect: return gateway;
    case extended_echo: return extended_request;
    case extended_echo_reply: return extended_answer;
    case advertisement: return routers;
    default: return {};
  }
}

void identify(Expansion& x, Table table, bool swapped_sequence) {
  const u8* p = x.header();
  x.placed(table[0], 4);
  x.number(row<"icmp.ident_le">(extra), 4, 2, base::le16(p + 4));
  for (const Field& f : table.subspan(1)) x.placed(f, 4);
  if (swapped_sequence) x.number(row<"icmp.seq_le">(extra), 6, 2, base::le16(p + 6));
}

void mobile(Expansion& x, u32 at, u32 end) {
  while (at < end) {
    const u8 type = x.header()[at];
    x.field(row<"icmp.mip.type">(extra), at, 1);
    if (type == 0) {
      ++at;
      continue;
    }
    const auto g = x.inside();
    if (end - at < 2)
      return tell_short(x, &row<"icmp.mip.type">(extra), "the extension has no length");
    x.field(row<"icmp.mip.length">(extra), at + 1, 1);
    const u32 size = x.header()[at + 1];
    const u32 stop = std::min(end, at + 2 + size);
    u32 in = at + 2;
    if (type == 16 && stop - in >= bytes_of(mobile_agent)) {
      in += x.rows(mobile_agent, in);
      for (; stop - in >= 4; in += 4) x.field(row<"icmp.mip.coa">(extra), in, 4);
    } else if (type == 19) {
      for (; in < stop; ++in) x.field(row<"icmp.mip.prefixlength">(extra), in, 1);
    } else if (type == 24) {
      x.field(row<"icmp.mip.challenge">(extra), in, stop - in);
    } else if (stop > in) {
      x.field(row<"icmp.mip.content">(extra), in, stop - in);
    }
    if (at + 2 + size > end) {
      return tell_short(x, &row<"icmp.mip.length">(extra),
                        "the extension claims more bytes than the message has left");
    }
    at = stop;
  }
}

void advertised(Expansion& x) {
  const u8* p = x.header();
  const u32 count = p[4], entry = p[5] * 4u, end = x.layer.header;
  if (entry < bytes_of(router)) {
    return x.problem(Kind::unusual, &row<"icmp.addr_entry_size">(routers),
                     "an entry is at least two words long");
  }
  u32 at = icmp_header;
  for (u32 i = 0; i < count; ++i, at += entry) {
    if (at > end || end - at < entry) {
      Text says;
      says.add("icmp.num_addrs says ")
          .dec(count)
          .add("; the message has room for ")
          .dec((end - icmp_header) / entry);
      return tell_short(x, &row<"icmp.num_addrs">(routers), says.view());
    }
    x.placed(row<"icmp.router_address">(router), at);
    x.number(row<"icmp.pref_level">(router), at + 4, 4, u64(i64(i32(be32(p + at + 4)))));
  }
  mobile(x, at, end);
}

void expand(Expansion& x) {
  const u8* p = x.header();
  x.placed(row<"icmp.type">(Icmp::fields));
  const Table code = x.layer.header > 0 ? code_of(p[0]) : Table{};
  if (code.empty()) {
    x.placed(row<"icmp.code">(Icmp::fields));
  } else {
    x.rows(code, 1);
  }
  x.placed(row<"icmp.checksum">(Icmp::fields));
  if (!x.whole()) return;
  const Verdict status = icmp_verdict(x, false);
  x.computed(row<"icmp.checksum.status">(extra), u64(status));
  if (status == Verdict::bad)
    x.problem(Kind::unusual, &row<"icmp.checksum">(Icmp::fields),
              "the checksum does not fit the message: it was damaged on the way");

  switch (p[0]) {
    case echo:
    case echo_reply:
      identify(x, identified, true);
      tell_question(x, row<"icmp.resp_to">(extra), row<"icmp.resptime">(extra));
      if (const DataTime t = data_time(x.packet, x.layer); t.there) {
        x.number(row<"icmp.data_time">(extra), icmp_header, 8, u64(t.time));
        x.number(row<"icmp.data_time_relative">(extra), icmp_header, 8,
                 u64(x.packet.frame.time - t.time));
      }
      return;
    case timestamp:
    case timestamp_reply:
      identify(x, identified, true);
      x.rows(times, icmp_header);
      if (x.layer.header < icmp_header + bytes_of(times))
        tell_needed(x, icmp_header + bytes_of(times));
      return;
    case mask:
    case mask_reply:
      identify(x, identified, true);
      x.rows(netmask, icmp_header);
      if (x.layer.header < icmp_header + bytes_of(netmask))
        tell_needed(x, icmp_header + bytes_of(netmask));
      return;
    case information:
    case information_reply: return identify(x, identified, true);
    case extended_echo:
      identify(x, extended_request, false);
      if (x.layer.header > icmp_header) expand_extension(x, icmp_header, x.layer.header);
      return;
    case extended_echo_reply: return identify(x, extended_answer, false);
    case advertisement: x.rows(routers, 4); return advertised(x);
    default: break;
  }
  x.rows(second_word(p), 4);
  const u32 quoted_end = icmp_header + x.layer.body;
  if (p[0] == unreachable || p[0] == exceeded || p[0] == parameter || p[0] == source_quench ||
      p[0] == redirect) {
    if (const u32 end = message_bytes(x); quoted_end < end) expand_extension(x, quoted_end, end);
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < icmp_header) return;
  const u8* p = packet.bytes(layer);
  const Field& type = row<"icmp.type">(Icmp::fields);
  const auto numbered = [&](std::string_view what) {
    out.add(what).add(", id ").dec(be16(p + 4)).add(", sequence ").dec(be16(p + 6));
  };
  switch (p[0]) {
    case echo: return numbered("echo request: are you there?");
    case echo_reply: return numbered("echo reply: here I am");
    case timestamp: return numbered("asks for the time");
    case timestamp_reply: return numbered("tells the time");
    case mask: return numbered("asks for the network's mask");
    case mask_reply:
      numbered("tells the network's mask");
      if (layer.header >= icmp_header + bytes_of(netmask)) out.add(", ").ipv4(p + icmp_header);
      return;
    case redirect: out.add("there is a shorter way, through ").ipv4(p + 4); return;
    case unreachable:
      if (p[1] == 4) {
        out.add("packet too big to go on and not to be split; the next hop takes ")
            .dec(be16(p + 6))
            .add(" bytes");
        return;
      }
      [[fallthrough]];
    default: break;
  }
  const std::string_view name = meaning(type, p[0]);
  if (name.empty()) {
    out.add("message of type ").dec(p[0]);
  } else {
    out.add(char(name[0] | 0x20)).add(name.substr(1));
  }
  if (const Table code = code_of(p[0]); !code.empty()) {
    if (const std::string_view why = meaning(code[0], p[1]); !why.empty())
      out.add(": ").add(char(why[0] | 0x20)).add(why.substr(1));
  }
}

constexpr Preset presets[]{
    {&row<"icmp.type">(Icmp::fields), echo}
};

void seal(const Fitting& f) { seal_icmp(f, false, row<"icmp.checksum">(Icmp::fields).at / 8); }

}  // namespace

u32 ping_time_bytes(const Packet& packet, const Layer& layer) {
  if (layer.header != icmp_header) return 0;
  const u8 type = packet.bytes(layer)[0];
  return (type == echo || type == echo_reply) && data_time(packet, layer).there ? 8 : 0;
}

const Protocol icmp{
    .name = "icmp",
    .title = "Internet Control Message Protocol",
    .label = "ICMP",
    .osi = Osi::network,
    .ref = "RFC 792",
    .about = "How hosts and routers tell each other what went wrong with a packet, and how ping "
             "asks whether someone is there.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .presets = presets,
    .seal = seal,
};

}  // namespace netpeel::proto
