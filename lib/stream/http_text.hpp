// Words and lines of HTTP/1.x, as its parser and its fields both need them. For http*.cpp only.
#pragma once
#include <string_view>

#include "base/bytes.hpp"

namespace netpeel::stream::http_text {

constexpr bool blank(char c) { return c == ' ' || c == '\t'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }
// Whether a name may have it (RFC 9110 §5.6.2).
bool token(char c);
// Without blanks and line ends at both ends.
std::string_view trim(std::string_view t);

bool known_method(std::string_view word);
// "HTTP/1.1" stands first.
bool version_at(std::string_view t);

// Whether a first line begins here. strict: in the middle of bytes that are something else, where a
// word is not enough.
enum class Looks : u8 { no, yes, more };
Looks looks(std::string_view t, bool strict);

// Behind the empty line, or 0. `from` is how far an earlier look got.
std::size_t head_end(std::string_view t, std::size_t from);
// Bytes of blank lines that come first.
std::size_t blank_lines(std::string_view t);

inline constexpr std::size_t longest_head = 65535;  // a layer holds no longer header

}  // namespace netpeel::stream::http_text
