// Where a tool's frames come from, as the user named it: a file, "-", or an interface through
// netpeel-capture.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "capture/source.hpp"

namespace netpeel::cli {

struct InputOptions {
  std::string file;                     // a path, or "-" for standard input
  std::vector<std::string> interfaces;  // live instead
  std::string capture_filter;           // BPF, live only
  bool quiet = false;
};

// Opening an output empties it, so it must not be the file that is read. Throws base::Error with
// exit 2, naming the option.
void refuse_own_input(const InputOptions& input, const std::string& option,
                      const std::string& output);

// Live: netpeel-capture runs beside this program and writes pcapng into a pipe. SIGINT goes to it;
// it ends, and what it had is still read. The destructor ends it.
class Input {
 public:
  explicit Input(const InputOptions& options);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  capture::FrameSource& source() { return *source_; }
  bool live() const { return child_ > 0; }
  // Ends the child and says how all went: done, damaged_input (told on standard error), or the
  // child's failure.
  int finish();

 private:
  void start(const InputOptions& options);
  int reap();

  std::unique_ptr<capture::FrameSource> source_;
  int child_ = 0;
  int pipe_ = -1;
};

}  // namespace netpeel::cli
