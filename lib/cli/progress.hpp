// How far long work has come, on standard error if that is a terminal and standard output is not:
// frames, rate, time left.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::cli {

class Progress {
 public:
  explicit Progress(bool wanted);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // position of size bytes (0: not known) after so many frames; prints a few times a second at
  // most.
  void at(u64 frames, u64 position, u64 size);
  void clear();  // before anything else is printed there

 private:
  bool wanted_;
  bool printed_ = false;
  i64 start_ = 0, next_ = 0;
};

}  // namespace netpeel::cli
