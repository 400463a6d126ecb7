// IP Authentication Header — RFC 4302.
#include "proto/common.hpp"
#include "proto/net/ip_protocols.hpp"

namespace netpeel::proto {
namespace {

struct Ah {
  static constexpr auto fields = wire({
      {"ah.next_header", "Next header", 8, dec, "Which protocol follows.",
       {.values = ip_protocols}},
      {"ah.length", "Length", 8, dec, "Of this header in 32-bit words, less two."},
      {"ah.reserved", "Reserved", 16, bytes, "Zero."},
      {"ah.spi", "Security parameters index", 32, hex, "Tells the receiver which keys to use."},
      {"ah.sequence", "Sequence number", 32, dec,
       "Goes up with every packet, so that a repeated one is noticed."},
  });
};
constexpr auto extra = loose({
    {"ah.icv", "Integrity check value", 0, bytes,
     "Proves that the packet came from who has the key and was not changed."},
});
constexpr Table tables[]{Ah::fields, extra};
constexpr Bind binds[]{
    {Space::ip_proto, 51}
};
constexpr u32 fixed = fixed_bytes<Ah>;

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < fixed) return cut(len, out);
  const u32 header = u32(get<Ah, "ah.length">(p) + 2) * 4;
  if (header > len) return cut(len, out);
  return accept(header, len - header, out, {Space::ip_proto, get<Ah, "ah.next_header">(p)},
                header < fixed ? Layer::malformed : 0);
}

void expand(Expansion& x) {
  x.rows(Ah::fields);
  const u32 end = x.layer.header;
  if (end < 2) return;
  const u32 claimed = u32(get<Ah, "ah.length">(x.header()) + 2) * 4;
  if (x.whole()) x.field(row<"ah.icv">(extra), std::min(fixed, end), end > fixed ? end - fixed : 0);
  Text says;
  if (x.whole() && claimed < fixed) {
    says.add("ah.length says ").dec(claimed).add(" bytes; the header has at least ").dec(fixed);
    x.problem(Kind::malformed, &row<"ah.length">(Ah::fields), says.view());
  } else if (!x.whole() && end >= fixed && (x.layer.flags & Layer::malformed) != 0) {
    says.add("ah.length says ").dec(claimed).add(" bytes; there are ").dec(end);
    x.problem(Kind::malformed, &row<"ah.length">(Ah::fields), says.view());
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed) return;
  const u8* p = packet.bytes(layer);
  out.add("signed, key 0x")
      .hex(get<Ah, "ah.spi">(p), 8)
      .add(", packet ")
      .dec(get<Ah, "ah.sequence">(p))
      .add(" of it");
}

constexpr Naming names[]{
    {Space::ip_proto, &row<"ah.next_header">(Ah::fields)}
};
constexpr Preset presets[]{
    {&row<"ah.next_header">(Ah::fields), no_next}
};

void fit(const Fitting& f) { put<Ah, "ah.length">(f.header, f.layer.header / 4 - 2); }

}  // namespace

const Protocol ah{
    .name = "ah",
    .title = "Authentication Header",
    .label = "AH",
    .osi = Osi::network,
    .ref = "RFC 4302",
    .about = "Part of IPsec: proves who sent a packet and that nobody changed it, without hiding "
             "what is in it.",
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
