// A UDP socket that talks to one address. The kernel then tells when nobody listens there: an ICMP
// message comes back, and the next call of the socket fails. Lives on its loop.
#pragma once
#include <functional>
#include <string>

#include "net/loop.hpp"

namespace netpeel::net {

class UdpClient {
 public:
  // Throws base::Error if the name is unknown or no socket can be had.
  UdpClient(Loop& loop, const std::string& host, u16 port);
  ~UdpClient();

  // datagram: valid for the call. trouble: errno's (ECONNREFUSED: port unreachable).
  void on_datagram(std::function<void(Bytes datagram)> heard);
  void on_trouble(std::function<void(int code)> heard);
  // 0, or errno's: EMSGSIZE where it is too long for a datagram.
  int send(Bytes datagram);
  std::string peer() const;
  void close();  // hears nothing any more

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace netpeel::net
