// IPv6 Destination Options — RFC 8200 §4.6.
#include "proto/net/ip_protocols.hpp"
#include "proto/net/ipv6_options.hpp"

namespace netpeel::proto {
namespace {

struct DestinationOptions {
  static constexpr auto fields = wire({
      {"ipv6.dstopts.nxt", "Next header", 8, dec,
       "Which header follows: another extension or the protocol carried.",
       {.values = ip_protocols}},
      {"ipv6.dstopts.len", "Length", 8, dec, "In units of 8 bytes, the first 8 not counted."},
  });
};
constexpr auto extra = loose({
    {"ipv6.dstopts.len_oct", "Length in bytes", 16, dec, "The same in bytes, all counted."},
});
constexpr Table tables[]{DestinationOptions::fields, extra, NETPEEL_IPV6_OPTION_TABLES};
constexpr Bind binds[]{
    {Space::ip_proto, 60}
};

void expand(Expansion& x) {
  x.rows(DestinationOptions::fields);
  expand_ipv6_options(x, row<"ipv6.dstopts.len">(DestinationOptions::fields),
                      row<"ipv6.dstopts.len_oct">(extra));
}

constexpr Naming names[]{
    {Space::ip_proto, &row<"ipv6.dstopts.nxt">(DestinationOptions::fields)}
};
constexpr Preset presets[]{
    {&row<"ipv6.dstopts.nxt">(DestinationOptions::fields), no_next}
};

void fit(const Fitting& f) {
  put<DestinationOptions, "ipv6.dstopts.len">(f.header, std::max(f.layer.header / 8, 1) - 1);
}

}  // namespace

const Protocol ipv6_dstopts{
    .name = "ipv6.dstopts",
    .title = "IPv6 Destination Options",
    .label = "IPv6 destination options",
    .osi = Osi::network,
    .ref = "RFC 8200 §4.6",
    .about = "Options for the receiver, or for every stop that a routing header names.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect_ipv6_options,
    .expand = expand,
    .sentence = sentence_ipv6_options,
    .names = names,
    .presets = presets,
    .fit = fit,
};

}  // namespace netpeel::proto
