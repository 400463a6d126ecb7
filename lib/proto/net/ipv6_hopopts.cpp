// IPv6 Hop-by-Hop Options — RFC 8200 §4.3.
#include "proto/net/ip_protocols.hpp"
#include "proto/net/ipv6_options.hpp"

namespace netpeel::proto {
namespace {

struct HopByHop {
  static constexpr auto fields = wire({
      {"ipv6.hopopts.nxt", "Next header", 8, dec,
       "Which header follows: another extension or the protocol carried.",
       {.values = ip_protocols}},
      {"ipv6.hopopts.len", "Length", 8, dec, "In units of 8 bytes, the first 8 not counted."},
  });
};
constexpr auto extra = loose({
    {"ipv6.hopopts.len_oct", "Length in bytes", 16, dec, "The same in bytes, all counted."},
});
constexpr Table tables[]{HopByHop::fields, extra, NETPEEL_IPV6_OPTION_TABLES};
constexpr Bind binds[]{
    {Space::ip_proto, 0}
};

void expand(Expansion& x) {
  x.rows(HopByHop::fields);
  expand_ipv6_options(x, row<"ipv6.hopopts.len">(HopByHop::fields),
                      row<"ipv6.hopopts.len_oct">(extra));
}

constexpr Naming names[]{
    {Space::ip_proto, &row<"ipv6.hopopts.nxt">(HopByHop::fields)}
};
constexpr Preset presets[]{
    {&row<"ipv6.hopopts.nxt">(HopByHop::fields), no_next}
};

void fit(const Fitting& f) {
  put<HopByHop, "ipv6.hopopts.len">(f.header, std::max(f.layer.header / 8, 1) - 1);
}

}  // namespace

const Protocol ipv6_hopopts{
    .name = "ipv6.hopopts",
    .title = "IPv6 Hop-by-Hop Options",
    .label = "IPv6 hop-by-hop",
    .osi = Osi::network,
    .ref = "RFC 8200 §4.3",
    .about = "Options that every router on the way may look at, not only the receiver.",
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
