// GRE — RFC 2784, key and sequence number RFC 2890, routing RFC 1701, version 1 (PPTP) RFC 2637
// §4.1.
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

constexpr auto protocols_carried = values({
    {0x0000, "keepalive"}, {0x00fe, "OSI"}, {0x0800, "IPv4"}, {0x0806, "ARP"}, {0x2000, "CDP"},
    {0x2001, "NHRP"},
    {0x22eb, "ERSPAN type III"}, {0x6400, "EoIP"}, {0x6558, "Ethernet"}, {0x6559, "Frame Relay"},
    {0x8137, "IPX"},
    {0x86dd, "IPv6"}, {0x880b, "PPP"}, {0x8847, "MPLS"}, {0x8848, "MPLS multicast"},
    {0x8881, "CDMA2000"}, {0x883e, "WCCP"},
    {0x88be, "ERSPAN"}, {0x8909, "Cisco metadata"}, {0x894f, "NSH"}, {0xb7ea, "GRE bonding"},
});
constexpr auto versions = values({
    {0, "GRE"                   },
    {1, "enhanced GRE, for PPTP"}
});

#define NETPEEL_GRE_FIRST                                                                                      \
  {"gre.flags_and_version", "Flags and version", 16, hex, "Which fields follow.", {.covers = true}},           \
      {"gre.flags.checksum", "Checksum present", 1, flag, "A checksum follows."},                              \
      {"gre.flags.routing", "Routing present", 1, flag, "Routing entries follow; no longer used."},            \
      {"gre.flags.key", "Key present", 1, flag, "A key follows."},                                             \
      {"gre.flags.sequence_number", "Sequence number present", 1, flag, "A sequence number follows."},         \
      {"gre.flags.strict_source_route", "Strict source route", 1, flag, "No longer used."},                    \
      {"gre.flags.recursion_control", "Recursion", 3, dec, "How many more tunnels are allowed; no longer used."}

struct Gre {
  static constexpr auto fields = wire({
      NETPEEL_GRE_FIRST,
      {"gre.flags.reserved", "Reserved", 5, dec, "Must be zero."},
      {"gre.flags.version", "Version", 3, dec, "0, or 1 in PPTP.", {.values = versions}},
      {"gre.proto", "Protocol", 16, hex, "What the tunnel carries, as an EtherType.",
       {.values = protocols_carried}},
  });
};
struct Enhanced {
  static constexpr auto fields = wire({
      NETPEEL_GRE_FIRST,
      {"gre.flags.ack", "Acknowledgement present", 1, flag, "An acknowledgement number follows."},
      {"gre.flags.reserved", "Reserved", 4, dec, "Must be zero."},
      {"gre.flags.version", "Version", 3, dec, "0, or 1 in PPTP.", {.values = versions}},
      {"gre.proto", "Protocol", 16, hex, "What the tunnel carries: PPP.",
       {.values = protocols_carried}},
  });
};
#undef NETPEEL_GRE_FIRST

constexpr auto extra = loose({
    {"gre.checksum", "Checksum", 16, hex, "Over this header and all it carries."},
    {"gre.checksum.status", "Checksum status", 8, dec, "Whether the checksum is right.",
     {.values = verdicts, .computed = true}},
    {"gre.offset", "Offset", 16, dec, "Which routing entry is next; else unused."},
    {"gre.key", "Key", 32, hex, "Tells tunnels between the same two ends apart."},
    {"gre.key.payload_length", "Payload length", 16, dec,
     "Bytes carried, this header not counted."},
    {"gre.key.call_id", "Call", 16, dec,
     "Which PPTP call this belongs to, by the receiver's count."},
    {"gre.sequence_number", "Sequence number", 32, dec,
     "Goes up with every packet, so that the receiver can put them in order."},
    {"gre.ack_number", "Acknowledgement number", 32, dec,
     "The highest sequence number received so far."},
    {"gre.routing", "Routing", 0, mark, "One routing entry."},
    {"gre.routing.address_family", "Address family", 16, dec,
     "What kind of addresses it has; 0 ends the list."},
    {"gre.routing.sre_offset", "Entry offset", 8, dec, "Where in the entry the next stop is."},
    {"gre.routing.src_length", "Entry length", 8, dec, "Bytes of the entry."},
    {"gre.routing.information", "Routing information", 0, bytes, "The stops."},
});
constexpr auto redirect = wire({
    {"gre.wccp.redirect_header", "Redirect header", 32, mark,
     "Why the packet was redirected to a cache.", {.covers = true}},
    {"", "", 5, dec, ""},
    {"gre.wccp.redirect_header_valid", "Valid", 1, flag,
     "The rest of this header means something."},
    {"gre.wccp.alternative_bucket_used", "Alternative bucket used", 1, flag,
     "The alternative bucket chose the cache."},
    {"gre.wccp.dynamic_service", "Dynamic service", 1, flag,
     "The service is not one of the well-known ones."},
    {"gre.wccp.service_id", "Service", 8, dec, "Which service; 0 is HTTP."},
    {"gre.wccp.alternative_bucket", "Alternative bucket", 8, dec, "The other bucket."},
    {"gre.wccp.primary_bucket", "Primary bucket", 8, dec, "The bucket that chose the cache."},
});
constexpr Table tables[]{Gre::fields, Enhanced::fields, extra, redirect};
constexpr Bind binds[]{
    {Space::ip_proto, 47  },
    {Space::udp_port, 4754}
};
constexpr u32 fixed = fixed_bytes<Gre>;
constexpr u32 entry = 4;  // a routing entry before its information (RFC 1701)
constexpr u64 wccp = 0x883e, erspan_type = 0x88be, bridged = 0x6558;

// Where the parts behind the fixed header lie; 0: absent.
struct Parts {
  u32 checksum = 0, key = 0, sequence = 0, acknowledgement = 0, routing = 0, redirect = 0;
  u32 end = fixed;  // more than the bytes there are: the header is cut
};

Parts find(const u8* p, u32 len) {
  Parts out;
  const auto take = [&](bool present, u32 size) {
    const u32 at = out.end;
    if (present) out.end += size;
    return present ? at : 0;
  };
  const bool routing = get<Gre, "gre.flags.routing">(p) != 0;
  out.checksum = take(get<Gre, "gre.flags.checksum">(p) != 0 || routing, 4);
  out.key = take(get<Gre, "gre.flags.key">(p) != 0, 4);
  out.sequence = take(get<Gre, "gre.flags.sequence_number">(p) != 0, 4);
  const bool enhanced = get<Gre, "gre.flags.version">(p) == 1;
  out.acknowledgement = take(enhanced && get<Enhanced, "gre.flags.ack">(p) != 0, 4);
  if (routing) {
    out.routing = out.end;
    while (out.end + entry <= len) {
      const u32 family = be16(p + out.end), length = p[out.end + 3];
      out.end += entry + length;
      if (family == 0) break;
    }
    if (out.end + entry > len && (out.end > len || out.end == out.routing))
      return out.end = len + 1, out;
  }
  // WCCP's second version has a header before the packet; the first begins with the packet itself.
  const bool redirected =
      !enhanced && get<Gre, "gre.proto">(p) == wccp && out.end < len && p[out.end] >> 4 != 4;
  out.redirect = take(redirected, 4);
  return out;
}

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < fixed) return cut(len, out);
  const u64 version = get<Gre, "gre.flags.version">(p);
  if (version > 1) return accept(fixed, len - fixed, out);
  const Parts parts = find(p, len);
  if (parts.end > len) return cut(len, out);
  u64 next = get<Gre, "gre.proto">(p);
  if (next == wccp) next = 0x0800;
  // ERSPAN's first type has neither a sequence number nor a header.
  if (next == erspan_type && parts.sequence == 0) next = bridged;
  return accept(parts.end, len - parts.end, out, {Space::ethertype, next});
}

Verdict verify(const Expansion& x) {
  // The sum covers the packet carried, which the capture must have whole.
  if ((x.layer.flags & (Layer::quoted | Layer::truncated)) != 0) return Verdict::unverified;
  const Layer* below = x.packet.below(x.layer);
  if (below != nullptr && (below->flags & (Layer::truncated | Layer::malformed)) != 0)
    return Verdict::unverified;
  base::Checksum sum;
  sum.add({x.header(), u32(x.layer.header) + x.layer.body});
  return sum.verifies() ? Verdict::good : Verdict::bad;
}

void routing(Expansion& x, u32 at) {
  const u8* p = x.header();
  while (at + entry <= x.layer.header) {
    const u32 length = p[at + 3];
    x.mark(row<"gre.routing">(extra), at, std::min(entry + length, x.layer.header - at));
    const auto inside = x.inside();
    x.field(row<"gre.routing.address_family">(extra), at, 2);
    x.field(row<"gre.routing.sre_offset">(extra), at + 2, 1);
    x.field(row<"gre.routing.src_length">(extra), at + 3, 1);
    if (length > 0) x.field(row<"gre.routing.information">(extra), at + entry, length);
    if (be16(p + at) == 0) return;
    at += entry + length;
  }
}

void expand(Expansion& x) {
  const u32 there = x.layer.header;
  const bool enhanced = there >= fixed && get<Gre, "gre.flags.version">(x.header()) == 1;
  x.rows(enhanced ? Table(Enhanced::fields) : Table(Gre::fields));
  if (there < fixed) return;
  const u64 version = get<Gre, "gre.flags.version">(x.header());
  Text says;
  if (version > 1) {
    says.add("version ").dec(version).add(" of GRE is not known; what follows is left as it is");
    return x.problem(Kind::unknown, &row<"gre.flags.version">(Gre::fields), says.view());
  }
  const Parts parts = find(x.header(), there);
  const auto has = [&](u32 at) { return at != 0 && at + 4 <= there; };
  if (has(parts.checksum)) {
    x.field(row<"gre.checksum">(extra), parts.checksum, 2);
    if (get<Gre, "gre.flags.checksum">(x.header()) != 0) {
      const Verdict verdict = verify(x);
      x.computed(row<"gre.checksum.status">(extra), u64(verdict));
      if (verdict == Verdict::bad) {
        x.problem(Kind::malformed, &row<"gre.checksum">(extra),
                  "the GRE checksum does not fit the bytes it covers");
      }
    }
    x.field(row<"gre.offset">(extra), parts.checksum + 2, 2);
  }
  if (has(parts.key)) {
    if (enhanced) {
      x.field(row<"gre.key.payload_length">(extra), parts.key, 2);
      x.field(row<"gre.key.call_id">(extra), parts.key + 2, 2);
      const u32 claimed = be16(x.header() + parts.key);
      if (x.whole() && claimed > x.layer.body &&
          (x.layer.flags & (Layer::truncated | Layer::quoted)) == 0 &&
          x.packet.frame.size == x.packet.frame.wire_size) {
        says.add("gre.key.payload_length says ").dec(claimed).add("; IP leaves ").dec(x.layer.body);
        x.problem(Kind::malformed, &row<"gre.key.payload_length">(extra), says.view());
      }
    } else {
      x.field(row<"gre.key">(extra), parts.key, 4);
    }
  }
  if (has(parts.sequence)) x.field(row<"gre.sequence_number">(extra), parts.sequence, 4);
  if (has(parts.acknowledgement)) x.field(row<"gre.ack_number">(extra), parts.acknowledgement, 4);
  if (parts.routing != 0) routing(x, parts.routing);
  if (has(parts.redirect)) x.rows(redirect, parts.redirect);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed) return;
  const u8* p = packet.bytes(layer);
  const u64 carried = get<Gre, "gre.proto">(p);
  if (carried == 0 && layer.body == 0) {
    out.add("keepalive, asks whether the tunnel's other end is there");
    return;
  }
  out.add("a tunnel that carries ");
  const std::string_view name = meaning(row<"gre.proto">(Gre::fields), carried);
  if (name.empty()) {
    out.add("0x").hex(carried, 4);
  } else {
    out.add(name);
  }
  const Parts parts = find(p, layer.header);
  if (parts.key != 0 && parts.key + 4 <= layer.header) {
    if (get<Gre, "gre.flags.version">(p) == 1) {
      out.add(", call ").dec(be16(p + parts.key + 2));
    } else {
      out.add(", key ").dec(be32(p + parts.key));
    }
  }
}

constexpr Naming names[]{
    {Space::ethertype, &row<"gre.proto">(Gre::fields)}
};

void seal(const Fitting& f) {
  const u32 at = find(f.header, f.layer.header).checksum;
  if (get<Gre, "gre.flags.checksum">(f.header) == 0 || at == 0 || at + 4 > f.layer.header) return;
  if ((f.layer.flags & Layer::truncated) != 0) return;
  base::put_be16(f.header + at, 0);
  base::put_be16(f.header + at, base::Checksum().add({f.header, f.total()}).value());
}

}  // namespace

const Protocol gre{
    .name = "gre",
    .title = "Generic Routing Encapsulation",
    .label = "GRE",
    .osi = Osi::network,
    .ref = "RFC 2784",
    .about = "A tunnel: carries packets of nearly any protocol inside IP packets, between two ends "
             "that agree on it.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .seal = seal,
};

}  // namespace netpeel::proto
