// UTF-8 (RFC 3629): shortest forms only, no surrogates, nothing beyond U+10FFFF.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::base {

// Length (1 to 4) of the well-formed sequence that begins the text; 0 if none does. The text is not empty.
u32 utf8_length(std::string_view text);

bool is_utf8(std::string_view text);

}  // namespace netpeel::base
