// The lab's end of one cable: frames of a device in and out, packet(7) with a receive ring shared
// with the kernel. A frame in the ring is a view until release(). Throws base::Error. One thread.
#pragma once
#include "base/bytes.hpp"
#include "lab/spaces.hpp"

struct iovec;

namespace netpeel::lab {

class PortSocket {
 public:
  // In the namespace of the device.
  PortSocket(u32 device_index, u32 mtu);
  ~PortSocket();
  PortSocket(PortSocket&& other) noexcept;
  PortSocket& operator=(PortSocket&&) = delete;

  int descriptor() const { return socket_.get(); }
  // The n-th frame (from 0) that waits; empty: no more.
  Bytes waiting(u32 n) const;
  i64 arrival(
      u32 n) const;     // of a frame that waits: when the kernel got it, nanoseconds since 1970
  void release(u32 n);  // the first n may be overwritten
  // False: the kernel would not take it (the host is too slow, or gone).
  bool send(Bytes frame);
  u32 send_many(const iovec* frames, u32 n);  // how many the kernel took
  u64 overflowed();  // frames that found the ring full, since the beginning

  static constexpr u32 ring_bytes = 5u << 19;  // 2.5 MiB: some 1500 full frames

 private:
  u8* slot(u32 n) const;

  Descriptor socket_;
  u8* ring_ = nullptr;
  u32 slot_size_ = 0, slots_in_block_ = 0, slots_ = 0, next_ = 0;
  u64 overflowed_ = 0;
};

}  // namespace netpeel::lab
