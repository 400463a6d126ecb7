// Ethernet II and IEEE 802.3 framing — IEEE 802.3 §3.1, RFC 894.
#include "proto/common.hpp"
#include "proto/link/ethertypes.hpp"

namespace netpeel::proto {
namespace {

struct Eth {
  static constexpr auto fields = wire({
      {"eth.dst", "Destination", 48, mac, "Hardware address of the receiver on this link.", {.role = Role::destination, .covers = true}},
      {"eth.addr", "Address", 48, mac, "A hardware address, the sender's or the receiver's.", {.covers = true}},
      {"", "", 6, dec, ""},
      {"eth.dst.lg", "LG bit", 1, flag, "Set if the address was made up locally rather than given by the maker.", {.aliases = "eth.lg"}},
      {"eth.dst.ig", "IG bit", 1, flag, "Set if the frame goes to a group (multicast or broadcast), not to one station.", {.aliases = "eth.ig"}},
      {"", "", 40, dec, ""},
      {"eth.src", "Source", 48, mac, "Hardware address of the sender on this link.", {.role = Role::source, .covers = true}},
      {"eth.addr", "Address", 48, mac, "A hardware address, the sender's or the receiver's.", {.covers = true}},
      {"", "", 6, dec, ""},
      {"eth.src.lg", "LG bit", 1, flag, "Set if the address was made up locally rather than given by the maker.", {.aliases = "eth.lg"}},
      {"eth.src.ig", "IG bit", 1, flag, "Always clear: no group sends.", {.aliases = "eth.ig"}},
      {"", "", 40, dec, ""},
      {"eth.type", "Type", 16, hex, "Which protocol the frame carries; below 1536 it is a length instead.", {.values = ethertypes, .sometimes = true}},
  });
};
constexpr auto extra = loose({
    {"eth.len", "Length", 16, dec, "Bytes of LLC data: this frame uses the older 802.3 form."},
    {"eth.padding", "Padding", 0, bytes, "Zeros that fill the frame up to Ethernet's least size of 60 bytes."},
    {"eth.trailer", "Trailer", 0, bytes, "Bytes behind the packet that it does not count as its own."},
});
constexpr Table tables[]{Eth::fields, extra};
// 0x6558: bridged through GRE, VXLAN and others; protocol 143: RFC 8986 §4.
constexpr Bind binds[]{{Space::link, 1}, {Space::ethertype, 0x6558}, {Space::ip_proto, 143}};

constexpr u32 least_type = 1536;    // smaller values are lengths
constexpr u32 greatest_length = 1500;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < fixed_bytes<Eth>) return cut(len, out);
  const u64 type = get<Eth, "eth.type">(p);
  constexpr u32 header = fixed_bytes<Eth>;
  if (type >= least_type) {
    return accept(header, len - header, out, {Space::ethertype, type}, Layer::by_ethertype);
  }
  if (type > greatest_length) return accept(header, len - header, out);
  return claim(header, header + type, len, out, {Space::ieee802_3, 0});
}

void expand(Expansion& x) {
  x.rows(Eth::fields);
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
};

}  // namespace netpeel::proto
