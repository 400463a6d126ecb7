// Processes in a ring, made by fork(2): the program itself, and its children behind it. What one
// has done it tells the next. A second core is a second process; one thread in each.
#pragma once
#include <sched.h>
#include <sys/types.h>

#include <climits>
#include <type_traits>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::cli {

class Ring {
 public:
  static constexpr u32 most = 16;

  // From here on there are so many processes, at most `most`; where no further one is to be had,
  // only this. What is opened before is shared, places in files included. SIGPIPE is ignored, as in
  // all tools: one that gives does not end because the next one did.
  explicit Ring(u32 processes);
  // Ends the children.
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  u32 me() const { return me_; }  // 0: the program itself
  u32 all() const { return all_; }
  bool first() const { return me_ == 0; }
  const std::vector<pid_t>& children() const { return children_; }  // of the first

  // Waits for what the process before gives. False: it ended, or let go.
  template <class Baton>
  bool take(Baton& baton) {
    static_assert(std::is_trivially_copyable_v<Baton> && sizeof baton <= PIPE_BUF);
    return take(static_cast<void*>(&baton), sizeof baton);
  }
  // Does not wait: the process behind takes it when it comes to it.
  template <class Baton>
  void give(const Baton& baton) {
    static_assert(std::is_trivially_copyable_v<Baton> && sizeof baton <= PIPE_BUF);
    give(static_cast<const void*>(&baton), sizeof baton);
  }
  // Nothing more is taken or given.
  void let_go();

  struct Ended {
    int code = 0;    // of a child that ended with another code than 0
    int signal = 0;  // that ended one
  };
  // Waits until all children have ended. The first process calls it.
  Ended join();

 private:
  void start(u32 processes);
  void end_children();
  void keep_apart();
  void let_meet();
  bool take(void* to, std::size_t size);
  void give(const void* from, std::size_t size);

  u32 me_ = 0, all_ = 1;
  int before_ = -1;  // pipe from the process before
  int behind_ = -1;  // … to the one behind
  std::vector<pid_t> children_;
  cpu_set_t usual_;  // the processors that this process may use otherwise
  bool kept_apart_ = false;
};

// How many processors this process may use, without those that others keep busy just now: on one
// where others work, a process in a ring is one that all wait for. At least 1.
u32 idle_processors();

}  // namespace netpeel::cli
