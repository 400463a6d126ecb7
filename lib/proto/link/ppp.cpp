// PPP — RFC 1661, framing of RFC 1662. Address and control may be left out, and the protocol number
// may be one byte.
#include "proto/common.hpp"
#include "proto/link/ppp_protocols.hpp"

namespace netpeel::proto {
namespace {

struct Ppp {
  static constexpr auto fields = wire({
      {"ppp.address", "Address", 8, hex, "Always 0xff: everybody on the link, which has two ends.",
       {.ref = "RFC 1662 §3.1", .sometimes = true}},
      {"ppp.control", "Control", 8, hex, "Always 3: the frames are not numbered.",
       {.ref = "RFC 1662 §3.1", .sometimes = true}},
      {"ppp.protocol", "Protocol", 16, hex,
       "Which protocol follows; one byte is enough where the ends agreed on it.",
       {.values = ppp_protocols, .ref = "§2", .sometimes = true}},
  });
};
constexpr Table tables[]{Ppp::fields};
constexpr Bind binds[]{
    {Space::link,      9     },
    {Space::link,      50    },
    {Space::ethertype, 0x880b}
};
constexpr u8 everybody = 0xff;

struct Shape {
  u32 protocol_at, header;
  u16 protocol;
};
// header is more than len if the frame is too short.
Shape shape(const u8* p, u32 len) {
  Shape s{.protocol_at = len > 0 && p[0] == everybody ? 2u : 0u, .header = 0, .protocol = 0};
  s.header = s.protocol_at + 1;
  if (len < s.header) return s;
  s.protocol = p[s.protocol_at];
  if ((s.protocol & 1) != 0)
    return s;  // protocol field compression: an odd byte is the number's last (RFC 1661 §6.5)
  if (len >= ++s.header) s.protocol = be16(p + s.protocol_at);
  return s;
}

Next dissect(const u8* p, u32 len, Layer& out) {
  const Shape s = shape(p, len);
  if (len < s.header) return cut(len, out);
  Next next{Space::ppp, s.protocol};
  switch (s.protocol) {
    case 0x0021: next = {Space::ip_version, 4}; break;
    case 0x0057: next = {Space::ip_version, 6}; break;
    case 0x0281: next = {Space::ethertype, 0x8847}; break;
    case 0x0283: next = {Space::ethertype, 0x8848}; break;
    default: break;
  }
  return accept(s.header, len - s.header, out, next);
}

void expand(Expansion& x) {
  const Shape s = shape(x.header(), x.layer.header);
  if (s.protocol_at > 0) {
    x.placed(row<"ppp.address">(Ppp::fields));
    x.placed(row<"ppp.control">(Ppp::fields));
  }
  if (x.whole())
    x.number(row<"ppp.protocol">(Ppp::fields), s.protocol_at, s.header - s.protocol_at, s.protocol);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if ((layer.flags & Layer::cut_header) != 0) return;
  const Shape s = shape(packet.bytes(layer), layer.header);
  const std::string_view name = meaning(row<"ppp.protocol">(Ppp::fields), s.protocol);
  out.add("carries ");
  name.empty() ? out.add("protocol 0x").hex(s.protocol, 4) : out.add(name);
}

constexpr Naming names[]{
    {Space::ppp, &row<"ppp.protocol">(Ppp::fields)}
};
constexpr Preset presets[]{
    {&row<"ppp.address">(Ppp::fields), everybody},
    {&row<"ppp.control">(Ppp::fields), 3        }
};

// IP says which version it is, so it is not bound to PPP's numbers.
void fit(const Fitting& f) {
  if (!f.fresh || f.named != Space::none || f.layer.body == 0) return;
  const u8 version = f.header[f.layer.header] >> 4;
  if (version == 4) put<Ppp, "ppp.protocol">(f.header, 0x0021);
  if (version == 6) put<Ppp, "ppp.protocol">(f.header, 0x0057);
}

}  // namespace

const Protocol ppp{
    .name = "ppp",
    .title = "Point-to-Point Protocol",
    .label = "PPP",
    .osi = Osi::link,
    .ref = "RFC 1661",
    .about = "Carries packets over a link that has just two ends, after both have agreed how: "
             "modems once, DSL lines today.",
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
