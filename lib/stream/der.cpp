#include "stream/der.hpp"

#include "base/text.hpp"

namespace netpeel::stream::der {

using base::Text;

bool Pieces::next(Piece& out) {
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
  out = {base[at], at, p, size};
  at = p + size;
  return true;
}

bool first_inside(const u8* base, const Piece& p, u8 tag, Piece& out) {
  return inside_of(base, p).next(out) && out.tag == tag;
}

u32 count_inside(const u8* base, const Piece& p) {
  Pieces all = inside_of(base, p);
  Piece one;
  u32 n = 0;
  while (all.next(one)) ++n;
  return n;
}

void object_row(field::Expansion& x, const field::Field& f, const Piece& p) {
  Text out;
  u64 v = 0;
  bool first = true;
  for (u8 b : Bytes{x.header() + p.at, p.size}) {
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
  x.text(f, p.at, p.size, out.view());
}

void two_byte_row(field::Expansion& x, const field::Field& f, const Piece& p) {
  Text out;
  const u8* const from = x.header() + p.at;
  for (u32 i = 0; i + 1 < p.size; i += 2) {
    const u32 c = u32(from[i]) << 8 | from[i + 1];
    if (c < 0x80) {
      out.add(char(c));
    } else if (c < 0x800) {
      out.add(char(0xc0 | c >> 6)).add(char(0x80 | (c & 0x3f)));
    } else {
      out.add(char(0xe0 | c >> 12)).add(char(0x80 | (c >> 6 & 0x3f))).add(char(0x80 | (c & 0x3f)));
    }
  }
  x.text(f, p.at, p.size, out.view());
}

void number_row(field::Expansion& x, const field::Field& f, const Piece& p) {
  if (p.size == 0 || p.size > 4) return;
  u32 v = 0;
  for (u32 i = 0; i < p.size; ++i) v = v << 8 | x.header()[p.at + i];
  x.number(f, p.at, p.size, v);
}

}  // namespace netpeel::stream::der
