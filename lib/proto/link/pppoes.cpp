// PPP over Ethernet, the session stage — RFC 2516 §6.
#include "proto/link/pppoe.hpp"

namespace netpeel::proto {

Next dissect_pppoe(const u8* p, u32 len, Layer& out, Next next, bool all_header) {
  constexpr u32 header = fixed_bytes<Pppoe>;
  if (len < header) return cut(len, out);
  const u32 claimed = header + u32(get<Pppoe, "pppoe.payload_length">(p));
  const u32 there = std::min(claimed, len);
  return claim(all_header ? std::min(there, 0xffffu) : header, claimed, len, out, next);
}

void fit_pppoe(const Fitting& f) {
  put<Pppoe, "pppoe.payload_length">(f.header, f.total() - fixed_bytes<Pppoe>);
}

void expand_pppoe(Expansion& x) {
  x.rows(Pppoe::fields);
  if ((x.layer.flags & Layer::malformed) == 0 || !x.whole()) return;
  Text says;
  says.add("pppoe.payload_length says ")
      .dec(get<Pppoe, "pppoe.payload_length">(x.header()))
      .add("; the frame has ");
  says.dec(u32(x.layer.header) + x.layer.body - fixed_bytes<Pppoe>).add(" behind the header");
  x.problem(Kind::malformed, &row<"pppoe.payload_length">(Pppoe::fields), says.view());
}

namespace {

constexpr Table tables[]{Pppoe::fields};
constexpr Bind binds[]{
    {Space::ethertype, 0x8864},
    {Space::link,      51    }
};

Next dissect(const u8* p, u32 len, Layer& out) {
  return dissect_pppoe(p, len, out, {Space::link, 9}, false);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed_bytes<Pppoe>) return;
  out.add("session ").dec(get<Pppoe, "pppoe.session_id">(packet.bytes(layer)));
}

constexpr Preset presets[]{
    {&row<"pppoe.version">(Pppoe::fields), 1},
    {&row<"pppoe.type">(Pppoe::fields),    1}
};

}  // namespace

const Protocol pppoes{
    .name = "pppoes",
    .title = "PPP over Ethernet, session",
    .label = "PPPoE",
    .osi = Osi::link,
    .ref = "RFC 2516",
    .about =
        "Carries PPP frames of one session over Ethernet: how many DSL lines reach their provider.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand_pppoe,
    .sentence = sentence,
    .presets = presets,
    .fit = fit_pppoe,
};

}  // namespace netpeel::proto
