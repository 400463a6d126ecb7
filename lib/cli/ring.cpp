#include "cli/ring.hpp"

#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/wait.hpp"
#include "cli/main.hpp"

namespace netpeel::cli {

Ring::Ring(u32 processes) {
  if (processes > 1) start(std::min(processes, most));
}

void Ring::start(u32 processes) {
  std::vector<std::array<int, 2>> pipes;
  // Where a user may have no more processes or files, one process does as well.
  const auto alone = [&] {
    for (const auto& [from, to] : pipes) close(from), close(to);
    end_children();
    all_ = 1;
  };
  for (all_ = processes; pipes.size() < processes;) {
    if (pipe2(pipes.emplace_back().data(), O_CLOEXEC) == 0) continue;
    pipes.pop_back();
    return alone();
  }
  const pid_t parent = getpid();
  for (u32 i = 1; i < processes && me_ == 0; ++i) {
    const pid_t child = fork();
    if (child < 0) return alone();
    if (child == 0) me_ = i;
    if (child > 0) children_.push_back(child);
  }
  before_ = pipes[me_][0];
  behind_ = pipes[(me_ + 1) % all_][1];
  for (const auto& [from, to] : pipes) {
    if (from != before_) close(from);
    if (to != behind_) close(to);
  }
  if (first()) return;
  children_.clear();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(environment);
}

Ring::~Ring() {
  let_go();
  end_children();
}

bool Ring::take(void* to, std::size_t size) {
  for (;;) {
    // A pipe gives whole what was written whole.
    const ssize_t n = ::read(before_, to, size);
    if (n == ssize_t(size)) return true;
    if (n >= 0 || errno != EINTR) return false;
  }
}

void Ring::give(const void* from, std::size_t size) {
  while (::write(behind_, from, size) < 0 && errno == EINTR) {
  }
}

void Ring::let_go() {
  for (int* end : {&before_, &behind_}) {
    if (*end >= 0) close(*end);
    *end = -1;
  }
}

Ring::Ended Ring::join() {
  Ended ended;
  for (pid_t child : children_) {
    const int status = base::wait_for(child);
    if (WIFEXITED(status) && WEXITSTATUS(status) != done) ended.code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  }
  children_.clear();
  return ended;
}

void Ring::end_children() {
  for (pid_t child : children_) kill(child, SIGKILL);
  for (pid_t child : children_) base::wait_for(child);
  children_.clear();
}

u32 processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? u32(CPU_COUNT(&set)) : 1;
}

}  // namespace netpeel::cli
