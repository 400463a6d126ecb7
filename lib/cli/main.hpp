// What every tool's main() does: run the body, turn an Error into sentences, and give the exit
// code. SIGINT and SIGTERM only set a flag; loops ask stopped() and end with what was done so far.
#pragma once
#include <string>

#include "base/error.hpp"

namespace netpeel::cli {

enum Exit : int { done = 0, check_said_no = 1, wrong_use = 2, environment = 3, damaged_input = 4 };

// tool: "decode", or empty for the dispatcher itself. Catches whatever is thrown.
int main(const std::string& tool, int argc, char** argv, int (*body)(int argc, char** argv));

// The user or the system asked to end, or nobody reads standard output any more.
bool stopped();
void stop();
// While a child captures, SIGINT and SIGTERM go to it instead: it ends, its pipe ends, and so does
// the loop that reads it. 0: no child. A second signal ends this program at once.
void forward_signals(int child);

// Wrong use of a tool, exit 2: what is wrong, and what to do instead.
[[noreturn]] void usage_error(std::string what, std::string hint = {});

// To standard error: "netpeel decode: says". Escaped, but for line ends.
void complain(std::string_view says);
const std::string& tool_name();

// The folder this program stands in; its siblings are the other tools.
std::string program_folder();

}  // namespace netpeel::cli
