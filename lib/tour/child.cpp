#include "tour/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

extern char** environ;

namespace netpeel::tour {
namespace {

constexpr int look_every = 20;  // ms

int start(const std::vector<std::string>& words, int out, const std::string& complaints) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, out, 1);
  posix_spawn_file_actions_addopen(&files, 2, complaints.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                   0600);
  // A group of its own: Ctrl-C comes to the tour, which ends its children in good order.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&usual, signal);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, short(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, words[0].c_str(), &files, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) throw base::Error("start " + words[0], failed);
  return child;
}

i64 now() { return base::system_clock().steady(); }

}  // namespace

Child::Child(const std::vector<std::string>& words, const std::string& complaints) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw base::Error("make a pipe", errno);
  out_ = ends[0];
  try {
    process_ = start(words, ends[1], complaints);
  } catch (...) {
    close(ends[0]);
    close(ends[1]);
    throw;
  }
  close(ends[1]);
}

bool Child::line(std::string& out, i64 patience, const Stopped& stopped) {
  constexpr std::size_t longest = 64 * 1024;
  for (const i64 until = now() + patience; !stopped();) {
    const std::size_t end = read_.find('\n');
    if (end != std::string::npos || read_.size() > longest) {
      out = read_.substr(0, end);
      read_.erase(0, end == std::string::npos ? end : end + 1);
      return true;
    }
    if (now() >= until || out_ < 0) return false;
    pollfd ready{out_, POLLIN, 0};
    if (poll(&ready, 1, look_every) <= 0) continue;
    char room[4096];
    const ssize_t n = read(out_, room, sizeof room);
    if (n == 0) return false;
    if (n > 0) read_.append(room, std::size_t(n));
  }
  return false;
}

int Child::wait(i64 patience, const Stopped& stopped) {
  const i64 until = now() + patience;
  while (process_ > 0) {
    int status = 0;
    if (waitpid(process_, &status, WNOHANG) == process_) {
      code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
      process_ = 0;
    } else if (now() >= until || stopped()) {
      return -1;
    } else {
      poll(nullptr, 0, look_every);
    }
  }
  return code_;
}

void Child::end(int signal) {
  const auto never = [] { return false; };
  if (process_ > 0) {
    kill(process_, signal);
    if (wait(2'000'000'000, never) < 0) {
      kill(-process_, SIGKILL);
      wait(2'000'000'000, never);
    }
  }
  if (out_ >= 0) close(out_);
  out_ = -1;
}

std::string contents(const std::string& path) {
  std::string out(4096, '\0');
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const ssize_t n = fd < 0 ? 0 : read(fd, out.data(), out.size());
  if (fd >= 0) close(fd);
  out.resize(n > 0 ? std::size_t(n) : 0);
  return out;
}

std::string complaint(const std::string& path) {
  std::string all = contents(path);
  while (!all.empty() && all.back() == '\n') all.pop_back();
  for (char& c : all) c = c == '\n' ? ' ' : c;
  base::Text out;
  out.escaped(all, 400);
  return std::string(out.view());
}

}  // namespace netpeel::tour
