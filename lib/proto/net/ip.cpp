// IPv4 — RFC 791.
#include "proto/net/ip.hpp"


namespace netpeel::proto {
namespace {

constexpr auto extra = loose({
    {"ip.checksum.status", "Header checksum status", 8, dec, "Whether the header checksum is right.", {.values = verdicts, .computed = true}},
});
constexpr Table tables[]{Ip::fields, extra};
constexpr Bind binds[]{{Space::ethertype, 0x0800}, {Space::ip_proto, 4}, {Space::ip_version, 4}, {Space::link, 228}};

Next dissect(const u8* p, u32 len, Layer& out) {
  if (len < fixed_bytes<Ip>) return cut(len, out);
  const u32 header = u32(get<Ip, "ip.hdr_len">(p)) * 4;
  u32 total = u32(get<Ip, "ip.len">(p));
  if (total == 0) total = len;
  if (get<Ip, "ip.version">(p) != 4 || header < fixed_bytes<Ip> || total < header) {
    return broken(fixed_bytes<Ip>, len, out);
  }
  if (header > len) return cut(len, out);
  // A fragment is the piece of a packet: only the whole has a next protocol.
  const bool fragment = get<Ip, "ip.flags.mf">(p) != 0 || get<Ip, "ip.frag_offset">(p) != 0;
  return claim(header, total, len, out, fragment ? Next{} : Next{Space::ip_proto, get<Ip, "ip.proto">(p)});
}

void expand(Expansion& x) {
  x.rows(Ip::fields);
}

}  // namespace

const Protocol ip{
    .name = "ip",
    .title = "Internet Protocol Version 4",
    .label = "IPv4",
    .osi = Osi::network,
    .ref = "RFC 791",
    .about = "Carries a packet from network to network to the host that has the destination address, as best it can.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
};

}  // namespace netpeel::proto
