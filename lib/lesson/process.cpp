#include "lesson/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>

#include "base/wait.hpp"

namespace netpeel::lesson {
namespace {

// Signals that a key sends go to the child alone while it runs.
class KeysToChild {
 public:
  KeysToChild() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &interrupt_);
    sigaction(SIGQUIT, &ignore, &quit_);
  }
  ~KeysToChild() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGQUIT, &quit_, nullptr);
  }
  KeysToChild(const KeysToChild&) = delete;
  KeysToChild& operator=(const KeysToChild&) = delete;

 private:
  struct sigaction interrupt_ {
  }, quit_{};
};

// An own group is for what stays in the background: the whole of it can be told to end.
int spawn(const std::vector<std::string>& words, int in, int out, int err, bool own_group) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = getpid(), child = fork();
  if (child != 0) return std::max(child, 0);
  if (own_group) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);
  }
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGPIPE}) std::signal(signal, SIG_DFL);
  if (in >= 0) dup2(in, 0);
  if (out >= 0) dup2(out, 1);
  if (err >= 0) dup2(err, 2);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

bool wants_end(const Start& start) { return start.stopped != nullptr && start.stopped(); }

// Our signal may come a moment before the wait begins, and then interrupts nothing; the child's may
// come before it listens. So both are repeated.
void until_ended(int child, const Start& start) {
  constexpr int ask_every = 200;
  pollfd process{int(syscall(SYS_pidfd_open, child, 0)), POLLIN, 0};
  while (process.fd >= 0 && poll(&process, 1, ask_every) <= 0) {
    if (wants_end(start)) kill(child, SIGTERM);
  }
  if (process.fd >= 0) close(process.fd);
}

int wait_for(int child, const Start& start) {
  if (start.stopped != nullptr) until_ended(child, start);
  const int status = base::wait_for(child);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void write_all(int to, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t n = write(to, data, size);
    if (n < 0 && errno != EINTR) return;
    if (n > 0) data += n, size -= std::size_t(n);
  }
}

// What the child prints, until it has closed its end or is gone and nothing more comes.
void pass_on(int from, int child, const Start& start, int keep) {
  char room[8192];
  u64 kept = 0;
  u32 told = 0;
  for (bool gone = false;;) {
    if (wants_end(start) && told++ % 8 == 0) kill(child, SIGTERM);
    pollfd wait{from, POLLIN, 0};
    const int ready = poll(&wait, 1, 50);
    if (ready > 0) {
      const ssize_t n = read(from, room, sizeof room);
      if (n == 0 || (n < 0 && errno != EINTR)) return;
      if (n < 0) continue;
      if (start.show) write_all(1, room, std::size_t(n));
      if (keep >= 0 && kept < most_kept) write_all(keep, room, std::size_t(n));
      kept += u64(n);
    } else if (gone) {
      return;  // something in the background still holds the other end
    }
    siginfo_t info{};
    if (ready == 0 && waitid(P_PID, id_t(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0)
      gone = info.si_pid == child;
  }
}

int open_null() { return open("/dev/null", O_RDWR | O_CLOEXEC); }
int open_keep(const std::string& path) {
  return path.empty() ? -1 : open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

}  // namespace

int run_program(const Start& start) {
  if (wants_end(start)) return 128 + SIGTERM;
  std::optional<KeysToChild> keys;
  if (start.show || start.input) keys.emplace();
  const int null = start.input ? -1 : open_null();
  int code = 127;
  if (start.keep.empty() && start.show) {
    if (const int child = spawn(start.words, null, -1, -1, false); child > 0)
      code = wait_for(child, start);
  } else {
    int ends[2];
    const int keep = open_keep(start.keep);
    if (pipe2(ends, O_CLOEXEC) == 0) {
      const int silence = start.show ? -1 : open_null();
      const int child = spawn(start.words, null, ends[1], start.notes ? ends[1] : silence, false);
      close(ends[1]);
      if (silence >= 0) close(silence);
      if (child > 0) {
        pass_on(ends[0], child, start, keep);
        code = wait_for(child, start);
      }
      close(ends[0]);
    }
    if (keep >= 0) close(keep);
  }
  if (null >= 0) close(null);
  return code;
}

int start_program(const Start& start) {
  const int null = open_null(), keep = open_keep(start.keep);
  const int out = keep >= 0 ? keep : null;
  const int child = spawn(start.words, null, out, start.notes ? out : null, true);
  close(null);
  if (keep >= 0) close(keep);
  return child;
}

bool has_ended(int child) {
  siginfo_t info{};
  return waitid(P_PID, id_t(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid == child;
}

// A shell hands no signal on to what it runs: the whole group is told, and waited for, so that
// nothing it still has to say falls into the next step.
void end_program(int child) {
  kill(-child, SIGTERM);
  for (int i = 0; i < 100 && !has_ended(child); ++i) poll(nullptr, 0, 10);
  if (!has_ended(child)) kill(child, SIGKILL);
  wait_for(child, {});
  for (int i = 0; i < 100 && kill(-child, 0) == 0; ++i) poll(nullptr, 0, 10);
  kill(-child, SIGKILL);
}

}  // namespace netpeel::lesson
