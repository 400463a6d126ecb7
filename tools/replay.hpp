// What netpeel replay was asked for, and its ways of doing it, a file each.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::replay_tool {

struct Asked {
  std::string file, interface, really, rewrite, speed, pps, mbps, where, to, stream, patience;
  std::vector<std::string> words, as;
  u64 loop = 1;
  bool topspeed = false, step = false, json = false, bytes = false, quiet = false;
};

// The number that the option was given; wrong use outside of the range.
double number(const std::string& option, const std::string& text, double least, double most);

int onto_interface(const Asked& asked);
int onto_screen(const Asked& asked);
int onto_server(const Asked& asked);

}  // namespace netpeel::replay_tool
