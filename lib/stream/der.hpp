// Pieces of DER (X.690): a tag, a length, and so many bytes. For the files of TLS and certificates
// only; positions count from the layer's start.
#pragma once
#include "field/expand.hpp"

namespace netpeel::stream::der {

// A piece: its tag, where it begins, and where its content stands.
struct Piece {
  u8 tag = 0;
  u32 begin = 0, at = 0, size = 0;
  u32 whole() const { return at + size - begin; }
};
enum Tag : u8 {
  boolean = 1,
  integer = 2,
  bit_string = 3,
  octet_string = 4,
  object = 6,
  utf8 = 12,
  printable = 19,
  teletex = 20,
  ia5 = 22,
  utc_time = 23,
  general_time = 24,
  visible = 26,
  universal = 28,
  bmp = 30,
  sequence = 0x30,
  set = 0x31
};

// Walks the pieces between two places; ends at the first that does not fit.
struct Pieces {
  const u8* base;
  u32 at, end;
  bool next(Piece& out);
};
inline Pieces inside_of(const u8* base, const Piece& p) { return {base, p.at, p.at + p.size}; }
// The first piece inside, if it is of that tag.
bool first_inside(const u8* base, const Piece& p, u8 tag, Piece& out);
u32 count_inside(const u8* base, const Piece& p);

// An object identifier as text, in the row.
void object_row(field::Expansion& x, const field::Field& f, const Piece& p);
// Text of two bytes a character.
void two_byte_row(field::Expansion& x, const field::Field& f, const Piece& p);
// A small integer; larger ones are left out.
void number_row(field::Expansion& x, const field::Field& f, const Piece& p);

// Whether the content is these bytes.
template <std::size_t N>
bool is(const u8* base, const Piece& p, const u8 (&bytes)[N]) {
  return p.size == N && std::equal(bytes, bytes + N, base + p.at);
}

}  // namespace netpeel::stream::der
