// PPP's Link Control Protocol — RFC 1661 §5 and §6, RFC 1570, RFC 1990.
#include "proto/link/ppp_control.hpp"

namespace netpeel::proto {
namespace {

constexpr auto option_types = values({
    {1, "Maximum receive unit"}, {2, "Control characters to escape"},
    {3, "Authentication protocol"}, {4, "Quality protocol"},
    {5, "Magic number"}, {7, "Protocol field compression"},
    {8, "Address and control field compression"}, {13, "Callback"},
    {17, "Multilink receive unit"}, {18, "Multilink short numbers"}, {19, "Multilink endpoint"},
});
constexpr auto rows = loose({
    {"lcp.opt.type", "Type", 8, dec, "Which option this is.", {.values = option_types}},
    {"lcp.opt.length", "Length", 8, dec, "Bytes of the option, type and length included."},
    {"lcp.opt.mtu_bytes", "Maximum receive unit", 0, bytes,
     "The longest packet that the sender can take, if not 1500."},
    {"lcp.opt.mru", "Maximum receive unit", 16, dec,
     "The longest packet that the sender can take."},
    {"lcp.opt.asyncmap_bytes", "Control characters", 0, bytes,
     "Which control characters must be escaped on a serial line."},
    {"lcp.opt.asyncmap", "Control characters", 32, hex,
     "One bit for each of the 32 control characters."},
    {"lcp.opt.auth_protocol_bytes", "Authentication protocol", 0, bytes,
     "The sender wants to know who the other end is."},
    {"lcp.opt.auth_protocol", "Authentication protocol", 16, hex,
     "How the other end should prove who it is.", {.values = ppp_protocols}},
    {"lcp.opt.algorithm", "Algorithm", 8, dec, "How the proof is computed; 5 is MD5."},
    {"lcp.opt.quality_protocol_bytes", "Quality protocol", 0, bytes,
     "The sender wants to hear how good the link is."},
    {"lcp.opt.quality_protocol", "Quality protocol", 16, hex, "How the link's quality is reported.",
     {.values = ppp_protocols}},
    {"lcp.opt.reporting_period", "Reporting period", 32, dec,
     "How often, in hundredths of a second."},
    {"lcp.opt.magic_number_bytes", "Magic number", 0, bytes,
     "A random number, by which an end notices that it talks to itself."},
    {"lcp.opt.magic_number", "Magic number", 32, hex,
     "A random number, by which an end notices that it talks to itself."},
    {"lcp.opt.field_compress", "Protocol field compression", 0, bytes,
     "The sender can read protocol numbers of one byte."},
    {"lcp.opt.addr_field_compress", "Address and control field compression", 0, bytes,
     "The sender does without address and control."},
    {"lcp.opt.callback", "Callback", 0, bytes, "The sender wants to be called back."},
    {"lcp.opt.operation", "Operation", 8, dec, "How to find the number to call."},
    {"lcp.opt.multilink_mrru", "Multilink receive unit", 0, bytes,
     "Several links may be bundled; the longest packet over all of them."},
    {"lcp.opt.mrru", "Multilink receive unit", 16, dec,
     "The longest packet that the sender can take over a bundle."},
    {"lcp.opt.multilink_ssnhf", "Multilink short numbers", 0, bytes,
     "Fragments over a bundle carry numbers of 12 bits."},
    {"lcp.opt.multilink_ep_disc", "Multilink endpoint", 0, bytes,
     "Who the sender is, so that its links can be told to belong together."},
    {"lcp.opt.ep_disc_class", "Class", 8, dec, "What kind of name the endpoint's is."},
    {"lcp.opt.data", "Data", 0, bytes, "The option's value."},
    {"lcp.rej_proto", "Rejected protocol", 16, hex, "The protocol that the sender does not speak.",
     {.values = ppp_protocols}},
    {"lcp.magic_number", "Magic number", 32, hex,
     "The sender's number: the own one means that the line is looped."},
    {"lcp.data", "Data", 0, bytes, "Whatever the sender put in; an answer to an echo repeats it."},
    {"lcp.message", "Message", 0, text, "What the sender says of itself."},
});
constexpr Table tables[]{PppControl::fields, rows, ppp_control_rows};
constexpr Bind binds[]{
    {Space::ppp, 0xc021}
};

constexpr PppOption known[]{
    {1, &row<"lcp.opt.mtu_bytes">(rows), &row<"lcp.opt.mru">(rows)},
    {2, &row<"lcp.opt.asyncmap_bytes">(rows), &row<"lcp.opt.asyncmap">(rows)},
    {3, &row<"lcp.opt.auth_protocol_bytes">(rows), &row<"lcp.opt.auth_protocol">(rows),
     &row<"lcp.opt.algorithm">(rows)},
    {4, &row<"lcp.opt.quality_protocol_bytes">(rows), &row<"lcp.opt.quality_protocol">(rows),
     &row<"lcp.opt.reporting_period">(rows)},
    {5, &row<"lcp.opt.magic_number_bytes">(rows), &row<"lcp.opt.magic_number">(rows)},
    {7, &row<"lcp.opt.field_compress">(rows)},
    {8, &row<"lcp.opt.addr_field_compress">(rows)},
    {13, &row<"lcp.opt.callback">(rows), &row<"lcp.opt.operation">(rows)},
    {17, &row<"lcp.opt.multilink_mrru">(rows), &row<"lcp.opt.mrru">(rows)},
    {18, &row<"lcp.opt.multilink_ssnhf">(rows)},
    {19, &row<"lcp.opt.multilink_ep_disc">(rows), &row<"lcp.opt.ep_disc_class">(rows),
     &row<"lcp.opt.data">(rows)},
};
constexpr PppOptions options{&row<"lcp.opt.type">(rows), &row<"lcp.opt.length">(rows), known};

void expand(Expansion& x) {
  const u32 code = expand_ppp_control(x, options);
  constexpr u32 at = fixed_bytes<PppControl>;
  const u32 left = x.layer.header < at ? 0 : x.layer.header - at;
  if (code == 8 && left >= 2) {
    x.field(row<"lcp.rej_proto">(rows), at, 2);
    if (left > 2) x.field(row<"ppp.data">(ppp_control_rows), at + 2, left - 2);
  } else if (code >= 9 && code <= 12 && left >= 4) {
    x.field(row<"lcp.magic_number">(rows), at, 4);
    if (left > 4)
      x.field(code == 12 ? row<"lcp.message">(rows) : row<"lcp.data">(rows), at + 4, left - 4);
  }
}

constexpr Preset presets[]{
    {&row<"ppp.code">(PppControl::fields), 1}
};

}  // namespace

const Protocol lcp{
    .name = "lcp",
    .title = "PPP Link Control Protocol",
    .label = "LCP",
    .osi = Osi::link,
    .ref = "RFC 1661",
    .about = "Opens, checks and closes a PPP link: both ends agree on lengths, on who must prove "
             "itself, and later ask whether the other is there.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect_ppp_control,
    .expand = expand,
    .sentence = ppp_control_sentence,
    .presets = presets,
    .fit = fit_ppp_control,
};

}  // namespace netpeel::proto
