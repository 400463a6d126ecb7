#include "base/json.hpp"

#include "base/utf8.hpp"

namespace netpeel::base {

Json& Json::text(std::string_view v) {
  separate();
  out_.add('"');
  std::size_t plain = 0;
  const auto flush = [&](std::size_t to) { out_.add(v.substr(plain, to - plain)); };
  for (std::size_t i = 0; i < v.size();) {
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
