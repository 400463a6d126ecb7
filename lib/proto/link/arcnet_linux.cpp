// ARCNET as Linux captures it — LINKTYPE_ARCNET_LINUX of tcpdump.org: two bytes more than on BSD,
// and no exceptions, since the driver takes them away. It has Wireshark's one name for both.
#include "proto/link/arcnet.hpp"

namespace netpeel::proto {
namespace {

struct ArcnetLinux {
  static constexpr auto fields = wire({
      {"arcnet.src", "Source", 8, hex, "The sender's number, 1 to 255: somebody set it by hand."},
      {"arcnet.dst", "Destination", 8, hex, "The receiver's number; 0 is everybody."},
      {"arcnet.offset", "Offset", 16, bytes,
       "Where the packet stood in the network card's memory."},
      {"arcnet.protID", "Protocol", 8, hex, "Which protocol follows.",
       {.values = arcnet_protocols}},
  });
};
constexpr Table tables[]{ArcnetLinux::fields, arcnet_piece};
constexpr Bind binds[]{
    {Space::link, 129}
};
constexpr ArcnetForm form{.fixed = ArcnetLinux::fields, .exceptions = false};

Next dissect(const u8* p, u32 len, Layer& out) { return dissect_arcnet(form, p, len, out); }
void expand(Expansion& x) { expand_arcnet(form, x); }
void sentence(const Packet& packet, const Layer& layer, Text& out) {
  arcnet_sentence(form, packet, layer, out);
}
void fit(const Fitting& f) { fit_arcnet(form, f); }

}  // namespace

const Protocol arcnet_linux{
    .name = "arcnet",
    .title = "ARCNET, as Linux captures it",
    .label = "ARCNET",
    .osi = Osi::link,
    .ref = "RFC 1201",
    .about = "A local network of the 1980s, still found in machines and buildings: a token goes "
             "round, and who has it may send.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .fit = fit,
};

}  // namespace netpeel::proto
