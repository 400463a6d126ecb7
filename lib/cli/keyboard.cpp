#include "cli/keyboard.hpp"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>

namespace netpeel::cli {
namespace {

// What signal handlers need; set while a Keyboard lives.
volatile std::sig_atomic_t terminal = -1, went_on = 0;
termios usual, single;

struct Handled {
  int signal;
  struct sigaction before;
};
// Those that end a program, and the one that stops it.
Handled handled[]{
    {SIGINT,  {}},
    {SIGTERM, {}},
    {SIGHUP,  {}},
    {SIGQUIT, {}},
    {SIGABRT, {}},
    {SIGSEGV, {}},
    {SIGTSTP, {}}
};

void install();

void on_signal(int signal) {
  const int error = errno;
  tcsetattr(terminal, TCSANOW, &usual);
  for (const Handled& h : handled) {
    if (h.signal != signal) continue;
    if (h.before.sa_handler != SIG_DFL && h.before.sa_handler != SIG_IGN) {
      h.before.sa_handler(signal);
      break;
    }
    if (h.before.sa_handler == SIG_IGN && signal != SIGTSTP) break;
    // What would have happened without us.
    std::signal(signal, SIG_DFL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    raise(signal);
    sigprocmask(SIG_UNBLOCK, &one, nullptr);
    // Only a stopped program comes here again, when it goes on.
    install();
    tcsetattr(terminal, TCSANOW, &single);
    went_on = 1;
  }
  errno = error;
}

void install() {
  for (const Handled& h : handled) {
    struct sigaction action {};
    action.sa_handler = on_signal;  // no SA_RESTART: a waiting poll must return
    sigaction(h.signal, &action, nullptr);
  }
}

}  // namespace

std::unique_ptr<Keyboard> Keyboard::open(bool input_is_taken) {
  int fd = STDIN_FILENO;
  const bool own = input_is_taken || isatty(fd) != 1;
  if (own) fd = ::open("/dev/tty", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  if (tcgetpgrp(fd) != getpgrp() || tcgetattr(fd, &usual) != 0) {
    if (own) ::close(fd);
    return nullptr;
  }
  return std::unique_ptr<Keyboard>(new Keyboard(fd, own));
}

Keyboard::Keyboard(int fd, bool own) : fd_(fd), own_(own) {
  single = usual;
  single.c_lflag &= ~tcflag_t(ICANON | ECHO);
  single.c_cc[VMIN] = 1;
  single.c_cc[VTIME] = 0;
  terminal = fd;
  for (Handled& h : handled) sigaction(h.signal, nullptr, &h.before);
  install();
  tcsetattr(fd, TCSANOW, &single);
}

Keyboard::~Keyboard() {
  tcsetattr(fd_, TCSANOW, &usual);
  for (const Handled& h : handled) sigaction(h.signal, &h.before, nullptr);
  terminal = -1;
  if (own_) ::close(fd_);
}

bool Keyboard::resumed() {
  const bool out = went_on != 0;
  went_on = 0;
  return out;
}

Pressed Keyboard::decode() {
  if (have_ == 0) return {};
  u32 used = 1;
  Pressed out{Key::other, bytes_[0]};
  if (bytes_[0] == ' ') {
    out.key = Key::space;
  } else if (bytes_[0] == '\n' || bytes_[0] == '\r') {
    out.key = Key::enter;
  } else if (bytes_[0] > ' ' && bytes_[0] < 0x7f) {
    out.key = Key::letter;
  } else if (bytes_[0] == '\x1b') {
    out.key = Key::escape;
    if (have_ >= 3 && (bytes_[1] == '[' || bytes_[1] == 'O')) {
      used = 3;
      switch (bytes_[2]) {
        case 'A': out.key = Key::up; break;
        case 'B': out.key = Key::down; break;
        case 'C': out.key = Key::right; break;
        case 'D': out.key = Key::left; break;
        default: used = have_, out.key = Key::other; break;
      }
    }
  }
  have_ -= used;
  std::memmove(bytes_, bytes_ + used, have_);
  return out;
}

Pressed Keyboard::wait(i64 nanoseconds) {
  if (have_ > 0) return decode();
  pollfd ready{fd_, POLLIN, 0};
  const timespec most{time_t(nanoseconds / 1'000'000'000), long(nanoseconds % 1'000'000'000)};
  if (ppoll(&ready, 1, nanoseconds < 0 ? nullptr : &most, nullptr) <= 0) return {};
  const ssize_t n = read(fd_, bytes_, sizeof bytes_);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return {};
  if (n <= 0) return {Key::closed};
  have_ = u32(n);
  return decode();
}

}  // namespace netpeel::cli
