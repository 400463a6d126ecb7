// IPv6 Fragment Header — RFC 8200 §4.5.
#include "proto/net/fragments.hpp"
#include "proto/net/ip_protocols.hpp"
#include "proto/net/ipv6_ext.hpp"

namespace netpeel::proto {
namespace {

struct Fraghdr {
  static constexpr auto fields = wire({
      {"ipv6.fraghdr.nxt", "Next header", 8, dec, "Which header the whole packet goes on with.",
       {.values = ip_protocols}},
      {"ipv6.fraghdr.reserved_octet", "Reserved", 8, hex, "Must be zero."},
      {"ipv6.fraghdr.offset", "Offset", 13, dec, "Where this piece belongs, in units of 8 bytes."},
      {"ipv6.fraghdr.reserved_bits", "Reserved", 2, dec, "Must be zero."},
      {"ipv6.fraghdr.more", "More fragments", 1, flag, "More pieces of the same packet follow."},
      {"ipv6.fraghdr.ident", "Identification", 32, hex,
       "Ties the fragments of one packet together."},
  });
};
constexpr auto pieces = loose({NETPEEL_FRAGMENT_ROWS("ipv6", mark)});
constexpr Table tables[]{Fraghdr::fields, pieces};
constexpr Bind binds[]{
    {Space::ip_proto, 44}
};
constexpr u32 header = fixed_bytes<Fraghdr>;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  // Only the whole packet has a next protocol; one that is whole in spite of this header (RFC 6946)
  // goes on.
  return accept(header, len - header, out,
                is_fragment(p) ? Next{}
                               : Next{Space::ip_proto, get<Fraghdr, "ipv6.fraghdr.nxt">(p)});
}

void expand(Expansion& x) {
  x.rows(Fraghdr::fields);
  if (const auto* known = x.known<FragmentFacts>()) expand_fragments(x, pieces, *known);
  if (!x.whole() || (x.layer.flags & Layer::quoted) != 0) return;
  const u8* p = x.header();
  const u64 offset = get<Fraghdr, "ipv6.fraghdr.offset">(p) * 8;
  Text says;
  if (get<Fraghdr, "ipv6.fraghdr.more">(p) != 0 && x.layer.body % 8 != 0 &&
      (x.layer.flags & Layer::truncated) == 0 && x.packet.frame.size == x.packet.frame.wire_size) {
    says.add("more fragments follow, but this one's ")
        .dec(x.layer.body)
        .add(" bytes are no multiple of 8");
    x.problem(Kind::malformed, &row<"ipv6.fraghdr.more">(Fraghdr::fields), says.view());
  } else if (offset + x.layer.body > 0xffff) {
    says.add("this fragment would end at byte ")
        .dec(offset + x.layer.body)
        .add("; a packet has at most 65535");
    x.problem(Kind::malformed, &row<"ipv6.fraghdr.offset">(Fraghdr::fields), says.view());
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  if (!is_fragment(p)) {
    out.add("a packet in one piece");
    return;
  }
  const u64 offset = get<Fraghdr, "ipv6.fraghdr.offset">(p) * 8;
  out.add(offset == 0                                 ? "first piece"
          : get<Fraghdr, "ipv6.fraghdr.more">(p) != 0 ? "a piece"
                                                      : "last piece");
  out.add(" of packet 0x")
      .hex(get<Fraghdr, "ipv6.fraghdr.ident">(p), 8)
      .add(", bytes ")
      .dec(offset)
      .add(" to ");
  out.dec(offset + layer.body - (layer.body > 0 ? 1 : 0));
}

constexpr Naming names[]{
    {Space::ip_proto, &row<"ipv6.fraghdr.nxt">(Fraghdr::fields)}
};
constexpr Preset presets[]{
    {&row<"ipv6.fraghdr.nxt">(Fraghdr::fields), no_next}
};

}  // namespace

const Protocol ipv6_fraghdr{
    .name = "ipv6.fraghdr",
    .title = "IPv6 Fragment Header",
    .label = "IPv6 fragment",
    .osi = Osi::network,
    .ref = "RFC 8200 §4.5",
    .about = "One piece of a packet that was too large for a link on its way. In IPv6 only the "
             "sender cuts, never a router.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .presets = presets,
};

}  // namespace netpeel::proto
