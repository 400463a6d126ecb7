// The few sentences of rtnetlink(7) that a lab needs, so that no `ip` has to be installed. A socket
// speaks for the network namespace in which it was made, for as long as it is open. Throws
// base::Error. One thread.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::lab {

class Netlink {
 public:
  Netlink();
  ~Netlink();
  Netlink(Netlink&& other) noexcept : fd_(other.fd_), sequence_(other.sequence_) { other.fd_ = -1; }
  Netlink& operator=(Netlink&&) = delete;

  // One end of a virtual cable. `space` is the descriptor of a network namespace, -1: this one.
  struct End {
    std::string name;
    u32 index;
    std::array<u8, 6> mac;
    int space = -1;
  };
  void make_cable(const End& here, const End& there, u32 mtu);

  void up(u32 index);
  // A link on which the kernel speaks no IPv6 of its own accord: no address, no questions for
  // routers.
  void quiet_ipv6(u32 index);
  void forward_ipv4(u32 index);
  void add_address(u32 index, Bytes address, u8 prefix);  // 4 or 16 bytes; usable at once
  void add_route(Bytes network, u8 prefix, Bytes gateway, u32 index);

  // Frames that the device gave up since it was made.
  u64 dropped(u32 index);

 private:
  class Message;
  // The answer's first message, for questions.
  std::vector<u8> ask(Message& message, const char* tried);

  int fd_;
  u32 sequence_ = 0;
};

}  // namespace netpeel::lab
