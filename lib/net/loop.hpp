// The one thread that a server or a client runs on: its sockets, timers and signals. Everything of
// floor net that is not said to be otherwise lives on one loop and is called from it alone; several
// threads are several loops that share nothing.
#pragma once
#include <functional>
#include <memory>

#include "base/bytes.hpp"

namespace netpeel::net {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();      // until stop(), or until nothing is left to wait for
  void poll();     // what is ready now, and what that makes ready
  void stop();     // from the loop's own thread, or from any other
  void restart();  // behind stop(): run() may be called again
  // Runs `what` behind everything that is ready now: what one turn of the loop gathers (frames for
  // a thousand clients), the next writes at once. From the loop's own thread only.
  void later(std::function<void()> what);
  // The same, from any thread.
  void post(std::function<void()> what);
  // Calls `what` in the loop each time the signal comes.
  void on_signal(int number, std::function<void()> what);

  static i64 now();  // nanoseconds of the steady clock

  struct Impl;  // the io_context; net/asio.hpp, for the .cpp files of this folder
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// Calls once, at a time of the steady clock. Setting it again forgets the earlier time; its end
// cancels it, and then nothing is called any more.
class Timer {
 public:
  explicit Timer(Loop& loop);
  ~Timer();
  Timer(Timer&&) noexcept;
  Timer& operator=(Timer&&) noexcept;

  void at(i64 steady, std::function<void()> what);
  void after(i64 nanoseconds, std::function<void()> what);
  void cancel();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netpeel::net
