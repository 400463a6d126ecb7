// What certificates add — RFC 5280 §4.2: for which hosts, what the key may be used for, where to
// ask whether it still holds; Certificate Transparency's timestamps (RFC 6962 §3.3).
#include <algorithm>

#include "stream/tls_parts.hpp"
#include "stream/x509.hpp"

namespace netpeel::stream::x509 {

using namespace field;  // NOLINT: rows are written in these words
using namespace der;    // NOLINT
using enum field::Show;

namespace {

constexpr auto general_names = values({
    {0, "another kind"        },
    {1, "an e-mail address"   },
    {2, "a host name"         },
    {3, "an X.400 address"    },
    {4, "a distinguished name"},
    {5, "an EDI party"        },
    {6, "a URI"               },
    {7, "an IP address"       },
    {8, "an object identifier"}
});
constexpr auto name_kinds = values({
    {0, "a distinguished name"}
});
constexpr auto point_kinds = values({
    {0, "full name"             },
    {1, "relative to the issuer"}
});
constexpr auto notice_kinds = values({
    {0, "ASCII"             },
    {1, "visible letters"   },
    {2, "two bytes a letter"},
    {3, "UTF-8"             }
});

constexpr auto rows = loose({
    {"x509af.Extension_element", "Extension", 0, mark, "One addition."},
    {"x509af.extension.id", "Extension", 0, text, "Which addition it is, as an object identifier."},
    {"x509af.critical", "Critical", 0, flag,
     "Whoever does not understand this addition must refuse the certificate."},
    {"x509ce.GeneralNames", "Names", 0, dec, "How many names there are."},
    {"x509ce.GeneralName", "Name", 0, dec, "Which kind of name it is.", {.values = general_names}},
    {"x509ce.rfc822Name", "E-mail address", 0, text, "An e-mail address."},
    {"x509ce.dNSName", "Host name", 0, text, "A host the certificate is good for."},
    {"x509ce.directoryName", "Distinguished name", 0, dec, "A name in parts.",
     {.values = name_kinds}},
    {"x509ce.uniformResourceIdentifier", "URI", 0, text, "A place on the web."},
    {"x509ce.iPAddress", "IP address", 0, bytes, "An address the certificate is good for."},
    {"x509ce.registeredID", "Registered id", 0, text, "An object identifier."},
    {"x509ce.BasicConstraintsSyntax_element", "Basic constraints", 0, mark,
     "Whether the subject may issue certificates itself."},
    {"x509ce.cA", "Is an authority", 0, flag, "The subject may issue certificates."},
    {"x509ce.pathLenConstraint", "Path length", 0, dec,
     "So many authorities may stand between it and a host's certificate."},
    {"x509ce.KeyUsage", "Key usage", 0, bytes, "What the key may be used for, bit by bit."},
    {"x509ce.KeyUsage.digitalSignature", "Signing", 1, flag, "Signing, but not certificates."},
    {"x509ce.KeyUsage.contentCommitment", "Commitment", 1, flag,
     "Signing so that it cannot be denied later."},
    {"x509ce.KeyUsage.keyEncipherment", "Wrapping keys", 1, flag, "Encrypting other keys."},
    {"x509ce.KeyUsage.dataEncipherment", "Encrypting data", 1, flag, "Encrypting data directly."},
    {"x509ce.KeyUsage.keyAgreement", "Key agreement", 1, flag, "Agreeing on a key."},
    {"x509ce.KeyUsage.keyCertSign", "Signing certificates", 1, flag, "Signing certificates."},
    {"x509ce.KeyUsage.cRLSign", "Signing revocations", 1, flag,
     "Signing lists of certificates that no longer hold."},
    {"x509ce.KeyUsage.encipherOnly", "Encrypting only", 1, flag,
     "With key agreement: only for encrypting."},
    {"x509ce.KeyUsage.decipherOnly", "Decrypting only", 1, flag,
     "With key agreement: only for decrypting."},
    {"x509ce.KeyPurposeIDs", "Purposes", 0, dec, "How many purposes the key has."},
    {"x509ce.KeyPurposeId", "Purpose", 0, text,
     "What the certificate is for, as an object identifier: 1.3.6.1.5.5.7.3.1 is a server of TLS."},
    {"x509ce.SubjectKeyIdentifier", "Subject's key", 0, bytes,
     "A short name of the subject's key."},
    {"x509ce.AuthorityKeyIdentifier_element", "Authority's key", 0, mark,
     "With which of its keys the issuer signed."},
    {"x509ce.keyIdentifier", "Key", 0, bytes, "A short name of the issuer's key."},
    {"x509ce.authorityCertIssuer", "Issuer's issuer", 0, dec,
     "Who vouches for the issuer: so many names."},
    {"x509ce.authorityCertSerialNumber", "Issuer's serial number", 0, bytes,
     "The number of the issuer's own certificate."},
    {"x509ce.CRLDistPointsSyntax", "Revocation lists", 0, dec,
     "In how many places to look whether the certificate was taken back."},
    {"x509ce.DistributionPoint_element", "Place", 0, mark, "A list of certificates taken back."},
    {"x509ce.distributionPoint", "Where", 0, dec, "How the place is told.",
     {.values = point_kinds}},
    {"x509ce.fullName", "Names", 0, dec, "So many names of the place."},
    {"x509ce.CertificatePoliciesSyntax", "Policies", 0, dec,
     "Under how many sets of rules it was issued."},
    {"x509ce.PolicyInformation_element", "Policy", 0, mark, "One set of rules."},
    {"x509ce.policyIdentifier", "Policy", 0, text, "The rules, as an object identifier."},
    {"x509ce.policyQualifiers", "Remarks", 0, dec, "How many remarks there are on it."},
    {"x509ce.PolicyQualifierInfo_element", "Remark", 0, mark, "A remark on the rules."},
    {"x509ce.id", "Kind of remark", 0, text, "Which kind, as an object identifier."},
    {"pkix1explicit.DirectoryString", "Where to read the rules", 0, text,
     "The address of the rules' text."},
    {"pkix1implicit.UserNotice_element", "Notice", 0, mark, "A note for whoever trusts it."},
    {"pkix1implicit.explicitText", "Notice", 0, dec, "In which letters the note is written.",
     {.values = notice_kinds}},
    {"pkix1implicit.ia5String", "Text", 0, text, "The note."},
    {"pkix1implicit.visibleString", "Text", 0, text, "The note."},
    {"pkix1implicit.bmpString", "Text", 0, text, "The note, two bytes a letter."},
    {"pkix1implicit.utf8String", "Text", 0, text, "The note, in UTF-8."},
    {"pkix1implicit.AuthorityInfoAccessSyntax", "About the issuer", 0, dec,
     "How many places tell more of the issuer."},
    {"pkix1implicit.AccessDescription_element", "Place", 0, mark, "One place."},
    {"pkix1implicit.accessMethod", "What is there", 0, text,
     "As an object identifier: 1.3.6.1.5.5.7.48.1 asks whether the certificate holds (OCSP)."},
    {"pkix1implicit.accessLocation", "Where", 0, dec, "Which kind of name the place has.",
     {.values = general_names}},
});

// What a name of a kind holds.
void name_content(Expansion& x, const Piece& p) {
  switch (p.tag) {
    case 0x81: return x.field(row<"x509ce.rfc822Name">(rows), p.at, p.size);
    case 0x82: return x.field(row<"x509ce.dNSName">(rows), p.at, p.size);
    case 0xa4: {
      Piece inner;
      if (first_inside(x.header(), p, sequence, inner))
        name(x, row<"x509ce.directoryName">(rows), name_list(), inner);
      return;
    }
    case 0x86: return x.field(row<"x509ce.uniformResourceIdentifier">(rows), p.at, p.size);
    case 0x87: return x.field(row<"x509ce.iPAddress">(rows), p.at, p.size);
    case 0x88: return object_row(x, row<"x509ce.registeredID">(rows), p);
    default: return;
  }
}
void general_name(Expansion& x, const Field& f, const Piece& p) {
  x.number(f, p.at, p.size, p.tag & 0x1f);
  auto inside = x.inside();
  name_content(x, p);
}
// A list of names.
void names(Expansion& x, const Field& f, const Piece& list) {
  x.number(f, list.at, list.size, count_inside(x.header(), list));
  auto inside = x.inside();
  Pieces each = inside_of(x.header(), list);
  Piece name;
  while (each.next(name)) general_name(x, row<"x509ce.GeneralName">(rows), name);
}

// ---- The extensions. Each is given the piece inside of its OCTET STRING. ----

void alternative_names(Expansion& x, const Piece& p) {
  names(x, row<"x509ce.GeneralNames">(rows), p);
}
void basic_constraints(Expansion& x, const Piece& p) {
  x.mark(row<"x509ce.BasicConstraintsSyntax_element">(rows), p.begin, p.whole());
  auto inside = x.inside();
  Pieces in = inside_of(x.header(), p);
  Piece one;
  while (in.next(one)) {
    if (one.tag == boolean && one.size == 1)
      x.number(row<"x509ce.cA">(rows), one.at, 1, u64(x.header()[one.at] != 0));
    if (one.tag == integer) number_row(x, row<"x509ce.pathLenConstraint">(rows), one);
  }
}
void key_usage(Expansion& x, const Piece& p) {
  if (p.tag != bit_string || p.size < 2) return;
  bits_row(x, row<"x509ce.KeyUsage">(rows), p);
  auto inside = x.inside();
  const u8* const from = x.header() + p.at + 1;
  const u32 n = p.size - 1;
  u32 bit = 0;
  for (const Field& f :
       part<"x509ce.KeyUsage.digitalSignature", "x509ce.KeyUsage.decipherOnly">(rows)) {
    const bool there = bit / 8 < n;
    x.number(f, p.at + 1 + (there ? bit / 8 : 0), 1,
             there ? u64(from[bit / 8] >> (7 - bit % 8) & 1) : 0);
    ++bit;
  }
}
void purposes(Expansion& x, const Piece& p) {
  x.number(row<"x509ce.KeyPurposeIDs">(rows), p.at, p.size, count_inside(x.header(), p));
  auto inside = x.inside();
  Pieces each = inside_of(x.header(), p);
  Piece one;
  while (each.next(one)) {
    if (one.tag == object) object_row(x, row<"x509ce.KeyPurposeId">(rows), one);
  }
}
void subject_key(Expansion& x, const Piece& p) {
  if (p.tag == octet_string) x.field(row<"x509ce.SubjectKeyIdentifier">(rows), p.at, p.size);
}
void authority_key(Expansion& x, const Piece& p) {
  x.mark(row<"x509ce.AuthorityKeyIdentifier_element">(rows), p.begin, p.whole());
  auto inside = x.inside();
  Pieces each = inside_of(x.header(), p);
  Piece one;
  while (each.next(one)) {
    if (one.tag == 0x80) x.field(row<"x509ce.keyIdentifier">(rows), one.at, one.size);
    if (one.tag == 0xa1) names(x, row<"x509ce.authorityCertIssuer">(rows), one);
    if (one.tag == 0x82) x.field(row<"x509ce.authorityCertSerialNumber">(rows), one.at, one.size);
  }
}
void revocation_lists(Expansion& x, const Piece& p) {
  const u8* const base = x.header();
  x.number(row<"x509ce.CRLDistPointsSyntax">(rows), p.at, p.size, count_inside(base, p));
  auto inside = x.inside();
  Pieces each = inside_of(base, p);
  Piece point, where, full;
  while (each.next(point)) {
    x.mark(row<"x509ce.DistributionPoint_element">(rows), point.begin, point.whole());
    auto in_point = x.inside();
    if (!first_inside(base, point, 0xa0, where) || !inside_of(base, where).next(full)) continue;
    x.number(row<"x509ce.distributionPoint">(rows), where.at, where.size, full.tag & 0x1f);
    auto in_where = x.inside();
    if (full.tag == 0xa0) names(x, row<"x509ce.fullName">(rows), full);
  }
}
// A note for people: perhaps a reference to a document, then perhaps text.
void notice(Expansion& x, const Piece& p) {
  x.mark(row<"pkix1implicit.UserNotice_element">(rows), p.begin, p.whole());
  auto inside = x.inside();
  Pieces in = inside_of(x.header(), p);
  Piece one;
  while (in.next(one)) {
    const u32 kind = one.tag == ia5 ? 0 : one.tag == visible ? 1 : one.tag == bmp ? 2 : 3;
    if (kind == 3 && one.tag != utf8) continue;
    x.number(row<"pkix1implicit.explicitText">(rows), one.begin, one.whole(), kind);
    auto in_text = x.inside();
    if (kind == 2) {
      two_byte_row(x, row<"pkix1implicit.bmpString">(rows), one);
    } else {
      x.field(kind == 0   ? row<"pkix1implicit.ia5String">(rows)
              : kind == 1 ? row<"pkix1implicit.visibleString">(rows)
                          : row<"pkix1implicit.utf8String">(rows),
              one.at, one.size);
    }
  }
}
void policy_remarks(Expansion& x, const Piece& list) {
  const u8* const base = x.header();
  x.number(row<"x509ce.policyQualifiers">(rows), list.at, list.size, count_inside(base, list));
  auto inside = x.inside();
  Pieces each = inside_of(base, list);
  Piece one, id, value;
  while (each.next(one)) {
    x.mark(row<"x509ce.PolicyQualifierInfo_element">(rows), one.begin, one.whole());
    auto in_one = x.inside();
    Pieces in = inside_of(base, one);
    if (!in.next(id) || id.tag != object) continue;
    object_row(x, row<"x509ce.id">(rows), id);
    if (!in.next(value)) continue;
    if (value.tag == ia5) x.field(row<"pkix1explicit.DirectoryString">(rows), value.at, value.size);
    if (value.tag == sequence) notice(x, value);
  }
}
void policies(Expansion& x, const Piece& p) {
  const u8* const base = x.header();
  x.number(row<"x509ce.CertificatePoliciesSyntax">(rows), p.at, p.size, count_inside(base, p));
  auto inside = x.inside();
  Pieces each = inside_of(base, p);
  Piece policy, one;
  while (each.next(policy)) {
    x.mark(row<"x509ce.PolicyInformation_element">(rows), policy.begin, policy.whole());
    auto in_policy = x.inside();
    Pieces in = inside_of(base, policy);
    if (in.next(one) && one.tag == object) object_row(x, row<"x509ce.policyIdentifier">(rows), one);
    if (in.next(one) && one.tag == sequence) policy_remarks(x, one);
  }
}
void about_issuer(Expansion& x, const Piece& p) {
  const u8* const base = x.header();
  x.number(row<"pkix1implicit.AuthorityInfoAccessSyntax">(rows), p.at, p.size,
           count_inside(base, p));
  auto inside = x.inside();
  Pieces each = inside_of(base, p);
  Piece place, one;
  while (each.next(place)) {
    x.mark(row<"pkix1implicit.AccessDescription_element">(rows), place.begin, place.whole());
    auto in_place = x.inside();
    Pieces in = inside_of(base, place);
    if (in.next(one) && one.tag == object)
      object_row(x, row<"pkix1implicit.accessMethod">(rows), one);
    if (in.next(one)) general_name(x, row<"pkix1implicit.accessLocation">(rows), one);
  }
}
// The list TLS would send, in an OCTET STRING of its own.
void timestamps(Expansion& x, const Piece& p) {
  if (p.tag != octet_string) return;
  tls_parts::Reader reader{x, p.at, p.at + p.size};
  tls_parts::expand_timestamps(reader);
}

struct Known {
  std::string_view id;  // as it stands in DER
  u8 tag;               // of what is inside; 0: the function looks itself
  void (*expand)(Expansion& x, const Piece& p);
};
constexpr Known known[]{
    {"\x55\x1d\x0e",                         0,        subject_key      },
    {"\x55\x1d\x0f",                         0,        key_usage        },
    {"\x55\x1d\x11",                         sequence, alternative_names},
    {"\x55\x1d\x12",                         sequence, alternative_names},
    {"\x55\x1d\x13",                         sequence, basic_constraints},
    {"\x55\x1d\x1f",                         sequence, revocation_lists },
    {"\x55\x1d\x20",                         sequence, policies         },
    {"\x55\x1d\x23",                         sequence, authority_key    },
    {"\x55\x1d\x25",                         sequence, purposes         },
    {"\x2b\x06\x01\x05\x05\x07\x01\x01",     sequence, about_issuer     },
    {"\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02", 0,    timestamps       },
};

void extension(Expansion& x, const Piece& one) {
  const u8* const base = x.header();
  x.mark(row<"x509af.Extension_element">(rows), one.begin, one.whole());
  auto inside = x.inside();
  Pieces in = inside_of(base, one);
  Piece id, value, inner;
  if (!in.next(id) || id.tag != object) return;
  object_row(x, row<"x509af.extension.id">(rows), id);
  const std::string_view name = base::as_text({base + id.at, id.size});
  while (in.next(value)) {
    if (value.tag == boolean && value.size == 1)
      x.number(row<"x509af.critical">(rows), value.at, 1, u64(base[value.at] != 0));
    if (value.tag != octet_string || !inside_of(base, value).next(inner)) continue;
    const Known* const k = std::ranges::find(known, name, &Known::id);
    if (k != std::end(known) && (k->tag == 0 || k->tag == inner.tag)) k->expand(x, inner);
  }
}

}  // namespace

Table extension_rows() { return rows; }

void expand_extensions(Expansion& x, const Piece& list) {
  Pieces all = inside_of(x.header(), list);
  Piece one;
  while (all.next(one)) extension(x, one);
}

}  // namespace netpeel::stream::x509
