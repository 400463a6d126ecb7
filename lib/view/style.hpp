// The few colours of all views. Colour never says anything alone: a word or a letter says it too.
#pragma once
#include <string_view>

namespace netpeel::view::style {

inline constexpr std::string_view plain = "\x1b[0m";
inline constexpr std::string_view bold = "\x1b[1m";
inline constexpr std::string_view dim = "\x1b[2m";
inline constexpr std::string_view alarm = "\x1b[1;31m";
// By OSI layer, 0 to 7; also to tell neighbouring fields apart.
inline constexpr std::string_view layers[]{"\x1b[37m", "\x1b[37m", "\x1b[33m", "\x1b[32m",
                                           "\x1b[36m", "\x1b[34m", "\x1b[35m", "\x1b[95m"};

}  // namespace netpeel::view::style
