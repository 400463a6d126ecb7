#include "cli/output.hpp"

#include <cstdlib>
#include <unistd.h>

#include "cli/main.hpp"

namespace netpeel::cli {

void Output::flush() {
  std::string_view rest = text_.view();
  while (!rest.empty() && !closed_) {
    const ssize_t n = ::write(fd_, rest.data(), rest.size());
    if (n > 0) {
      rest.remove_prefix(std::size_t(n));
    } else if (errno == EPIPE) {
      closed_ = true;
      stop();
    } else if (errno != EINTR) {
      const int code = errno;
      text_.clear();
      throw base::Error("write the output", code);
    }
  }
  text_.clear();
}

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

bool wants_color(int fd) {
  const char* no = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return is_terminal(fd) && (no == nullptr || *no == 0) && term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace netpeel::cli
