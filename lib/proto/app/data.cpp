// Bytes that no protocol here claims: shown, counted, not interpreted.
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

constexpr auto fields = loose({
    {"data.data", "Data", 0, bytes, "The bytes themselves.", {.payload = true}},
    {"data.len", "Length", 32, dec, "How many bytes there are.", {.computed = true}},
});
constexpr Table tables[]{{}, fields};

Next dissect(const u8*, u32 len, Layer& out) { return accept(0, len, out); }

void expand(Expansion& x) {
  x.field(row<"data.data">(fields), 0, x.layer.body);
  x.computed(row<"data.len">(fields), x.layer.body);
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
