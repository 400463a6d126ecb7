// Single keys from the terminal, as they are pressed. While a Keyboard lives the terminal neither
// echoes nor waits for whole lines; whatever ends the program (its end, Ctrl-C, Ctrl-Z, a signal)
// puts it back. One at a time, one thread. termios(3).
#pragma once
#include <memory>

#include "base/bytes.hpp"

namespace netpeel::cli {

enum class Key : u8 {
  none,    // time is over, or a signal came
  closed,  // the terminal is gone
  other,
  space,
  enter,
  escape,
  up,
  down,
  left,
  right,
  letter  // Pressed::letter says which
};

struct Pressed {
  Key key = Key::none;
  char letter = 0;
};

class Keyboard {
 public:
  // Standard input where that is a terminal and nobody reads something else from it, otherwise the
  // controlling terminal. Null: there is none, or this program is in its background.
  static std::unique_ptr<Keyboard> open(bool input_is_taken);
  ~Keyboard();
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

  // The next key, waiting at most so long (nanoseconds; below 0: for ever).
  Pressed wait(i64 nanoseconds);
  // Whether the program was stopped and went on since the last call: the screen may be another's.
  bool resumed();

 private:
  Keyboard(int fd, bool own);
  Pressed decode();

  int fd_;
  bool own_;
  char bytes_[16];
  u32 have_ = 0;
};

}  // namespace netpeel::cli
