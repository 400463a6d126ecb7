// MPLS label stack entries — RFC 3032 §2.1. Each entry is a layer of its own.
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

constexpr auto reserved_labels = values({
    {0, "IPv4 explicit null"}, {1, "Router alert"}, {2, "IPv6 explicit null"}, {3, "Implicit null"},
    {7, "Entropy label indicator"},
    {13, "Generic associated channel"}, {14, "OAM alert"}, {15, "Extension"},
});

struct Mpls {
  static constexpr auto fields = wire({
      {"mpls.label", "Label", 20, dec,
       "A number that only the next router understands: it decides where the packet goes.",
       {.values = reserved_labels}},
      {"mpls.exp", "Traffic class", 3, dec, "How routers should treat the packet.",
       {.ref = "RFC 5462"}},
      {"mpls.bottom", "Bottom of stack", 1, dec, "1 in the last label: the packet follows."},
      {"mpls.ttl", "Time to live", 8, dec,
       "Routers the packet may still pass before one discards it."},
  });
};
constexpr Table tables[]{Mpls::fields};
constexpr Bind binds[]{
    {Space::ethertype, 0x8847},
    {Space::ethertype, 0x8848},
    {Space::ip_proto,  137   },
    {Space::udp_port,  6635  }
};
constexpr u32 header = fixed_bytes<Mpls>;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  if (get<Mpls, "mpls.bottom">(p) == 0) {
    const u8 flags = len == header ? Layer::short_of : 0;
    return accept(header, len - header, out, {Space::ethertype, 0x8847},
                  u8(Layer::stacked | flags));
  }
  // No field says what follows the last label. An IP packet begins with its version (RFC 4928);
  // other things avoid 4 and 6.
  return accept(header, len - header, out,
                len > header ? Next{Space::ip_version, u64(p[header] >> 4)} : Next{});
}

void expand(Expansion& x) {
  x.rows(Mpls::fields);
  if (x.whole() && (x.layer.flags & Layer::malformed) != 0) {
    x.problem(Kind::malformed, &row<"mpls.bottom">(Mpls::fields),
              "mpls.bottom says that another label follows; the frame ends here");
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u8* p = packet.bytes(layer);
  out.add("label ")
      .dec(get<Mpls, "mpls.label">(p))
      .add(", ")
      .dec(get<Mpls, "mpls.ttl">(p))
      .add(" hops left");
}

constexpr Preset presets[]{
    {&row<"mpls.ttl">(Mpls::fields), 64}
};

void fit(const Fitting& f) {
  const Layer* above = f.packet.above(f.layer);
  if (f.fresh)
    put<Mpls, "mpls.bottom">(f.header, above == nullptr || above->proto != f.layer.proto ? 1 : 0);
}

}  // namespace

const Protocol mpls{
    .name = "mpls",
    .title = "Multiprotocol Label Switching",
    .label = "MPLS",
    .osi = Osi::link,
    .ref = "RFC 3032",
    .about = "A label in front of the packet: routers inside a provider's network forward by it "
             "without reading the packet itself.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .presets = presets,
    .fit = fit,
};

}  // namespace netpeel::proto
