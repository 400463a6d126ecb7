// A program that the tour starts: its standard output is read line by line, what it complains of
// goes to a file. It never outlives its Child. One thread.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::tour {

using Stopped = std::function<bool()>;

class Child {
 public:
  // Throws base::Error where it cannot be started.
  Child(const std::vector<std::string>& words, const std::string& complaints);
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next line, without its end. False: there is none any more, the time is over, or stopped().
  bool line(std::string& out, i64 patience, const Stopped& stopped);
  // Its exit code, 128 and more for a signal; -1: it still runs when the time is over.
  int wait(i64 patience, const Stopped& stopped);
  // Asks it to end, and ends it if it does not within two seconds.
  void end(int signal = 15);

 private:
  int process_ = 0, out_ = -1, code_ = -1;
  std::string read_;
};

// The beginning of a file: what a program complained of; and the same as one line for a sentence.
std::string contents(const std::string& path);
std::string complaint(const std::string& path);

}  // namespace netpeel::tour
