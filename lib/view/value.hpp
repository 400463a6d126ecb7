// One spelling of a field's value for every view.
#pragma once
#include "base/json.hpp"
#include "field/expand.hpp"

namespace netpeel::view {

// As a JSON value: numbers, true and false, or a string (cli.md, "decode --json").
void json_value(const field::Node& node, base::Json& out);

// As tshark's -T fields spells it: hexadecimal with 0x, flags 1 or 0, text as it is but harmless
// for a terminal.
void plain_value(const field::Node& node, base::Text& out);

// Wireshark pads hexadecimal numbers to the integer type that holds the field.
inline u32 hex_digits(u32 width) {
  return width <= 8 ? 2 : width <= 16 ? 4 : width <= 24 ? 6 : width <= 32 ? 8 : 16;
}

// For people: "UDP (17)", "20 (5 × 4)", "set"; nothing for marks. At most `most` bytes of long
// values.
void readable_value(const field::Node& node, base::Text& out, std::size_t most);

// "12–14, 17"; of very many the first and the last.
void frame_list(std::span<const u64> numbers, base::Text& out);

// How many columns a terminal gives the text (UTF-8; wide East Asian characters take two).
u32 columns(std::string_view text);

}  // namespace netpeel::view
