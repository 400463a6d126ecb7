// One spelling of a field's value for every view.
#pragma once
#include "base/json.hpp"
#include "field/expand.hpp"

namespace netpeel::view {

// As a JSON value: numbers, true and false, or a string (cli.md, "decode --json").
void json_value(const field::Node& node, base::Json& out);

// As tshark's -T fields spells it: hexadecimal with 0x, flags 1 or 0, text as it is but harmless for a terminal.
void plain_value(const field::Node& node, base::Text& out);

}  // namespace netpeel::view
