#include "lab/port_socket.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "base/error.hpp"

namespace netpeel::lab {
namespace {

constexpr u32 block = 1u << 16;

void option(int fd, int name, int value) { setsockopt(fd, SOL_PACKET, name, &value, sizeof value); }

// The kernel writes a slot's status from another processor.
u32 status_of(u8* slot) {
  u32* const status =
      static_cast<u32*>(static_cast<void*>(slot + offsetof(tpacket2_hdr, tp_status)));
  return std::atomic_ref<u32>(*status).load(std::memory_order_acquire);
}
void set_status(u8* slot, u32 value) {
  u32* const status =
      static_cast<u32*>(static_cast<void*>(slot + offsetof(tpacket2_hdr, tp_status)));
  std::atomic_ref<u32>(*status).store(value, std::memory_order_release);
}

}  // namespace

PortSocket::PortSocket(u32 device_index, u32 mtu)
    : socket_(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  const int fd = socket_.get();
  if (fd < 0) throw base::Error("see the frames of the lab's own devices", errno);
  int version = TPACKET_V2;
  setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version);
  option(fd, PACKET_IGNORE_OUTGOING, 1);  // what we send ourselves is no news
  option(fd, PACKET_QDISC_BYPASS, 1);

  // The kernel puts its own header, an address and some room before the frame.
  slot_size_ = TPACKET_ALIGN(mtu + ETH_HLEN + 128);
  slots_in_block_ = block / slot_size_;
  tpacket_req request{};
  request.tp_block_size = block;
  request.tp_block_nr = ring_bytes / block;
  request.tp_frame_size = slot_size_;
  request.tp_frame_nr = slots_ = slots_in_block_ * request.tp_block_nr;
  if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0) {
    throw base::Error("get memory for the lab's frames", errno);
  }
  void* const memory = mmap(nullptr, std::size_t(block) * request.tp_block_nr,
                            PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) throw base::Error("get memory for the lab's frames", errno);
  ring_ = static_cast<u8*>(memory);

  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = int(device_index);
  const auto* where = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (bind(fd, where, sizeof address) != 0)
    throw base::Error("see the frames of the lab's own devices", errno);
}

PortSocket::PortSocket(PortSocket&& other) noexcept
    : socket_(std::move(other.socket_)), ring_(std::exchange(other.ring_, nullptr)),
      slot_size_(other.slot_size_), slots_in_block_(other.slots_in_block_), slots_(other.slots_),
      next_(other.next_), overflowed_(other.overflowed_) {}

PortSocket::~PortSocket() {
  if (ring_ != nullptr) munmap(ring_, ring_bytes / block * block);
}

u8* PortSocket::slot(u32 n) const {
  const u32 i = (next_ + n) % slots_;
  return ring_ + std::size_t(i / slots_in_block_) * block +
         std::size_t(i % slots_in_block_) * slot_size_;
}

Bytes PortSocket::waiting(u32 n) const {
  u8* const p = slot(n);
  if (n >= slots_ || (status_of(p) & TP_STATUS_USER) == 0) return {};
  tpacket2_hdr header;
  std::memcpy(&header, p, sizeof header);
  return {p + header.tp_mac, header.tp_snaplen};
}

i64 PortSocket::arrival(u32 n) const {
  tpacket2_hdr header;
  std::memcpy(&header, slot(n), sizeof header);
  return i64(header.tp_sec) * 1'000'000'000 + header.tp_nsec;
}

void PortSocket::release(u32 n) {
  for (u32 i = 0; i < n; ++i) set_status(slot(i), TP_STATUS_KERNEL);
  next_ = (next_ + n) % slots_;
}

bool PortSocket::send(Bytes frame) {
  ssize_t sent;
  do {
    sent = ::send(socket_.get(), frame.data(), frame.size(), 0);
  } while (sent < 0 && errno == EINTR);
  return sent == ssize_t(frame.size());
}

u32 PortSocket::send_many(const iovec* frames, u32 n) {
  mmsghdr messages[64];
  n = std::min<u32>(n, std::size(messages));
  for (u32 i = 0; i < n; ++i) {
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = const_cast<iovec*>(&frames[i]);
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int sent = sendmmsg(socket_.get(), messages, n, 0);
  return sent < 0 ? 0 : u32(sent);
}

u64 PortSocket::overflowed() {
  tpacket_stats counts{};
  socklen_t size = sizeof counts;
  // Asking sets the kernel's counters back.
  if (getsockopt(socket_.get(), SOL_PACKET, PACKET_STATISTICS, &counts, &size) == 0)
    overflowed_ += counts.tp_drops;
  return overflowed_;
}

}  // namespace netpeel::lab
