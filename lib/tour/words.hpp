// Small words that the chapters share.
#pragma once
#include <string>

#include "tour/story.hpp"
#include "view/svg.hpp"
#include "view/table.hpp"

namespace netpeel::tour {

std::string number(u64 n);
std::string hex(std::string_view bytes, char between = ' ');
// Blanks behind it up to so many characters.
std::string padded(std::string text, std::size_t width);
// Escaped; at most so many characters, and an ellipsis where some are missing.
std::string fitted(std::string_view text, std::size_t width);
// Without the line end behind it.
inline std::string_view said_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

}  // namespace netpeel::tour
