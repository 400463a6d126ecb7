// UDP echo: a datagram in, the same datagram out. Nothing is promised, and a program that wants
// more builds it on this:
//
//   A datagram that begins with # and 1 to 10 digits (at most 4294967295), followed by a blank or
//   by nothing, is numbered. It is answered by two datagrams: "ack N", with the digits as they
//   came, and then the datagram itself. Each copy that comes is answered anew.
#pragma once
#include <memory>
#include <string>

#include "net/counters.hpp"
#include "net/loop.hpp"

namespace netpeel::net {

struct UdpEchoSettings {
  std::string host = "127.0.0.1";
  u16 port = 0;
  i64 delay = 0;                    // before each answer
  std::size_t most_waiting = 1000;  // delayed answers; beyond it they are lost, and counted
};

// "7" of "#7 text"; empty: the datagram bears no number.
std::string_view udp_number(std::string_view datagram);

class UdpEcho {
 public:
  // Throws base::Error where the system says no. Loop and counters outlive it.
  UdpEcho(Loop& loop, const UdpEchoSettings& settings, Counters& counters);
  ~UdpEcho();
  u16 port() const;
  std::string address() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace netpeel::net
