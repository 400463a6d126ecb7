#include "cli/main.hpp"

#include <csignal>
#include <ctime>
#include <new>
#include <unistd.h>

#include "base/text.hpp"
#include "cli/options.hpp"

namespace netpeel::cli {
namespace {

volatile std::sig_atomic_t stop_asked = 0;
volatile std::sig_atomic_t signals = 0;
volatile std::sig_atomic_t capturing_child = 0;
std::string& name() {
  static std::string tool;
  return tool;
}

i64 milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return i64(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

void on_signal(int) {
  // Who asks again does not want to wait; but timeout(1) signals a program and then its group, and
  // that is one wish.
  static i64 asked = 0;
  constexpr i64 echo = 300;
  if (signals > 0) {
    if (milliseconds() - asked > echo) _exit(130);
    return;
  }
  asked = milliseconds();
  signals = 1;
  if (capturing_child != 0) {
    kill(capturing_child, SIGINT);
  } else {
    stop_asked = 1;
  }
}

void listen(int signal) {
  struct sigaction action {};
  action.sa_handler = on_signal;  // no SA_RESTART: a waiting read must return
  sigaction(signal, &action, nullptr);
}

void write_error(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(std::size_t(n));
  }
}

}  // namespace

bool stopped() { return stop_asked != 0; }
void stop() { stop_asked = 1; }
void forward_signals(int child) { capturing_child = child; }

void usage_error(std::string what, std::string hint) {
  throw base::Error::sentence(std::move(what), std::move(hint)).with_exit(wrong_use);
}

const std::string& tool_name() { return name(); }

void complain(std::string_view says) {
  base::Text out;
  out.add("netpeel").add(name().empty() ? "" : " ").add(name()).add(": ");
  for (;;) {
    const std::size_t end = says.find('\n');
    out.escaped(says.substr(0, end)).add('\n');
    if (end == std::string_view::npos) break;
    says.remove_prefix(end + 1);
  }
  write_error(out.view());
}

std::string program_folder() {
  char path[4096];
  const ssize_t n = ::readlink("/proc/self/exe", path, sizeof path);
  const std::string whole(path, n > 0 ? std::size_t(n) : 0);
  const std::size_t slash = whole.rfind('/');
  return slash == std::string::npos ? "." : whole.substr(0, slash);
}

int main(const std::string& tool, int argc, char** argv, int (*body)(int argc, char** argv)) {
  name() = tool;
  listen(SIGINT);
  listen(SIGTERM);
  std::signal(SIGPIPE, SIG_IGN);  // writes then fail with EPIPE, which Output takes for the end
  try {
    return body(argc, argv);
  } catch (const base::Error& e) {
    complain(e.what());
    if (!e.advice().empty()) complain(e.advice());
    return e.exit_code();
  } catch (const Quit& quit) {
    return quit.code;
  } catch (const std::bad_alloc&) {
    complain("out of memory");
    return environment;
  } catch (const std::exception& e) {  // terminals are put back, files closed on the way here
    complain(std::string("this is a fault of netpeel's own: ") + e.what());
    complain("Please report it, with the command and its input.");
    return environment;
  }
}

}  // namespace netpeel::cli
