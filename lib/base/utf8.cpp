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

}  // namespace netpeel::base
