#include "proto/link/ppp_control.hpp"

namespace netpeel::proto {
namespace {

constexpr u32 header = fixed_bytes<PppControl>;

void expand_options(Expansion& x, const PppOptions& options) {
  u32 at = header;
  const u32 end = x.layer.header;
  while (end - at >= 2) {
    const u32 type = x.header()[at], length = x.header()[at + 1];
    if (length < 2 || length > end - at) {
      Text says;
      says.add(options.length->name).add(" says ").dec(length).add("; ");
      length < 2 ? says.add("an option has 2 at least") : says.dec(end - at).add(" are left");
      x.problem((x.layer.flags & Layer::truncated) != 0 ? Kind::truncated : Kind::malformed,
                options.length, says.view());
      return;
    }
    const PppOption* option = nullptr;
    for (const PppOption& o : options.known) {
      if (o.type == type) option = &o;
    }
    const u32 size = option != nullptr && option->value != nullptr ? option->value->width / 8 : 0;
    if (option == nullptr || length < 2 + size) {
      x.mark(row<"">(ppp_control_rows), at, length);
    } else {
      x.field(*option->whole, at, length);
      const auto inside = x.inside();
      x.field(*options.type, at, 1);
      x.field(*options.length, at + 1, 1);
      if (option->value != nullptr) x.field(*option->value, at + 2, size != 0 ? size : length - 2);
      const u32 used = 2 + size;
      if (option->more != nullptr && length > used)
        x.field(*option->more, at + used,
                option->more->width != 0 ? option->more->width / 8 : length - used);
    }
    at += length;
  }
}

}  // namespace

Next dissect_ppp_control(const u8* p, u32 len, Layer& out) {
  if (len < header) return cut(len, out);
  const u32 claimed = u32(get<PppControl, "ppp.length">(p));
  if (claimed < header) return broken(header, len, out);
  return claim(std::min(claimed, len), claimed, len, out);
}

u32 expand_ppp_control(Expansion& x, const PppOptions& options) {
  x.rows(PppControl::fields);
  if (!x.whole() || x.layer.header < header) return 0;
  const u32 length = u32(get<PppControl, "ppp.length">(x.header()));
  if ((x.layer.flags & Layer::malformed) != 0) {
    Text says;
    says.add("ppp.length says ")
        .dec(length)
        .add("; there are ")
        .dec(u32(x.layer.header) + x.layer.body);
    x.problem(Kind::malformed, &row<"ppp.length">(PppControl::fields), says.view());
    if (length < header) return 0;
  }
  const u32 code = u32(get<PppControl, "ppp.code">(x.header()));
  if (code >= 1 && code <= 4) {
    expand_options(x, options);
    return 0;
  }
  if (code >= 5 && code <= 7) {
    if (x.layer.header > header)
      x.field(row<"ppp.data">(ppp_control_rows), header, x.layer.header - header);
    return 0;
  }
  return code;
}

void fit_ppp_control(const Fitting& f) { put<PppControl, "ppp.length">(f.header, f.total()); }

void ppp_control_sentence(const Packet& packet, const Layer& layer, Text& out) {
  if (layer.header < header) return;
  const u64 code = get<PppControl, "ppp.code">(packet.bytes(layer));
  const std::string_view name = meaning(row<"ppp.code">(PppControl::fields), code);
  name.empty() ? out.add("code ").dec(code) : out.add(name);
  out.add(", number ").dec(get<PppControl, "ppp.identifier">(packet.bytes(layer)));
}

}  // namespace netpeel::proto
