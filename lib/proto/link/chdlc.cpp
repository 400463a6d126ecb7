// Cisco HDLC, between routers on serial lines — LINKTYPE_C_HDLC of tcpdump.org.
#include "proto/common.hpp"
#include "proto/link/ethertypes.hpp"

namespace netpeel::proto {
namespace {

constexpr auto addresses = values({
    {0x0f, "Unicast"  },
    {0x8f, "Multicast"}
});

struct Chdlc {
  static constexpr auto fields = wire({
      {"chdlc.address", "Address", 8, hex,
       "Whether the packet goes to one station or to many; the link has two ends anyhow.",
       {.values = addresses}},
      {"chdlc.control", "Control", 8, hex, "Always zero."},
      {"chdlc.protocol", "Protocol", 16, hex, "Which protocol follows, as an EtherType.",
       {.values = ethertypes}},
  });
};
constexpr Table tables[]{Chdlc::fields};
constexpr Bind binds[]{
    {Space::link, 104}
};
constexpr u32 header = fixed_bytes<Chdlc>;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  return accept(header, len - header, out, {Space::ethertype, get<Chdlc, "chdlc.protocol">(p)});
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u64 type = get<Chdlc, "chdlc.protocol">(packet.bytes(layer));
  const std::string_view name = meaning(row<"chdlc.protocol">(Chdlc::fields), type);
  out.add("carries ");
  name.empty() ? out.add("type 0x").hex(type, 4) : out.add(name);
}

constexpr Naming names[]{
    {Space::ethertype, &row<"chdlc.protocol">(Chdlc::fields)}
};
constexpr Preset presets[]{
    {&row<"chdlc.address">(Chdlc::fields), 0x0f}
};

}  // namespace

const Protocol chdlc{
    .name = "chdlc",
    .title = "Cisco HDLC",
    .label = "HDLC",
    .osi = Osi::link,
    .ref = "LINKTYPE_C_HDLC",
    .about = "Four bytes in front of each packet on a serial line between two routers: in the "
             "main, which protocol follows.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .sentence = sentence,
    .names = names,
    .presets = presets,
};

}  // namespace netpeel::proto
