// IPv6 Mobility Header — RFC 6275 §6.1. Its first bytes and which message it is; the message itself
// is not taken apart.
#include "proto/net/ip_protocols.hpp"
#include "proto/transport/checksums.hpp"

namespace netpeel::proto {
namespace {

constexpr auto types = values({
    {0, "binding refresh request"}, {1, "home test init"}, {2, "care-of test init"},
    {3, "home test"}, {4, "care-of test"},
    {5, "binding update"}, {6, "binding acknowledgement"}, {7, "binding error"},
    {8, "fast binding update"},
    {9, "fast binding acknowledgement"}, {10, "fast neighbour advertisement"}, {11, "experiment"},
    {12, "home agent switch"},
    {13, "heartbeat"}, {14, "handover initiate"}, {15, "handover acknowledge"},
    {16, "binding revocation"},
    {17, "localized routing initiation"}, {18, "localized routing acknowledgement"},
    {19, "update notification"},
    {20, "update notification acknowledgement"}, {21, "flow binding"}, {22, "subscription query"},
    {23, "subscription response"},
});
struct Mobility {
  static constexpr auto fields = wire({
      {"mip6.proto", "Next header", 8, dec, "Nothing follows (59), so far.",
       {.values = ip_protocols}},
      {"mip6.hlen", "Length", 8, dec, "In units of 8 bytes, the first 8 not counted."},
      {"mip6.mhtype", "Type", 8, dec, "Which message this is.", {.values = types}},
      {"mip6.reserved", "Reserved", 8, hex, "Must be zero."},
      {"mip6.csum", "Checksum", 16, hex, "Over a pseudo-header and the message."},
  });
};
constexpr Table tables[]{Mobility::fields};
constexpr Bind binds[]{
    {Space::ip_proto, 135}
};

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < 8) return cut(len, out);
  const u32 header = u32(get<Mobility, "mip6.hlen">(p) + 1) * 8;
  if (header > len) return cut(len, out);
  return accept(header, 0, out);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed_bytes<Mobility>) return;
  const u64 type = get<Mobility, "mip6.mhtype">(packet.bytes(layer));
  const std::string_view name = meaning(row<"mip6.mhtype">(Mobility::fields), type);
  if (name.empty()) {
    out.add("message of type ").dec(type);
  } else {
    out.add(name);
  }
}

constexpr Preset presets[]{
    {&row<"mip6.proto">(Mobility::fields), no_next}
};

void fit(const Fitting& f) {
  put<Mobility, "mip6.hlen">(f.header, std::max(f.layer.header / 8, 1) - 1);
}
void seal(const Fitting& f) {
  constexpr u32 at = row<"mip6.csum">(Mobility::fields).at / 8;
  seal_checksum(f, 135, f.total(), f.total(), at);
}

}  // namespace

const Protocol mipv6{
    .name = "mipv6",
    .title = "Mobile IPv6",
    .label = "Mobile IPv6",
    .osi = Osi::network,
    .ref = "RFC 6275 §6.1",
    .about = "Lets a host keep its address while it moves from network to network: it tells its "
             "home where it is now.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .sentence = sentence,
    .presets = presets,
    .fit = fit,
    .seal = seal,
};

}  // namespace netpeel::proto
