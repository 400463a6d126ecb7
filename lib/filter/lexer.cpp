#include "filter/lexer.hpp"

#include <array>
#include <utility>

namespace netpeel::filter {
namespace {

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || u8(c) >= 0x80;
}
constexpr bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr int hex(char c) {
  return digit(c)               ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

constexpr std::pair<std::string_view, Token> keywords[]{
    {"and",         Token::both      },
    {"or",          Token::either    },
    {"xor",         Token::one_of    },
    {"not",         Token::negate    },
    {"eq",          Token::equal     },
    {"any_eq",      Token::equal     },
    {"ne",          Token::differ    },
    {"all_ne",      Token::differ    },
    {"all_eq",      Token::all_equal },
    {"any_ne",      Token::any_differ},
    {"lt",          Token::less      },
    {"le",          Token::at_most   },
    {"gt",          Token::greater   },
    {"ge",          Token::at_least  },
    {"in",          Token::in        },
    {"contains",    Token::contains  },
    {"matches",     Token::matches   },
    {"bitwise_and", Token::mask      },
    {"any",         Token::any       },
    {"all",         Token::all       },
};

// Longer spellings first.
constexpr std::pair<std::string_view, Token> signs[]{
    {"===", Token::all_equal },
    {"!==", Token::any_differ},
    {"==",  Token::equal     },
    {"!=",  Token::differ    },
    {"~=",  Token::any_differ},
    {"<=",  Token::at_most   },
    {">=",  Token::at_least  },
    {"&&",  Token::both      },
    {"||",  Token::either    },
    {"^^",  Token::one_of    },
    {"..",  Token::range     },
    {"<",   Token::less      },
    {">",   Token::greater   },
    {"!",   Token::negate    },
    {"~",   Token::matches   },
    {"&",   Token::mask      },
    {"(",   Token::open      },
    {")",   Token::close     },
    {"{",   Token::open_set  },
    {"}",   Token::close_set },
    {",",   Token::comma     },
    {"#",   Token::layer     },
};

// UTF-8, whatever the number: a filter may look for bytes that are no character.
void add_point(std::string& out, u32 c) {
  if (c < 0x80) {
    out += char(c);
  } else if (c < 0x800) {
    out += char(0xc0 | c >> 6), out += char(0x80 | (c & 63));
  } else if (c < 0x10000) {
    out += char(0xe0 | c >> 12), out += char(0x80 | (c >> 6 & 63)), out += char(0x80 | (c & 63));
  } else {
    out += char(0xf0 | (c >> 18 & 7)), out += char(0x80 | (c >> 12 & 63));
    out += char(0x80 | (c >> 6 & 63)), out += char(0x80 | (c & 63));
  }
}

}  // namespace

void Lexer::bad(u32 at, u32 length, std::string what, std::string hint) {
  token_ = Token::bad;
  complaint_ = {std::move(what), at, length, std::move(hint)};
}

void Lexer::next() {
  if (token_ == Token::bad) return;
  u32 i = end_;
  while (i < source_.size() && blank(source_[i])) ++i;
  touches_ = i == end_;
  at_ = end_ = i;
  text_.clear();
  if (i == source_.size()) {
    token_ = Token::end;
    return;
  }
  const char c = source_[i], after = i + 1 < source_.size() ? source_[i + 1] : '\0';
  if (c == '"') return quoted('"', false);
  if (c == '\'') return quoted('\'', false);
  if ((c == 'r' || c == 'R') && after == '"') return quoted('"', true);
  if (c == '[') {
    const std::size_t close = source_.find(']', i);
    if (close == std::string_view::npos)
      return bad(i, 1, "this [ is never closed", "a slice ends with ]: eth.src[0:3]");
    text_ = source_.substr(i + 1, close - i - 1);
    end_ = u32(close) + 1;
    token_ = Token::slice;
    return;
  }
  if (letter(c) || digit(c) || c == ':' || ((c == '-' || c == '.') && digit(after))) return word();
  for (const auto& [sign, token] : signs) {
    if (source_.substr(i).starts_with(sign)) {
      end_ = i + u32(sign.size());
      token_ = token;
      return;
    }
  }
  switch (c) {
    case '=': return bad(i, 1, "a single = means nothing here", "did you mean ==?");
    case '|': return bad(i, 1, "a single | means nothing here", "did you mean ||?");
    case '^':
      return bad(i, 1, "a single ^ means nothing here",
                 "did you mean ^^ (one or the other, not both)?");
    case '+':
    case '*':
    case '/':
    case '%':
    case '-':
      return bad(i, 1, std::string("filters here do not calculate with ") + c,
                 "compare the field itself with a number");
    case '$':
      return bad(i, 1, "field references (${…}) are for Wireshark's window",
                 "write the value itself");
    case ']': return bad(i, 1, "there is no [ before this ]");
    default:
      return bad(i, 1, "this character means nothing in a filter",
                 "text stands in double quotes: \"…\"");
  }
}

// A dash, a dot, a colon and a slash belong to the word if they join what can be one value:
// 00-0c-29, 10.0.0.0/8, ::1.
void Lexer::word() {
  u32 i = at_;
  bool named = false;  // it is a name, not a value: no dash or slash is part of it
  if (source_[i] == '-') ++i;
  for (; i < source_.size(); ++i) {
    const char c = source_[i], after = i + 1 < source_.size() ? source_[i + 1] : '\0';
    if (letter(c) || digit(c)) {
      if (!digit(c) && hex(c) < 0 && c != 'T' && c != 'Z' && c != 'x' && c != 'X') named = true;
    } else if (c == '.') {
      if (after == '.') break;
      if (!letter(after) && !digit(after)) break;
    } else if (c == ':') {
      // An IPv6 address may end in "::".
      const bool doubled = i > at_ && source_[i - 1] == ':';
      if (named || !(hex(after) >= 0 || after == ':' || doubled)) break;
    } else if (c == '-') {
      if (named ? !letter(after) && !digit(after) : hex(after) < 0) break;
    } else if (c == '/') {
      if (named || !digit(after)) break;
    } else {
      break;
    }
  }
  end_ = i > at_ ? i : i + 1;
  token_ = Token::word;
  for (const auto& [word, token] : keywords) {
    if (spelling() == word) token_ = token;
  }
}

bool Lexer::escape(u32& i) {
  const u32 start = i++;  // at the backslash
  const char c = i < source_.size() ? source_[i] : '\0';
  constexpr std::string_view names = "abfnrtv'\"\\", meant = "\a\b\f\n\r\t\v'\"\\";
  if (const std::size_t n = names.find(c); n != std::string_view::npos && i < source_.size()) {
    text_ += meant[n];
    ++i;
    return true;
  }
  const auto digits = [&](u32 least, u32 most, u32 base) {
    u32 value = 0, n = 0;
    for (; n < most && i < source_.size(); ++n, ++i) {
      const int d = hex(source_[i]);
      if (d < 0 || u32(d) >= base) break;
      value = value * base + u32(d);
    }
    return std::pair(n >= least, value);
  };
  if (c >= '0' && c <= '7') {
    text_ += char(digits(1, 3, 8).second);
    return true;
  }
  if (c == 'x' || c == 'u' || c == 'U') {
    ++i;
    const auto [right, value] = c == 'x'   ? digits(1, 2, 16)
                                : c == 'u' ? digits(4, 4, 16)
                                           : digits(8, 8, 16);
    if (right) {
      if (c == 'x') {
        text_ += char(value);
      } else {
        add_point(text_, value);
      }
      return true;
    }
  }
  bad(start, 2, "nobody knows this escape",
      "\\n, \\t, \\x41, \\101, \\u00e9, \\\" and \\\\ are known; r\"…\" takes backslashes as they "
      "are");
  return false;
}

void Lexer::quoted(char quote, bool raw) {
  u32 i = at_ + (raw ? 2 : 1);
  for (;;) {
    if (i >= source_.size()) {
      return bad(at_, raw ? 2 : 1,
                 quote == '"' ? "this text is never closed" : "this character is never closed",
                 quote == '"' ? "text ends with a double quote"
                              : "a character stands between single quotes: 'a'");
    }
    const char c = source_[i];
    if (c == quote) break;
    if (raw) {
      text_ += c;
      if (c == '\\' && i + 1 < source_.size()) text_ += source_[++i];
      ++i;
    } else if (c == '\\') {
      if (!escape(i)) return;
    } else {
      text_ += c;
      ++i;
    }
  }
  end_ = i + 1;
  token_ = raw ? Token::raw : quote == '"' ? Token::string : Token::character;
  if (token_ == Token::character && text_.size() != 1) {
    bad(at_, length(), "single quotes hold one byte", "text stands in double quotes: \"…\"");
  }
}

}  // namespace netpeel::filter
