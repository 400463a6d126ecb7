// mDNS — RFC 6762. The messages are those of DNS: see dns.hpp.
#include "proto/app/dns.hpp"

namespace netpeel::proto {
namespace {

constexpr Bind binds[]{
    {Space::udp_port, 5353}
};

void expand(Expansion& x) { expand_dns(x, 0, x.layer.header, DnsKind::mdns); }

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  dns_sentence({packet.bytes(layer), layer.header}, DnsKind::mdns, out);
}

}  // namespace

const Protocol mdns{
    .name = "mdns",
    .title = "Multicast Domain Name System",
    .label = "mDNS",
    .osi = Osi::application,
    .ref = "RFC 6762",
    .about = "DNS without a server: whoever has the name answers, and everyone on the local "
             "network hears it. Printers and speakers are found this way.",
    .tables = mdns_tables,
    .binds = binds,
    .dissect = dissect_dns,
    .expand = expand,
    .sentence = sentence,
};

}  // namespace netpeel::proto
