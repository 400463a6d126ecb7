#include "device/recorder.hpp"

#include <poll.h>

#include <algorithm>
#include <csignal>

#include "base/error.hpp"

namespace netpeel::device {

namespace {
constexpr i64 millisecond = 1'000'000;
constexpr i64 stall = 100 * millisecond;
constexpr u32 turn = 4096;  // frames between two looks at signals and clocks
}  // namespace

Recorder::Recorder(std::vector<std::unique_ptr<LiveDevice>>& devices, const LiveOptions& options,
                   capture::FrameWriter& writer, capture::RingWriter* ring,
                   const RecordLimits& limits, base::Clock& clock)
    : writer_(writer), ring_(ring), limits_(limits), clock_(clock), start_(clock.now()),
      steady_start_(clock.steady()) {
  for (const auto& device : devices) ports_.push_back({.device = device.get()});
  // The kernel hands over a block of frames between one and two waits after the first of them came.
  const i64 late = options.immediate ? millisecond : 2 * i64(options.wait_ms) * millisecond;
  hold_ = late + 10 * millisecond;
  drain_ = options.immediate ? 0 : late + 20 * millisecond;
  prompt_ = options.immediate;
  if (ring_ != nullptr) ring_->before_next([this] { write_statistics(); });
}

bool Recorder::take(Port& port, const base::Frame& frame) {
  if (done_) return false;
  if (frame.time > last_time_) {
    port.past_end = true;
    return false;
  }
  if (limits_.files > 0 && ring_ != nullptr && ring_->files_begun() >= limits_.files &&
      ring_->next_is_due()) {
    done_ = true;
    return false;
  }
  base::Frame numbered = frame;
  numbered.interface = u16(&port - ports_.data());
  if (writer_.write(numbered)) {
    ++port.written;
    ++written_;
  } else if (writer_.reader_gone()) {
    done_ = true;
  } else {
    ++port.lost;
  }
  if (limits_.frames > 0 && written_ >= limits_.frames) done_ = true;
  if (limits_.bytes > 0 && ring_ == nullptr && writer_.size() >= limits_.bytes) done_ = true;
  return !done_ && (stalled_ || !writer_.output()->crowded());
}

bool Recorder::hold_back() {
  const capture::Output& out = *writer_.output();
  if (last_turn_) return !(stalled_ = true);  // what the kernel still has is written or counted
  if (out.crowded()) writer_.flush();
  if (!out.crowded()) return stalled_ = false;
  const i64 now = clock_.steady();
  if (out.handed_on() != handed_on_ || progress_at_ == 0) {
    handed_on_ = out.handed_on();
    progress_at_ = now;
  }
  stalled_ = now - progress_at_ >= stall;
  return !stalled_;
}

void Recorder::take_all(RecordSignals& signals) {
  Port& port = ports_[0];
  while (!done_ && !hold_back()) {
    const u32 n = port.device->each(turn, [&](const base::Frame& f) { return take(port, f); });
    if (n == 0 || port.past_end || signals.stop > 1) return;
    // A pipe's reader wants its frames; a file's bytes are joined into large blocks.
    if (writer_.output()->is_pipe()) writer_.flush();
    if (n < turn) return;
    if (signals.stop > 0 && give_up_at_ == 0) return;
  }
}

// A frame may be written once no interface can still give an older one: it has an older one
// waiting, or had nothing at a moment that lies further behind than the kernel ever holds frames
// back.
void Recorder::merge(RecordSignals& signals, bool all) {
  for (u32 taken = 0; !done_ && (all || taken < turn) && signals.stop <= 1;) {
    Port* first = nullptr;
    i64 horizon = INT64_MAX;
    for (Port& port : ports_) {
      if (port.past_end) continue;
      if (port.pending == nullptr) {
        horizon = std::min(horizon, port.dry_at - hold_);
      } else if (first == nullptr || port.pending->time < first->pending->time) {
        first = &port;
      }
    }
    if (first == nullptr || first->pending->time > horizon) {
      // Ask the dry ones again before giving up.
      const i64 now = clock_.now();
      bool more = false;
      horizon = INT64_MAX;
      for (Port& port : ports_) {
        if (port.pending != nullptr || port.past_end) continue;
        port.pending = port.device->next();
        if (port.pending != nullptr) {
          more = true;
        } else {
          port.dry_at = now;
          horizon = std::min(horizon, now - hold_);
        }
      }
      if (more) continue;
      if (first == nullptr) return;
      // A device whose clock is ahead of ours is not worth waiting for.
      const bool strange = first->pending->time > now + 1000 * millisecond;
      if (first->pending->time > horizon && !strange && !all) return;
    }
    if (writer_.output()->crowded() && hold_back()) return;
    take(*first, *first->pending);
    if (first->past_end) continue;
    first->pending = first->device->next();
    if (first->pending == nullptr) first->dry_at = clock_.now();
    ++taken;
  }
}

void Recorder::begin_end() {
  if (give_up_at_ != 0) return;
  last_time_ = clock_.now();
  give_up_at_ = clock_.steady() + drain_;
}

bool Recorder::wait() {
  std::vector<pollfd> ready;
  const capture::Output* out = writer_.output();
  if (out->is_pipe()) ready.push_back({out->descriptor(), short(out->waiting() ? POLLOUT : 0), 0});
  const std::size_t first_device = ready.size();
  bool pending = false;
  const bool held = out->crowded() && !stalled_;
  for (const Port& port : ports_) {
    if (held) break;
    // One whose frame waits for the others to catch up would wake us for nothing.
    if (port.pending == nullptr && !port.past_end)
      ready.push_back({port.device->descriptor(), POLLIN, 0});
    pending |= port.pending != nullptr;
  }
  i64 patience = 100 * millisecond;
  if (pending) patience = std::min(patience, 5 * millisecond);
  if (give_up_at_ != 0)
    patience = std::min(patience, std::max<i64>(give_up_at_ - clock_.steady(), 0));
  const timespec timeout{0, patience};
  sigset_t none;
  sigemptyset(&none);
  ppoll(ready.data(), ready.size(), &timeout, &none);
  return first_device == 0 || (ready[0].revents & POLLERR) == 0;
}

void Recorder::run(RecordSignals& signals, const std::function<void()>& report,
                   const std::function<void()>& progress) {
  i64 flushed_at = steady_start_, shown_at = steady_start_;
  while (!done_) {
    if (!wait()) return;  // the reader is gone: nobody is there to be told anything
    if (signals.report.exchange(false)) report();
    if (signals.stop > 0) begin_end();
    if (limits_.nanoseconds > 0 && clock_.steady() - steady_start_ >= limits_.nanoseconds)
      begin_end();
    if (signals.stop > 1 || (give_up_at_ != 0 && clock_.steady() >= give_up_at_)) last_turn_ = true;
    try {
      if (ports_.size() == 1) {
        take_all(signals);
      } else {
        merge(signals, last_turn_);
      }
    } catch (const DeviceError& error) {
      failure_ = error;
      done_ = true;
    }
    if (last_turn_ ||
        std::all_of(ports_.begin(), ports_.end(), [](const Port& p) { return p.past_end; }))
      done_ = true;
    if (writer_.reader_gone()) return;
    const i64 now = clock_.steady();
    if (writer_.output()->is_pipe() || prompt_ || now - flushed_at >= 1000 * millisecond) {
      writer_.flush();
      flushed_at = now;
    }
    if (now - shown_at >= 500 * millisecond) {
      progress();
      shown_at = now;
    }
    if (ring_ != nullptr) {
      if (limits_.files > 0 && ring_->files_begun() >= limits_.files && ring_->next_is_due())
        done_ = true;
      if (!done_) ring_->check_time();
    }
  }
  if (!writer_.reader_gone()) write_statistics();
}

void Recorder::write_statistics() {
  const std::vector<Counts> all = counts();
  for (std::size_t i = 0; i < all.size(); ++i) {
    capture::Interface told;
    told.received = all[i].received;
    told.dropped_by_kernel = all[i].dropped_by_kernel;
    told.dropped_by_us = all[i].dropped_by_us;
    writer_.statistics(u16(i), told, start_, clock_.now());
  }
}

std::vector<Recorder::Counts> Recorder::counts() {
  std::vector<Counts> out;
  for (const Port& port : ports_) {
    const LiveDevice::Counts kernel = port.device->counts();
    out.push_back({.interface = port.device->about().name,
                   .written = port.written,
                   .received = kernel.received,
                   .dropped_by_kernel = kernel.dropped,
                   .dropped_by_us = port.lost});
  }
  return out;
}

}  // namespace netpeel::device
