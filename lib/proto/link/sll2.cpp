// Linux cooked capture, version 2 — LINKTYPE_LINUX_SLL2 of tcpdump.org. Its fields are those of
// version 1, in another order.
#include "proto/link/cooked.hpp"

namespace netpeel::proto {
namespace {

struct Sll2 {
  static constexpr auto fields = wire({
      {"sll.etype", "Protocol", 16, hex, "Which protocol follows.",
       {.values = ethertypes, .sometimes = true}},
      {"", "", 16, dec, ""},
      {"sll.ifindex", "Interface index", 32, dec,
       "Number of the device that saw the packet, on the capturing machine."},
      {"sll.hatype", "Hardware type", 16, dec, "What kind of device saw the packet.",
       {.values = hardware_types}},
      {"sll.pkttype", "Packet type", 8, dec,
       "Whether the packet came to us, went past us or was sent by us.",
       {.values = cooked_packet_types}},
      {"sll.halen", "Address length", 8, dec,
       "Bytes of the sender's hardware address; zero: it has none."},
      {"", "", 64, dec, ""},
  });
};
constexpr Table tables[]{Sll2::fields, cooked_rows, tail_rows};
constexpr Bind binds[]{
    {Space::link, 276}
};
constexpr u32 header = fixed_bytes<Sll2>;
constexpr u32 address_at = 12;

u32 hardware(const u8* p) { return u32(get<Sll2, "sll.hatype">(p)); }
u32 protocol(const u8* p) { return u32(get<Sll2, "sll.etype">(p)); }

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  return accept(header, len - header, out, cooked_next(hardware(p), protocol(p), out));
}

void expand(Expansion& x) {
  const u8* p = x.header();
  constexpr const Field& etype = row<"sll.etype">(Sll2::fields);
  const Field* other = x.whole() ? cooked_protocol_row(hardware(p), protocol(p)) : nullptr;
  other != nullptr ? x.field(*other, 0, 2) : x.placed(etype);
  x.placed(row<"sll.ifindex">(Sll2::fields));
  x.placed(row<"sll.hatype">(Sll2::fields));
  x.placed(row<"sll.pkttype">(Sll2::fields));
  x.placed(row<"sll.halen">(Sll2::fields));
  if (!x.whole()) return;
  expand_cooked_address(x, address_at, u32(get<Sll2, "sll.halen">(p)));
  ethernet_tail(x, {.trailer = &row<"sll.trailer">(cooked_rows)});
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  cooked_sentence(u32(get<Sll2, "sll.pkttype">(p)), p + address_at, u32(get<Sll2, "sll.halen">(p)),
                  out);
}

constexpr Naming names[]{
    {Space::ethertype, &row<"sll.etype">(Sll2::fields)}
};
constexpr Preset presets[]{
    {&row<"sll.hatype">(Sll2::fields), 1},
    {&row<"sll.halen">(Sll2::fields),  6}
};

}  // namespace

const Protocol sll2{
    .name = "sll",
    .title = "Linux cooked capture v2",
    .label = "cooked",
    .osi = Osi::link,
    .ref = "LINKTYPE_LINUX_SLL2",
    .about = "Stands in for the link header when Linux captures on all devices at once; this "
             "version also says which device it was.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .presets = presets,
};

}  // namespace netpeel::proto
