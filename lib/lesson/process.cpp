#include "lesson/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

extern char** environ;

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

int spawn(const std::vector<std::string>& words, int in, int out, int err, bool own_group) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  if (in >= 0) posix_spawn_file_actions_adddup2(&files, in, 0);
  if (out >= 0) posix_spawn_file_actions_adddup2(&files, out, 1);
  if (err >= 0) posix_spawn_file_actions_adddup2(&files, err, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGPIPE}) sigaddset(&usual, signal);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           short(POSIX_SPAWN_SETSIGDEF | (own_group ? POSIX_SPAWN_SETPGROUP : 0)));
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, words[0].c_str(), &files, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  return failed == 0 ? child : 0;
}

int wait_for(int child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
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
void pass_on(int from, int child, bool show, int keep) {
  char room[8192];
  u64 kept = 0;
  for (bool gone = false;;) {
    pollfd wait{from, POLLIN, 0};
    const int ready = poll(&wait, 1, 50);
    if (ready > 0) {
      const ssize_t n = read(from, room, sizeof room);
      if (n == 0 || (n < 0 && errno != EINTR)) return;
      if (n < 0) continue;
      if (show) write_all(1, room, std::size_t(n));
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
  const KeysToChild keys;
  const int null = start.input ? -1 : open_null();
  int code = 127;
  if (start.keep.empty() && start.show) {
    if (const int child = spawn(start.words, null, -1, -1, false); child > 0)
      code = wait_for(child);
  } else {
    int ends[2];
    const int keep = open_keep(start.keep);
    if (pipe2(ends, O_CLOEXEC) == 0) {
      const int silence = start.show ? -1 : open_null();
      const int child = spawn(start.words, null, ends[1], start.notes ? ends[1] : silence, false);
      close(ends[1]);
      if (silence >= 0) close(silence);
      if (child > 0) {
        pass_on(ends[0], child, start.show, keep);
        code = wait_for(child);
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

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? "'\\''" : std::string(1, c));
  return out + "'";
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
  wait_for(child);
  for (int i = 0; i < 100 && kill(-child, 0) == 0; ++i) poll(nullptr, 0, 10);
  kill(-child, SIGKILL);
}

}  // namespace netpeel::lesson
