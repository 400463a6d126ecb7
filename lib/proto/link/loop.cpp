// OpenBSD loopback encapsulation — LINKTYPE_LOOP of tcpdump.org: as BSD's, but always in network
// order.
#include "proto/link/null.hpp"

namespace netpeel::proto {
namespace {

constexpr Table tables[]{Family::fields};
constexpr Bind binds[]{
    {Space::link, 108}
};
constexpr u32 header = fixed_bytes<Family>;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  return accept(header, len - header, out, next_of_family(be32(p)));
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header >= header) family_sentence(be32(packet.bytes(layer)), out);
}

void fit(const Fitting& f) {
  if (!f.fresh || f.layer.body == 0) return;
  put<Family, "null.family">(f.header, f.header[header] >> 4 == 6 ? 24 : 2);
}

}  // namespace

const Protocol loop{
    .name = "null",
    .title = "OpenBSD loopback",
    .label = "loopback",
    .osi = Osi::link,
    .ref = "LINKTYPE_LOOP",
    .about =
        "Stands in for a link header on OpenBSD's loopback: it only says which protocol follows.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .sentence = sentence,
    .fit = fit,
};

}  // namespace netpeel::proto
