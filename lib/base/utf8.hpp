// UTF-8 (RFC 3629): shortest forms only, no surrogates, nothing beyond U+10FFFF.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::base {

// Length (1 to 4) of the well-formed sequence that begins the text; 0 if none does. The text is not
// empty.
u32 utf8_length(std::string_view text);

// Where none begins: how many bytes to replace by one U+FFFD, as Unicode §3.9 advises: a sequence
// cut short is replaced as one, any other byte alone.
u32 utf8_broken(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace netpeel::base
