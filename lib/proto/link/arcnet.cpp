// ARCNET as BSD systems capture it — LINKTYPE_ARCNET_BSD of tcpdump.org; RFC 1051, RFC 1201. And
// what Linux's form shares.
#include "proto/link/arcnet.hpp"

namespace netpeel::proto {
namespace {

constexpr u8 old_ip = 0xf0, old_arp = 0xf1, diagnosis = 0x80, bacnet = 0xcd;
constexpr u8 exception = 0xff;

// Nothing stands between such a number and the packet.
bool is_bare(u8 protocol) {
  return protocol == old_ip || protocol == old_arp || protocol == diagnosis || protocol == bacnet;
}

struct Shape {
  u32 header;        // more than len if the frame is too short
  u32 exception_at;  // 0: none
  u32 piece_at;      // 0: none
  u8 protocol, split;
};
Shape shape(const ArcnetForm& form, const u8* p, u32 len) {
  const u32 fixed = bytes_of(form.fixed);
  Shape s{.header = fixed, .exception_at = 0, .piece_at = 0, .protocol = 0, .split = 0};
  if (len < fixed) return s;
  s.protocol = p[fixed - 1];
  if (is_bare(s.protocol)) return s;
  s.piece_at = fixed;
  if (form.exceptions && len > fixed && p[fixed] == exception) {
    s.exception_at = fixed;
    s.piece_at += bytes_of(arcnet_exception);
  }
  s.header = s.piece_at + bytes_of(arcnet_piece);
  if (len > s.piece_at) s.split = p[s.piece_at];
  return s;
}

Next next_of(u8 protocol) {
  switch (protocol) {
    case old_ip:
    case 0xd4: return {Space::ethertype, 0x0800};
    case old_arp:
    case 0xd5: return {Space::ethertype, 0x0806};
    case 0xd6: return {Space::ethertype, 0x8035};
    case 0xc4: return {Space::ethertype, 0x86dd};
    case bacnet: return {Space::ieee802_3, 0};
    default: return {};
  }
}

void station(u8 number, Text& out) {
  number == 0 ? out.add("everybody") : out.add("0x").hex(number, 2);
}

}  // namespace

Next dissect_arcnet(const ArcnetForm& form, const u8* p, u32 len, Layer& out) {
  const Shape s = shape(form, p, len);
  if (len < s.header) return cut(len, out);
  // A piece is not decoded: what it is cut from ends elsewhere.
  return accept(s.header, len - s.header, out, s.split == 0 ? next_of(s.protocol) : Next{});
}

void expand_arcnet(const ArcnetForm& form, Expansion& x) {
  x.rows(form.fixed);
  const Shape s = shape(form, x.header(), x.layer.header);
  if (s.exception_at > 0) x.rows(arcnet_exception, s.exception_at);
  if (s.piece_at > 0) x.rows(arcnet_piece, s.piece_at);
}

void arcnet_sentence(const ArcnetForm& form, const Packet& packet, const Layer& layer, Text& out) {
  if ((layer.flags & Layer::cut_header) != 0) return;
  const u8* p = packet.bytes(layer);
  const Shape s = shape(form, p, layer.header);
  out.add("from ");
  station(p[0], out);
  out.add(" to ");
  station(p[1], out);
  // RFC 1201: the first of n pieces says 2(n - 2) + 1, the k-th 2(k - 1).
  if (s.split % 2 == 1) out.add(", the first of ").dec(s.split / 2 + 2).add(" pieces");
  if (s.split > 0 && s.split % 2 == 0) out.add(", piece ").dec(s.split / 2 + 1);
}

// With numbers of RFC 1051, which need nothing else.
void fit_arcnet(const ArcnetForm& form, const Fitting& f) {
  if (!f.fresh || f.layer.body == 0) return;
  const u8 version = f.header[f.layer.header] >> 4;
  if (version == 4) f.header[bytes_of(form.fixed) - 1] = old_ip;
}

namespace {

struct Arcnet {
  static constexpr auto fields = wire({
      {"arcnet.src", "Source", 8, hex, "The sender's number, 1 to 255: somebody set it by hand."},
      {"arcnet.dst", "Destination", 8, hex, "The receiver's number; 0 is everybody."},
      {"arcnet.protID", "Protocol", 8, hex, "Which protocol follows.",
       {.values = arcnet_protocols}},
  });
};
constexpr Table tables[]{Arcnet::fields, arcnet_exception, arcnet_piece};
constexpr Bind binds[]{
    {Space::link, 7}
};
constexpr ArcnetForm form{.fixed = Arcnet::fields, .exceptions = true};

Next dissect(const u8* p, u32 len, Layer& out) { return dissect_arcnet(form, p, len, out); }
void expand(Expansion& x) { expand_arcnet(form, x); }
void sentence(const Packet& packet, const Layer& layer, Text& out) {
  arcnet_sentence(form, packet, layer, out);
}
void fit(const Fitting& f) { fit_arcnet(form, f); }

}  // namespace

const Protocol arcnet{
    .name = "arcnet",
    .title = "ARCNET",
    .label = "ARCNET",
    .osi = Osi::link,
    .ref = "RFC 1201",
    .about = "A local network of the 1980s, still found in machines and buildings: a token goes "
             "round, and who has it may send.",
    .tables = tables,
    .binds = binds,
    .dissect = dissect,
    .expand = expand,
    .sentence = sentence,
    .fit = fit,
};

}  // namespace netpeel::proto
