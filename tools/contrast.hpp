// What the parts of netpeel contrast share.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cli/keyboard.hpp"
#include "contrast/contrast.hpp"
#include "contrast/plan.hpp"

namespace netpeel::contrast_tool {

struct Asked {
  std::vector<std::string> words, faults, as;
  std::string form = "text", delay = "10ms", keep, where;
  u64 events = 5, every = 200, width = 0, most = 60;
  bool step = false, steady = false, quiet = false, files = false;
};

// One capture, measured and drawn. Complains where it holds nothing to compare; `code` becomes what
// the tool should exit with, where that is worse than it is.
void read(const Asked& asked, const std::string& file, contrast::Way& way, contrast::Heads& heads,
          int& code);

// Runs one of a plan's two in a lab of its own and leaves the capture there. Throws base::Error.
void run_in_lab(const Asked& asked, const contrast::Plan& plan, u32 which, const std::string& file);

// For --step: the keys, or wrong use where there are none.
std::unique_ptr<cli::Keyboard> need_keyboard();
// One packet of both at a time, in order of time, each with a sentence. The exit code.
int step(const Asked& asked, const contrast::Contrast& contrast);

}  // namespace netpeel::contrast_tool
