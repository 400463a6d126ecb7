// How programs outside talk to a lab that is up: one question and one answer over a local socket
// with an abstract name. It needs no file, so nothing of it is left when a lab is killed; only the
// same user is answered, and only where the lab was started (it is invisible from inside a lab).
// The kernel keeps names unique. unix(7).
#pragma once
#include <string>
#include <vector>

#include "lab/spaces.hpp"

namespace netpeel::lab {

// Letters, digits, - and _; 32 at most.
bool is_lab_name(std::string_view name);
// The user's labs that are up.
std::vector<std::string> labs_up();

struct Reply {
  int code = 0;  // exit code for whoever asked
  std::string text{};
  std::vector<Descriptor> spaces{};  // with "enter": user, mnt, pid, net, uts
};

// Throws base::Error, exit 3, where no lab of that name answers.
// until_end: returns only when the lab is gone.
Reply ask_lab(const std::string& name, const std::string& question, bool until_end = false);

class ControlServer {
 public:
  // Outside the lab's namespaces. Throws base::Error where a lab of that name is up.
  explicit ControlServer(const std::string& name);

  // Descriptors to wait for.
  std::vector<int> descriptors() const;
  struct Question {
    int from = -1;  // number 0: none
    std::string text{};
  };
  // The next question that has come, if any. It has to be answered.
  Question next();
  void answer(int to, const Reply& reply);       // and closes
  void last_answer(int to, const Reply& reply);  // closes when this process ends

 private:
  Descriptor listener_;
  std::vector<Descriptor> guests_;  // who has not asked yet, or waits for an answer
};

}  // namespace netpeel::lab
