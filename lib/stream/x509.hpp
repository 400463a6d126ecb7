// What the files about certificates share. For x509*.cpp and tls*.cpp only.
#pragma once
#include "stream/der.hpp"

namespace netpeel::stream::x509 {

// The rows of certificates, and those of their extensions.
field::Table certificate_rows();
field::Table extension_rows();

// A certificate of `size` bytes of DER.
void expand_certificate(field::Expansion& x, u32 at, u32 size);
// A name as a piece of its own: `size` bytes of DER.
void expand_name(field::Expansion& x, u32 at, u32 size);

// A Name; `choice` is the row that says which kind of name it is, `list` the one of its parts.
void name(field::Expansion& x, const field::Field& choice, const field::Field& list,
          const der::Piece& name);
// x509if.rdnSequence: the parts of a name that is no subject.
const field::Field& name_list();
// The list of a certificate's extensions.
void expand_extensions(field::Expansion& x, const der::Piece& list);

// A BIT STRING without its first byte, which says how many bits of the last one do not count.
void bits_row(field::Expansion& x, const field::Field& f, const der::Piece& p, bool padding = true);

}  // namespace netpeel::stream::x509
