// Whether a lab works on this machine, found out by having one for a moment: two hosts, a cable,
// one datagram across.
#pragma once
#include <string>

namespace netpeel::lab {

struct Trial {
  bool works = false;
  std::string why{};   // a sentence, where it does not
  std::string mend{};  // may be empty
};

// Takes a few tens of milliseconds, two seconds at most. Everything happens in child processes,
// which end. The calling process is single-threaded.
Trial try_lab();

}  // namespace netpeel::lab
