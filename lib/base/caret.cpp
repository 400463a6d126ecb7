#include "base/caret.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace netpeel::base {

std::string pointed(std::string_view source, const Complaint& complaint) {
  constexpr std::size_t most = 100;  // bytes shown of a long line
  std::size_t at = std::min(complaint.at, source.size());
  const std::size_t start = at == 0 ? 0 : source.rfind('\n', at - 1) + 1;  // npos + 1 is 0
  std::string_view line = source.substr(start, source.find('\n', start) - start);
  at -= start;
  std::string_view before{}, behind{};
  if (line.size() > most) {
    std::size_t from = at > most / 2 ? at - most / 2 : 0;
    while (from > 0 && (line[from] & 0xc0) == 0x80) --from;
    if (from > 0) before = "…";
    line.remove_prefix(from);
    at -= from;
    if (line.size() > most) {
      std::size_t n = most;
      while (n > 0 && (line[n] & 0xc0) == 0x80) --n;
      line = line.substr(0, n);
      behind = "…";
    }
  }
  std::string shown(before), under(before.empty() ? 0 : 1, ' ');
  const std::size_t length = std::max<std::size_t>(complaint.length, 1);
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t n = std::max<std::size_t>(utf8_length(line.substr(i)), 1);
    const auto c = static_cast<unsigned char>(line[i]);
    const bool harmless = c >= 0x20 && c != 0x7f && (c < 0x80 || n > 1) &&
                          !(c == 0xc2 && n == 2 && static_cast<unsigned char>(line[i + 1]) < 0xa0);
    shown += harmless ? line.substr(i, n) : std::string_view(" ");
    under += i + n <= at       ? ' '
             : i <= at         ? '^'
             : i < at + length ? '~'
                               : ' ';  // the place may be inside a character
    i += n;
  }
  if (at >= line.size()) under += '^';
  under.erase(under.find_last_not_of(' ') + 1);
  std::string out = complaint.what + "\n  " + shown + std::string(behind) + "\n  " + under;
  if (!complaint.hint.empty()) out += "\n" + complaint.hint;
  return out;
}

}  // namespace netpeel::base
