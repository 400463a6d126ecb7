#include "cli/ring.hpp"

#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/wait.hpp"
#include "cli/main.hpp"

namespace netpeel::cli {

namespace {

bool may_use(cpu_set_t& set) {
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0;
}

}  // namespace

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
  keep_apart();
  if (first()) return;
  children_.clear();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(environment);
}

// Each has its own share of the processors. Else the kernel may take who wakes another and who is
// woken for a pair that had best run on one processor, and there they run by turns.
void Ring::keep_apart() {
  if (!may_use(usual_)) return;
  cpu_set_t share;
  CPU_ZERO(&share);
  u32 n = 0;
  for (std::size_t i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &usual_) && n++ % all_ == me_) CPU_SET(i, &share);
  }
  kept_apart_ = n >= all_ && sched_setaffinity(0, sizeof share, &share) == 0;
}

void Ring::let_meet() {
  if (kept_apart_) sched_setaffinity(0, sizeof usual_, &usual_);
  kept_apart_ = false;
}

Ring::~Ring() {
  let_go();
  end_children();
  let_meet();
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
  let_meet();
  return ended;
}

void Ring::end_children() {
  for (pid_t child : children_) kill(child, SIGKILL);
  for (pid_t child : children_) base::wait_for(child);
  children_.clear();
}

u32 idle_processors() {
  cpu_set_t set;
  const long may = may_use(set) ? CPU_COUNT(&set) : 1;
  // "0.20 0.18 0.12 running/all last": proc_loadavg(5). One of those that run is this one.
  long running = 1;
  if (std::FILE* load = std::fopen("/proc/loadavg", "re")) {
    if (std::fscanf(load, "%*s %*s %*s %ld", &running) != 1) running = 1;
    std::fclose(load);
  }
  const long idle = sysconf(_SC_NPROCESSORS_ONLN) - (running - 1);
  return u32(std::clamp(idle, 1L, std::max(may, 1L)));
}

}  // namespace netpeel::cli
