// IGMP — version 1 RFC 1112 appendix I, 2 RFC 2236, 3 RFC 3376; version 0 RFC 988; multicast
// traceroute by its draft.
#include "proto/net/icmp_parts.hpp"

namespace netpeel::proto {
namespace {

enum Type : u8 {
  query = 0x11,
  report1 = 0x12,
  report2 = 0x16,
  leave = 0x17,
  trace_response = 0x1e,
  trace = 0x1f,
  report3 = 0x22
};

constexpr auto types = values({
    {0x01, "Create group request"}, {0x02, "Create group reply"}, {0x03, "Join group request"},
    {0x04, "Join group reply"},
    {0x05, "Leave group request"}, {0x06, "Leave group reply"}, {0x07, "Confirm group request"},
    {0x08, "Confirm group reply"},
    {0x11, "Membership query"}, {0x12, "Membership report, version 1"}, {0x13, "DVMRP"},
    {0x14, "PIM version 1"},
    {0x16, "Membership report, version 2"}, {0x17, "Leave group"}, {0x1e, "Traceroute response"},
    {0x1f, "Traceroute query"},
    {0x22, "Membership report, version 3"},
});
constexpr auto record_types = values({
    {1, "Is: only these sources"}, {2, "Is: all but these sources"},
    {3, "Changes to: only these sources"},
    {4, "Changes to: all but these sources"}, {5, "Also wants these sources"},
    {6, "No longer wants these sources"},
});
constexpr auto forward_codes = values({
    {0x00, "No error"}, {0x01, "Wrong interface"}, {0x02, "Prune sent"}, {0x03, "Prune received"},
    {0x04, "Scoped"}, {0x05, "No route"},
    {0x06, "Wrong last hop"}, {0x07, "Not forwarding"}, {0x08, "Reached the rendezvous point"},
    {0x09, "Arrived on that interface"},
    {0x0a, "Multicast disabled"}, {0x81, "No space"}, {0x82, "Old router"},
    {0x83, "Administratively prohibited"},
});
constexpr auto route_protocols = values({
    {1, "DVMRP"}, {2, "MOSPF"}, {3, "PIM"}, {4, "CBT"}, {5, "PIM by a special route"},
    {6, "PIM by a static route"},
    {7, "DVMRP by a static route"}, {8, "PIM by MBGP"}, {9, "CBT by a special route"},
    {10, "CBT by a static route"}, {11, "PIM by assert"},
});

// The head that the versions from 1 to 3 share; what the second byte and the last four mean depends
// on the type.
struct Igmp {
  static constexpr auto fields = wire({
      {"igmp.type", "Type", 8, hex, "What kind of message it is.", {.values = types}},
      {"", "", 8, bytes, ""},
      {"igmp.checksum", "Checksum", 16, hex, "Over the whole message.", {.sometimes = true}},
      {"igmp.maddr", "Group", 32, ipv4, "The multicast group; zero in a question about all groups.",
       {.sometimes = true}},
  });
};
constexpr u32 header = fixed_bytes<Igmp>;
constexpr u32 report_head = 8;

constexpr auto query3 = wire({
    {"", "", 4, dec, ""},
    {"igmp.s", "Suppress", 1, flag, "Other routers should keep their timers as they are.",
     {.ref = "RFC 3376 §4.1.5"}},
    {"igmp.qrv", "Robustness", 3, dec,
     "How many messages in a row the network may lose: the querier's robustness variable."},
    {"igmp.qqic", "Query interval code", 8, dec,
     "Seconds between questions; from 128 on an exponent and a mantissa."},
    {"igmp.num_src", "Number of sources", 16, dec, "Source addresses that follow."},
});
constexpr auto reported = wire({
    {"igmp.reserved", "Reserved", 16, bytes, "Must be zero."},
    {"igmp.num_grp_recs", "Number of group records", 16, dec, "Records that follow, one a group.",
     {.ref = "RFC 3376 §4.2"}},
});
constexpr auto record_heading = loose({
    {"", "Group record", 0, mark, "What the host tells about one group."}
});
constexpr auto record = wire({
    {"igmp.record_type", "Record type", 8, dec, "What the host tells about this group.",
     {.values = record_types, .ref = "RFC 3376 §4.2.12"}},
    {"igmp.aux_data_len", "Auxiliary data length", 8, dec,
     "32-bit words behind the sources; zero in practice."},
    {"igmp.num_src", "Number of sources", 16, dec, "Source addresses in this record."},
    {"igmp.maddr", "Group", 32, ipv4, "The multicast group."},
});
constexpr auto response_code = wire({
    {"igmp.max_resp", "Maximum response time", 8, dec,
     "Tenths of a second in which hosts should answer."},
});
constexpr auto response_parts = wire({
    {"", "", 1, dec, ""},
    {"igmp.max_resp.exp", "Exponent", 3, dec, "The time is (mantissa + 16) · 2^(exponent + 3).",
     {.ref = "RFC 3376 §4.1.1"}},
    {"igmp.max_resp.mant", "Mantissa", 4, dec, "See the exponent."},
});
constexpr auto reserved_byte = wire({
    {"igmp.reserved", "Reserved", 8, bytes, "Must be zero."}
});
constexpr auto hops = wire({
    {"igmp.mtrace.max_hops", "Hops", 8, dec, "Routers to trace at most."}
});
constexpr auto group_kind = wire({
    {"igmp.group_type", "Type of group", 8, dec, "0: open to all, 1: needs the access key."}
});
constexpr auto reply = wire({
    {"igmp.reply", "Reply", 8, dec, "0: granted; other values: why not, or in how many seconds."}
});
constexpr auto version0 = wire({
    {"igmp.identifier", "Identifier", 32, dec, "Tells requests apart.", {.ref = "RFC 988"}},
    {"igmp.maddr", "Group", 32, ipv4, "The multicast group."},
    {"igmp.access_key", "Access key", 64, bytes, "Opens a private group."},
});
constexpr auto traced = wire({
    {"igmp.mtrace.saddr", "Source", 32, ipv4, "The sender whose path to the group is traced."},
    {"igmp.mtrace.raddr", "Receiver", 32, ipv4, "The host at which the path ends."},
    {"igmp.mtrace.rspaddr", "Response address", 32, ipv4, "Where the answer goes."},
    {"igmp.mtrace.resp_ttl", "Response TTL", 8, dec, "Time to live of the answer."},
    {"igmp.mtrace.q_id", "Query number", 24, dec, "Tells queries apart."},
});
constexpr auto traced_hop = wire({
    {"igmp.mtrace.q_arrival", "Query arrival", 32, dec,
     "When the query came to this router, in units of 1/65536 second."},
    {"igmp.mtrace.q_inaddr", "Incoming interface", 32, ipv4,
     "Where this router expects the source's packets."},
    {"igmp.mtrace.q_outaddr", "Outgoing interface", 32, ipv4, "Where it sends them on."},
    {"igmp.mtrace.q_prevrtr", "Previous router", 32, ipv4,
     "The next router on the way to the source."},
    {"igmp.mtrace.q_inpkt", "Packets in", 32, dec,
     "Multicast packets that came in on that interface."},
    {"igmp.mtrace.q_outpkt", "Packets out", 32, dec,
     "Multicast packets sent on the outgoing interface."},
    {"igmp.mtrace.q_total", "Packets of this source", 32, dec,
     "Packets from the source to the group."},
    {"igmp.mtrace.q_rtg_proto", "Routing protocol", 8, dec, "What told the router the way.",
     {.values = route_protocols}},
    {"igmp.mtrace.q_fwd_ttl", "Forwarding TTL", 8, dec, "Smallest time to live that is sent on."},
    {"igmp.mtrace.q_mbz", "Reserved", 1, hex, "Must be zero."},
    {"igmp.mtrace.q_s", "S", 1, hex, "The count is of the source's whole network."},
    {"igmp.mtrace.q_src_mask", "Source mask", 6, hex, "Network bits of the source's network."},
    {"igmp.mtrace.q_fwd_code", "Forwarding code", 8, hex, "What went wrong, if anything.",
     {.values = forward_codes}},
});
constexpr auto extra = loose({
    {"igmp.version", "Version", 8, dec, "Which version of IGMP; the type and the length tell.",
     {.computed = true}},
    {"igmp.checksum.status", "Checksum status", 8, dec, "Whether the checksum is right.",
     {.values = verdicts, .computed = true}},
    {"igmp.max_resp", "Maximum response time", 16, dec,
     "Tenths of a second in which hosts should answer."},
    {"igmp.saddr", "Source", 32, ipv4, "A sender to the group."},
    {"igmp.aux_data", "Auxiliary data", 0, bytes, "No standard says what for."},
    {"igmp.data", "Data", 0, bytes, "A message of a type not known here."},
});
constexpr Table tables[]{Igmp::fields,   query3,        reported,   record,     response_code,
                         response_parts, reserved_byte, hops,       group_kind, reply,
                         version0,       traced,        traced_hop, extra};
constexpr Bind binds[]{
    {Space::ip_proto, 2}
};

bool is_version3_query(u32 len) { return len >= header + bytes_of(query3); }

// Bytes that the message itself says it has; at most what len could hold plus one record.
u32 needed(const u8* p, u32 len) {
  switch (p[0]) {
    case query:
      if (!is_version3_query(len)) return header;
      return header + bytes_of(query3) + be16(p + 10) * 4u;
    case report3: {
      u32 at = report_head;
      for (u32 i = be16(p + 6); i > 0; --i) {
        if (at > len || len - at < bytes_of(record)) return at + bytes_of(record);
        at += bytes_of(record) + be16(p + at + 2) * 4u + p[at + 1] * 4u;
      }
      return at;
    }
    case trace:
    case trace_response: return header + bytes_of(traced);
    default: return p[0] >= 1 && p[0] <= 8 ? 4 + bytes_of(version0) : header;
  }
}

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  const u32 shown = std::min(len, 0xffffu);
  return accept(shown, len - shown, out, {}, needed(p, len) > len ? Layer::short_of : 0);
}

void sources(Expansion& x, const Field& count, u32 at, u32 number, u32 end) {
  for (u32 i = 0; i < number; ++i, at += 4) {
    if (at > end || end - at < 4) {
      Text says;
      says.add("igmp.num_src says ").dec(number).add("; there is room for ").dec(i);
      return tell_short(x, &count, says.view());
    }
    x.field(row<"igmp.saddr">(extra), at, 4);
  }
}

void records(Expansion& x) {
  const u8* p = x.header();
  const u32 end = x.layer.header, count = be16(p + 6);
  u32 at = report_head;
  for (u32 i = 0; i < count; ++i) {
    if (at > end || end - at < bytes_of(record)) {
      Text says;
      says.add("igmp.num_grp_recs says ").dec(count).add("; there is room for ").dec(i);
      return tell_short(x, &row<"igmp.num_grp_recs">(reported), says.view());
    }
    const u32 number = be16(p + at + 2), auxiliary = p[at + 1] * 4u;
    x.mark(record_heading[0], at, std::min(bytes_of(record) + number * 4 + auxiliary, end - at));
    const auto g = x.inside();
    x.rows(record, at);
    at += bytes_of(record);
    sources(x, row<"igmp.num_src">(record), at, number, end);
    if (end - at < number * 4) return;
    at += number * 4;
    if (auxiliary == 0) continue;
    if (end - at < auxiliary) {
      return tell_short(x, &row<"igmp.aux_data_len">(record),
                        "the record claims more auxiliary data than the message has left");
    }
    x.field(row<"igmp.aux_data">(extra), at, auxiliary);
    at += auxiliary;
  }
}

void response_time(Expansion& x, bool may_be_coded) {
  const u8 code = x.header()[1];
  const u32 time =
      may_be_coded && code >= 128 ? ((code & 0xfu) + 16) << ((code >> 4 & 7) + 3) : code;
  x.number(row<"igmp.max_resp">(extra), 1, 1, time);
  if (time == code) return;
  const auto g = x.inside();
  x.rows(response_parts, 1);
}

void expand(Expansion& x) {
  const u8* p = x.header();
  const u32 size = x.layer.header;
  if (size == 0) return;
  const u8 type = p[0];
  const bool version3 = type == report3 || (type == query && is_version3_query(size));
  const bool version2 =
      !version3 && (type == report2 || type == leave || (type == query && size > 1 && p[1] != 0));
  const bool version1 = !version3 && !version2 && (type == query || type == report1);
  const bool first = type >= 1 && type <= 8, tracing = type == trace || type == trace_response;
  if (version1 || version2 || version3 || first) {
    x.computed(row<"igmp.version">(extra), version3 ? 3 : version2 ? 2 : version1 ? 1 : 0);
  }
  x.placed(row<"igmp.type">(Igmp::fields));
  if (size < 2) return;
  if (version2 || (version3 && type == query)) {
    response_time(x, version3);
  } else if (version1 || version3) {
    x.rows(reserved_byte, 1);
  } else if (tracing) {
    x.rows(hops, 1);
  } else if (first) {
    if (type == 1) x.rows(group_kind, 1);
    if (type % 2 == 0) x.rows(reply, 1);
  } else {
    return x.field(row<"igmp.data">(extra), 1, size - 1);
  }
  x.placed(row<"igmp.checksum">(Igmp::fields));
  if (size < 4) return;
  // Before version 3 only the first eight bytes are the message (RFC 2236 §2.5), so only they are
  // summed.
  const Verdict status = icmp_verdict(x, false, version1 || version2 ? header : 0xffffffff);
  x.computed(row<"igmp.checksum.status">(extra), u64(status));
  if (status == Verdict::bad)
    x.problem(Kind::unusual, &row<"igmp.checksum">(Igmp::fields),
              "the checksum does not fit the message: it was damaged on the way");
  if (!x.whole()) return;

  if (type == report3) {
    x.rows(reported, 4);
    return records(x);
  }
  if (first) {
    x.rows(version0, 4);
    if (size < 4 + bytes_of(version0)) tell_needed(x, 4 + bytes_of(version0));
    return;
  }
  x.placed(row<"igmp.maddr">(Igmp::fields));
  if (type == query && version3) {
    x.rows(query3, header);
    return sources(x, row<"igmp.num_src">(query3), header + bytes_of(query3), be16(p + 10), size);
  }
  if (!tracing) return;
  x.rows(traced, header);
  if (size < header + bytes_of(traced)) return tell_needed(x, header + bytes_of(traced));
  for (u32 at = header + bytes_of(traced); size - at >= bytes_of(traced_hop);)
    at += x.rows(traced_hop, at);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  const bool all = be32(p + 4) == 0;
  switch (p[0]) {
    case query:
      if (all) {
        out.add("who listens to which multicast groups?");
      } else {
        out.add("who listens to ").ipv4(p + 4).add("?");
      }
      return;
    case report1:
    case report2: out.add("listens to ").ipv4(p + 4); return;
    case leave: out.add("no longer listens to ").ipv4(p + 4); return;
    case report3: {
      const u32 count = be16(p + 6);
      out.add("tells what it listens to: ").dec(count).add(count == 1 ? " group" : " groups");
      if (count == 0 || layer.header < report_head + bytes_of(record)) return;
      out.add(count == 1 ? ", " : ", the first ").ipv4(p + report_head + 4);
      return;
    }
    default: break;
  }
  const std::string_view name = meaning(row<"igmp.type">(Igmp::fields), p[0]);
  if (name.empty()) {
    out.add("message of type ").dec(p[0]);
  } else {
    out.add(name);
  }
}

constexpr Preset presets[]{
    {&row<"igmp.type">(Igmp::fields), report2}
};

void seal(const Fitting& f) {
  const u8 type = f.header[0];
  const bool old = type == report1 || type == report2 || type == leave ||
                   (type == query && !is_version3_query(f.total()));
  seal_icmp(f, false, row<"igmp.checksum">(Igmp::fields).at / 8, old ? header : 0xffffffff);
}

}  // namespace

const Protocol igmp{
    .name = "igmp",
    .title = "Internet Group Management Protocol",
    .label = "IGMP",
    .osi = Osi::network,
    .ref = "RFC 3376",
    .about = "How hosts tell the routers beside them which multicast groups they want to receive.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .presets = presets,
    .seal = seal,
};

}  // namespace netpeel::proto
