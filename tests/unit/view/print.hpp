// One packet through one printer.
#pragma once
#include "support/peel.hpp"
#include "view/printer.hpp"

namespace netpeel::test {

inline view::Look look() { return {.registry = registry()}; }

inline std::string printed(view::Printer& printer, const Peeled& peeled) {
  base::Text out;
  printer.packet(peeled.packet, out);
  return std::string(out.view());
}

inline bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Ethernet, IPv4 from 10.0.0.1 to 10.0.0.2, UDP from 12345 to 7007, "hey\n".
inline const char* const hey = "010203040506 060504030201 0800  45000020 00014000 40110000 "
                               "0a000001 0a000002  3039 1b5f 000c 0000 6865790a";

}  // namespace netpeel::test
