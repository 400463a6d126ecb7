// Linux cooked capture, version 1 — LINKTYPE_LINUX_SLL of tcpdump.org.
#include "proto/link/cooked.hpp"

namespace netpeel::proto {
namespace {

struct Sll {
  static constexpr auto fields = wire({
      {"sll.pkttype", "Packet type", 16, dec,
       "Whether the packet came to us, went past us or was sent by us.",
       {.values = cooked_packet_types}},
      {"sll.hatype", "Hardware type", 16, dec, "What kind of device saw the packet.",
       {.values = hardware_types}},
      {"sll.halen", "Address length", 16, dec,
       "Bytes of the sender's hardware address; zero: it has none."},
      {"", "", 64, dec, ""},
      {"sll.etype", "Protocol", 16, hex, "Which protocol follows.",
       {.values = ethertypes, .sometimes = true}},
  });
};
constexpr Table tables[]{Sll::fields, cooked_rows, tail_rows};
constexpr Bind binds[]{
    {Space::link, 113}
};
constexpr u32 header = fixed_bytes<Sll>;
constexpr u32 address_at = 6;

u32 hardware(const u8* p) { return u32(get<Sll, "sll.hatype">(p)); }
u32 protocol(const u8* p) { return u32(get<Sll, "sll.etype">(p)); }

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  return accept(header, len - header, out, cooked_next(hardware(p), protocol(p), out));
}

void expand(Expansion& x) {
  x.placed(row<"sll.pkttype">(Sll::fields));
  x.placed(row<"sll.hatype">(Sll::fields));
  x.placed(row<"sll.halen">(Sll::fields));
  if (!x.whole()) return;
  const u8* p = x.header();
  expand_cooked_address(x, address_at, u32(get<Sll, "sll.halen">(p)));
  constexpr const Field& etype = row<"sll.etype">(Sll::fields);
  const Field* other = cooked_protocol_row(hardware(p), protocol(p));
  other != nullptr ? x.field(*other, etype.at / 8, 2) : x.placed(etype);
  ethernet_tail(x, {.trailer = &row<"sll.trailer">(cooked_rows)});
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  cooked_sentence(u32(get<Sll, "sll.pkttype">(p)), p + address_at, u32(get<Sll, "sll.halen">(p)),
                  out);
}

constexpr Naming names[]{
    {Space::ethertype, &row<"sll.etype">(Sll::fields)}
};
constexpr Preset presets[]{
    {&row<"sll.hatype">(Sll::fields), 1},
    {&row<"sll.halen">(Sll::fields),  6}
};

}  // namespace

const Protocol sll{
    .name = "sll",
    .title = "Linux cooked capture v1",
    .label = "cooked",
    .osi = Osi::link,
    .ref = "LINKTYPE_LINUX_SLL",
    .about = "Stands in for the link header when Linux captures on all devices at once: it says "
             "only who sent the packet and which way it went.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .presets = presets,
};

}  // namespace netpeel::proto
