// PPP over Ethernet, the discovery stage — RFC 2516 §5, tags of its appendix A, of RFC 4638, RFC
// 4937, RFC 5578 and of the Broadband Forum (TR-101).
#include "proto/link/pppoe.hpp"

namespace netpeel::proto {
namespace {

constexpr auto tag_names = values({
    {0x0000, "End of list"}, {0x0101, "Service name"}, {0x0102, "Concentrator's name"},
    {0x0103, "Host's mark"}, {0x0104, "Cookie"},
    {0x0105, "Vendor specific"}, {0x0106, "Credits"}, {0x0107, "Metrics"},
    {0x0108, "Sequence number"}, {0x0109, "Credit scale factor"},
    {0x0110, "Relay's session"}, {0x0111, "Web address"}, {0x0112, "Message of the minute"},
    {0x0120, "Greatest payload"},
    {0x0121, "Route to add"}, {0x0201, "Service name error"}, {0x0202, "Concentrator's error"},
    {0x0203, "Error"},
});

constexpr auto tags = loose({
    {"pppoed.tags", "Tags", 0, mark,
     "What host and concentrator tell each other, one tag after the other."},
    {"", "Tag", 0, mark, "One piece of information: its number, its length, its value."},
    {"pppoed.tag", "Tag", 16, hex, "What this piece of information is.", {.values = tag_names}},
    {"pppoed.tag_length", "Tag length", 16, dec, "Bytes of the tag's value."},
    {"pppoed.tag.unknown_data", "Unknown data", 0, bytes,
     "The value of a tag that is not known here."},
    {"pppoed.tags.service_name", "Service name", 0, text,
     "The service the host wants, or the concentrator offers."},
    {"pppoed.tags.ac_name", "Access concentrator's name", 0, text, "Which concentrator this is."},
    {"pppoed.tags.host_uniq", "Host's mark", 0, bytes,
     "Chosen by the host to match answers to its requests."},
    {"pppoed.tags.ac_cookie", "Cookie", 0, bytes,
     "The concentrator wants this back: a guard against floods of requests."},
    {"pppoed.tags.vendor_id", "Vendor", 32, dec,
     "Whose own tag this is, by IANA's enterprise number."},
    {"pppoed.tags.vendor_unspecified", "Vendor's data", 0, bytes, "A vendor's own information."},
    {"pppoed.tags.vendorspecific.tags", "Vendor's tags", 0, mark,
     "The Broadband Forum's own tags: about the DSL line."},
    {"pppoed.tags.circuit_id", "Circuit ID", 0, text,
     "Which line of the access node the subscriber is on."},
    {"pppoed.tags.remote_id", "Remote ID", 0, text, "Which subscriber it is."},
    {"pppoed.tags.act_data_rate_up", "Actual data rate upstream", 32, dec,
     "What the line does now, in kbit/s."},
    {"pppoed.tags.act_data_rate_down", "Actual data rate downstream", 32, dec,
     "What the line does now, in kbit/s."},
    {"pppoed.tags.min_data_rate_up", "Minimum data rate upstream", 32, dec,
     "What the operator promises, in kbit/s."},
    {"pppoed.tags.min_data_rate_down", "Minimum data rate downstream", 32, dec,
     "What the operator promises, in kbit/s."},
    {"pppoed.tags.attainable_data_rate_up", "Attainable data rate upstream", 32, dec,
     "What the line could do, in kbit/s."},
    {"pppoed.tags.attainable_data_rate_down", "Attainable data rate downstream", 32, dec,
     "What the line could do, in kbit/s."},
    {"pppoed.tags.max_data_rate_up", "Maximum data rate upstream", 32, dec,
     "What the operator allows, in kbit/s."},
    {"pppoed.tags.max_data_rate_down", "Maximum data rate downstream", 32, dec,
     "What the operator allows, in kbit/s."},
    {"pppoed.tag_length_8", "Tag length", 8, dec, "Bytes of the vendor's tag's value."},
    {"pppoed.tags.vendorspecific.tag", "Vendor's tag", 8, hex,
     "What this piece of information is."},
    {"pppoed.tags.credits", "Credits", 0, bytes, "How much more each side may send."},
    {"pppoed.tags.metrics", "Metrics", 0, bytes, "How good the link is."},
    {"pppoed.tags.seq_num", "Sequence number", 16, hex, "Number of this message."},
    {"pppoed.tags.credit_scale", "Credit scale factor", 16, dec,
     "How many bytes one credit is worth."},
    {"pppoed.tags.relay_session_id", "Relay's session", 0, bytes,
     "A relay on the way put this in, and wants it back."},
    {"pppoed.tags.hurl", "Web address", 0, bytes,
     "An address that the host should show to its user."},
    {"pppoed.tags.motm", "Message", 0, bytes, "Words that the host should show to its user."},
    {"pppoed.tags.max_payload", "Greatest payload", 0, bytes,
     "The longest PPP frame that the sender can take."},
    {"pppoed.tags.ip_route_add", "Route to add", 0, bytes, "A route that the host should use."},
    {"pppoed.tags.service_name_error", "Service name error", 0, text,
     "The service cannot be had, and why."},
    {"pppoed.tags.ac_system_error", "Concentrator's error", 0, text,
     "The concentrator cannot serve, and why."},
    {"pppoed.tags.generic_error", "Error", 0, text, "What went wrong, in words."},
});
constexpr Table tables[]{Pppoe::fields, tags};
constexpr Bind binds[]{
    {Space::ethertype, 0x8863}
};

struct Known {
  u16 tag;
  const Field* field;
};
constexpr Known known_tags[]{
    {0x0101, &row<"pppoed.tags.service_name">(tags)}, {0x0102, &row<"pppoed.tags.ac_name">(tags)},
    {0x0103, &row<"pppoed.tags.host_uniq">(tags)}, {0x0104, &row<"pppoed.tags.ac_cookie">(tags)},
    {0x0106, &row<"pppoed.tags.credits">(tags)}, {0x0107, &row<"pppoed.tags.metrics">(tags)},
    {0x0108, &row<"pppoed.tags.seq_num">(tags)}, {0x0109, &row<"pppoed.tags.credit_scale">(tags)},
    {0x0110, &row<"pppoed.tags.relay_session_id">(tags)}, {0x0111, &row<"pppoed.tags.hurl">(tags)},
    {0x0112, &row<"pppoed.tags.motm">(tags)}, {0x0120, &row<"pppoed.tags.max_payload">(tags)},
    {0x0121, &row<"pppoed.tags.ip_route_add">(tags)},
    {0x0201, &row<"pppoed.tags.service_name_error">(tags)},
    {0x0202, &row<"pppoed.tags.ac_system_error">(tags)},
    {0x0203, &row<"pppoed.tags.generic_error">(tags)},
};
constexpr Known forum_tags[]{
    {0x01, &row<"pppoed.tags.circuit_id">(tags)}, {0x02, &row<"pppoed.tags.remote_id">(tags)},
    {0x81, &row<"pppoed.tags.act_data_rate_up">(tags)},
    {0x82, &row<"pppoed.tags.act_data_rate_down">(tags)},
    {0x83, &row<"pppoed.tags.min_data_rate_up">(tags)},
    {0x84, &row<"pppoed.tags.min_data_rate_down">(tags)},
    {0x85, &row<"pppoed.tags.attainable_data_rate_up">(tags)},
    {0x86, &row<"pppoed.tags.attainable_data_rate_down">(tags)},
    {0x87, &row<"pppoed.tags.max_data_rate_up">(tags)},
    {0x88, &row<"pppoed.tags.max_data_rate_down">(tags)},
};
constexpr u16 end_of_list = 0, service_name = 0x0101, vendor_specific = 0x0105;
constexpr u32 broadband_forum = 3561;

const Field* find(std::span<const Known> list, u32 tag) {
  for (const Known& k : list) {
    if (k.tag == tag) return k.field;
  }
  return nullptr;
}

Next dissect(const u8* p, u32 len, Layer& out) { return dissect_pppoe(p, len, out, {}, true); }

void too_long(Expansion& x, const Field& length, u32 says_length, u32 left) {
  Text says;
  says.add(length.name)
      .add(" says ")
      .dec(says_length)
      .add("; ")
      .dec(left)
      .add(left == 1 ? " byte is left" : " bytes are left");
  x.problem((x.layer.flags & Layer::truncated) != 0 ? Kind::truncated : Kind::malformed, &length,
            says.view());
}

void expand_forum(Expansion& x, u32 at, u32 end) {
  x.mark(row<"pppoed.tags.vendorspecific.tags">(tags), at, end - at);
  const auto inside = x.inside();
  while (at < end) {
    if (end - at < 2) return;
    const u32 tag = x.header()[at], length = x.header()[at + 1];
    if (length > end - at - 2)
      return too_long(x, row<"pppoed.tag_length_8">(tags), length, end - at - 2);
    const Field* f = find(forum_tags, tag);
    if (f != nullptr && (f->width == 0 || length * 8 == f->width)) {
      x.field(*f, at + 2, length);
    } else {
      x.field(row<"pppoed.tags.vendorspecific.tag">(tags), at, 1);
      x.field(row<"pppoed.tag_length_8">(tags), at + 1, 1);
      x.field(row<"pppoed.tag.unknown_data">(tags), at + 2, length);
    }
    at += 2 + length;
  }
}

// The value of one tag, `size` bytes at `at`.
void expand_tag(Expansion& x, u16 tag, u32 at, u32 size) {
  if (tag == vendor_specific && size >= 4) {
    x.field(row<"pppoed.tags.vendor_id">(tags), at, 4);
    if (be32(x.header() + at) == broadband_forum) {
      if (size > 4) expand_forum(x, at + 4, at + size);
    } else {
      x.field(row<"pppoed.tags.vendor_unspecified">(tags), at + 4, size - 4);
    }
    return;
  }
  const Field* f = find(known_tags, tag);
  if (f != nullptr && (f->width == 0 || size * 8 == f->width)) {
    if (size > 0 || tag != service_name) x.field(*f, at, size);
  } else {
    x.field(row<"pppoed.tag">(tags), at - 4, 2);
    x.field(row<"pppoed.tag_length">(tags), at - 2, 2);
    if (size > 0) x.field(row<"pppoed.tag.unknown_data">(tags), at, size);
  }
}

void expand(Expansion& x) {
  expand_pppoe(x);
  u32 at = fixed_bytes<Pppoe>;
  const u32 end = x.layer.header;
  if (!x.whole() || at >= end) return;
  x.mark(row<"pppoed.tags">(tags), at, end - at);
  const auto inside = x.inside();
  while (end - at >= 4) {
    const u16 tag = be16(x.header() + at);
    const u32 size = be16(x.header() + at + 2);
    if (tag == end_of_list) return;
    if (size > end - at - 4) return too_long(x, row<"pppoed.tag_length">(tags), size, end - at - 4);
    expand_tag(x, tag, at + 4, size);
    at += 4 + size;
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < fixed_bytes<Pppoe>) return;
  switch (get<Pppoe, "pppoe.code">(packet.bytes(layer))) {
    case 0x09: out.add("asks for any access concentrator"); return;
    case 0x07: out.add("an access concentrator offers itself"); return;
    case 0x19: out.add("asks one concentrator for a session"); return;
    case 0x65:
      out.add("session ").dec(get<Pppoe, "pppoe.session_id">(packet.bytes(layer))).add(" begins");
      return;
    case 0xa7:
      out.add("session ").dec(get<Pppoe, "pppoe.session_id">(packet.bytes(layer))).add(" ends");
      return;
    default: out.add("code 0x").hex(get<Pppoe, "pppoe.code">(packet.bytes(layer)), 2);
  }
}

constexpr Preset presets[] {
    {&row<"pppoe.version">(Pppoe::fields), 1}, {&row<"pppoe.type">(Pppoe::fields), 1},
    {&row<"pppoe.code">(Pppoe::fields), 9}};

}  // namespace

const Protocol pppoed{
    .name = "pppoed",
    .title = "PPP over Ethernet, discovery",
    .label = "PPPoE discovery",
    .osi = Osi::link,
    .ref = "RFC 2516",
    .about = "How a host on an Ethernet finds an access concentrator and opens a session with it, "
             "before any PPP is spoken.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .presets = presets,
    .fit = fit_pppoe,
};

}  // namespace netpeel::proto
