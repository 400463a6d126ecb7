// IP over InfiniBand, RFC 4391 — LINKTYPE_IPOIB of tcpdump.org: 40 bytes that say where the frame
// goes, or a Global Route Header, then the header that IPoIB itself writes.
#include "proto/common.hpp"
#include "proto/link/ethertypes.hpp"

namespace netpeel::proto {
namespace {

struct Ipoib {
  static constexpr auto fields = wire({
      {"", "", 16, dec, ""},  // not zero: a Global Route Header stands here
      {"", "", 144, dec, ""},
      {"ipoib.daddr", "Destination", 160, mark, "The receiver's hardware address.",
       {.covers = true, .sometimes = true}},
      {"", "", 8, dec, ""},
      {"ipoib.daddr.qpn", "Destination queue pair", 24, hex,
       "Which queue of the receiving adapter gets it, as a port number does.", {.sometimes = true}},
      {"ipoib.dgid", "Destination GID", 128, ipv6,
       "The adapter it goes to, or a group of them; built like an IPv6 address.",
       {.sometimes = true}},
      {"ipoib.type", "Type", 16, hex, "Which protocol follows, as an EtherType.",
       {.values = ethertypes, .ref = "§6"}},
      {"ipoib.reserved", "Reserved", 16, hex, "Zero.", {.ref = "§6"}},
  });
};
constexpr auto route = wire({
    {"ipoib.grh", "Global Route Header", 320, mark,
     "What InfiniBand's routers read; multicasts arrive with it.", {.covers = true}},
    {"ipoib.grh.ipver", "Version", 4, dec, "6, as in an IPv6 header."},
    {"ipoib.grh.tclass", "Traffic class", 8, dec, "How the frame wants to be treated on its way."},
    {"ipoib.grh.flowlabel", "Flow label", 20, dec, "Packets with the same label belong together."},
    {"", "", 8, dec, ""},
    {"ipoib.grh.sqpn", "Source queue pair", 24, hex,
     "Which queue of the sending adapter it came from."},
    {"ipoib.grh.sgid", "Source GID", 128, ipv6, "The adapter that sent it."},
    {"ipoib.dgid", "Destination GID", 128, ipv6,
     "The adapter it goes to, or a group of them; built like an IPv6 address."},
});
constexpr Table tables[]{Ipoib::fields, route};
constexpr Bind binds[]{
    {Space::link, 242}
};
constexpr u32 header = fixed_bytes<Ipoib>;

constexpr u32 telling = Ipoib::fields[0].width / 8;
bool is_routed(const u8* p) { return be16(p) != 0; }

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  return accept(header, len - header, out, {Space::ethertype, get<Ipoib, "ipoib.type">(p)});
}

void expand(Expansion& x) {
  if (x.layer.header < telling) return;
  x.rows(is_routed(x.header()) ? Table(route) : part<"ipoib.daddr", "ipoib.dgid">(Ipoib::fields));
  x.rows(part<"ipoib.type", "ipoib.reserved">(Ipoib::fields));
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  if (is_routed(p)) out.add("from ").ipv6(p + row<"ipoib.grh.sgid">(route).at / 8).add(' ');
  out.add("to ").ipv6(place<Ipoib, "ipoib.dgid">(p));
}

constexpr Naming names[]{
    {Space::ethertype, &row<"ipoib.type">(Ipoib::fields)}
};

}  // namespace

const Protocol ipoib{
    .name = "ipoib",
    .title = "IP over InfiniBand",
    .label = "IPoIB",
    .osi = Osi::link,
    .ref = "RFC 4391",
    .about = "Carries IP between the computers of a cluster, over InfiniBand: a network for "
             "machines that compute together, made for short delays.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
};

}  // namespace netpeel::proto
