// AYIYA, "anything in anything" — draft-massar-v6ops-ayiya-02 §3. No longer in use; old captures
// have it.
#include "proto/common.hpp"
#include "proto/net/ip_protocols.hpp"

namespace netpeel::proto {
namespace {

constexpr auto operations = values({
    {0, "no operation, heartbeat"}, {1, "forward"}, {2, "echo request"},
    {3, "echo request and forward"}, {4, "echo response"},
    {5, "message of the day"}, {6, "query"}, {7, "answer"},
});
struct Ayiya {
  static constexpr auto fields = wire({
      {"ayiya.idlen", "Identity length", 4, hex,
       "The identity has two to the power of this many bytes."},
      {"ayiya.idtype", "Identity type", 4, hex, "1: a number, mostly an IPv6 address; 2: a text."},
      {"ayiya.siglen", "Signature length", 4, hex, "In 32-bit words."},
      {"ayiya.hashmethod", "Hash method", 4, hex, "0: none, 1: MD5, 2: SHA-1."},
      {"ayiya.authmethod", "Authentication method", 4, hex,
       "0: none, 1: a shared secret, 2: a public key."},
      {"ayiya.opcode", "Operation", 4, hex, "What the other end shall do with the packet.",
       {.values = operations}},
      {"ayiya.nextheader", "Next header", 8, hex, "Which protocol the tunnel carries.",
       {.values = ip_protocols}},
  });
};
constexpr auto extra = loose({
    {"ayiya.epoch", "Sent", 32, time, "When the packet was sent."},
    {"ayiya.identity", "Identity", 0, bytes, "Who sent it: whose tunnel this is."},
    {"ayiya.signature", "Signature", 0, bytes, "Proves that the sender knows the secret."},
});
constexpr Table tables[]{Ayiya::fields, extra};
constexpr Bind binds[]{
    {Space::udp_port, 5072}
};
constexpr u32 fixed = 8;
constexpr i64 second = 1'000'000'000;

struct Sizes {
  u32 identity, signature;
};
Sizes sizes(const u8* p) {
  return {u32(1) << get<Ayiya, "ayiya.idlen">(p), u32(get<Ayiya, "ayiya.siglen">(p)) * 4};
}

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < fixed) return cut(len, out);
  const Sizes size = sizes(p);
  const u32 header = fixed + size.identity + size.signature;
  if (header > len) return cut(len, out);
  const u64 operation = get<Ayiya, "ayiya.opcode">(p);
  const bool forward = operation == 1 || operation == 3;
  return accept(header, len - header, out,
                forward ? Next{Space::ip_proto, get<Ayiya, "ayiya.nextheader">(p)} : Next{});
}

void expand(Expansion& x) {
  x.rows(Ayiya::fields);
  if (x.layer.header < fixed) return;
  x.number(row<"ayiya.epoch">(extra), 4, 4, u64(be32(x.header() + 4) * second));
  if (!x.whole()) return;
  const Sizes size = sizes(x.header());
  x.field(row<"ayiya.identity">(extra), fixed, size.identity);
  if (size.signature > 0)
    x.field(row<"ayiya.signature">(extra), fixed + size.identity, size.signature);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed) return;
  const u8* p = packet.bytes(layer);
  const std::string_view what =
      meaning(row<"ayiya.opcode">(Ayiya::fields), get<Ayiya, "ayiya.opcode">(p));
  out.add("a tunnel, ").add(what.empty() ? "unknown operation" : what);
}

constexpr Naming names[]{
    {Space::ip_proto, &row<"ayiya.nextheader">(Ayiya::fields)}
};
constexpr Preset presets[]{
    {&row<"ayiya.idlen">(Ayiya::fields),      4      },
    {&row<"ayiya.idtype">(Ayiya::fields),     1      },
    {&row<"ayiya.opcode">(Ayiya::fields),     1      },
    {&row<"ayiya.nextheader">(Ayiya::fields), no_next}
};

}  // namespace

const Protocol ayiya{
    .name = "ayiya",
    .title = "Anything In Anything",
    .label = "AYIYA",
    .osi = Osi::network,
    .ref = "draft-massar-v6ops-ayiya-02",
    .about = "A tunnel that gave IPv6 to people behind NATs, inside UDP and signed. Its provider "
             "closed in 2017.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .names = names,
    .presets = presets,
};

}  // namespace netpeel::proto
