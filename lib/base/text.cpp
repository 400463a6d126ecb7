#include "base/text.hpp"

#include <algorithm>
#include <array>

#include "base/bits.hpp"
#include "base/time.hpp"
#include "base/utf8.hpp"

namespace netpeel::base {
namespace {

constexpr char digits16[] = "0123456789abcdef";

// "00".."ff", so that a byte is one two-character copy.
constexpr auto hex_pairs = [] {
  std::array<char, 512> pairs{};
  for (std::size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = digits16[i >> 4];
    pairs[2 * i + 1] = digits16[i & 15];
  }
  return pairs;
}();

char* put_byte(char* out, u8 byte) {
  std::memcpy(out, &hex_pairs[2 * std::size_t(byte)], 2);
  return out + 2;
}

// "00".."99": two digits are one copy.
constexpr auto pairs = [] {
  std::array<char, 200> all{};
  for (std::size_t i = 0; i < 100; ++i) {
    all[2 * i] = char('0' + i / 10);
    all[2 * i + 1] = char('0' + i % 10);
  }
  return all;
}();

void put_pair(char* out, u64 value) { std::memcpy(out, &pairs[2 * value], 2); }

void put_eight(char* out, u64 value) {
  const u64 high = value / 10'000, low = value % 10'000;
  put_pair(out, high / 100);
  put_pair(out + 2, high % 100);
  put_pair(out + 4, low / 100);
  put_pair(out + 6, low % 100);
}

char* put_nine(char* out, u64 value) {
  *out = char('0' + value / 100'000'000);
  put_eight(out + 1, value % 100'000'000);
  return out + 9;
}

// Code points that move text about or hide it: bidirectional controls, zero-width and line
// separators.
bool invisible(u32 point) {
  return (point >= 0x80 && point <= 0x9f) || point == 0xad || point == 0x61c ||
         (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2060 && point <= 0x206f) || point == 0xfeff ||
         (point >= 0xfff9 && point <= 0xfffb) || (point >= 0xe0000 && point <= 0xe007f);
}

u32 code_point(std::string_view s, u32 n) {
  u32 point = n == 1 ? u8(s[0]) : u8(s[0]) & (0xffu >> (n + 1));
  for (u32 i = 1; i < n; ++i) point = point << 6 | (u8(s[i]) & 0x3f);
  return point;
}

}  // namespace

char* put_dec(char* out, u64 value) {
  if (value < 100) {
    if (value < 10) {
      *out = char('0' + value);
      return out + 1;
    }
    put_pair(out, value);
    return out + 2;
  }
  if (value < 10'000) {
    const u64 high = value / 100, one = high < 10 ? 1 : 0;
    *out = pairs[2 * high + 1];
    if (one == 0) put_pair(out, high);
    put_pair(out + 2 - one, value % 100);
    return out + 4 - one;
  }
  if (value < 100'000'000) {
    char* const low = put_dec(out, value / 10'000);
    const u64 rest = value % 10'000;
    put_pair(low, rest / 100);
    put_pair(low + 2, rest % 100);
    return low + 4;
  }
  char* const low = put_dec(out, value / 100'000'000);
  put_eight(low, value % 100'000'000);
  return low + 8;
}

char* put_hex(char* out, u64 value, u32 digits) {
  const u32 needed = value == 0 ? 1 : (67 - u32(std::countl_zero(value))) / 4;
  const u32 n = std::max(digits, needed);
  u32 i = n;
  for (; i > 1; value >>= 8) put_byte(out + (i -= 2), u8(value));
  if (i == 1) *out = digits16[value & 15];
  return out + n;
}

char* put_ipv4(char* out, const u8* p) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0) *out++ = '.';
    out = put_dec(out, p[i]);
  }
  return out;
}

char* put_ipv6(char* out, const u8* p) {
  u32 run = 8, run_length = 1;  // the longest run of two or more zero groups becomes "::"
  for (u32 i = 0; i < 8; ++i) {
    u32 n = 0;
    while (i + n < 8 && be16(p + 2 * (i + n)) == 0) ++n;
    if (n > run_length) run = i, run_length = n;
    if (n > 0) i += n - 1;
  }
  static constexpr u8 mapped[12]{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(p, mapped, 12) == 0) {
    std::memcpy(out, "::ffff:", 7);
    return put_ipv4(out + 7, p + 12);
  }
  for (u32 i = 0; i < 8; ++i) {
    if (i == run) {
      *out++ = ':';
      *out++ = ':';
      i += run_length - 1;
      continue;
    }
    if (i > 0 && i != run + run_length) *out++ = ':';
    out = put_hex(out, be16(p + 2 * i), 1);
  }
  return out;
}

char* put_seconds(char* out, i64 nanoseconds) {
  if (nanoseconds < 0) *out++ = '-';
  const u64 size = nanoseconds < 0 ? u64(0) - u64(nanoseconds) : u64(nanoseconds);
  out = put_dec(out, size / 1'000'000'000);
  *out = '.';
  return put_nine(out + 1, size % 1'000'000'000);
}

void Text::grow(std::size_t n) {
  const std::size_t wanted = std::max<std::size_t>({256, capacity_ * 2, size_ + n});
  auto bigger = std::make_unique_for_overwrite<char[]>(wanted);
  if (size_ > 0) std::memcpy(bigger.get(), data_.get(), size_);
  data_ = std::move(bigger);
  capacity_ = wanted;
}

Text& Text::sdec(i64 value) {
  if (value < 0) return add('-').dec(u64(0) - u64(value));
  return dec(u64(value));
}

Text& Text::dec(u64 value, u32 digits) {
  char* const out = room(digits);
  if (digits == 9 && value < 1'000'000'000) {
    put_nine(out, value);
    took(9);
    return *this;
  }
  u64 rest = value;
  for (u32 i = digits; i-- > 0; rest /= 10) out[i] = char('0' + rest % 10);
  if (rest != 0) return dec(value);
  took(digits);
  return *this;
}

Text& Text::hex(u64 value, u32 digits) {
  char* const start = room(std::max(digits, 16u));
  took(std::size_t(put_hex(start, value, digits) - start));
  return *this;
}

Text& Text::bin(u64 value, u32 digits) {
  char* out = room(digits);
  for (u32 i = digits; i-- > 0; value >>= 1) out[i] = char('0' + (value & 1));
  took(digits);
  return *this;
}

Text& Text::hex_bytes(Bytes bytes, char between) {
  if (bytes.empty()) return *this;
  char* const start = room(bytes.size() * 3);
  char* out = start;
  for (u8 byte : bytes) {
    out = put_byte(out, byte);
    if (between != 0) *out++ = between;
  }
  if (between != 0) --out;
  took(std::size_t(out - start));
  return *this;
}

Text& Text::mac(const u8* p) {
  char* out = room(17);
  for (int i = 0; i < 6; ++i) {
    if (i > 0) *out++ = ':';
    out = put_byte(out, p[i]);
  }
  took(17);
  return *this;
}

Text& Text::ipv4(const u8* p) {
  char* const start = room(15);
  took(std::size_t(put_ipv4(start, p) - start));
  return *this;
}

Text& Text::ipv6(const u8* p) {
  char* const start = room(39);
  took(std::size_t(put_ipv6(start, p) - start));
  return *this;
}

Text& Text::seconds(i64 nanoseconds) {
  char* const start = room(31);
  took(std::size_t(put_seconds(start, nanoseconds) - start));
  return *this;
}

Text& Text::iso_time(i64 nanoseconds) {
  const CalendarTime t = calendar(nanoseconds);
  return dec(u64(t.year), 4)
      .add('-')
      .dec(t.month, 2)
      .add('-')
      .dec(t.day, 2)
      .add('T')
      .dec(t.hour, 2)
      .add(':')
      .dec(t.minute, 2)
      .add(':')
      .dec(t.second, 2)
      .add('.')
      .dec(t.nanosecond, 9)
      .add('Z');
}

Text& Text::escaped(std::string_view text, std::size_t most) {
  const bool cut = text.size() > most;
  if (cut) text = text.substr(0, most);
  while (!text.empty()) {
    const u8 c = u8(text[0]);
    if (c >= 0x20 && c < 0x7f && c != '\\') {
      std::size_t n = 1;
      while (n < text.size() && text[n] >= 0x20 && text[n] < 0x7f && text[n] != '\\') ++n;
      add(text.substr(0, n));
      text.remove_prefix(n);
      continue;
    }
    const u32 n = utf8_length(text);
    const u32 point = n > 0 ? code_point(text, n) : c;
    if (n > 1 && !invisible(point)) {
      add(text.substr(0, n));
    } else if (c == '\\') {
      add("\\\\");
    } else if (c == '\n') {
      add("\\n");
    } else if (c == '\r') {
      add("\\r");
    } else if (c == '\t') {
      add("\\t");
    } else if (n > 1) {
      add(point > 0xffff ? "\\U" : "\\u").hex(point, point > 0xffff ? 8 : 4);
    } else {
      add("\\x").hex(c, 2);
    }
    text.remove_prefix(std::max(n, 1u));
  }
  if (cut) add("…");
  return *this;
}

}  // namespace netpeel::base
