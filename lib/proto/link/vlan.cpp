// VLAN tags — IEEE 802.1Q §9.6.
#include "proto/common.hpp"
#include "proto/link/ethertypes.hpp"
#include "proto/link/tail.hpp"

namespace netpeel::proto {
namespace {

constexpr auto priorities = values({
    {0, "Best effort (default)"}, {1, "Background"}, {2, "Excellent effort"},
    {3, "Critical applications"},
    {4, "Video"}, {5, "Voice"}, {6, "Internetwork control"}, {7, "Network control"},
});
constexpr auto eligible = values({
    {0, "Ineligible"},
    {1, "Eligible"  }
});

struct Vlan {
  static constexpr auto fields = wire({
      {"vlan.priority", "Priority", 3, dec,
       "Which queue of the switch the frame waits in; 0 unless somebody asked for more.",
       {.values = priorities}},
      {"vlan.dei", "Drop eligible", 1, flag,
       "Set if a crowded switch should drop this frame before others.",
       {.values = eligible, .aliases = "vlan.cfi"}},
      {"vlan.id", "VLAN ID", 12, dec,
       "Which virtual network the frame belongs to; 0 means none, only the priority counts."},
      {"vlan.etype", "Type", 16, hex, "Which protocol follows the tag.",
       {.values = ethertypes, .sometimes = true}},
  });
};
constexpr auto extra = loose({
    {"vlan.len", "Length", 16, dec, "Bytes of LLC data behind the tag: the older 802.3 form."},
    {"vlan.trailer", "Trailer", 0, bytes,
     "Bytes behind the packet that it does not count as its own."},
});
constexpr Table tables[]{Vlan::fields, extra, tail_rows};
constexpr Bind binds[]{
    {Space::ethertype, 0x8100},
    {Space::ethertype, 0x9100}
};
constexpr u32 header = fixed_bytes<Vlan>;
constexpr u32 greatest_length = 1500;

bool is_length(u64 type) { return type != 0 && type <= greatest_length; }

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  const u64 type = get<Vlan, "vlan.etype">(p);
  if (!is_length(type))
    return accept(header, len - header, out, {Space::ethertype, type}, Layer::by_ethertype);
  const bool raw_ipx = len >= header + 2 && be16(p + header) == 0xffff;
  return claim(header, header + type, len, out, raw_ipx ? Next{} : Next{Space::ieee802_3, 0});
}

void expand(Expansion& x) {
  x.placed(row<"vlan.priority">(Vlan::fields));
  x.placed(row<"vlan.dei">(Vlan::fields));
  x.placed(row<"vlan.id">(Vlan::fields));
  if (!x.whole()) return;
  constexpr const Field& type_row = row<"vlan.etype">(Vlan::fields);
  const u64 type = get<Vlan, "vlan.etype">(x.header());
  if (is_length(type)) {
    constexpr const Field& length = row<"vlan.len">(extra);
    x.field(length, type_row.at / 8, 2);
    if ((x.layer.flags & Layer::malformed) != 0) {
      Text says;
      says.add("vlan.len says ")
          .dec(type)
          .add("; the frame has ")
          .dec(x.layer.body)
          .add(" behind it");
      x.problem(Kind::malformed, &length, says.view());
    }
  } else {
    x.placed(type_row);
  }
  ethernet_tail(x, {.trailer = &row<"vlan.trailer">(extra)});
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  out.add("virtual network ").dec(get<Vlan, "vlan.id">(p));
  const u64 priority = get<Vlan, "vlan.priority">(p);
  if (priority != 0) out.add(", priority ").dec(priority);
}

constexpr Naming names[]{
    {Space::ieee802_3, &row<"vlan.etype">(Vlan::fields)},
    {Space::ethertype, &row<"vlan.etype">(Vlan::fields)}
};
constexpr Preset presets[]{
    {&row<"vlan.etype">(Vlan::fields), local_experiment}
};

void fit(const Fitting& f) {
  const bool length =
      f.fresh ? f.named == Space::ieee802_3 : is_length(get<Vlan, "vlan.etype">(f.header));
  if (length && f.layer.body <= greatest_length) put<Vlan, "vlan.etype">(f.header, f.layer.body);
}

}  // namespace

const Protocol vlan{
    .name = "vlan",
    .title = "802.1Q Virtual LAN",
    .label = "VLAN",
    .osi = Osi::link,
    .ref = "IEEE 802.1Q",
    .about = "A tag in an Ethernet frame: it lets several separate networks share one cable, and "
             "gives the frame a priority.",
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
