// Standard output, or a file, written in large blocks with write(2). Not thread safe.
#pragma once
#include <string>

#include "base/text.hpp"

namespace netpeel::cli {

class Output {
 public:
  explicit Output(int fd = 1) : fd_(fd) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  base::Text& text() { return text_; }
  // Call after each piece: writes when enough has gathered.
  void poll() {
    if (text_.size() >= block) flush();
  }
  // If nobody reads any more (EPIPE) the tool is asked to stop; other failures throw base::Error.
  void flush();

 private:
  static constexpr std::size_t block = 256 * 1024;
  int fd_;
  bool closed_ = false;
  base::Text text_;
};

// All of it into a new file, or one that is replaced; "-" is standard output. Throws base::Error.
void write_file(const std::string& path, std::string_view text);

bool is_terminal(int fd);
// Columns of the terminal, of what COLUMNS says, else 80.
u32 terminal_columns(int fd);
// How many columns it has: $COLUMNS if set, else what the terminal says; `otherwise` where there is
// none.
u32 terminal_width(int fd, u32 otherwise = 80);
// Colour belongs on a terminal, unless NO_COLOR is set (no-color.org) or the terminal cannot.
bool wants_color(int fd);

}  // namespace netpeel::cli
