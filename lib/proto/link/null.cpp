// BSD loopback encapsulation — LINKTYPE_NULL of tcpdump.org: an address family in the byte order of
// whoever captured.
#include "proto/link/null.hpp"
#include "proto/link/ethertypes.hpp"

namespace netpeel::proto {
namespace {

constexpr auto extra = loose({
    {"null.type", "Type", 16, hex,
     "Which protocol follows, as an EtherType: some systems write one here.",
     {.values = ethertypes}},
});
constexpr Table tables[]{Family::fields, extra};
constexpr Bind binds[]{
    {Space::link, 0}
};
constexpr u32 header = fixed_bytes<Family>;
constexpr u32 greatest_length = 1500;  // greater numbers are EtherTypes
constexpr u32 hdlc_start = 0xff03;     // a PPP frame has no family in front

bool is_ppp(const u8* p) { return be16(p) == hdlc_start; }

// Families are small numbers, so the zeros tell the byte order. IRIX kept the family in the first
// two bytes only.
u32 family(const u8* p) {
  const u32 v = be32(p);
  if (v <= 0xffff) return (v & 0xff) == 0 && v < 0x600 ? v >> 8 : v;
  if ((v & 0xff000000) == 0 && (v & 0x00ff0000) < 0x00060000) return v >> 16;
  if ((v & 0x000000ff) == 0 && (v & 0x0000ff00) < 0x00000600) return base::le16(p);
  return base::le32(p);
}

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  if (is_ppp(p)) return accept(0, len, out, {Space::link, 9});
  const u32 number = family(p);
  if (number > 0xffff) return accept(header, len - header, out);
  return accept(header, len - header, out,
                number > greatest_length ? Next{Space::ethertype, number} : next_of_family(number));
}

void expand(Expansion& x) {
  if (!x.whole() || x.layer.header < header) return;
  const u32 number = family(x.header());
  const bool type = number > greatest_length && number <= 0xffff;
  x.number(type ? row<"null.type">(extra) : row<"null.family">(Family::fields), 0, header, number);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header >= header && (layer.flags & Layer::cut_header) == 0)
    family_sentence(family(packet.bytes(layer)), out);
}

// As a little-endian machine writes it; IPv6 has macOS's number.
void fit(const Fitting& f) {
  if (!f.fresh || f.layer.body == 0) return;
  put<Family, "null.family">(f.header, f.header[header] >> 4 == 6 ? 30u << 24 : 2u << 24);
}

}  // namespace

const Protocol null{
    .name = "null",
    .title = "BSD loopback",
    .label = "loopback",
    .osi = Osi::link,
    .ref = "LINKTYPE_NULL",
    .about = "Stands in for a link header on devices that have none, such as a BSD or macOS "
             "loopback: it only says which protocol follows.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .fit = fit,
};

}  // namespace netpeel::proto
