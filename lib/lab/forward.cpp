#include "lab/forward.hpp"

#include <sys/uio.h>

#include <algorithm>

#include "base/time.hpp"

namespace netpeel::lab {
namespace {

// More than that between the kernel's clock and ours is a clock that was set, not a frame that
// waited.
constexpr i64 longest_wait = 500'000'000;

}  // namespace

Forwarder::Forwarder(const Topology& topology, Medium& medium,
                     std::unique_ptr<capture::FrameWriter> writer,
                     const std::vector<std::string>& taps)
    : topology_(topology), medium_(medium), writer_(std::move(writer)),
      tap_(topology.ports.size(), Host::none), batches_(topology.ports.size()),
      wall_(base::system_clock().now() - base::system_clock().steady()) {
  u32 interfaces = 0;
  for (u32 i = 0; i < topology.ports.size(); ++i) {
    const Port& port = topology.ports[i];
    sockets_.emplace_back(port_index(i), topology.segments[port.segment].mtu);
    const bool wanted = taps.empty() || std::find(taps.begin(), taps.end(),
                                                  topology.hosts[port.host].name) != taps.end();
    if (!writer_ || !wanted) continue;
    capture::Interface interface;
    interface.name = port.name;
    interface.link_type = 1;
    interface.snap_length = 65535;
    writer_->add_interface(interface);
    tap_[i] = interfaces++;
  }
}

Forwarder::~Forwarder() = default;

i64 Forwarder::now() { return base::system_clock().steady(); }

void Forwarder::record(u32 port, Bytes frame, i64 time, std::string_view comment) {
  if (tap_[port] == Host::none) return;
  base::Frame out;
  out.data = frame.data();
  out.size = out.wire_size = u32(frame.size());
  // The file is in the order of its times, also where a frame had to wait for us.
  out.time = recorded_at_ = std::max(recorded_at_, time + wall_);
  out.number = ++recorded_;
  out.interface = u16(tap_[port]);
  out.comment = comment;
  writer_->write(out);
}

void Forwarder::pass(u32 port, Bytes frame) {
  if (tap_[port] != Host::none) record(port, frame, now(), {});
  batches_[port].push_back({const_cast<u8*>(frame.data()), frame.size()});
}

void Forwarder::send_batches() {
  for (u32 port = 0; port < batches_.size(); ++port) {
    std::vector<iovec>& batch = batches_[port];
    for (std::size_t at = 0; at < batch.size();) {
      const u32 sent = sockets_[port].send_many(&batch[at], u32(batch.size() - at));
      forwarded_ += sent;
      if (sent == 0) ++refused_;
      at += std::max(sent, 1u);
    }
    batch.clear();
  }
}

// What was due by `until`, which is when the next frame came: had this machine had a processor for
// us then, no more would have left before it.
void Forwarder::leave_due(i64 until, i64 now) {
  if (medium_.due() > until) return;
  send_batches();  // what came first leaves first
  Medium::Left left;
  while (medium_.leave(until, left)) {
    record(left.port, left.frame.bytes, now, left.frame.note);
    sockets_[left.port].send(left.frame.bytes) ? ++forwarded_ : ++refused_;
  }
}

// The frames that wait at a port, a bounded number of them.
u32 Forwarder::take(u32 port) {
  PortSocket& socket = sockets_[port];
  u32 n = 0;
  for (; n < most_at_once; ++n) {
    const Bytes frame = socket.waiting(n);
    if (frame.empty()) break;
    // A delay counts from when the frame came, not from when we had a processor to look at it.
    const i64 current = now(),
              time = std::clamp(socket.arrival(n) - wall_, current - longest_wait, current);
    leave_due(time, current);
    const u32 only = medium_.idle() ? medium_.target(port, frame.data()) : Host::none;
    if (only != Host::none) {
      record(port, frame, time, {});
      pass(only, frame);
      continue;
    }
    medium_.enter(port, frame, time, time + wall_, fate_);
    record(port, frame, time, fate_.note);
    for (const u32 to : fate_.through) pass(to, frame);
  }
  if (n > 0) {
    send_batches();
    socket.release(n);
  }
  return n;
}

bool Forwarder::turn() {
  u32 n = 0;
  const i64 began = now();  // what came before this is taken now
  for (u32 port = 0; port < sockets_.size(); ++port) n += take(port);
  const bool due = medium_.due() <= began;
  leave_due(began, now());
  return n > 0 || due;
}

void Forwarder::flush() {
  if (writer_) writer_->flush();
}

void Forwarder::finish() {
  if (writer_) writer_->finish();
}

void Forwarder::stop_recording() {
  writer_.reset();
  std::fill(tap_.begin(), tap_.end(), Host::none);
  for (std::vector<iovec>& batch : batches_) batch.clear();  // still in the rings: taken again
}

u64 Forwarder::lost() {
  u64 out = refused_;
  for (PortSocket& socket : sockets_) out += socket.overflowed();
  return out;
}

}  // namespace netpeel::lab
