// What this machine lets us do, found out by trying, in well under a second: a private network
// without root, live capture on loopback, or files only. Each "no" comes with the reason and what
// mends it. Nothing is changed: what is tried is tried in a child process that ends at once. Linux:
// user_namespaces(7), packet(7), capabilities(7).
#pragma once
#include <string>

namespace netpeel::device {

struct Ability {
  bool yes = false;
  std::string why;   // a sentence: what was found
  std::string mend;  // the one command or step that changes a no; empty where none is known, or
                     // none is needed
};

struct Machine {
  Ability lab;         // level A: network namespaces of our own
  Ability capture;     // level B: packets of the real interfaces
  std::string kernel;  // "Linux 6.1.0-18-amd64"
  std::string kind;    // "container", "WSL2", "" …: what explains a no
  char level() const { return lab.yes ? 'A' : capture.yes ? 'B' : 'C'; }
};

// capture_program: the path of netpeel-capture, whose file capabilities count.
Machine look(const std::string& capture_program);

}  // namespace netpeel::device
