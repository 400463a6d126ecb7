#include "support/shapes.hpp"

#include "support/peel.hpp"

namespace netpeel::test {
namespace {

using base::Random;
using field::Builder;
using field::Field;
namespace id = proto::id;

std::vector<u8> some(Random& random, u32 n) {
  std::vector<u8> out(n);
  for (u8& b : out) b = u8(random.next());
  return out;
}

// ---- What stands below ----

void nothing(Builder&) {}
void eth(Builder& b) {
  b.layer(id::eth).set("eth.dst", "02:00:00:00:00:02").set("eth.src", "02:00:00:00:00:01");
}
void ip_alone(Builder& b) { b.layer(id::ip).set("ip.src", "10.9.0.1").set("ip.dst", "10.9.0.2"); }
void ip6_alone(Builder& b) {
  b.layer(id::ip6).set("ipv6.src", "fd09::1").set("ipv6.dst", "fd09::2");
}
void ip(Builder& b) { eth(b), ip_alone(b); }
void ip6(Builder& b) { eth(b), ip6_alone(b); }
void udp(Builder& b) { ip(b), b.layer(id::udp).set("udp.srcport", 50000); }
void ppp(Builder& b) { b.layer(id::ppp); }
void erspan_tunnel(Builder& b) {
  ip(b);
  b.layer(id::gre).set("gre.flags.sequence_number", 1).append(unhex("00000007"));
}
void bootp(Builder& b) { ip(b), b.layer(id::udp).set("udp.srcport", 68); }

// ---- What stands behind and above ----

void carries(Builder& b, std::string_view text) { b.payload(base::as_bytes(text)); }
void with_data(Builder& b, Random&) { carries(b, "some data"); }
void with_ip(Builder& b, Random&) { ip_alone(b), carries(b, "some data"); }
void with_udp(Builder& b, Random&) {
  b.layer(id::udp).set("udp.srcport", 50000).set("udp.dstport", 50001), carries(b, "some data");
}
void with_eth(Builder& b, Random& r) { eth(b), with_ip(b, r); }
void padded(Builder& b, Random& r) { b.append(unhex("010400000000")), with_udp(b, r); }
void quoting(Builder& b, Random& r) { ip_alone(b), with_udp(b, r); }
void question(Builder& b, Random&) {
  b.set("dns.count.queries", 1).append(unhex("03777777 076578616d706c65 03636f6d 00 0001 0001"));
}

void session(Builder& b, Random& r) {
  Builder inside(registry());
  with_ip(inside, r);
  std::vector<u8> bytes = *inside.finish();
  bytes.insert(bytes.begin(), {0x00, 0x21});  // PPP over Ethernet leaves address and control out
  b.payload(bytes);
}

#define NETPEEL_REST [](Builder & b, Random & r)
#define NETPEEL_UNUSED static_cast<void>(r)

constexpr Shape all[]{
    {id::data, "data", 1, eth, "", with_data},
    {id::eth, "eth", 1, nothing, "eth.type", with_data},
    {id::vlan, "vlan", 1, eth, "vlan.etype", with_ip},
    {id::ieee8021ad, "ieee8021ad", 1, eth, "ieee8021ah.etype",
     NETPEEL_REST { b.layer(id::vlan).set("vlan.id", 7), with_ip(b, r); }},
    {id::llc, "llc", 1, eth, "llc.dsap.sap llc.dsap.ig llc.ssap.sap llc.ssap.cr",
     NETPEEL_REST { b.set("llc.dsap", 0xaa).set("llc.ssap", 0xaa).append(unhex("03 000000 0800")), with_ip(b, r); }},
    {id::sll, "sll", 113, nothing, "sll.hatype sll.halen sll.etype", with_ip},
    {id::sll2, "sll2", 276, nothing, "sll.hatype sll.halen sll.etype", with_ip},
    {id::null, "null", 0, nothing, "null.family", with_ip},
    {id::loop, "loop", 108, nothing, "null.family", with_ip},
    {id::raw, "raw", 101, nothing, "", with_ip},
    {id::chdlc, "chdlc", 104, nothing, "chdlc.protocol", with_ip},
    {id::ppp, "ppp", 9, nothing, "ppp.address ppp.control ppp.protocol", with_ip},
    {id::lcp, "lcp", 9, ppp, "ppp.code ppp.length",
     NETPEEL_REST { b.append(unhex("0104 05dc 0506")).append(some(r, 4)); }},
    {id::ipcp, "ipcp", 9, ppp, "ppp.code ppp.length",
     NETPEEL_REST { b.append(unhex("0306")).append(some(r, 4)); }},
    {id::ipv6cp, "ipv6cp", 9, ppp, "ppp.code ppp.length",
     NETPEEL_REST { b.append(unhex("010a")).append(some(r, 8)); }},
    {id::pppoed, "pppoed", 1, eth, "pppoe.version pppoe.type pppoe.code pppoe.payload_length",
     NETPEEL_REST { b.append(unhex("01010000 01030004")).append(some(r, 4)); }},
    {id::pppoes, "pppoes", 1, eth, "pppoe.version pppoe.type pppoe.code pppoe.payload_length",
     session},
    {id::mpls, "mpls", 1, eth, "mpls.bottom", with_ip},
    {id::arp, "arp", 1, eth, "arp.hw.type arp.proto.type arp.hw.size arp.proto.size arp.opcode",
     NETPEEL_REST { b.set("arp.opcode", 1 + r.below(4)).append(some(r, 20)); }},
    {id::ip, "ip", 1, eth,
     "ip.version ip.hdr_len ip.len ip.flags.mf ip.frag_offset ip.proto ip.checksum",
     NETPEEL_REST { b.append(unhex("94040000")), with_data(b, r); }},
    {id::ip6, "ip6", 1, eth, "ipv6.version ipv6.plen ipv6.nxt", with_data},
    {id::ipv6_hopopts, "ipv6_hopopts", 1, ip6, "ipv6.hopopts.nxt ipv6.hopopts.len", padded},
    {id::ipv6_routing, "ipv6_routing", 1, ip6,
     "ipv6.routing.nxt ipv6.routing.len ipv6.routing.type ipv6.routing.segleft",
     NETPEEL_REST { b.set("ipv6.routing.type", 2).set("ipv6.routing.segleft", 1).append(unhex("00000000")).append(some(r, 16)), with_udp(b, r); }},
    {id::ipv6_fraghdr, "ipv6_fraghdr", 1, ip6,
     "ipv6.fraghdr.nxt ipv6.fraghdr.offset ipv6.fraghdr.more", with_udp},
    {id::ipv6_dstopts, "ipv6_dstopts", 1, ip6, "ipv6.dstopts.nxt ipv6.dstopts.len", padded},
    {id::mipv6, "mipv6", 1, ip6, "mip6.proto mip6.hlen mip6.mhtype mip6.csum",
     NETPEEL_REST { NETPEEL_UNUSED, b.append(unhex("0000")); }},
    {id::ah, "ah", 1, ip, "ah.next_header ah.length",
     NETPEEL_REST { b.append(some(r, 12)), with_udp(b, r); }},
    {id::esp, "esp", 1, ip, "", NETPEEL_REST { b.append(some(r, 24)); }},
    {id::gre, "gre", 1, ip,
     "gre.flags.checksum gre.flags.routing gre.flags.key gre.flags.sequence_number "
     "gre.flags.strict_source_route gre.flags.recursion_control gre.flags.reserved "
     "gre.flags.version gre.proto",
     NETPEEL_REST { b.set("gre.flags.checksum", 1).set("gre.flags.key", 1).set("gre.flags.sequence_number", 1); b.append(unhex("00000000")).append(some(r, 8)), with_ip(b, r); }},
    {id::erspan, "erspan", 1, erspan_tunnel, "erspan.version", with_eth},
    {id::vxlan, "vxlan", 1, udp, "vxlan.flag_i", with_eth},
    {id::geneve, "geneve", 1, udp, "geneve.version geneve.option.length geneve.proto_type",
     with_eth},
    {id::ayiya, "ayiya", 1, udp,
     "ayiya.idlen ayiya.idtype ayiya.siglen ayiya.hashmethod ayiya.authmethod ayiya.opcode "
     "ayiya.nextheader",
     NETPEEL_REST { b.append(unhex("655f0000")).append(some(r, 16)), ip6_alone(b), with_udp(b, r); }},
    {id::icmp, "icmp", 1, ip, "icmp.type icmp.code icmp.checksum", with_data},
    {id::icmp, "icmp-timestamp", 1, ip, "icmp.type icmp.code icmp.checksum",
     NETPEEL_REST { b.set("icmp.type", 13).append(some(r, 12)); }},
    {id::icmp, "icmp-exceeded", 1, ip, "icmp.type icmp.checksum",
     NETPEEL_REST { b.set("icmp.type", 11).set("icmp.code", r.below(2)).set(field::head_of(proto::icmp)[3], unhex("00000000")), quoting(b, r); }},
    {id::icmpv6, "icmpv6", 1, ip6, "icmpv6.type icmpv6.code icmpv6.checksum",
     NETPEEL_REST { b.append(some(r, 4)), with_data(b, r); }},
    {id::icmpv6, "icmpv6-neighbor", 1, ip6, "icmpv6.type icmpv6.code icmpv6.checksum",
     NETPEEL_REST { b.set("icmpv6.type", 136).append(some(r, 20)).append(unhex("0201")).append(some(r, 6)); }},
    {id::icmpv6, "icmpv6-router", 1, ip6, "icmpv6.type icmpv6.code icmpv6.checksum",
     NETPEEL_REST {
       b.set("icmpv6.type", 134).append(some(r, 12));
       b.append(unhex("0304")).append(some(r, 30)).append(unhex("0501 0000")).append(some(r, 4));
     }},
    {id::igmp, "igmp", 1, ip, "igmp.type igmp.checksum",
     NETPEEL_REST { b.set("igmp.type", r.chance(0.5) ? 0x16 : 0x17); }},
    {id::tcp, "tcp", 1, ip, "tcp.hdr_len tcp.checksum",
     NETPEEL_REST { b.append(unhex("0204")).append(some(r, 2)).append(unhex("0101 080a")).append(some(r, 8)).append(unhex("030300 00")); }},
    {id::udp, "udp", 1, ip, "udp.length udp.checksum", nullptr},
    {id::udplite, "udplite", 1, ip, "udp.checksum_coverage udp.checksum", nullptr},
    {id::sctp, "sctp", 1, ip, "sctp.checksum",
     NETPEEL_REST { NETPEEL_UNUSED, b.append(unhex("0b000004")); }},
    {id::dccp, "dccp", 1, ip, "dccp.data_offset dccp.cscov dccp.checksum dccp.type dccp.x",
     NETPEEL_REST { b.set("dccp.x", 1).append(unhex("00")).append(some(r, 10)); }},
    {id::dns, "dns", 1, udp,
     "dns.flags.opcode dns.count.queries dns.count.answers dns.count.auth_rr dns.count.add_rr",
     question},
    {id::mdns, "mdns", 1, udp,
     "dns.flags.opcode dns.count.queries dns.count.answers dns.count.auth_rr dns.count.add_rr",
     question},
    {id::llmnr, "llmnr", 1, udp,
     "dns.flags.opcode dns.count.queries dns.count.answers dns.count.auth_rr dns.count.add_rr",
     question},
    {id::dhcp, "dhcp", 1, bootp, "dhcp.type dhcp.hw.type dhcp.hw.len dhcp.hw.addr_padding",
     NETPEEL_REST { b.append(unhex("63825363 350101 3204")).append(some(r, 4)).append(unhex("ff")); }},
    {id::ntp, "ntp", 1, udp, "ntp.flags.vn ntp.flags.mode", nullptr},
    {id::ipoib, "ipoib", 242, nothing, "ipoib.type", with_ip},
    {id::ipoib, "ipoib-routed", 242, nothing, "ipoib.type",
     NETPEEL_REST { b.set(field::head_of(proto::ipoib)[0], 0x6000 | r.below(0x1000)), with_ip(b, r); }},
    {id::arcnet, "arcnet", 7, nothing, "arcnet.protID", with_ip},
    {id::arcnet, "arcnet-exception", 7, nothing, "arcnet.protID",
     NETPEEL_REST { b.set("arcnet.protID", 0xd4).append(unhex("ff ffff d4 00")).append(some(r, 2)), with_ip(b, r); }},
    {id::arcnet_linux, "arcnet_linux", 129, nothing, "arcnet.protID", with_ip},
};
#undef NETPEEL_REST
#undef NETPEEL_UNUSED

constexpr std::string_view names[]{
#define NETPEEL_PROTOCOL(folder, name) #name,
#include "proto/protocols.def"
#undef NETPEEL_PROTOCOL
};

constexpr Shapeless without[]{
    {id::frame, "it is what the capture says of a frame, and has no bytes in it"},
};

bool held(const Shape& shape, std::string_view name) {
  std::string_view rest = shape.held;
  while (!rest.empty()) {
    const std::size_t n = std::min(rest.find(' '), rest.size());
    if (rest.substr(0, n) == name) return true;
    rest.remove_prefix(std::min(n + 1, rest.size()));
  }
  return false;
}

// Bits without a name are drawn where they belong to something larger (an address), or are room
// that the type gives a meaning.
bool drawn(const Shape& shape, const Field& f) {
  if (!f.placed() || f.more.covers || f.show == field::Show::mark) return false;
  return f.name.empty() ? f.depth > 0 || f.width >= 32 : !held(shape, f.name);
}

void draw_rows(Builder& b, const Shape& shape, Random& random) {
  for (const Field& f : field::head_of(registry()[shape.id])) {
    if (!drawn(shape, f)) continue;
    if (f.show == field::Show::text) {
      std::string word(f.width / 8, '\0');
      for (std::size_t i = 0; i < 12 && i < word.size(); ++i)
        word[i] = char('a' + random.below(26));
      b.set(f, base::as_bytes(word));
    } else if (f.width > 64 || f.wide() || f.show == field::Show::mac ||
               f.show == field::Show::ipv4) {
      if (f.at % 8 == 0 && f.width % 8 == 0) b.set(f, some(random, f.width / 8));
    } else {
      u64 bits = random.next() >> (64 - f.width);
      if (f.show == field::Show::sdec) bits = u64(i64(bits << (64 - f.width)) >> (64 - f.width));
      b.set(f, bits * f.more.scale);
    }
  }
}

}  // namespace

std::span<const Shape> shapes() { return all; }
std::span<const Shapeless> shapeless() { return without; }
std::string_view name_of(u8 id) { return names[id]; }

base::Result<std::vector<u8>> draw(const Shape& shape, u64 seed) {
  Random random(seed);
  Builder b(registry());
  shape.below(b);
  if (shape.id != id::data) b.layer(shape.id);
  draw_rows(b, shape, random);
  if (shape.rest != nullptr) shape.rest(b, random);
  return b.finish();
}

}  // namespace netpeel::test
