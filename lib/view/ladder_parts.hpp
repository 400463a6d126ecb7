// What the drawings of a ladder share.
#pragma once
#include "view/ladder.hpp"

namespace netpeel::view {

// What stands at an arrow beside its label: its fate, problems, the comment; each a sentence.
std::vector<std::string> notes(const Arrow& arrow);
// Cuts text into lines of at most so many columns, at blanks where there are any.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);
// Columns of a terminal: wide characters take two, combining ones none.
std::size_t columns_of(std::string_view text);
// Bytes of the first character.
std::size_t first_character(std::string_view text);

}  // namespace netpeel::view
