#include "stream/json_pieces.hpp"

#include <bitset>

namespace netpeel::stream {
namespace {

constexpr std::size_t npos = std::string_view::npos;

bool digit(char c) { return c >= '0' && c <= '9'; }

int hex_digit(char c) {
  if (digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int unit(std::string_view t, std::size_t at) {  // four hexadecimal digits
  if (t.size() < 4 || at > t.size() - 4) return -1;
  int v = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int d = hex_digit(t[at + i]);
    if (d < 0) return -1;
    v = v << 4 | d;
  }
  return v;
}

std::size_t string_end(std::string_view t, std::size_t at) {
  for (++at; at < t.size(); ++at) {
    const char c = t[at];
    if (c == '"') return at + 1;
    if (static_cast<unsigned char>(c) < 0x20) return npos;
    if (c != '\\') continue;
    if (++at >= t.size()) return npos;
    if (t[at] == 'u') {
      if (unit(t, at + 1) < 0) return npos;
      at += 4;
    } else if (std::string_view("\"\\/bfnrt").find(t[at]) == npos) {
      return npos;
    }
  }
  return npos;
}

std::size_t number_end(std::string_view t, std::size_t at) {
  const auto digits = [&] {
    const std::size_t start = at;
    while (at < t.size() && digit(t[at])) ++at;
    return at > start;
  };
  if (at < t.size() && t[at] == '-') ++at;
  const bool zero = at < t.size() && t[at] == '0';
  const std::size_t start = at;
  if (!digits() || (zero && at > start + 1)) return npos;
  if (at < t.size() && t[at] == '.') {
    ++at;
    if (!digits()) return npos;
  }
  if (at < t.size() && (t[at] == 'e' || t[at] == 'E')) {
    ++at;
    if (at < t.size() && (t[at] == '+' || t[at] == '-')) ++at;
    if (!digits()) return npos;
  }
  return at;
}

std::size_t scalar_end(std::string_view t, std::size_t at) {
  if (t[at] == '"') return string_end(t, at);
  for (const std::string_view word : {"true", "false", "null"}) {
    if (t.substr(at, word.size()) == word) return at + word.size();
  }
  return number_end(t, at);
}

void put_utf8(unsigned c, std::string& out) {
  if (c < 0x80) {
    out += char(c);
  } else if (c < 0x800) {
    out += char(0xc0 | c >> 6);
    out += char(0x80 | (c & 63));
  } else if (c < 0x10000) {
    out += char(0xe0 | c >> 12);
    out += char(0x80 | (c >> 6 & 63));
    out += char(0x80 | (c & 63));
  } else {
    out += char(0xf0 | c >> 18);
    out += char(0x80 | (c >> 12 & 63));
    out += char(0x80 | (c >> 6 & 63));
    out += char(0x80 | (c & 63));
  }
}

}  // namespace

std::size_t json_blanks(std::string_view t, std::size_t at) {
  while (at < t.size() && (t[at] == ' ' || t[at] == '\t' || t[at] == '\n' || t[at] == '\r')) ++at;
  return at;
}

std::size_t json_end(std::string_view t, std::size_t at) {
  std::bitset<json_deepest> objects;  // of what is open
  std::size_t depth = 0;
  at = json_blanks(t, at);
  for (;;) {
    // A value begins here.
    if (at >= t.size()) return npos;
    bool opened = false;
    if (t[at] == '[' || t[at] == '{') {
      if (depth == json_deepest) return npos;
      objects[depth++] = t[at] == '{';
      at = json_blanks(t, at + 1);
      opened = true;
    } else if ((at = scalar_end(t, at)) == npos) {
      return npos;
    }
    // Behind a value or an opening: closings, then a comma.
    for (;;) {
      if (depth == 0) return at;
      at = json_blanks(t, at);
      if (at >= t.size()) return npos;
      if (t[at] == (objects[depth - 1] ? '}' : ']')) {
        --depth;
        ++at;
        opened = false;
        continue;
      }
      if (!opened) {
        if (t[at] != ',') return npos;
        at = json_blanks(t, at + 1);
      }
      break;
    }
    if (objects[depth - 1]) {
      if (at >= t.size() || t[at] != '"' || (at = string_end(t, at)) == npos) return npos;
      at = json_blanks(t, at);
      if (at >= t.size() || t[at] != ':') return npos;
      at = json_blanks(t, at + 1);
    }
  }
}

bool json_string(std::string_view q, std::string& out) {
  if (q.size() < 2 || q[0] != '"' || string_end(q, 0) != q.size()) return false;
  for (std::size_t i = 1; i + 1 < q.size(); ++i) {
    if (q[i] != '\\') {
      out += q[i];
      continue;
    }
    switch (q[++i]) {
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': {
        unsigned c = unsigned(unit(q, i + 1));
        i += 4;
        if (c >= 0xd800 && c < 0xdc00 && q[i + 1] == '\\' && q[i + 2] == 'u') {
          const int low = unit(q, i + 3);
          if (low >= 0xdc00 && low < 0xe000) {
            c = 0x10000 + ((c - 0xd800) << 10) + (unsigned(low) - 0xdc00);
            i += 6;
          }
        }
        put_utf8(c >= 0xd800 && c < 0xe000 ? 0xfffd : c, out);
        break;
      }
      default: out += q[i];
    }
  }
  return true;
}

bool JsonPieces::next(std::string_view& key, std::string_view& value) {
  if (!open_) return false;
  at_ = json_blanks(text_, at_);
  if (at_ < text_.size() && text_[at_] == (object_ ? '}' : ']')) {
    open_ = false;
    whole_ = json_blanks(text_, at_ + 1) == text_.size();
    return false;
  }
  const auto stop = [&] { return open_ = false; };
  if (!first_) {
    if (at_ >= text_.size() || text_[at_] != ',') return stop();
    at_ = json_blanks(text_, at_ + 1);
  }
  first_ = false;
  key = {};
  if (object_) {
    if (at_ >= text_.size() || text_[at_] != '"') return stop();
    const std::size_t end = string_end(text_, at_);
    if (end == npos) return stop();
    key = text_.substr(at_, end - at_);
    at_ = json_blanks(text_, end);
    if (at_ >= text_.size() || text_[at_] != ':') return stop();
    at_ = json_blanks(text_, at_ + 1);
  }
  const std::size_t end = json_end(text_, at_);
  if (end == npos) return stop();
  value = text_.substr(at_, end - at_);
  at_ = end;
  return true;
}

}  // namespace netpeel::stream
