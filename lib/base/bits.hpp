// Unsigned numbers out of, and into, bytes in network order. Positions are bits from the first
// byte's most significant bit, as RFCs draw them. The caller has checked that the bytes are there.
#pragma once
#include <bit>
#include <cstring>

#include "base/bytes.hpp"

namespace netpeel::base {

inline u16 be16(const u8* p) {
  u16 v;
  std::memcpy(&v, p, 2);
  return std::endian::native == std::endian::little ? __builtin_bswap16(v) : v;
}
inline u32 be32(const u8* p) {
  u32 v;
  std::memcpy(&v, p, 4);
  return std::endian::native == std::endian::little ? __builtin_bswap32(v) : v;
}
inline u64 be64(const u8* p) {
  u64 v;
  std::memcpy(&v, p, 8);
  return std::endian::native == std::endian::little ? __builtin_bswap64(v) : v;
}
inline u32 be24(const u8* p) { return u32(p[0]) << 16 | u32(p[1]) << 8 | p[2]; }

inline u16 le16(const u8* p) { return u16(p[0] | p[1] << 8); }
inline u32 le32(const u8* p) { return le16(p) | u32(le16(p + 2)) << 16; }
inline u64 le64(const u8* p) { return le32(p) | u64(le32(p + 4)) << 32; }

inline void put_be16(u8* p, u64 v) { p[0] = u8(v >> 8), p[1] = u8(v); }
inline void put_be32(u8* p, u64 v) { put_be16(p, v >> 16), put_be16(p + 2, v); }

// width bits (1 to 64) that begin at bit `at`.
inline u64 bits(const u8* p, u32 at, u32 width) {
  const u8* byte = p + at / 8;
  const u32 skip = at % 8;
  if (skip == 0) {
    switch (width) {
      case 8: return *byte;
      case 16: return be16(byte);
      case 32: return be32(byte);
      case 64: return be64(byte);
      default: break;
    }
  }
  if (skip + width <= 8) return *byte >> (8 - skip - width) & ((1u << width) - 1);
  const u32 last = (skip + width - 1) / 8;  // 0 to 8
  u64 v = 0;
  for (u32 i = 0; i <= last && i < 8; ++i) v = v << 8 | byte[i];
  const u32 spare = 7 - (skip + width - 1) % 8;
  if (last == 8) {
    v = v << (8 - spare) | byte[8] >> spare;
  } else {
    v >>= spare;
  }
  return width == 64 ? v : v & ((u64(1) << width) - 1);
}

// The same with position and width known to the compiler: one load where the field is a whole
// integer.
template <u32 At, u32 Width>
inline u64 bits(const u8* p) {
  static_assert(Width >= 1 && Width <= 64);
  return bits(p, At, Width);  // folds to the matching case
}

// Writes the low `width` bits (1 to 64) of value at bit `at`, and leaves their neighbours alone.
inline void put_bits(u8* p, u32 at, u32 width, u64 value) {
  for (u32 i = width; i-- > 0; value >>= 1) {
    u8& byte = p[(at + i) / 8];
    const u8 mask = u8(0x80 >> (at + i) % 8);
    byte = u8((value & 1) != 0 ? byte | mask : byte & ~mask);
  }
}

}  // namespace netpeel::base
