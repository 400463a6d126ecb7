#include "base/json.hpp"

#include "base/utf8.hpp"

namespace netpeel::base {
namespace {

// So many bytes from the start stand for themselves: printable ASCII, neither quote nor backslash.
// It may be up to seven more, for eight are looked at together.
std::size_t plain_run(std::string_view v) {
  constexpr u64 ones = 0x0101010101010101, tops = 0x8080808080808080;
  const auto zero_in = [](u64 x) { return (x - ones) & ~x & tops; };
  std::size_t n = 0;
  for (u64 x; n + 8 <= v.size(); n += 8) {
    std::memcpy(&x, v.data() + n, 8);
    const u64 below_blank = (x - ones * 0x20) & ~x, beyond = x | (x + ones);  // DEL and above
    if (((below_blank | beyond) & tops) != 0 || zero_in(x ^ ones * '"') != 0 ||
        zero_in(x ^ ones * '\\') != 0)
      break;
  }
  return n;
}

}  // namespace

Json& Json::text(std::string_view v) {
  separate();
  out_.add('"');
  std::size_t plain = 0;
  const auto flush = [&](std::size_t to) { out_.add(v.substr(plain, to - plain)); };
  for (std::size_t i = plain_run(v); i < v.size();) {
    const u8 c = u8(v[i]);
    if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    const u32 n = c < 0x80 ? 1 : utf8_length(v.substr(i));
    if (n > 1) {
      i += n;
      continue;
    }
    flush(i);
    i += n == 0 ? utf8_broken(v.substr(i)) : 1;
    plain = i;
    if (n == 0) {
      out_.add("\xef\xbf\xbd");
    } else if (c == '"' || c == '\\') {
      out_.add('\\').add(char(c));
    } else if (c == '\n') {
      out_.add("\\n");
    } else if (c == '\r') {
      out_.add("\\r");
    } else if (c == '\t') {
      out_.add("\\t");
    } else {
      out_.add("\\u").hex(c, 4);
    }
  }
  flush(v.size());
  out_.add('"');
  return *this;
}

}  // namespace netpeel::base
