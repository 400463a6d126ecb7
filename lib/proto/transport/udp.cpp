// UDP — RFC 768.
#include "proto/net/below.hpp"

namespace netpeel::proto {
namespace {

struct Udp {
  static constexpr auto fields = wire({
      {"udp.srcport", "Source port", 16, dec, "The sender's port; zero when no reply is wanted.", {.aliases = "udp.port", .role = Role::source_port}},
      {"udp.dstport", "Destination port", 16, dec, "The receiver's port: it says which program gets the datagram.", {.aliases = "udp.port", .role = Role::destination_port}},
      {"udp.length", "Length", 16, dec, "Header and data, in bytes."},
      {"udp.checksum", "Checksum", 16, hex, "Over a pseudo-header, the header and the data; zero on IPv4: none."},
  });
};
constexpr auto extra = loose({
    {"udp.checksum.status", "Checksum status", 8, dec, "Whether the checksum is right.", {.values = verdicts, .computed = true}},
    {"udp.payload", "Payload", 0, bytes, "The data carried.", {.payload = true}},
});
constexpr Table tables[]{Udp::fields, extra};
constexpr Bind binds[]{{Space::ip_proto, 17}};
constexpr u32 header = fixed_bytes<Udp>;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  const u64 from = get<Udp, "udp.srcport">(p), to = get<Udp, "udp.dstport">(p);
  const Next next{Space::udp_port, from < to ? from : to, from < to ? to : from};
  u64 claimed = get<Udp, "udp.length">(p);
  if (claimed == 0) claimed = len;  // a jumbogram (RFC 2675 §4): the length does not fit
  if (claimed < header) return broken(header, len, out);
  return claim(header, claimed, len, out, next);
}

Verdict verify(Expansion& x) {
  if (!x.whole()) return Verdict::unverified;
  if (get<Udp, "udp.checksum">(x.header()) == 0) return Verdict::not_present;
  if (!x.settings.checksums) return Verdict::unverified;
  return pseudo_checksum(x.packet, x.layer, 17, u32(get<Udp, "udp.length">(x.header())));
}

void expand(Expansion& x) {
  x.rows(Udp::fields);
  if (x.whole()) x.computed(row<"udp.checksum.status">(extra), u64(verify(x)));
  if (x.layer.body > 0) x.field(row<"udp.payload">(extra), header, x.layer.body);
  if ((x.layer.flags & Layer::malformed) != 0 && x.whole()) {
    Text says;
    says.add("udp.length says ").dec(get<Udp, "udp.length">(x.header())).add("; ");
    const IpBelow ip = ip_below(x.packet, x.layer);
    if (ip) {
      says.add("IP leaves ").dec(ip.claimed);
    } else {
      says.dec(u32(header) + x.layer.body).add(" are there");
    }
    x.problem(Kind::malformed, &row<"udp.length">(Udp::fields), says.view());
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  out.add("port ").dec(get<Udp, "udp.srcport">(p)).add(" to ").dec(get<Udp, "udp.dstport">(p));
  out.add(", ").dec(layer.body).add(layer.body == 1 ? " byte" : " bytes");
}

}  // namespace

const Protocol udp{
    .name = "udp",
    .title = "User Datagram Protocol",
    .label = "UDP",
    .osi = Osi::transport,
    .ref = "RFC 768",
    .about = "Sends one message to a port, without connection, order or repetition: it arrives whole, or not at all.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
};

}  // namespace netpeel::proto
