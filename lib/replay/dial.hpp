// A server to talk to, and sockets to it. Plain sockets that wait with poll(2), for one script at a
// time. Throws base::Error. One thread.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "lab/spaces.hpp"

namespace netpeel::replay {

// HOST:PORT, [::1]:PORT.
struct Target {
  std::string host;
  std::string port;
  std::string text() const;  // as it stands in a Host header
};
base::Result<Target> parse_target(const std::string& text);

// A moment on the steady clock, nanoseconds.
using Moment = i64;

class Dial {
 public:
  // Looks the host up. Throws base::Error, also where the traffic may not go: see permission.hpp.
  Dial(const Target& target, const std::string& really);

  const Target& target() const { return target_; }
  // A connected socket that does not block; tries each address of the host, at most so long.
  lab::Descriptor tcp(i64 patience) const;
  lab::Descriptor udp() const;

 private:
  struct Address {
    std::vector<u8> bytes;  // a sockaddr
    int family;
  };
  Target target_;
  std::vector<Address> addresses_;
};

}  // namespace netpeel::replay
