// PPP's IPv6 Control Protocol — RFC 5072.
#include "proto/link/ppp_control.hpp"

namespace netpeel::proto {
namespace {

constexpr auto option_types = values({
    {1, "Interface identifier"},
    {2, "Header compression"  }
});
constexpr auto rows = loose({
    {"ipv6cp.opt.type", "Type", 8, dec, "Which option this is.", {.values = option_types}},
    {"ipv6cp.opt.length", "Length", 8, dec, "Bytes of the option, type and length included."},
    {"ipv6cp.opt.interface_identifier", "Interface identifier", 0, bytes,
     "The lower half of the sender's link-local address."},
    {"ipv6cp.interface_identifier", "Interface identifier", 64, bytes,
     "The lower half of the sender's link-local address; zeros ask for one."},
});
constexpr Table tables[]{PppControl::fields, rows, ppp_control_rows};
constexpr Bind binds[]{
    {Space::ppp, 0x8057}
};

constexpr PppOption known[]{
    {1, &row<"ipv6cp.opt.interface_identifier">(rows), &row<"ipv6cp.interface_identifier">(rows)}
};
constexpr PppOptions options{&row<"ipv6cp.opt.type">(rows), &row<"ipv6cp.opt.length">(rows), known};

void expand(Expansion& x) { expand_ppp_control(x, options); }

constexpr Preset presets[]{
    {&row<"ppp.code">(PppControl::fields), 1}
};

}  // namespace

const Protocol ipv6cp{
    .name = "ipv6cp",
    .title = "PPP IPv6 Control Protocol",
    .label = "IPV6CP",
    .osi = Osi::link,
    .ref = "RFC 5072",
    .about = "Agrees on the interface identifiers of both ends of a PPP link before IPv6 packets "
             "go over it.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect_ppp_control,
    .expand = expand,
    .sentence = ppp_control_sentence,
    .presets = presets,
    .fit = fit_ppp_control,
};

}  // namespace netpeel::proto
