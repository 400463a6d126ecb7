// IPv6 Routing Header — RFC 8200 §4.4; type 0 RFC 5095 (forbidden), type 2 RFC 6275 §6.4, type 3
// RFC 6554, type 4 RFC 8754.
#include "proto/net/ip6.hpp"
#include "proto/net/ip_protocols.hpp"

namespace netpeel::proto {
namespace {

constexpr auto types = values({
    {0, "source route, forbidden"}, {1, "Nimrod"}, {2, "Mobile IPv6"}, {3, "RPL source route"},
    {4, "segment routing"},
    {5, "compact routing, 16 bits"}, {6, "compact routing, 32 bits"}, {253, "experiment"},
    {254, "experiment"},
});

struct Routing {
  static constexpr auto fields = wire({
      {"ipv6.routing.nxt", "Next header", 8, dec,
       "Which header follows: another extension or the protocol carried.",
       {.values = ip_protocols}},
      {"ipv6.routing.len", "Length", 8, dec, "In units of 8 bytes, the first 8 not counted."},
      {"ipv6.routing.type", "Type", 8, dec, "Which kind of routing header this is.",
       {.values = types}},
      {"ipv6.routing.segleft", "Segments left", 8, dec,
       "How many of the stops listed are still to be visited."},
  });
};
constexpr auto extra = loose({
    {"ipv6.routing.len_oct", "Length in bytes", 16, dec, "The same in bytes, all counted."},
    {"ipv6.routing.unknown_data", "Type-specific data", 0, bytes,
     "What this type keeps here, not interpreted."},
    {"ipv6.routing.src.reserved", "Reserved", 0, bytes, "Must be zero."},
    {"ipv6.routing.src.addr", "Address", 128, ipv6, "A stop on the way.", {.aliases = "ipv6.addr"}},
    {"ipv6.routing.mipv6.reserved", "Reserved", 0, bytes, "Must be zero."},
    {"ipv6.routing.mipv6.home_address", "Home address", 128, ipv6,
     "The moving host's own address, its last stop.", {.aliases = "ipv6.addr"}},
    {"ipv6.routing.rpl.address", "Address", 0, bytes,
     "A stop on the way, without the bytes that all share."},
    {"ipv6.routing.rpl.full_address", "Full address", 128, ipv6,
     "The same with those bytes in front."},
    {"ipv6.routing.rpl.addr_count", "Addresses", 32, sdec, "How many stops are listed.",
     {.computed = true}},
    {"ipv6.routing.srh.addr", "Address", 128, ipv6,
     "A stop on the way; the list is written backwards.", {.aliases = "ipv6.addr"}},
    {"ipv6.routing.srh.tag", "Tag", 0, bytes, "Marks packets of one kind."},
    {"ipv6.routing.crh16.sid", "Segment", 16, dec,
     "A stop on the way, as a number that routers look up."},
    {"ipv6.routing.crh32.sid", "Segment", 32, dec,
     "A stop on the way, as a number that routers look up."},
});
constexpr auto rpl = wire({
    {"ipv6.routing.rpl.cmprI", "Shared bytes", 4, dec,
     "Bytes left out of all addresses but the last."},
    {"ipv6.routing.rpl.cmprE", "Shared bytes, last", 4, dec, "Bytes left out of the last address."},
    {"ipv6.routing.rpl.pad", "Padding", 4, dec, "Bytes of padding at the end."},
    {"ipv6.routing.rpl.reserved", "Reserved", 20, dec, "Must be zero."},
});
constexpr auto srh = wire({
    {"ipv6.routing.srh.last_entry", "Last entry", 8, dec,
     "Index of the list's last address, which is the first stop."},
    {"ipv6.routing.srh.flags", "Flags", 8, hex, "None is defined yet."},
});
constexpr Table tables[]{Routing::fields, extra, rpl, srh};
constexpr Bind binds[]{
    {Space::ip_proto, 43}
};

constexpr u32 least = 8;        // what the length counts in
constexpr u32 at_specific = 4;  // where type-specific data begins
constexpr u32 at_list = 8;      // and where lists of addresses do

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < least) return cut(len, out);
  const u32 header = (u32(get<Routing, "ipv6.routing.len">(p)) + 1) * 8;
  if (header > len) return cut(len, out);
  return accept(header, len - header, out, {Space::ip_proto, get<Routing, "ipv6.routing.nxt">(p)});
}

// Whole addresses from byte `at` to `end`; how many there were.
u32 addresses(Expansion& x, const Field& f, u32 at, u32 end) {
  u32 n = 0;
  for (; at + 16 <= end; at += 16, ++n) x.field(f, at, 16);
  return n;
}

u32 numbers(Expansion& x, const Field& f, u32 at, u32 end) {
  const u32 size = f.width / 8;
  u32 n = 0;
  for (; at + size <= end; at += size, ++n) x.field(f, at, size);
  return n;
}

// RFC 6554 §3: addresses without the bytes that they share with the destination.
u32 compressed(Expansion& x, u32 end) {
  x.rows(rpl, at_specific);
  const u8* p = x.header();
  const u32 inner = p[at_specific] >> 4, last = p[at_specific] & 15, pad = p[at_specific + 1] >> 4;
  if (at_list + pad + (16 - last) > end) return 0;
  const u32 stop = end - pad;
  const u32 n = (stop - at_list - (16 - last)) / (16 - inner) + 1;
  x.computed(row<"ipv6.routing.rpl.addr_count">(extra), n);
  const Layer* below = x.packet.below(x.layer);
  while (below != nullptr && below->proto != id::ip6) below = x.packet.below(*below);
  u32 at = at_list;
  for (u32 i = 0; i < n; ++i) {
    const u32 left_out = i + 1 < n ? inner : last;
    const u32 size = 16 - left_out;
    if (at + size > stop) break;
    x.field(row<"ipv6.routing.rpl.address">(extra), at, size);
    if (below != nullptr && (below->flags & Layer::cut_header) == 0) {
      u8 full[16];
      std::memcpy(full, place<Ipv6, "ipv6.dst">(x.packet.bytes(*below)), left_out);
      std::memcpy(full + left_out, p + at, size);
      const auto inside = x.inside();
      x.value(row<"ipv6.routing.rpl.full_address">(extra), at, size, full);
    }
    at += size;
  }
  return n;
}

void expand(Expansion& x) {
  x.rows(Routing::fields);
  const u32 end = x.layer.header;
  if (end < 2) return;
  const u8* p = x.header();
  const u32 claimed = (p[1] + 1u) * 8;
  x.number(row<"ipv6.routing.len_oct">(extra), 1, 1, claimed);
  if (end < least) return;
  const u64 type = get<Routing, "ipv6.routing.type">(p);
  u32 stops = 256;
  switch (type) {
    case 0:
      x.field(row<"ipv6.routing.src.reserved">(extra), at_specific, 4);
      stops = addresses(x, row<"ipv6.routing.src.addr">(extra), at_list, end);
      break;
    case 2:
      x.field(row<"ipv6.routing.mipv6.reserved">(extra), at_specific, 4);
      if (end >= at_list + 16) x.field(row<"ipv6.routing.mipv6.home_address">(extra), at_list, 16);
      stops = 1;
      break;
    case 3: stops = compressed(x, end); break;
    case 4:
      x.rows(srh, at_specific);
      x.field(row<"ipv6.routing.srh.tag">(extra), at_specific + 2, 2);
      // Behind the addresses may stand TLVs.
      stops = addresses(x, row<"ipv6.routing.srh.addr">(extra), at_list,
                        std::min(end, at_list + (p[at_specific] + 1u) * 16));
      break;
    case 5: stops = numbers(x, row<"ipv6.routing.crh16.sid">(extra), at_specific, end); break;
    case 6: stops = numbers(x, row<"ipv6.routing.crh32.sid">(extra), at_specific, end); break;
    default:
      x.field(row<"ipv6.routing.unknown_data">(extra), at_specific, end - at_specific);
      break;
  }
  Text says;
  const u64 left = get<Routing, "ipv6.routing.segleft">(p);
  if (!x.whole()) {
    if ((x.layer.flags & (Layer::malformed | Layer::truncated)) == 0) return;
    const bool cut_off = (x.layer.flags & Layer::truncated) != 0;
    says.add("ipv6.routing.len says ")
        .dec(claimed)
        .add(" bytes; ")
        .add(cut_off ? "the capture kept " : "there are ")
        .dec(end);
    x.problem(cut_off ? Kind::truncated : Kind::malformed,
              &row<"ipv6.routing.len">(Routing::fields), says.view());
  } else if (left > stops) {
    says.add("ipv6.routing.segleft says ")
        .dec(left)
        .add("; the header lists ")
        .dec(stops)
        .add(stops == 1 ? " stop" : " stops");
    x.problem(Kind::malformed, &row<"ipv6.routing.segleft">(Routing::fields), says.view());
  }
  if (type == 0) {
    x.problem(Kind::unusual, &row<"ipv6.routing.type">(Routing::fields),
              "routing headers of type 0 are forbidden since 2007: they let a sender make packets "
              "go round in circles");
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < least) return;
  const u8* p = packet.bytes(layer);
  const u64 type = get<Routing, "ipv6.routing.type">(p),
            left = get<Routing, "ipv6.routing.segleft">(p);
  const std::string_view name = meaning(row<"ipv6.routing.type">(Routing::fields), type);
  if (name.empty()) {
    out.add("routing type ").dec(type);
  } else {
    out.add(name);
  }
  out.add(", ").dec(left).add(left == 1 ? " stop to go" : " stops to go");
}

constexpr Naming names[]{
    {Space::ip_proto, &row<"ipv6.routing.nxt">(Routing::fields)}
};
constexpr Preset presets[]{
    {&row<"ipv6.routing.nxt">(Routing::fields), no_next}
};

void fit(const Fitting& f) {
  put<Routing, "ipv6.routing.len">(f.header, std::max(f.layer.header / 8, 1) - 1);
}

}  // namespace

const Protocol ipv6_routing{
    .name = "ipv6.routing",
    .title = "IPv6 Routing Header",
    .label = "IPv6 routing",
    .osi = Osi::network,
    .ref = "RFC 8200 §4.4",
    .about = "Stops that the packet must pass on its way. At each one the next address of the list "
             "becomes the destination.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .presets = presets,
    .fit = fit,
};

}  // namespace netpeel::proto
