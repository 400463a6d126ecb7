// Provider bridging, "Q-in-Q" — IEEE 802.1ad, now part of IEEE 802.1Q §9.6. Two of these tags in a
// row are one layer, the provider's and the customer's, as Wireshark has it.
#include "proto/common.hpp"
#include "proto/link/ethertypes.hpp"
#include "proto/link/tail.hpp"

namespace netpeel::proto {
namespace {

struct Tag {
  static constexpr auto fields = wire({
      {"ieee8021ad.priority", "Priority", 3, dec,
       "Which queue of the provider's switches the frame waits in."},
      {"ieee8021ad.dei", "Drop eligible", 1, dec,
       "1 if a crowded switch should drop this frame before others."},
      {"ieee8021ad.id", "VLAN ID", 12, dec,
       "Which of the provider's virtual networks the frame belongs to.", {.sometimes = true}},
      {"ieee8021ah.etype", "Type", 16, hex, "Which protocol follows the tag.",
       {.values = ethertypes, .sometimes = true}},
  });
};
constexpr auto two_tags = wire({
    {"ieee8021ad.priority", "Priority", 3, dec,
     "Which queue of the provider's switches the frame waits in."},
    {"ieee8021ad.dei", "Drop eligible", 1, dec,
     "1 if a crowded switch should drop this frame before others."},
    {"ieee8021ad.svid", "Service VLAN ID", 12, dec,
     "The provider's number for this customer's network."},
    {"", "", 16, dec, ""},
    {"ieee8021ad.priority", "Priority", 3, dec,
     "Which queue of the customer's switches the frame waits in."},
    {"ieee8021ad.dei", "Drop eligible", 1, dec,
     "1 if a crowded switch should drop this frame before others."},
    {"ieee8021ad.cvid", "Customer VLAN ID", 12, dec, "The customer's own virtual network."},
    {"ieee8021ah.etype", "Type", 16, hex, "Which protocol follows the tags.",
     {.values = ethertypes}},
});
constexpr auto extra = loose({
    {"ieee8021ah.trailer", "Trailer", 0, bytes,
     "Bytes behind the packet that it does not count as its own."},
});
// The first table is empty, because filters read its rows straight from the header and here each
// may stand twice.
constexpr Table tables[]{{}, Tag::fields, two_tags, extra, tail_rows};
constexpr u16 own_type = 0x88a8;
constexpr Bind binds[]{
    {Space::ethertype, own_type}
};
constexpr u32 one = fixed_bytes<Tag>, two = bytes_of(two_tags);

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < one) return cut(len, out);
  u32 header = one;
  if (be16(p + one - 2) == own_type) {
    if (len < two) return cut(len, out);
    header = two;
  }
  return accept(header, len - header, out, {Space::ethertype, be16(p + header - 2)},
                Layer::by_ethertype);
}

void expand(Expansion& x) {
  x.rows(x.layer.header > one ? Table(two_tags) : Table(Tag::fields));
  if (x.whole()) ethernet_tail(x, {.trailer = &row<"ieee8021ah.trailer">(extra)});
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if ((layer.flags & Layer::cut_header) != 0) return;
  const u8* p = packet.bytes(layer);
  out.add("provider's virtual network ").dec(get<Tag, "ieee8021ad.id">(p));
  if (layer.header == two) out.add(", customer's ").dec(get<Tag, "ieee8021ad.id">(p + one));
}

// Built tag by tag: two of them are two layers there, and one when they are read.
constexpr Naming names[]{
    {Space::ethertype, &row<"ieee8021ah.etype">(Tag::fields)}
};
constexpr Preset presets[]{
    {&row<"ieee8021ah.etype">(Tag::fields), local_experiment}
};

}  // namespace

const Protocol ieee8021ad{
    .name = "ieee8021ad",
    .title = "802.1ad Provider Bridge",
    .label = "802.1ad",
    .osi = Osi::link,
    .ref = "IEEE 802.1ad",
    .about = "A second, outer VLAN tag: a provider carries its customers' tagged networks through "
             "its own without mixing them up.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .presets = presets,
};

}  // namespace netpeel::proto
