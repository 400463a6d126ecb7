#include "lab/processes.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "base/error.hpp"

namespace netpeel::lab {
namespace {

constexpr int waited_for[]{SIGCHLD, SIGINT, SIGQUIT, SIGTERM, SIGHUP};

sigset_t signal_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : waited_for) sigaddset(&set, signal);
  return set;
}

// In the child, until it becomes the program.
void prepare(const Program& program, const Space* space) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int signal = 1; signal < 32; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (program.background) {
    setpgid(0, 0);
    const int null = open("/dev/null", O_RDONLY);
    if (null >= 0) dup2(null, STDIN_FILENO);
  }
  if (program.background || program.output_to_error) dup2(STDERR_FILENO, STDOUT_FILENO);
  if (!program.host.empty()) setenv("NETPEEL_HOST", program.host.c_str(), 1);
  if (space != nullptr) move_to(*space);
}

}  // namespace

std::vector<std::string> shell_words(const std::string& command) {
  return {"/bin/sh", "-c", command};
}

int spawn(const Program& program, const Space* space) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) throw base::Error("start a program", errno);
  const pid_t child = fork();
  if (child < 0) throw base::Error("start a program", errno);
  if (child == 0) {
    int error = 0;
    try {
      prepare(program, space);
      std::vector<char*> words;
      for (const std::string& word : program.words)
        words.push_back(const_cast<char*>(word.c_str()));
      words.push_back(nullptr);
      execvp(words[0], words.data());
      error = errno;
    } catch (const base::Error&) {
      error = errno;
    }
    if (write(report[1], &error, sizeof error) < 0) _exit(126);
    _exit(127);
  }
  close(report[1]);
  const Descriptor answer(report[0]);
  int error = 0;
  ssize_t n;
  do {
    n = read(answer.get(), &error, sizeof error);
  } while (n < 0 && errno == EINTR);
  if (n != ssize_t(sizeof error)) return child;
  waitpid(child, nullptr, 0);
  const std::string& name = program.words[0];
  if (error == ENOENT) {
    throw base::Error::sentence("there is no program \"" + name + "\"",
                                "What stands behind -- is a program and its arguments; for a line "
                                "of shell: -- sh -c 'LINE'");
  }
  throw base::Error("start \"" + name + "\"", error);
}

int exit_code(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Descriptor listen_to_signals() {
  const sigset_t set = signal_set();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  Descriptor out(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!out) throw base::Error("listen to signals", errno);
  return out;
}

Signal next_signal(const Descriptor& signals) {
  signalfd_siginfo info{};
  if (read(signals.get(), &info, sizeof info) != ssize_t(sizeof info)) return {};
  return {int(info.ssi_signo), info.ssi_code == SI_KERNEL};
}

int wait_for(int child, const Descriptor& signals, void (*end)(void*), void* context) {
  bool asked = false;
  for (;;) {
    int status = 0;
    const pid_t done = waitpid(child, &status, WNOHANG);
    if (done == child) return exit_code(status);
    if (done < 0 && errno != EINTR) return 3;
    pollfd ready{signals.get(), POLLIN, 0};
    poll(&ready, 1, -1);
    for (Signal signal; (signal = next_signal(signals)).number != 0;) {
      const bool ends = signal.number == SIGTERM || signal.number == SIGHUP ||
                        (signal.number == SIGINT && !signal.key);
      if (!ends) continue;
      asked ? static_cast<void>(kill(child, SIGKILL)) : end(context);
      asked = true;
    }
  }
}

}  // namespace netpeel::lab
