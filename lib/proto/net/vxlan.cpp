// VXLAN — RFC 7348 §5; group policy by draft-smith-vxlan-group-policy.
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

struct Vxlan {
  static constexpr auto fields = wire({
      {"vxlan.flags", "Flags", 16, hex, "Which of the fields behind mean something.",
       {.covers = true}},
      {"vxlan.flag_g", "Group policy", 1, flag, "A group policy is given."},
      {"", "", 3, dec, ""},
      {"vxlan.flag_i", "Network given", 1, flag, "The network's number is valid; always set."},
      {"", "", 4, dec, ""},
      {"vxlan.flag_d", "Don't learn", 1, flag,
       "The tunnel's end must not learn the sender's address from this frame."},
      {"", "", 2, dec, ""},
      {"vxlan.flag_a", "Policy applied", 1, flag, "The policy was applied already."},
      {"", "", 3, dec, ""},
      {"vxlan.gbp", "Group policy", 16, dec, "To which group of senders the frame belongs."},
      {"vxlan.vni", "Network", 24, dec,
       "The number of the virtual network that the frame inside belongs to."},
      {"vxlan.reserved8", "Reserved", 8, dec, "Must be zero."},
  });
};
constexpr auto extra = loose({
    {"vxlan.flags_reserved", "Reserved flags", 16, hex,
     "The flags that mean nothing; must be zero."},
});
constexpr u32 reserved_flags = 0x77b7;
constexpr Table tables[]{Vxlan::fields, extra};
constexpr Bind binds[]{
    {Space::udp_port, 4789}
};
constexpr u32 header = fixed_bytes<Vxlan>;

Next dissect(const u8* p, u32 len, Layer& out) {
  static_cast<void>(p);
  if (len < header) return cut(len, out);
  return accept(header, len - header, out, {Space::ethertype, 0x6558});
}

void expand(Expansion& x) {
  for (const Field& f : Vxlan::fields) {
    if (!f.name.empty()) x.placed(f);
    if (&f == &row<"vxlan.flag_a">(Vxlan::fields) && x.layer.header >= 2) {
      const auto inside = x.inside();
      x.number(row<"vxlan.flags_reserved">(extra), 0, 2, be16(x.header()) & reserved_flags);
    }
  }
  if (x.whole() && get<Vxlan, "vxlan.flag_i">(x.header()) == 0) {
    x.problem(Kind::unusual, &row<"vxlan.flag_i">(Vxlan::fields),
              "the network's number is not marked as valid; receivers drop such frames");
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  out.add("an Ethernet frame of virtual network ")
      .dec(get<Vxlan, "vxlan.vni">(packet.bytes(layer)));
}

constexpr Preset presets[]{
    {&row<"vxlan.flag_i">(Vxlan::fields), 1}
};

}  // namespace

const Protocol vxlan{
    .name = "vxlan",
    .title = "Virtual eXtensible Local Area Network",
    .label = "VXLAN",
    .osi = Osi::link,
    .ref = "RFC 7348",
    .about = "Carries Ethernet frames inside UDP, so that machines far apart seem to be on one "
             "link. Data centres use it.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .presets = presets,
};

}  // namespace netpeel::proto
