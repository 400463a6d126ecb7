// Where the tour's traffic comes from: a lab of its own (level A), this machine's loopback (B), or
// a capture that the same talk left when it was recorded (C).
#pragma once
#include "tour/child.hpp"

namespace netpeel::tour {

struct Setting {
  std::string tools{};     // the folder of netpeel's programs
  std::string folder{};    // where the capture is made; it exists
  std::string recorded{};  // the shipped capture
  std::string level{};     // A, B or C; empty: the highest that works
  Stopped stopped{};
  std::function<void(const std::string& step)> begins{};  // "TCP", "UDP" …
};

struct Stage {
  char level = 'C';
  std::string why{};      // not a higher level; a sentence, or empty
  std::string capture{};  // what was captured, or the recorded one
  bool ours = false;      // the capture is a file made just now, to be removed later
  std::string said{};     // what the programs that talked complained of, as one line
};

// Has everybody talk once. Throws base::Error where the level asked for cannot be had.
Stage set_stage(const Setting& setting);

}  // namespace netpeel::tour
