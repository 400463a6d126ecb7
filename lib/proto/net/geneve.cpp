// Geneve — RFC 8926 §3.4 and §3.5.
#include "proto/common.hpp"
#include "proto/link/ethertypes.hpp"

namespace netpeel::proto {
namespace {

struct Geneve {
  static constexpr auto fields = wire({
      {"geneve.version", "Version", 2, dec, "Always 0."},
      {"geneve.option.length", "Options length", 6, dec,
       "Bytes of options behind this header; the wire counts 32-bit words.", {.scale = 4}},
      {"geneve.flags", "Flags", 8, hex, "How the tunnel's ends treat the packet.",
       {.covers = true}},
      {"geneve.flags.oam", "Control", 1, flag, "The packet is for the tunnel's end itself."},
      {"geneve.flags.critical", "Critical options", 1, flag,
       "Who does not know an option that is critical must drop the packet."},
      {"geneve.flags.reserved", "Reserved", 6, flag, "Must be zero."},
      {"geneve.proto_type", "Protocol", 16, hex, "What the tunnel carries, as an EtherType.",
       {.values = ethertypes}},
      {"geneve.vni", "Network", 24, hex, "The number of the virtual network."},
      {"geneve.reserved", "Reserved", 8, hex, "Must be zero."},
  });
};
constexpr auto option = wire({
    {"geneve.option.class", "Class", 16, hex, "Who defined the option."},
    {"geneve.option.type", "Type", 8, hex, "Which option of its class.", {.covers = true}},
    {"geneve.option.type.critical", "Critical", 1, flag,
     "Who does not know it must drop the packet."},
    {"", "", 7, dec, ""},
    {"geneve.option.flags", "Flags", 3, hex, "Must be zero.", {.hidden = true}},
    {"", "", 5, dec, ""},
});
constexpr auto extra = loose({
    {"geneve.option.length", "Length", 5, dec,
     "Bytes of this option; the wire counts the value's 32-bit words."},
    {"geneve.options", "Options", 0, bytes, "All options."},
    {"geneve.option", "Option", 0, bytes, "One option."},
    {"geneve.option.unknown.data", "Value", 0, bytes, "The option's value, not interpreted."},
});
constexpr Table tables[]{Geneve::fields, extra, option};
constexpr Bind binds[]{
    {Space::udp_port, 6081}
};
constexpr u32 fixed = fixed_bytes<Geneve>, option_head = bytes_of(option);

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < fixed) return cut(len, out);
  const u32 header = fixed + u32(get<Geneve, "geneve.option.length">(p)) * 4;
  if (header > len) return cut(len, out);
  return accept(header, len - header, out, {Space::ethertype, get<Geneve, "geneve.proto_type">(p)});
}

void expand(Expansion& x) {
  x.rows(Geneve::fields);
  const u32 end = x.layer.header;
  if (end <= fixed || !x.whole()) return;
  x.field(row<"geneve.options">(extra), fixed, end - fixed);
  const auto inside = x.inside();
  for (u32 at = fixed; at + option_head <= end;) {
    const u32 value = (x.header()[at + 3] & 31u) * 4;
    const u32 there = std::min(value, end - at - option_head);
    x.field(row<"geneve.option">(extra), at, option_head + there);
    const auto deeper = x.inside();
    x.rows(option, at);
    x.number(row<"geneve.option.length">(extra), at + 3, 1, option_head + value);
    if (there > 0) x.field(row<"geneve.option.unknown.data">(extra), at + option_head, there);
    if (there < value) {
      Text says;
      says.add("geneve.option.length says ")
          .dec(option_head + value)
          .add("; the options have ")
          .dec(end - at)
          .add(" left");
      return x.problem(Kind::malformed, &row<"geneve.option.length">(extra), says.view());
    }
    at += option_head + value;
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed) return;
  out.add("a packet of virtual network ").dec(get<Geneve, "geneve.vni">(packet.bytes(layer)));
}

constexpr Naming names[]{
    {Space::ethertype, &row<"geneve.proto_type">(Geneve::fields)}
};

void fit(const Fitting& f) {
  put<Geneve, "geneve.option.length">(f.header, (f.layer.header - fixed) / 4);
}

}  // namespace

const Protocol geneve{
    .name = "geneve",
    .title = "Generic Network Virtualization Encapsulation",
    .label = "Geneve",
    .osi = Osi::link,
    .ref = "RFC 8926",
    .about = "Carries frames of virtual networks inside UDP, as VXLAN does, with room for options.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .fit = fit,
};

}  // namespace netpeel::proto
