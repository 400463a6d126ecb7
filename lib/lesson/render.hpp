// Prose of a lesson for a terminal or a printer: CommonMark wrapped to a width. Bold and code carry
// meaning by their marks as well, never by colour alone.
#pragma once
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace netpeel::lesson {

struct Paper {
  u32 columns = 80;
  bool color = false;  // escape sequences for bold and the like
  bool plain = false;  // for screen readers: no ruling lines, no marks around words
};

// Ends in one line end; blocks have an empty line between.
std::string render(std::string_view markdown, const Paper& paper);
// One paragraph, wrapped; every line after the first begins with `indent` blanks, the first with
// `first`.
std::string wrapped(std::string_view text, const Paper& paper, std::string_view first = {},
                    u32 indent = 0);
// A line across, with a title; on plain paper the title alone.
std::string ruled(std::string_view title, std::string_view right, const Paper& paper);
std::string bold(std::string_view text, const Paper& paper);

}  // namespace netpeel::lesson
