#include "base/utf8.hpp"

#include <algorithm>
#include <cstring>

namespace netpeel::base {

u32 utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? u8(text[i]) : u8(0); };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const u8 lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
  if ((lead & 0xf0) == 0xe0) {
    const bool narrow = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xed && byte(1) > 0x9f);
    return !narrow && tail(1) && tail(2) ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool narrow = (lead == 0xf0 && byte(1) < 0x90) || (lead == 0xf4 && byte(1) > 0x8f);
    return !narrow && tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

u32 utf8_broken(std::string_view text) {
  // A sequence is cut short if continuation bytes would make it whole: try with the lowest and the
  // highest.
  const u8 lead = u8(text[0]);
  if (lead < 0xe0 || lead > 0xf4) return 1;
  const u32 most = lead < 0xf0 ? 2 : 3;
  for (u32 n = std::min<u32>(most, u32(text.size())); n > 1; --n) {
    char whole[4]{};
    for (const char fill : {'\x80', '\xbf'}) {
      std::memset(whole, fill, 4);
      std::memcpy(whole, text.data(), n);
      if (utf8_length({whole, most + 1}) != 0) return n;
    }
  }
  return 1;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const u32 n = utf8_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

// How many bytes follow, and what the first of them may be: shortest forms, no surrogates, nothing
// beyond U+10FFFF.
bool Utf8Check::lead(u8 byte) {
  if (byte < 0xc2 || byte > 0xf4) return false;
  missing_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
  lowest_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
  highest_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
  return true;
}

bool Utf8Check::add(Bytes piece) {
  if (missing_ == broken) return false;
  for (std::size_t i = 0; i < piece.size();) {
    if (missing_ == 0) {
      u64 eight = 0;
      for (; piece.size() - i >= sizeof eight; i += sizeof eight) {
        std::memcpy(&eight, piece.data() + i, sizeof eight);
        if ((eight & 0x8080808080808080) != 0) break;
      }
      if (i == piece.size()) return true;
    }
    const u8 byte = piece[i++];
    if (missing_ == 0) {
      if (byte < 0x80 || lead(byte)) continue;
    } else if (byte >= lowest_ && byte <= highest_) {
      --missing_;
      lowest_ = 0x80;
      highest_ = 0xbf;
      continue;
    }
    missing_ = broken;
    return false;
  }
  return true;
}

}  // namespace netpeel::base
