// X.509 certificates — RFC 5280 §4, in DER (X.690): who it is about, who says so, for how long, and
// with which key. What they add to that is in x509_extensions.cpp.
#include "stream/x509.hpp"

#include <chrono>

#include "base/text.hpp"

namespace netpeel::stream::x509 {

using namespace field;  // NOLINT: rows are written in these words
using namespace der;    // NOLINT
using enum field::Show;
using base::Text;

namespace {

constexpr auto name_kinds = values({
    {0, "a distinguished name"}
});
constexpr auto time_kinds = values({
    {0, "with a year of two digits"},
    {1, "with a year of four digits"         }
});
constexpr auto text_kinds = values({
    {0, "an old character set"},
    {1, "simple letters"      },
    {2, "four bytes a letter" },
    {3, "two bytes a letter"  },
    {4, "UTF-8"               }
});
constexpr auto curve_kinds = values({
    {1, "a curve with a name"}
});

constexpr auto rows = loose({
    {"x509af.signedCertificate_element", "What is signed", 0, mark,
     "All that the issuer vouches for."},
    {"x509af.version", "Certificate version", 8, dec, "2 means version 3."},
    {"x509af.serialNumber", "Serial number", 0, bytes, "The number the issuer gave it."},
    {"x509af.signature_element", "Signed with", 0, mark, "How the issuer signed it."},
    {"x509af.algorithm.id", "Algorithm", 0, text, "An algorithm, as an object identifier."},
    {"x509af.issuer", "Issuer", 0, dec, "Who vouches for it.", {.values = name_kinds}},
    {"x509af.subject", "Subject", 0, dec, "Whom it is about.", {.values = name_kinds}},
    {"x509if.rdnSequence", "Parts of the name", 0, dec, "How many parts the name has."},
    {"x509af.rdnSequence", "Parts of the name", 0, dec, "How many parts the name has."},
    {"x509if.RDNSequence_item", "Part", 0, dec,
     "One part of the name; it says so many things, nearly always one."},
    {"x509if.RelativeDistinguishedName_item_element", "Name part", 0, mark,
     "What kind of name it is, and the name."},
    {"x509if.oid", "Kind of name", 0, text,
     "Which part of a name it is, as an object identifier: 2.5.4.3 is the common name."},
    {"x509sat.CountryName", "Country", 0, text, "A country, in two letters."},
    {"x509sat.DirectoryString", "Text", 0, dec, "In which letters the text is written.",
     {.values = text_kinds}},
    {"x509sat.uTF8String", "Name part", 0, text, "A part of a name, in UTF-8."},
    {"x509sat.printableString", "Name part", 0, text, "A part of a name, in simple letters."},
    {"x509sat.teletexString", "Name part", 0, text, "A part of a name, in an old character set."},
    {"x509sat.bmpString", "Name part", 0, text, "A part of a name, two bytes a letter."},
    {"x509sat.PrintableString", "Name part", 0, text,
     "A part of a name that is always in simple letters, such as a serial number."},
    {"x509sat.IA5String", "Name part", 0, text, "A part of a name, in ASCII: an e-mail address."},
    {"x509af.validity_element", "Validity", 0, mark, "When the certificate holds."},
    {"x509af.notBefore", "Not before", 0, dec, "It does not hold before.", {.values = time_kinds}},
    {"x509af.notAfter", "Not after", 0, dec, "It does not hold after.", {.values = time_kinds}},
    {"x509af.utcTime", "Time", 0, text,
     "The certificate holds from the first of these to the second."},
    {"x509af.generalizedTime", "Time", 64, time,
     "The certificate holds from the first of these to the second."},
    {"x509af.subjectPublicKeyInfo_element", "Subject's public key", 0, mark,
     "With it others check what the subject signs."},
    {"x509af.algorithm_element", "Kind of key", 0, mark, "What the key is for."},
    {"pkcs1.ECParameters", "Curve", 0, dec, "How the curve is told.", {.values = curve_kinds}},
    {"pkcs1.namedCurve", "Curve", 0, text, "The elliptic curve, as an object identifier."},
    {"x509af.subjectPublicKey", "Public key", 0, bytes, "The key itself."},
    {"pkcs1.modulus", "Modulus", 0, bytes, "RSA: the product of two secret primes."},
    {"pkcs1.publicExponent", "Public exponent", 0, dec, "RSA: nearly always 65537."},
    {"x509af.extensions", "Extensions", 0, dec, "How many additions the certificate has."},
    {"x509af.algorithmIdentifier_element", "Signed with", 0, mark,
     "The same again, outside of what is signed."},
    {"ber.bitstring.padding", "Unused bits", 8, dec,
     "So many bits at the end of what follows do not count."},
    {"x509af.encrypted", "Signature", 0, bytes,
     "What only the issuer's secret key can make, and everybody can check."},
});

// Headings for people: which part of a name it is (X.520 §6), by the last number of 2.5.4.x.
struct NameKind {
  u8 last;
  Field heading;
};
constexpr Field titled(std::string_view title) { return {"", title, 0, mark, ""}; }
// RFC 5280 §4.1.2.5.
constexpr Field endless = titled("The year 9999: nobody says when it ends");
constexpr NameKind name_parts[]{
    {3,  titled("Common name")             },
    {5,  titled("Serial number")           },
    {7,  titled("Locality")                },
    {8,  titled("State or province")       },
    {9,  titled("Street")                  },
    {10, titled("Organization")            },
    {11, titled("Unit of the organization")},
    {17, titled("Postal code")             },
};

// An AlgorithmIdentifier.
void algorithm(Expansion& x, const Piece& p) {
  static constexpr u8 elliptic[]{0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1};
  Pieces in = inside_of(x.header(), p);
  Piece id, more;
  if (!in.next(id) || id.tag != object) return;
  object_row(x, row<"x509af.algorithm.id">(rows), id);
  if (!is(x.header(), id, elliptic) || !in.next(more) || more.tag != object) return;
  x.number(row<"pkcs1.ECParameters">(rows), more.begin, more.whole(), 1);
  auto inside = x.inside();
  object_row(x, row<"pkcs1.namedCurve">(rows), more);
}
void algorithm(Expansion& x, const Field& heading, const Piece& p) {
  x.mark(heading, p.begin, p.whole());
  auto inside = x.inside();
  algorithm(x, p);
}

// Text that may come in several kinds of letters.
void directory_string(Expansion& x, const Piece& value) {
  const auto say = [&](u32 kind) {
    x.number(row<"x509sat.DirectoryString">(rows), value.begin, value.whole(), kind);
    return x.inside();
  };
  switch (value.tag) {
    case utf8: {
      auto inside = say(4);
      return x.field(row<"x509sat.uTF8String">(rows), value.at, value.size);
    }
    case printable: {
      auto inside = say(1);
      return x.field(row<"x509sat.printableString">(rows), value.at, value.size);
    }
    case teletex: {
      auto inside = say(0);
      return x.field(row<"x509sat.teletexString">(rows), value.at, value.size);
    }
    case bmp: {
      auto inside = say(3);
      return two_byte_row(x, row<"x509sat.bmpString">(rows), value);
    }
    case ia5: return x.field(row<"x509sat.IA5String">(rows), value.at, value.size);
    default: return;
  }
}
void name_part(Expansion& x, const Piece& id, const Piece& value) {
  static constexpr u8 country[]{0x55, 4, 6}, serial[]{0x55, 4, 5}, qualifier[]{0x55, 4, 46};
  const u8* const base = x.header();
  object_row(x, row<"x509if.oid">(rows), id);
  if (id.size == 3 && base[id.at] == 0x55 && base[id.at + 1] == 4) {
    for (const NameKind& kind : name_parts) {
      if (kind.last == base[id.at + 2]) x.mark(kind.heading, value.begin, value.whole());
    }
  }
  if (value.tag == printable && is(base, id, country))
    return x.field(row<"x509sat.CountryName">(rows), value.at, value.size);
  if (value.tag == printable && (is(base, id, serial) || is(base, id, qualifier)))
    return x.field(row<"x509sat.PrintableString">(rows), value.at, value.size);
  directory_string(x, value);
}
// The parts of a name.
void parts_of(Expansion& x, const Piece& name) {
  const u8* const base = x.header();
  Pieces sets = inside_of(base, name);
  Piece each, pair, id, value;
  while (sets.next(each)) {
    x.number(row<"x509if.RDNSequence_item">(rows), each.at, each.size, count_inside(base, each));
    auto in_item = x.inside();
    Pieces pairs = inside_of(base, each);
    while (pairs.next(pair)) {
      x.mark(row<"x509if.RelativeDistinguishedName_item_element">(rows), pair.begin, pair.whole());
      auto in_pair = x.inside();
      Pieces in = inside_of(base, pair);
      if (in.next(id) && id.tag == object && in.next(value)) name_part(x, id, value);
    }
  }
}

// Nanoseconds since 1970 of YYYYMMDDhhmmss; no_time: no such moment, or beyond what 64 bits hold
// (the year 2262).
i64 since_1970(std::string_view t) {
  using namespace std::chrono;
  const auto two = [&](std::size_t at) { return unsigned(t[at] - '0') * 10 + (t[at + 1] - '0'); };
  const year_month_day day{std::chrono::year{int(two(0) * 100 + two(2))}, month{two(4)},
                           std::chrono::day{two(6)}};
  if (!day.ok()) return no_time;
  const i64 seconds = i64(sys_days{day}.time_since_epoch().count()) * 86400 + two(8) * 3600 +
                      two(10) * 60 + two(12);
  i64 out = 0;
  return __builtin_mul_overflow(seconds, 1'000'000'000, &out) ? no_time : out;
}
bool digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
void moment(Expansion& x, const Field& heading, const Piece& p) {
  const bool two_digits = p.tag == utc_time;
  const u32 year = two_digits ? 2 : 4;
  if ((!two_digits && p.tag != general_time) || p.size < year + 10) return;
  x.number(heading, p.begin, p.whole(), two_digits ? 0 : 1);
  auto inside = x.inside();
  const std::string_view t = base::as_text({x.header() + p.at, p.size});
  if (!two_digits) {
    if (!digits(t.substr(0, 14))) return;
    if (t == "99991231235959Z") x.mark(endless, p.at, p.size);
    return x.number(row<"x509af.generalizedTime">(rows), p.at, p.size, u64(since_1970(t)));
  }
  Text text;
  // RFC 5280 §4.1.2.5.1: two digits mean 1950 to 2049.
  text.add(t[0] < '5' ? "20" : "19").add(t.substr(0, 2)).add('-').add(t.substr(2, 2)).add('-');
  text.add(t.substr(4, 2)).add(' ').add(t.substr(6, 2)).add(':').add(t.substr(8, 2)).add(':');
  text.add(t.substr(10, 2)).add(" (UTC)");
  x.text(row<"x509af.utcTime">(rows), p.at, p.size, text.view());
}
void validity(Expansion& x, const Piece& p) {
  x.mark(row<"x509af.validity_element">(rows), p.begin, p.whole());
  auto inside = x.inside();
  Pieces in = inside_of(x.header(), p);
  Piece time;
  if (in.next(time)) moment(x, row<"x509af.notBefore">(rows), time);
  if (in.next(time)) moment(x, row<"x509af.notAfter">(rows), time);
}
void public_key(Expansion& x, const Piece& p) {
  static constexpr u8 rsa[]{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1};
  const u8* const base = x.header();
  x.mark(row<"x509af.subjectPublicKeyInfo_element">(rows), p.begin, p.whole());
  auto inside = x.inside();
  Pieces in = inside_of(base, p);
  Piece how, key, id, pair, number;
  if (!in.next(how)) return;
  algorithm(x, row<"x509af.algorithm_element">(rows), how);
  if (!in.next(key) || key.tag != bit_string || key.size == 0) return;
  bits_row(x, row<"x509af.subjectPublicKey">(rows), key, false);
  if (!first_inside(base, how, object, id) || !is(base, id, rsa)) return;
  auto in_key = x.inside();
  Pieces content{base, key.at + 1, key.at + key.size};
  if (!content.next(pair) || pair.tag != sequence) return;
  Pieces numbers = inside_of(base, pair);
  if (numbers.next(number) && number.tag == integer)
    x.field(row<"pkcs1.modulus">(rows), number.at, number.size);
  if (numbers.next(number) && number.tag == integer)
    number_row(x, row<"pkcs1.publicExponent">(rows), number);
}

// What is signed.
void body_of(Expansion& x, const Piece& body) {
  const u8* const base = x.header();
  Pieces in = inside_of(base, body);
  Piece p, inner;
  bool ok = in.next(p);
  if (ok && p.tag == 0xa0) {
    if (first_inside(base, p, integer, inner) && inner.size == 1)
      x.field(row<"x509af.version">(rows), inner.at, 1);
    ok = in.next(p);
  }
  if (ok && p.tag == integer) x.field(row<"x509af.serialNumber">(rows), p.at, p.size);
  if (ok && (ok = in.next(p))) algorithm(x, row<"x509af.signature_element">(rows), p);
  if (ok && (ok = in.next(p))) name(x, row<"x509af.issuer">(rows), name_list(), p);
  if (ok && (ok = in.next(p))) validity(x, p);
  if (ok && (ok = in.next(p)))
    name(x, row<"x509af.subject">(rows), row<"x509af.rdnSequence">(rows), p);
  if (ok && (ok = in.next(p))) public_key(x, p);
  while (ok && in.next(p)) {
    if (p.tag != 0xa3 || !first_inside(base, p, sequence, inner)) continue;
    x.number(row<"x509af.extensions">(rows), inner.at, inner.size, count_inside(base, inner));
    auto inside = x.inside();
    expand_extensions(x, inner);
  }
}

}  // namespace

Table certificate_rows() { return rows; }

const Field& name_list() { return row<"x509if.rdnSequence">(rows); }

void bits_row(Expansion& x, const Field& f, const Piece& p, bool padding) {
  if (p.size == 0) return;
  if (padding) x.field(row<"ber.bitstring.padding">(rows), p.at, 1);
  x.field(f, p.at + 1, p.size - 1);
}

void name(Expansion& x, const Field& choice, const Field& list, const Piece& name) {
  x.number(choice, name.begin, name.whole(), 0);
  auto inside = x.inside();
  x.number(list, name.at, name.size, count_inside(x.header(), name));
  auto in_list = x.inside();
  parts_of(x, name);
}

void expand_name(Expansion& x, u32 at, u32 size) {
  Pieces all{x.header(), at, at + size};
  Piece name;
  if (all.next(name) && name.tag == sequence) parts_of(x, name);
}

void expand_certificate(Expansion& x, u32 at, u32 size) {
  const u8* const base = x.header();
  Pieces all{base, at, at + size};
  Piece certificate, body, p;
  if (!all.next(certificate) || certificate.tag != sequence ||
      !first_inside(base, certificate, sequence, body))
    return x.problem(Kind::malformed, nullptr, "the certificate is not DER");
  x.mark(row<"x509af.signedCertificate_element">(rows), body.begin, body.whole());
  {
    auto inside = x.inside();
    body_of(x, body);
  }
  Pieces parts = inside_of(base, certificate);
  parts.next(p);
  if (!parts.next(p)) return;
  algorithm(x, row<"x509af.algorithmIdentifier_element">(rows), p);
  if (parts.next(p) && p.tag == bit_string) bits_row(x, row<"x509af.encrypted">(rows), p);
}

}  // namespace netpeel::stream::x509
