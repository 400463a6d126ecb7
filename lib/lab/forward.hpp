// The wire in motion: frames from the cables through the medium to other cables, with a tap at
// every port. It runs inside somebody's poll loop: descriptors() to wait for, due() for how long,
// turn() when something may have happened. It never waits itself. One thread.
#pragma once
#include <sys/uio.h>

#include <memory>

#include "capture/writer.hpp"
#include "lab/medium.hpp"
#include "lab/port_socket.hpp"

namespace netpeel::lab {

class Forwarder {
 public:
  // In the namespace of the lab's ends. taps: names of hosts, none: all. writer: may be null, then
  // nothing is recorded.
  Forwarder(const Topology& topology, Medium& medium, std::unique_ptr<capture::FrameWriter> writer,
            const std::vector<std::string>& taps);
  ~Forwarder();

  const std::deque<PortSocket>& sockets() const { return sockets_; }
  static i64 now();  // nanoseconds of the clock that due() and the medium speak of
  i64 due() const { return medium_.due(); }
  // Everything that has arrived or is due. True: there was something.
  bool turn();
  void flush();   // the capture, on to its reader; throws base::Error (disk full, …)
  void finish();  // the capture is closed; throws likewise
  bool recording() const { return writer_ != nullptr; }
  // After a failure of turn() or flush(): goes on without the capture.
  void stop_recording();

  u64 forwarded() const { return forwarded_; }
  // Frames that no fault took: the machine was too slow, or a host took no more.
  u64 lost();

 private:
  static constexpr u32 most_at_once = 64;

  u32 take(u32 port);
  void pass(u32 port, Bytes frame);
  void send_batches();
  void leave_due(i64 until, i64 now);
  void record(u32 port, Bytes frame, i64 time, std::string_view comment);

  const Topology& topology_;
  Medium& medium_;
  std::unique_ptr<capture::FrameWriter> writer_;
  std::deque<PortSocket> sockets_;
  std::vector<u32> tap_;                     // by port: the interface in the capture, or Host::none
  std::vector<std::vector<iovec>> batches_;  // by port: what goes out, views into rings
  Fate fate_;
  i64 recorded_at_ = 0;  // what was recorded last
  i64 wall_;             // wall clock less steady clock
  u64 forwarded_ = 0, refused_ = 0, recorded_ = 0;
};

}  // namespace netpeel::lab
