// LLMNR — RFC 4795. The messages are those of DNS: see dns.hpp.
#include "proto/app/dns.hpp"

namespace netpeel::proto {
namespace {

constexpr Bind binds[]{
    {Space::udp_port, 5355}
};

void expand(Expansion& x) { expand_dns(x, 0, x.layer.header, DnsKind::llmnr); }

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  dns_sentence({packet.bytes(layer), layer.header}, DnsKind::llmnr, out);
}

}  // namespace

const Protocol llmnr{
    .name = "llmnr",
    .title = "Link-local Multicast Name Resolution",
    .label = "LLMNR",
    .osi = Osi::application,
    .ref = "RFC 4795",
    .about = "Asks everyone on the local network for a name when no DNS server knows it; Windows' "
             "older way of doing what mDNS does.",
    .tables = llmnr_tables,
    .binds = binds,
    .dissect = dissect_dns,
    .expand = expand,
    .sentence = sentence,
};

}  // namespace netpeel::proto
