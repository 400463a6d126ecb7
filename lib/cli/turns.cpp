#include "cli/turns.hpp"

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

Turns::Turns(u32 processes) {
  if (processes > 1) start(std::min(processes, most));
}

void Turns::start(u32 processes) {
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
  turn_ = mine_ = false;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(environment);
  // What is wrong with the input the first process says. Once it has written, what goes wrong is
  // this one's own.
  told_ = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO), close(nowhere);
}

Turns::~Turns() {
  let_go();
  end_children();
}

bool Turns::mine(Output& out) {
  if (all_ == 1) return true;
  return asked_++ % stretch == 0 ? next_stretch(out) : mine_;
}

bool Turns::next_stretch(Output& out) {
  if (mine_ && asked_ > 1) write(out), give();
  return mine_ = (asked_ - 1) / stretch % all_ == me_;
}

void Turns::poll(Output& out) {
  if (turn_) return out.poll();
  if (out.text().size() >= most_held) write(out);
}

void Turns::finish(Output& out) {
  if (mine_) write(out);
  if (all_ == 1) return;
  if (!first()) _exit(done);
  const bool asked_to_stop = stopped() && !left_alone_;
  if (asked_to_stop) {
    for (pid_t child : children_) kill(child, SIGTERM);
  }
  let_go();
  int failed = done, signal = 0;
  for (pid_t child : children_) {
    const int status = base::wait_for(child);
    if (WIFEXITED(status) && WEXITSTATUS(status) != done) failed = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) signal = WTERMSIG(status);
  }
  children_.clear();
  if (asked_to_stop) return;
  if (signal != 0) {
    throw base::Error::sentence("a process that printed a part of the output was ended by signal " +
                                    std::to_string(signal),
                                "--jobs 1 does all in one process.");
  }
  if (failed != done) {
    throw base::Error::sentence("a process that printed a part of the output failed",
                                "--jobs 1 does all in one process.")
        .with_exit(failed);
  }
}

// Waits for the turn. False: the process before ended without giving it.
bool Turns::take() {
  char byte;
  while (!turn_) {
    const ssize_t n = ::read(before_, &byte, 1);
    if (n == 0) return false;
    if (n < 0 && errno != EINTR) return false;
    turn_ = n == 1;
  }
  if (told_ >= 0) {
    dup2(told_, STDERR_FILENO);
    close(told_);
    told_ = -1;
  }
  return true;
}

void Turns::give() {
  if (!turn_) return;
  turn_ = false;
  const char byte = 1;
  while (::write(behind_, &byte, 1) < 0 && errno == EINTR) {
  }
}

void Turns::write(Output& out) {
  if (take()) return out.flush();
  out.text().clear();
  left_alone_ = true;
  stop();
}

void Turns::let_go() {
  for (int* end : {&before_, &behind_}) {
    if (*end >= 0) close(*end);
    *end = -1;
  }
}

void Turns::end_children() {
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
