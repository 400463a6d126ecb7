// IP Encapsulating Security Payload — RFC 4303. All behind the sequence number is encrypted and
// stays opaque.
#include "proto/common.hpp"

namespace netpeel::proto {
namespace {

struct Esp {
  static constexpr auto fields = wire({
      {"esp.spi", "Security parameters index", 32, hex, "Tells the receiver which keys to use."},
      {"esp.sequence", "Sequence number", 32, dec,
       "Goes up with every packet, so that a repeated one is noticed."},
  });
};
constexpr Table tables[]{Esp::fields};
constexpr Bind binds[]{
    {Space::ip_proto, 50}
};
constexpr u32 fixed = fixed_bytes<Esp>;

Next dissect(const u8* p, u32 len, Layer& out) {
  static_cast<void>(p);
  if (len < fixed) return cut(len, out);
  // The encrypted part is no layer of its own: nobody can say what it is.
  const u32 header = len < 0xffff ? len : 0xffff;
  return accept(header, len - header, out);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed) return;
  const u8* p = packet.bytes(layer);
  out.add("encrypted, key 0x")
      .hex(get<Esp, "esp.spi">(p), 8)
      .add(", packet ")
      .dec(get<Esp, "esp.sequence">(p));
  out.add(" of it, ").dec(layer.header + layer.body - fixed).add(" bytes");
}

}  // namespace

const Protocol esp{
    .name = "esp",
    .title = "Encapsulating Security Payload",
    .label = "ESP",
    .osi = Osi::network,
    .ref = "RFC 4303",
    .about = "Part of IPsec: carries a packet encrypted. Only who has the key can see what it is.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .sentence = sentence,
};

}  // namespace netpeel::proto
