// X.509 certificates — RFC 5280 §4, in DER (X.690): who it is about, who says so, for how long, and
// for which hosts.
#include <algorithm>

#include "base/text.hpp"
#include "stream/tls_parts.hpp"

namespace netpeel::stream::tls_parts {

using namespace field;  // NOLINT: rows are written in these words
using enum field::Show;
using base::Text;

namespace {

constexpr auto rows = loose({
    {"x509af.version", "Certificate version", 8, dec, "2 means version 3."},
    {"x509af.serialNumber", "Serial number", 0, bytes, "The number the issuer gave it."},
    {"x509af.algorithm.id", "Algorithm", 0, text, "An algorithm, as an object identifier."},
    {"", "Issuer", 0, mark, "Who vouches for it."},
    {"", "Subject", 0, mark, "Whom it is about."},
    {"x509if.oid", "Kind of name", 0, text,
     "Which part of a name it is, as an object identifier: 2.5.4.3 is the common name."},
    {"x509sat.CountryName", "Country", 0, text, "A country, in two letters."},
    {"x509sat.uTF8String", "Name part", 0, text, "A part of a name, in UTF-8."},
    {"x509sat.printableString", "Name part", 0, text, "A part of a name, in simple letters."},
    {"x509sat.teletexString", "Name part", 0, text, "A part of a name, in an old character set."},
    {"x509sat.IA5String", "Name part", 0, text, "A part of a name, in ASCII: an e-mail address."},
    {"x509af.utcTime", "Time", 0, text,
     "The certificate holds from the first of these to the second."},
    {"x509af.generalizedTime", "Time", 0, text,
     "The certificate holds from the first of these to the second."},
    {"x509af.extension.id", "Extension", 0, text, "Which addition it is, as an object identifier."},
    {"x509ce.dNSName", "Host name", 0, text, "A host the certificate is good for."},
});
// A piece of DER: its tag, and where its content stands from the layer's start.
struct Piece {
  u8 tag = 0;
  u32 at = 0, size = 0;
};
enum Tag : u8 {
  integer = 2,
  octet_string = 4,
  object = 6,
  utf8 = 12,
  printable = 19,
  teletex = 20,
  ia5 = 22,
  utc_time = 23,
  general_time = 24,
  sequence = 0x30,
  set = 0x31
};

// Walks the pieces between two places; ends at the first that does not fit.
struct Pieces {
  const u8* base;
  u32 at, end;
  bool next(Piece& out) {
    if (end - at < 2) return false;
    u32 p = at + 2;
    u32 size = base[at + 1];
    if (size >= 0x80) {
      const u32 n = size & 0x7f;
      if (n == 0 || n > 3 || n > end - p) return false;
      size = 0;
      for (u32 i = 0; i < n; ++i) size = size << 8 | base[p++];
    }
    if (size > end - p) return false;
    out = {base[at], p, size};
    at = p + size;
    return true;
  }
};
Pieces inside_of(const u8* base, const Piece& p) { return {base, p.at, p.at + p.size}; }

void write_object(Text& out, Bytes id) {
  u64 v = 0;
  bool first = true;
  for (u8 b : id) {
    v = v << 7 | (b & 0x7f);
    if ((b & 0x80) != 0) continue;
    if (first) {
      const u64 top = v < 80 ? v / 40 : 2;
      out.dec(top).add('.').dec(v - top * 40);
    } else {
      out.add('.').dec(v);
    }
    first = false;
    v = 0;
  }
}
void object_row(Expansion& x, const Field& f, const Piece& p) {
  Text text;
  write_object(text, {x.header() + p.at, p.size});
  x.text(f, p.at, p.size, text.view());
}
// An AlgorithmIdentifier.
void algorithm(Expansion& x, const Piece& p) {
  Pieces in = inside_of(x.header(), p);
  Piece id;
  if (in.next(id) && id.tag == object) object_row(x, row<"x509af.algorithm.id">(rows), id);
}
void name_part(Expansion& x, const Piece& id, const Piece& value) {
  static constexpr u8 country[]{0x55, 4, 6};
  object_row(x, row<"x509if.oid">(rows), id);
  const bool is_country = id.size == 3 && std::equal(country, country + 3, x.header() + id.at);
  switch (value.tag) {
    case utf8: return x.field(row<"x509sat.uTF8String">(rows), value.at, value.size);
    case printable:
      return x.field(is_country ? row<"x509sat.CountryName">(rows)
                                : row<"x509sat.printableString">(rows),
                     value.at, value.size);
    case teletex: return x.field(row<"x509sat.teletexString">(rows), value.at, value.size);
    case ia5: return x.field(row<"x509sat.IA5String">(rows), value.at, value.size);
    default: return;
  }
}
void validity(Expansion& x, const Piece& p) {
  Pieces in = inside_of(x.header(), p);
  Piece time;
  for (u32 i = 0; i < 2 && in.next(time); ++i) {
    const u32 year = time.tag == utc_time ? 2 : 4;
    if ((time.tag != utc_time && time.tag != general_time) || time.size < year + 10) return;
    const std::string_view t = base::as_text({x.header() + time.at, time.size});
    Text text;
    // RFC 5280 §4.1.2.5.1: two digits mean 1950 to 2049.
    if (year == 2) text.add(t[0] < '5' ? "20" : "19");
    text.add(t.substr(0, year))
        .add('-')
        .add(t.substr(year, 2))
        .add('-')
        .add(t.substr(year + 2, 2))
        .add(' ');
    text.add(t.substr(year + 4, 2))
        .add(':')
        .add(t.substr(year + 6, 2))
        .add(':')
        .add(t.substr(year + 8, 2))
        .add(" (UTC)");
    x.text(time.tag == utc_time ? row<"x509af.utcTime">(rows) : row<"x509af.generalizedTime">(rows),
           time.at, time.size, text.view());
  }
}
// The hosts of subjectAltName.
void host_names(Expansion& x, const Piece& octets) {
  Pieces in = inside_of(x.header(), octets);
  Piece names, name;
  if (!in.next(names)) return;
  Pieces each = inside_of(x.header(), names);
  while (each.next(name)) {
    if (name.tag == 0x82) x.field(row<"x509ce.dNSName">(rows), name.at, name.size);
  }
}
// RFC 6962 §3.3: the list TLS would send, in an OCTET STRING of its own.
void timestamps(Expansion& x, const Piece& octets) {
  Pieces in = inside_of(x.header(), octets);
  Piece list;
  if (!in.next(list) || list.tag != octet_string) return;
  Reader reader{x, list.at, list.at + list.size};
  auto inside = x.inside();
  expand_timestamps(reader);
}
void extension(Expansion& x, const Piece& one) {
  static constexpr u8 alternative_names[]{0x55, 0x1d, 17};
  static constexpr u8 transparency[]{0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 4, 2};
  Pieces in = inside_of(x.header(), one);
  Piece id, value;
  if (!in.next(id) || id.tag != object) return;
  object_row(x, row<"x509af.extension.id">(rows), id);
  const Bytes name{x.header() + id.at, id.size};
  while (in.next(value)) {
    if (value.tag != octet_string) continue;
    if (std::ranges::equal(name, alternative_names)) host_names(x, value);
    if (std::ranges::equal(name, transparency)) timestamps(x, value);
  }
}
void extensions(Expansion& x, const Piece& outer) {
  Pieces wrap = inside_of(x.header(), outer);
  Piece list, one;
  if (!wrap.next(list)) return;
  Pieces all = inside_of(x.header(), list);
  while (all.next(one)) extension(x, one);
}
void names_of(Expansion& x, const Piece& name) {
  Pieces sets = inside_of(x.header(), name);
  Piece each, pair, id, value;
  while (sets.next(each)) {
    Pieces pairs = inside_of(x.header(), each);
    while (pairs.next(pair)) {
      Pieces in = inside_of(x.header(), pair);
      if (in.next(id) && id.tag == object && in.next(value)) name_part(x, id, value);
    }
  }
}

}  // namespace

Table certificate_rows() { return rows; }

void expand_name(Expansion& x, u32 at, u32 size) {
  Pieces all{x.header(), at, at + size};
  Piece name;
  if (all.next(name) && name.tag == sequence) names_of(x, name);
}

void expand_certificate(Expansion& x, u32 at, u32 size) {
  const u8* base = x.header();
  Pieces all{base, at, at + size};
  Piece certificate, body, p;
  if (!all.next(certificate) || certificate.tag != sequence)
    return x.problem(Kind::malformed, nullptr, "the certificate is not DER");
  Pieces parts = inside_of(base, certificate);
  if (!parts.next(body) || body.tag != sequence)
    return x.problem(Kind::malformed, nullptr, "the certificate is not DER");
  Pieces in = inside_of(base, body);
  bool ok = in.next(p);
  if (ok && p.tag == 0xa0) {
    Pieces wrap = inside_of(base, p);
    if (wrap.next(p) && p.tag == integer && p.size == 1)
      x.field(row<"x509af.version">(rows), p.at, 1);
    ok = in.next(p);
  }
  if (ok && p.tag == integer) x.field(row<"x509af.serialNumber">(rows), p.at, p.size);
  if (ok && in.next(p)) algorithm(x, p);
  if (ok && in.next(p)) {
    x.mark(rows[3], p.at, p.size);
    auto inside = x.inside();
    names_of(x, p);
  }
  if (ok && in.next(p)) validity(x, p);
  if (ok && in.next(p)) {
    x.mark(rows[4], p.at, p.size);
    auto inside = x.inside();
    names_of(x, p);
  }
  if (ok && in.next(p)) {
    Pieces key = inside_of(base, p);
    Piece how;
    if (key.next(how)) algorithm(x, how);
  }
  while (ok && in.next(p)) {
    if (p.tag == 0xa3) extensions(x, p);
  }
  if (parts.next(p)) algorithm(x, p);
}

}  // namespace netpeel::stream::tls_parts
