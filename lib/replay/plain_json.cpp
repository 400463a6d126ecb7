#include "replay/plain_json.hpp"

#include <algorithm>
#include <vector>

#include "base/json.hpp"
#include "stream/json_pieces.hpp"

namespace netpeel::replay {
namespace {

using stream::JsonPieces;

std::string quoted(const std::string& plain) {
  base::Text out;
  base::Json(out).text(plain);
  return std::string(out.view());
}

std::string joined(std::vector<std::string>& all, char open, char close) {
  std::string out(1, open);
  for (const std::string& one : all) out += (out.size() > 1 ? "," : "") + one;
  return out + close;
}

// The nesting is at most stream::json_deepest: deeper text is no JSON, for json_end().
std::string value(std::string_view text, const std::set<std::string>& unordered) {
  const std::size_t at = stream::json_blanks(text, 0);
  const std::size_t end = stream::json_end(text, 0);
  if (end == std::string_view::npos) return std::string(text);
  text = text.substr(at, end - at);
  std::string plain;
  if (text[0] == '"') return stream::json_string(text, plain) ? quoted(plain) : std::string(text);
  if (text[0] != '[' && text[0] != '{') return std::string(text);
  JsonPieces pieces(text);
  const bool object = pieces.is_object();
  bool sorted = object;
  std::vector<std::string> all;
  std::string_view key, one;
  while (pieces.next(key, one)) {
    if (object) {
      plain.clear();
      const bool good = stream::json_string(key, plain);
      all.push_back((good ? quoted(plain) : std::string(key)) + ":" + value(one, unordered));
      continue;
    }
    plain.clear();
    if (stream::json_string(one, plain) && unordered.contains(plain)) sorted = true;
    all.push_back(value(one, unordered));
  }
  if (!pieces.whole()) return std::string(text);
  if (sorted) std::sort(all.begin(), all.end());
  return object ? joined(all, '{', '}') : joined(all, '[', ']');
}

}  // namespace

std::string plain_json(std::string_view text, const std::set<std::string>& unordered) {
  const std::size_t end = stream::json_end(text, 0);
  if (end == std::string_view::npos || stream::json_blanks(text, end) != text.size())
    return std::string(text);
  return value(text, unordered);
}

}  // namespace netpeel::replay
