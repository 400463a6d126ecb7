// Programs that a lesson starts: waited for with their output shown and kept, or left running until
// they are ended. Single-threaded processes only; no signal handlers are needed.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::lesson {

struct Start {
  std::vector<std::string> words{};
  std::string keep{};           // a file for its output; empty: not kept
  bool notes = true;            // what goes to standard error is output too; else it is only shown
  bool show = true;             // on this terminal
  bool input = false;           // it may read from the terminal
  bool (*stopped)() = nullptr;  // true: it is ended, and no other one is begun
};

// Runs it and waits. Ctrl-C ends what a person sees running, not the lesson. Its exit code, 128 and
// more for a signal, 127 where there is no such program. What it prints is kept up to a limit.
int run_program(const Start& start);

// Starts it in the background; its output goes to `keep` or nowhere. It ends with this process,
// however that ends. 0: it could not be started.
int start_program(const Start& start);
// SIGTERM (or another), then waits a second at most before SIGKILL.
void end_program(int child);
bool has_ended(int child);

inline constexpr u64 most_kept = 1 << 20;  // bytes of output

}  // namespace netpeel::lesson
