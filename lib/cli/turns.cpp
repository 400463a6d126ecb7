#include "cli/turns.hpp"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

#include "cli/main.hpp"

namespace netpeel::cli {

Turns::Turns(u32 processes) : ring_(processes) {
  if (first()) return;
  turn_ = mine_ = false;
  be_silent();
}

// What is wrong with the input the first process says. Once this one has written, what goes wrong
// is its own.
void Turns::be_silent() {
  told_ = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO), close(nowhere);
}

bool Turns::mine(Output& out) {
  if (ring_.all() == 1) return true;
  return asked_++ % stretch == 0 ? next_stretch(out) : mine_;
}

bool Turns::next_stretch(Output& out) {
  if (mine_ && asked_ > 1) write(out), give();
  return mine_ = (asked_ - 1) / stretch % ring_.all() == ring_.me();
}

void Turns::poll(Output& out) {
  if (turn_) return out.poll();
  if (out.text().size() >= most_held) write(out);
}

void Turns::finish(Output& out) {
  if (mine_) write(out);
  if (ring_.all() == 1) return;
  if (!first()) _exit(done);
  const bool asked_to_stop = stopped() && !left_alone_;
  if (asked_to_stop) {
    for (pid_t child : ring_.children()) kill(child, SIGTERM);
  }
  ring_.let_go();
  const auto [failed, signal] = ring_.join();
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
  char turn;
  if (!turn_ && !ring_.take(turn)) return false;
  turn_ = true;
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
  ring_.give('t');
}

void Turns::write(Output& out) {
  if (take()) return out.flush();
  out.text().clear();
  left_alone_ = true;
  stop();
}

}  // namespace netpeel::cli
