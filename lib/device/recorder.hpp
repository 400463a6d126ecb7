// The capture loop: frames of one or several interfaces into one writer, until somebody or a limit
// says stop. One thread, which never waits for the writer's pipe. While the pipe's reader is slow,
// frames stay in the kernel's buffer. Once the reader takes nothing at all, they are dropped here
// and counted, so that what it gets when it goes on is not old; the kernel counts what it had to
// drop.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "capture/writer.hpp"
#include "device/live.hpp"

namespace netpeel::device {

// 0: no limit.
struct RecordLimits {
  u64 frames = 0;
  u64 bytes = 0;  // of the file (of all files' sum there is no limit)
  i64 nanoseconds = 0;
  u32 files = 0;  // of a ring: end when this many are full
};

// Set by signal handlers. The tool blocks its signals everywhere but in the loop's wait, so none is
// missed.
struct RecordSignals {
  std::atomic<int> stop{0};  // 1: end after what the kernel has collected; more: end now
  std::atomic<bool> report{false};
};

class Recorder {
 public:
  struct Counts {
    std::string interface;
    u64 written = 0, received = 0, dropped_by_kernel = 0, dropped_by_us = 0;
  };

  // The writer has the devices' interfaces, in this order. ring: the writer, if it is one. All
  // outlive the recorder.
  Recorder(std::vector<std::unique_ptr<LiveDevice>>& devices, const LiveOptions& options,
           capture::FrameWriter& writer, capture::RingWriter* ring, const RecordLimits& limits,
           base::Clock& clock);

  // Returns when the capture is over; statistics are written, the writer is not finished. Throws
  // base::Error if writing failed. If a device failed, what came before is written and failure()
  // says what happened. report: on request; progress: about twice a second.
  void run(RecordSignals& signals, const std::function<void()>& report,
           const std::function<void()>& progress);

  std::vector<Counts> counts();
  u64 written() const { return written_; }
  const std::optional<DeviceError>& failure() const { return failure_; }

 private:
  struct Port {
    LiveDevice* device;
    const base::Frame* pending = nullptr;
    i64 dry_at = 0;  // when the device had nothing for us
    u64 written = 0, lost = 0;
    bool past_end = false;  // gave a frame that is younger than the end
  };

  bool take(Port& port, const base::Frame& frame);  // false: no more
  void take_all(RecordSignals& signals);
  void merge(RecordSignals& signals, bool all);
  bool wait();
  bool hold_back();
  void write_statistics();
  void begin_end();

  std::vector<Port> ports_;
  capture::FrameWriter& writer_;
  capture::RingWriter* ring_;
  RecordLimits limits_;
  base::Clock& clock_;
  i64 start_, steady_start_, hold_, drain_;
  bool prompt_ = false;  // files too get frames at once: somebody reads them meanwhile
  u64 written_ = 0;
  u64 handed_on_ = 0;     // by the writer, when it was crowded
  i64 progress_at_ = 0;   // when that number last changed
  bool stalled_ = false;  // the reader of the pipe takes nothing
  bool done_ = false, last_turn_ = false;
  i64 last_time_ = INT64_MAX;  // frames after it do not belong to the capture
  i64 give_up_at_ = 0;         // when the wait for late blocks ends; 0: not ending yet
  std::optional<DeviceError> failure_;
};

}  // namespace netpeel::device
