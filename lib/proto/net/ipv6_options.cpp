#include "proto/net/ipv6_options.hpp"

#include "proto/net/ipv6_ext.hpp"

namespace netpeel::proto {
namespace {

using namespace ipv6_option;

// An option's value: rows at fixed places, then perhaps one that takes the rest.
struct Form {
  u8 type;
  Table table;
  const Field* rest = nullptr;
};
constexpr const Field* other = &row<"ipv6.opt.unknown">(parts);
constexpr const Field* experiment = &row<"ipv6.opt.experimental">(parts);
constexpr Form forms[]{
    {1, {}, &row<"ipv6.opt.padn">(parts)},
    {4, tunnel_limit},
    {5, router_alert},
    {7, calipso, &row<"ipv6.opt.calipso.cmpt_bitmap">(parts)},
    {15, metrics},
    {17, ioam},
    {30, {}, experiment},
    {35, rpl},
    {38, quick_start},
    {48, path_mtu},
    {49, ioam},
    {62, {}, experiment},
    {65, forwarding},
    {94, {}, experiment},
    {99, rpl},
    {109, mpl, &row<"ipv6.opt.mpl.seed_id">(parts)},
    {126, {}, experiment},
    {139, {}, &row<"ipv6.opt.ilnp_nonce">(parts)},
    {140, line, &row<"ipv6.opt.lio.line_id">(parts)},
    {158, {}, experiment},
    {190, {}, experiment},
    {194, jumbo},
    {201, home},
    {222, {}, experiment},
    {238, dff},
    {254, {}, experiment},
};
constexpr Form unknown{0, {}, other};
constexpr u8 duplicates = 8;

const Form& form(u8 type) {
  for (const Form& f : forms) {
    if (f.type == type) return f;
  }
  return unknown;
}

// RFC 6621 §6.1: how routers of a mesh notice that they forwarded a packet already.
bool duplicate_detection(Expansion& x, u32 at, u32 size) {
  if (size == 0) return false;
  const u8 first = x.header()[at];
  x.number(row<"ipv6.opt.smf_dpd.hash_bit">(parts), at, 1, first >> 7);
  if (first >> 7 != 0) {
    x.field(row<"ipv6.opt.smf_dpd.hav">(parts), at, size);
    return true;
  }
  const u32 type = first >> 4 & 7, name = type == 0 ? 0 : (first & 15u) + 1;
  x.number(row<"ipv6.opt.smf_dpd.tid_type">(parts), at, 1, type);
  x.number(row<"ipv6.opt.smf_dpd.tid_len">(parts), at, 1, first & 15u);
  if (1 + name > size) return false;
  if (name > 0) x.field(row<"ipv6.opt.smf_dpd.tagger_id">(parts), at + 1, name);
  x.field(row<"ipv6.opt.smf_dpd.ident">(parts), at + 1 + name, size - 1 - name);
  return true;
}

// The value of an option: size bytes at byte `at`. False if it is shorter than its form.
bool value(Expansion& x, u8 type, u32 at, u32 size) {
  if (type == duplicates) return duplicate_detection(x, at, size);
  const Form& f = form(type);
  Table table = f.table;
  if (type == 38 && size > 0 && x.header()[at] >> 4 == 8) table = quick_start_report;
  const u32 fixed = bytes_of(table);
  if (size < fixed) return false;
  x.rows(table, at);
  if (f.rest != nullptr && (type == 1 || size > fixed)) x.field(*f.rest, at + fixed, size - fixed);
  // Pre-allocated or incremental trace: what routers wrote is counted, not taken apart.
  constexpr u32 trace = bytes_of(ioam_trace);
  if ((type == 49 || type == 17) && x.header()[at + 1] <= 1 && size >= fixed + trace)
    x.rows(ioam_trace, at + fixed);
  return true;
}

}  // namespace

Next dissect_ipv6_options(const u8* p, u32 len, Layer& out) {
  if (len < 8) return cut(len, out);
  const u32 header = (p[1] + 1u) * 8;
  if (header > len) return cut(len, out);
  return accept(header, len - header, out, {Space::ip_proto, p[0]});
}

void expand_ipv6_options(Expansion& x, const Field& length, const Field& octets) {
  const Bytes all = x.bytes();
  if (all.size() < 2) return;
  const u32 claimed = (all[1] + 1u) * 8;
  x.number(octets, 1, 1, claimed);
  Text says;
  if (claimed > all.size() && (x.layer.flags & (Layer::malformed | Layer::truncated)) != 0) {
    const bool cut_off = (x.layer.flags & Layer::truncated) != 0;
    says.add(length.name).add(" says ").dec(claimed).add(" bytes; ");
    says.add(cut_off ? "the capture kept " : "there are ").dec(all.size());
    x.problem(cut_off ? Kind::truncated : Kind::malformed, &length, says.view());
  }
  Cursor c(all, 2);
  while (c.left() > 0) {
    const u32 at = c.at();
    const u8 type = c.u8_();
    const u32 size = type == 0 ? 0 : c.u8_();
    const u32 head_size = type == 0 ? 1 : 2;
    if (!c.ok()) return;
    const bool fits = size <= c.left();
    const u32 there = fits ? size : c.left();
    x.mark(row<"ipv6.opt">(parts), at, head_size + there);
    const auto inside = x.inside();
    if (type == 0) {
      x.placed(head[0], at);
      x.mark(row<"ipv6.opt.pad1">(parts), at, 1);
      continue;
    }
    x.rows(head, at);
    x.field(row<"ipv6.opt.length">(parts), at + 1, 1);
    if (!fits || !value(x, type, at + 2, size)) {
      if (!x.whole() && !fits) return;
      says.clear();
      says.add("ipv6.opt.length says ").dec(size);
      if (fits) {
        says.add("; this option needs more");
      } else {
        says.add("; the header has ").dec(there).add(" left");
      }
      x.problem(Kind::malformed, &row<"ipv6.opt.length">(parts), says.view());
    }
    c.skip(size);
  }
}

void sentence_ipv6_options(const Packet& packet, const Layer& layer, Text& out) {
  Cursor c({packet.bytes(layer), layer.header}, 2);
  bool any = false;
  for (u32 i = 0; i < 8 && c.left() > 0; ++i) {
    const u8 type = c.u8_();
    if (type == 0) continue;
    c.skip(c.u8_());
    if (type == 1 || !c.ok()) continue;
    const std::string_view name = meaning(row<"ipv6.opt.type">(head), type);
    out.add(any ? ", " : "");
    if (name.empty()) {
      out.add("option ").dec(type);
    } else {
      out.add(name);
    }
    any = true;
  }
  if (!any) out.add("padding only");
}

}  // namespace netpeel::proto
