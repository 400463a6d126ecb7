// Bytes that no protocol here claims: shown, counted, not interpreted.
#include "proto/net/icmp_parts.hpp"

namespace netpeel::proto {
namespace {

constexpr auto fields = loose({
    {"data.data", "Data", 0, bytes, "The bytes themselves.", {.payload = true}},
    {"data.len", "Length", 32, dec, "How many bytes there are.", {.computed = true}},
});
constexpr Table tables[]{{}, fields};

Next dissect(const u8*, u32 len, Layer& out) { return accept(0, len, out); }

void expand(Expansion& x) {
  // The time that ping puts first is ICMP's to tell.
  const Layer* below = x.packet.below(x.layer);
  const u32 told =
      below != nullptr && below->proto == id::icmp ? ping_time_bytes(x.packet, *below) : 0;
  const u32 size = x.layer.body - told;
  if (told > 0 && size == 0) return;
  x.field(row<"data.data">(fields), told, size);
  x.computed(row<"data.len">(fields), size);
}

void sentence(const Packet&, const Layer& layer, Text& out) {
  out.dec(layer.body).add(layer.body == 1 ? " byte" : " bytes");
}

}  // namespace

const Protocol data{
    .name = "data",
    .title = "Data",
    .label = "data",
    .osi = Osi::application,
    .ref = "",
    .about = "Bytes that no protocol known here claims. They are shown as they are.",
    .tables = tables,
    .binds = {},
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
};

}  // namespace netpeel::proto
