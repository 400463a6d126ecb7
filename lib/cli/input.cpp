#include "cli/input.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/wait.hpp"
#include "cli/main.hpp"

namespace netpeel::cli {

void refuse_own_input(const InputOptions& input, const std::string& option,
                      const std::string& output) {
  struct stat read, written;
  if (output.empty() || output == "-" || !input.interfaces.empty()) return;
  const int known =
      input.file == "-" ? fstat(STDIN_FILENO, &read) : stat(input.file.c_str(), &read);
  if (known != 0 || stat(output.c_str(), &written) != 0 || !S_ISREG(written.st_mode)) return;
  if (read.st_dev != written.st_dev || read.st_ino != written.st_ino) return;
  usage_error(option + " would write over " + output + ", the file that is read",
              "Write into another file, and rename that one afterwards.");
}

Input::Input(const InputOptions& options) {
  if (!options.interfaces.empty()) {
    start(options);
    source_ = capture::open_file("/dev/fd/" + std::to_string(pipe_));
  } else {
    source_ = capture::open_file(options.file);
  }
}

Input::~Input() {
  if (child_ > 0) {
    kill(child_, SIGTERM);
    reap();
  }
}

void Input::start(const InputOptions& options) {
  const std::string program = program_folder() + "/netpeel-capture";
  std::vector<std::string> words{program};
  for (const std::string& name : options.interfaces) words.insert(words.end(), {"-i", name});
  if (!options.capture_filter.empty()) words.insert(words.end(), {"-f", options.capture_filter});
  if (options.quiet) words.emplace_back("--quiet");
  words.insert(words.end(), {"-w", "-"});
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (access(program.c_str(), X_OK) != 0) {
    throw base::Error("run " + program, errno,
                      "Live capture needs netpeel-capture in the folder of this program.");
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw base::Error("make a pipe", errno);
  child_ = fork();
  if (child_ < 0) throw base::Error("start " + program, errno);
  if (child_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGPIPE, SIG_DFL);
    dup2(ends[1], STDOUT_FILENO);
    execv(program.c_str(), arguments.data());
    _exit(127);
  }
  close(ends[1]);
  pipe_ = ends[0];
  forward_signals(child_);
}

int Input::reap() {
  if (child_ <= 0) return 0;
  // Closed before waiting: a child that still writes then sees that nobody reads.
  source_.reset();
  close(pipe_);
  const int status = base::wait_for(child_);
  forward_signals(0);
  child_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status)
                           : 0;  // ended by our own signal: nothing went wrong
}

int Input::finish() {
  std::string damage;
  if (source_->damage()) {
    damage = "the input is damaged at byte " + std::to_string(source_->damage()->at) + ": " +
             source_->damage()->why;
  }
  if (child_ > 0) {
    kill(child_, SIGTERM);
    const int failed = reap();
    // What the child said on standard error explains more than a pipe that ended early.
    if (failed != 0) return failed == wrong_use ? wrong_use : environment;
  }
  if (damage.empty()) return done;
  complain(damage);
  return damaged_input;
}

}  // namespace netpeel::cli
