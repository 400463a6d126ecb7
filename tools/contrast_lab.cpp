// netpeel contrast: a run in the lab, by the programs beside this one.
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "base/wait.hpp"
#include "cli/main.hpp"
#include "contrast.hpp"

extern char** environ;

namespace netpeel::contrast_tool {
namespace {

// The last line of what the lab said, for a person.
std::string said(const std::string& path) {
  std::string all;
  if (FILE* file = std::fopen(path.c_str(), "r")) {
    char buffer[4096];
    std::size_t n;
    while ((n = std::fread(buffer, 1, sizeof buffer, file)) > 0) all.append(buffer, n);
    std::fclose(file);
  }
  while (all.ends_with('\n')) all.pop_back();
  return all;
}

}  // namespace

void run_in_lab(const Asked& asked, const contrast::Plan& plan, u32 which,
                const std::string& file) {
  const contrast::Run& run = plan.runs[which];
  std::vector<std::string> words{cli::program_folder() + "/netpeel-lab", "run", "-q", "-w", file};
  if (!asked.delay.empty() && asked.delay != "0") {
    words.push_back("--fault");
    words.push_back("a<>b delay " + asked.delay);
  }
  for (const std::string& fault : asked.faults) {
    words.push_back("--fault");
    words.push_back(contrast::translated(fault, plan.datagrams[which]));
  }
  words.insert(words.end(), {"--serve", "b:netpeel-demo serve -q --host 0.0.0.0 >/dev/null 2>&1",
                             "--", "sh", "-c", run.command});
  const std::string errors = file + ".err";
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = 0;
  const int code = posix_spawn(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) throw base::Error("run " + words[0], code);
  cli::forward_signals(child);
  const int status = base::wait_for(child);
  cli::forward_signals(0);
  const std::string trouble = said(errors);
  ::unlink(errors.c_str());
  if (cli::stopped()) return;
  const int exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : cli::environment;
  // 1: not all came, which is what a bad wire may do.
  if (exit_code == 0 || exit_code == 1) return;
  // Nor may it be possible to connect at all; what was tried is worth a look.
  struct stat made {};
  if (exit_code == cli::environment && ::stat(file.c_str(), &made) == 0 && made.st_size > 0) {
    if (!asked.quiet) cli::complain(run.name + ": " + (trouble.empty() ? "it failed" : trouble));
    return;
  }
  throw base::Error::sentence("the run of " + run.name + " in the lab failed" +
                              (trouble.empty() ? "" : ": " + trouble))
      .with_exit(exit_code == cli::wrong_use ? cli::wrong_use : cli::environment);
}

}  // namespace netpeel::contrast_tool
