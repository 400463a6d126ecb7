// Ethernet II and IEEE 802.3 framing — IEEE 802.3 §3.1, RFC 894.
#include "proto/common.hpp"
#include "proto/link/ethertypes.hpp"
#include "proto/link/tail.hpp"

namespace netpeel::proto {
namespace {

constexpr auto lg_bit = values({
    {0, "Given by the maker"},
    {1, "Chosen locally"    }
});
constexpr auto ig_bit = values({
    {0, "One station"},
    {1, "A group"    }
});

struct Eth {
  static constexpr auto fields = wire({
      {"eth.dst", "Destination", 48, mac, "Hardware address of the receiver on this link.",
       {.role = Role::destination, .covers = true}},
      {"eth.addr", "Address", 48, mac, "A hardware address, the sender's or the receiver's.",
       {.covers = true}},
      {"", "", 6, dec, ""},
      {"eth.dst.lg", "LG bit", 1, flag,
       "Set if the address was made up locally rather than given by the maker.",
       {.values = lg_bit, .aliases = "eth.lg"}},
      {"eth.dst.ig", "IG bit", 1, flag,
       "Set if the frame goes to a group (multicast or broadcast), not to one station.",
       {.values = ig_bit, .aliases = "eth.ig"}},
      {"", "", 40, dec, ""},
      {"eth.src", "Source", 48, mac, "Hardware address of the sender on this link.",
       {.role = Role::source, .covers = true}},
      {"eth.addr", "Address", 48, mac, "A hardware address, the sender's or the receiver's.",
       {.covers = true}},
      {"", "", 6, dec, ""},
      {"eth.src.lg", "LG bit", 1, flag,
       "Set if the address was made up locally rather than given by the maker.",
       {.values = lg_bit, .aliases = "eth.lg"}},
      {"eth.src.ig", "IG bit", 1, flag, "Always clear: no group sends.",
       {.values = ig_bit, .aliases = "eth.ig"}},
      {"", "", 40, dec, ""},
      {"eth.type", "Type", 16, hex,
       "Which protocol the frame carries; below 1536 it is a length instead.",
       {.values = ethertypes, .sometimes = true}},
  });
};
constexpr auto extra = loose({
    {"eth.len", "Length", 16, dec, "Bytes of LLC data: this frame uses the older 802.3 form."},
    {"eth.invalid_lentype", "Invalid length or type", 16, hex,
     "Between 1501 and 1535: too long for a length, too small for a type."},
    {"eth.trailer", "Trailer", 0, bytes,
     "Bytes behind the packet that it does not count as its own."},
    {"eth.fcs", "Frame check sequence", 32, hex,
     "A checksum over the whole frame; most captures do not keep it."},
    {"eth.fcs.status", "Frame check sequence status", 8, dec,
     "Whether the frame check sequence is right.", {.values = verdicts, .computed = true}},
});
constexpr Table tables[]{Eth::fields, extra, tail_rows};
// 0x6558: bridged through GRE, VXLAN and others; protocol 143: RFC 8986 §4.
constexpr Bind binds[]{
    {Space::link,      1     },
    {Space::ethertype, 0x6558},
    {Space::ip_proto,  143   }
};

constexpr u32 header = fixed_bytes<Eth>;
constexpr u32 least_type = 1536;  // IEEE 802.3 §3.2.6: smaller values are lengths
constexpr u32 greatest_length = 1500;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  const u64 type = get<Eth, "eth.type">(p);
  if (type >= least_type || type == 0) [[likely]] {
    return accept(header, len - header, out, {Space::ethertype, type}, Layer::by_ethertype);
  }
  if (type > greatest_length) return accept(header, len - header, out);
  // Novell put IPX straight behind the length; it begins with a checksum that is never used.
  const bool raw_ipx = len >= header + 2 && be16(p + header) == 0xffff;
  return claim(header, header + type, len, out, raw_ipx ? Next{} : Next{Space::ieee802_3, 0});
}

void expand(Expansion& x) {
  constexpr const Field& type_row = row<"eth.type">(Eth::fields);
  x.rows(Table(Eth::fields).first(Eth::fields.size() - 1));
  if (!x.whole()) return;
  const u32 type = u32(get<Eth, "eth.type">(x.header()));
  constexpr u32 at = type_row.at / 8;
  if (type >= least_type || type == 0) {
    x.placed(type_row);
  } else if (type > greatest_length) {
    constexpr const Field& invalid = row<"eth.invalid_lentype">(extra);
    x.field(invalid, at, 2);
    Text says;
    says.add("eth.invalid_lentype is ").dec(type).add(": lengths end at 1500, types begin at 1536");
    x.problem(Kind::malformed, &invalid, says.view());
  } else {
    constexpr const Field& length = row<"eth.len">(extra);
    x.field(length, at, 2);
    if ((x.layer.flags & Layer::malformed) != 0) {
      Text says;
      says.add("eth.len says ")
          .dec(type)
          .add("; the frame has ")
          .dec(x.layer.body)
          .add(" behind it");
      x.problem(Kind::malformed, &length, says.view());
    }
  }
  if (get<Eth, "eth.src.ig">(x.header()) != 0) {
    x.problem(Kind::unusual, &row<"eth.src">(Eth::fields),
              "the source address is a group's, and groups do not send");
  }
  // Only the outermost frame came off a wire where a check sequence could have been kept.
  const bool outermost = x.packet.below(x.layer) == nullptr;
  ethernet_tail(x, {.trailer = &row<"eth.trailer">(extra),
                    .fcs = outermost ? &row<"eth.fcs">(extra) : nullptr,
                    .fcs_status = &row<"eth.fcs.status">(extra)});
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  out.mac(place<Eth, "eth.src">(p)).add(" to ");
  const u64 to = base::be64(p) >> 16;
  if (to == 0xffffffffffff) {
    out.add("everybody");
  } else {
    out.mac(place<Eth, "eth.dst">(p));
    if (get<Eth, "eth.dst.ig">(p) != 0) out.add(" (a group)");
  }
  const u32 type = u32(get<Eth, "eth.type">(p));
  const std::string_view name = meaning(row<"eth.type">(Eth::fields), type);
  if (type >= least_type) {
    out.add(", carries ");
    name.empty() ? out.add("type 0x").hex(type, 4) : out.add(name);
  }
}

constexpr Naming names[]{
    {Space::ieee802_3, &row<"eth.type">(Eth::fields)},
    {Space::ethertype, &row<"eth.type">(Eth::fields)}
};
constexpr Preset presets[]{
    {&row<"eth.type">(Eth::fields), local_experiment}
};

void fit(const Fitting& f) {
  const u64 type = get<Eth, "eth.type">(f.header);
  const bool length = f.fresh ? f.named == Space::ieee802_3 : type > 0 && type <= greatest_length;
  if (length && f.layer.body <= greatest_length) put<Eth, "eth.type">(f.header, f.layer.body);
}

}  // namespace

const Protocol eth{
    .name = "eth",
    .title = "Ethernet II",
    .label = "Ethernet",
    .osi = Osi::link,
    .ref = "IEEE 802.3",
    .about = "Carries a packet from one station to the next on the same link, by hardware address.",
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
