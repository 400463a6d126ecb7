#include "cli/output.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
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
    } else if (errno == EAGAIN) {  // whoever shares the pipe made it non-blocking
      pollfd room{fd_, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      const int code = errno;
      text_.clear();
      throw base::Error("write the output", code);
    }
  }
  text_.clear();
}

void write_file(const std::string& path, std::string_view text) {
  if (path == "-") {
    Output out;
    out.text().add(text);
    return out.flush();
  }
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) throw base::Error("write " + path, errno);
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int code = errno;
      ::close(fd);
      throw base::Error("write " + path, code);
    }
    text.remove_prefix(std::size_t(n));
  }
  if (::close(fd) != 0) throw base::Error("write " + path, errno);
}

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

u32 terminal_width(int fd, u32 otherwise) {
  constexpr u32 least = 20, most = 1000;
  const char* columns = std::getenv("COLUMNS");
  const long told = columns != nullptr ? std::strtol(columns, nullptr, 10) : 0;
  if (told >= least && told <= most) return u32(told);
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= least) return size.ws_col;
  return otherwise;
}

u32 terminal_columns(int fd) {
  winsize size{};
  if (is_terminal(fd) && ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* told = std::getenv("COLUMNS");
  const int columns = told != nullptr ? std::atoi(told) : 0;
  return columns > 0 && columns < 10'000 ? u32(columns) : 80;
}

bool wants_color(int fd) {
  const char* no = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  return is_terminal(fd) && (no == nullptr || *no == 0) && term != nullptr &&
         std::string_view(term) != "dumb";
}

}  // namespace netpeel::cli
