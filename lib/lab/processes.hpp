// Programs on hosts of a lab: started, told apart from programs that do not exist, and their ends
// put in words and numbers. All of them die with the process that started them. Single-threaded
// processes only.
#pragma once
#include <string>
#include <vector>

#include "lab/spaces.hpp"

namespace netpeel::lab {

struct Program {
  std::vector<std::string> words{};  // found along PATH
  std::string host{};                // what NETPEEL_HOST says
  bool background = false;           // no input, output to standard error, not stopped by Ctrl-C
  bool output_to_error = false;      // standard output is taken
};

// A shell's command line as a program.
std::vector<std::string> shell_words(const std::string& command);

// Starts it; with a space, on that host. Throws base::Error where there is no such program.
int spawn(const Program& program, const Space* space);

// From waitpid's status to an exit code, as shells count: 128 and the number for a signal.
int exit_code(int status);

// The signals that a lab's processes wait for, as a descriptor to read; they interrupt nothing.
Descriptor listen_to_signals();
// The next of them: its number, and whether a person pressed a key (then all processes on the
// terminal have it too).
struct Signal {
  int number = 0;  // 0: none
  bool key = false;
};
Signal next_signal(const Descriptor& signals);

// Waits for that child. SIGTERM, SIGHUP, or a SIGINT that no key sent, calls `end`, at the second
// time kills the child.
int wait_for(int child, const Descriptor& signals, void (*end)(void*), void* context);

}  // namespace netpeel::lab
