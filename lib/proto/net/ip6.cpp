// IPv6 — RFC 8200 §3, jumbograms by RFC 2675, addresses that hold others by RFC 4291, 3056, 4380,
// 5214 and 6052.
#include "proto/net/ip6.hpp"

#include "proto/net/ipv6_ext.hpp"

namespace netpeel::proto {
namespace {

#define NETPEEL_INSIDE(end) \
  {"ipv6." end "_slaac_mac", "Hardware address inside", 48, mac, "The address was made from this hardware address (EUI-64).", {.aliases = "ipv6.slaac_mac"}}, \
  {"ipv6." end "_isatap_ipv4", "ISATAP IPv4 address", 32, ipv4, "The IPv4 address of the tunnel's end, inside the address.", {.aliases = "ipv6.isatap_ipv4"}}, \
  {"ipv6." end "_6to4_gw_ipv4", "6to4 gateway", 32, ipv4, "The IPv4 address of the router that speaks for this network.", {.aliases = "ipv6.6to4_gw_ipv4"}}, \
  {"ipv6." end "_6to4_sla_id", "6to4 subnet", 16, dec, "Which of the gateway's subnets.", {.aliases = "ipv6.6to4_sla_id"}}, \
  {"ipv6." end "_ts_ipv4", "Teredo server", 32, ipv4, "The server that helps this host to get through its NAT.", {.aliases = "ipv6.ts_ipv4"}}, \
  {"ipv6." end "_tc_port", "Teredo port", 16, dec, "The UDP port that the NAT shows outside; the wire inverts its bits.", {.aliases = "ipv6.tc_port"}}, \
  {"ipv6." end "_tc_ipv4", "Teredo client", 32, ipv4, "The address that the NAT shows outside; the wire inverts its bits.", {.aliases = "ipv6.tc_ipv4"}}, \
  {"ipv6." end "_embed_ipv4", "Embedded IPv4 address", 32, ipv4, "The IPv4 host behind a translator that this address stands for.", {.aliases = "ipv6.embed_ipv4"}}

constexpr auto in_source = loose({NETPEEL_INSIDE("src")});
constexpr auto in_destination = loose({NETPEEL_INSIDE("dst")});
#undef NETPEEL_INSIDE

constexpr Table tables[]{Ipv6::fields, in_source, in_destination};
constexpr Bind binds[]{
    {Space::ethertype,  0x86dd},
    {Space::ip_proto,   41    },
    {Space::ip_version, 6     },
    {Space::link,       229   }
};
constexpr u32 header = fixed_bytes<Ipv6>;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  if (get<Ipv6, "ipv6.version">(p) != 6) return broken(header, len, out);
  const u64 next = get<Ipv6, "ipv6.nxt">(p);
  u32 payload = u32(get<Ipv6, "ipv6.plen">(p));
  if (payload == 0) [[unlikely]] {
    payload = jumbo_length(next, {p + header, len - header});
    if (payload == 0 && next != no_next)
      payload = len - header;  // left to the network card to fill in
  }
  return claim(header, u64(header) + payload, len, out, {Space::ip_proto, next});
}

// The addresses that are hidden in an IPv6 address at byte `at`.
void address(Expansion& x, u32 at, const std::array<Field, 8>& rows) {
  const u8* a = x.header() + at;
  const auto inside = x.inside();
  const auto inverted = [&](u8(&out)[4]) {
    for (u32 i = 0; i < 4; ++i) out[i] = u8(~a[12 + i]);
  };
  if (be16(a) == 0x2002) {
    x.field(rows[2], at + 2, 4);
    x.field(rows[3], at + 6, 2);
  } else if (be32(a) == 0x20010000) {
    u8 client[4];
    inverted(client);
    x.field(rows[4], at + 4, 4);
    x.number(rows[5], at + 10, 2, be16(a + 10) ^ 0xffffu);
    x.value(rows[6], at + 12, 4, client);
  } else if (be64(a) == 0x0064ff9b00000000 && be32(a + 8) == 0) {
    x.field(rows[7], at + 12, 4);
  }
  if ((a[8] & 0x02) != 0 && a[11] == 0xff && a[12] == 0xfe) {
    const u8 mac[6]{u8(a[8] ^ 0x02), a[9], a[10], a[13], a[14], a[15]};
    x.value(rows[0], at + 8, 8, mac);
  } else if ((be32(a + 8) & 0xfdffffff) == 0x00005efe) {
    x.field(rows[1], at + 12, 4);
  }
}

void expand(Expansion& x) {
  const u8* p = x.header();
  if (!x.whole()) {
    x.rows(Ipv6::fields);
    return;
  }
  constexpr const Field &source = row<"ipv6.src">(Ipv6::fields),
                        &destination = row<"ipv6.dst">(Ipv6::fields);
  x.rows(part<"ipv6.version", "ipv6.src">(Ipv6::fields));
  address(x, source.at / 8, in_source);
  x.placed(destination);
  address(x, destination.at / 8, in_destination);
  Text says;
  const u64 version = get<Ipv6, "ipv6.version">(p);
  if (version != 6) {
    says.add("ipv6.version says ").dec(version).add("; an IPv6 header begins with 6");
    return x.problem(Kind::malformed, &row<"ipv6.version">(Ipv6::fields), says.view());
  }
  const u64 payload = get<Ipv6, "ipv6.plen">(p);
  if ((x.layer.flags & Layer::malformed) != 0) {
    says.add("ipv6.plen says ").dec(payload).add("; ").dec(x.layer.body).add(" bytes are there");
    x.problem(Kind::malformed, &row<"ipv6.plen">(Ipv6::fields), says.view());
  } else if ((x.layer.flags & Layer::truncated) != 0) {
    says.add("ipv6.plen says ").dec(payload).add("; the capture kept ").dec(x.layer.body);
    x.problem(Kind::truncated, &row<"ipv6.plen">(Ipv6::fields), says.view());
  }
  if (payload == 0 && x.layer.body > 0 && jumbo_length(get<Ipv6, "ipv6.nxt">(p), x.body()) == 0) {
    x.problem(Kind::unusual, &row<"ipv6.plen">(Ipv6::fields),
              "ipv6.plen is 0: probably seen before a network card cut the packet into smaller "
              "ones and filled it in");
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  const u64 next = get<Ipv6, "ipv6.nxt">(p);
  if (next == no_next) {
    out.add("a packet that carries nothing");
  } else {
    out.add("carries ");
    const std::string_view name = meaning(row<"ipv6.nxt">(Ipv6::fields), next);
    out.add(name)
        .add(" (")
        .dec(next)
        .add("), ")
        .dec(layer.body)
        .add(layer.body == 1 ? " byte" : " bytes");
  }
  out.add(", hop limit ").dec(get<Ipv6, "ipv6.hlim">(p));
}

constexpr Naming names[]{
    {Space::ip_proto, &row<"ipv6.nxt">(Ipv6::fields)}
};
constexpr Preset presets[]{
    {&row<"ipv6.version">(Ipv6::fields), 6               },
    {&row<"ipv6.hlim">(Ipv6::fields),    64              },
    {&row<"ipv6.nxt">(Ipv6::fields),     proto_experiment}
};

void fit(const Fitting& f) {
  const bool whole = f.fresh || get<Ipv6, "ipv6.plen">(f.header) !=
                                    0;  // 0: a jumbogram, or left to the network card
  if (whole) put<Ipv6, "ipv6.plen">(f.header, f.layer.body <= 0xffff ? f.layer.body : 0);
}

}  // namespace

const Protocol ip6{
    .name = "ipv6",
    .title = "Internet Protocol Version 6",
    .label = "IPv6",
    .osi = Osi::network,
    .ref = "RFC 8200",
    .about =
        "Carries a packet from network to network to the host that has the destination address. "
        "Unlike IPv4 it has "
        "128-bit addresses, no header checksum, and extension headers for what few packets need.",
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
