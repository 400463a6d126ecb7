// Waiting for a process that this one started.
#pragma once
#include <sys/wait.h>

#include <cerrno>

namespace netpeel::base {

// How the child ended, as waitpid(2) tells it. Signals that come meanwhile do not end the waiting.
inline int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace netpeel::base
