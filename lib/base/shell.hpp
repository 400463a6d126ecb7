// Words for a POSIX shell.
#pragma once
#include <string>

namespace netpeel::base {

// One word of a shell's command, whatever stands in it. POSIX.1 XCU §2.2.2: between single quotes
// nothing is special but their end.
inline std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? "'\\''" : std::string(1, c));
  return out + "'";
}

}  // namespace netpeel::base
