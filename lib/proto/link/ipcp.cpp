// PPP's IP Control Protocol — RFC 1332, RFC 1877.
#include "proto/link/ppp_control.hpp"

namespace netpeel::proto {
namespace {

constexpr auto option_types = values({
    {1, "IP addresses, both (old)"}, {2, "Header compression"}, {3, "IP address"},
    {129, "First DNS server"}, {130, "First NetBIOS name server"},
    {131, "Second DNS server"}, {132, "Second NetBIOS name server"},
});
constexpr auto rows = loose({
    {"ipcp.opt.type", "Type", 8, dec, "Which option this is.", {.values = option_types}},
    {"ipcp.opt.length", "Length", 8, dec, "Bytes of the option, type and length included."},
    {"ipcp.opt.addrs", "IP addresses", 0, bytes, "Both ends' addresses, in the old way."},
    {"ipcp.opt.src_address", "Source IP address", 32, ipv4, "The sender's address."},
    {"ipcp.opt.dst_address", "Destination IP address", 32, ipv4, "The other end's address."},
    {"ipcp.opt.compress", "Header compression", 0, bytes,
     "The sender can take packets with compressed headers."},
    {"ipcp.opt.compress_proto", "Compression protocol", 16, hex, "How headers are compressed.",
     {.values = ppp_protocols}},
    {"ipcp.opt.addr", "IP address", 0, bytes,
     "The sender's address; zeros ask the other end for one."},
    {"ipcp.opt.ip_address", "IP address", 32, ipv4,
     "The sender's address; zeros ask the other end for one."},
    {"ipcp.opt.pri_dns", "First DNS server", 0, bytes, "Whom to ask for names."},
    {"ipcp.opt.pri_dns_address", "First DNS server", 32, ipv4,
     "Whom to ask for names; zeros ask for it."},
    {"ipcp.opt.pri_nbns", "First NetBIOS name server", 0, bytes, "Whom to ask for Windows names."},
    {"ipcp.opt.pri_nbns_address", "First NetBIOS name server", 32, ipv4,
     "Whom to ask for Windows names; zeros ask for it."},
    {"ipcp.opt.sec_dns", "Second DNS server", 0, bytes,
     "Whom to ask for names when the first is silent."},
    {"ipcp.opt.sec_dns_address", "Second DNS server", 32, ipv4,
     "Whom to ask for names when the first is silent; zeros ask for it."},
    {"ipcp.opt.sec_nbns", "Second NetBIOS name server", 0, bytes,
     "Whom to ask for Windows names when the first is silent."},
    {"ipcp.opt.sec_nbns_address", "Second NetBIOS name server", 32, ipv4,
     "Whom to ask for Windows names when the first is silent; zeros ask for it."},
});
constexpr Table tables[]{PppControl::fields, rows, ppp_control_rows};
constexpr Bind binds[]{
    {Space::ppp, 0x8021}
};

constexpr PppOption known[]{
    {1, &row<"ipcp.opt.addrs">(rows), &row<"ipcp.opt.src_address">(rows),
     &row<"ipcp.opt.dst_address">(rows)},
    {2, &row<"ipcp.opt.compress">(rows), &row<"ipcp.opt.compress_proto">(rows)},
    {3, &row<"ipcp.opt.addr">(rows), &row<"ipcp.opt.ip_address">(rows)},
    {129, &row<"ipcp.opt.pri_dns">(rows), &row<"ipcp.opt.pri_dns_address">(rows)},
    {130, &row<"ipcp.opt.pri_nbns">(rows), &row<"ipcp.opt.pri_nbns_address">(rows)},
    {131, &row<"ipcp.opt.sec_dns">(rows), &row<"ipcp.opt.sec_dns_address">(rows)},
    {132, &row<"ipcp.opt.sec_nbns">(rows), &row<"ipcp.opt.sec_nbns_address">(rows)},
};
constexpr PppOptions options{&row<"ipcp.opt.type">(rows), &row<"ipcp.opt.length">(rows), known};

void expand(Expansion& x) { expand_ppp_control(x, options); }

constexpr Preset presets[]{
    {&row<"ppp.code">(PppControl::fields), 1}
};

}  // namespace

const Protocol ipcp{
    .name = "ipcp",
    .title = "PPP IP Control Protocol",
    .label = "IPCP",
    .osi = Osi::link,
    .ref = "RFC 1332",
    .about = "Agrees on the addresses of both ends of a PPP link before IPv4 packets go over it; a "
             "provider gives its customer an address here.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect_ppp_control,
    .expand = expand,
    .sentence = ppp_control_sentence,
    .presets = presets,
    .fit = fit_ppp_control,
};

}  // namespace netpeel::proto
