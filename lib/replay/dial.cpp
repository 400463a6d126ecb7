#include "replay/dial.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstring>
#include <memory>

#include "base/error.hpp"
#include "replay/permission.hpp"

namespace netpeel::replay {
namespace {

Bytes address_of(const sockaddr* address) {
  const void* bytes = address;
  if (address->sa_family == AF_INET)
    return {static_cast<const u8*>(bytes) + offsetof(sockaddr_in, sin_addr), 4};
  return {static_cast<const u8*>(bytes) + offsetof(sockaddr_in6, sin6_addr), 16};
}

// 0, or why not.
int wait_connected(int fd, i64 patience) {
  pollfd ready{fd, POLLOUT, 0};
  const timespec most{time_t(patience / 1'000'000'000), long(patience % 1'000'000'000)};
  const int n = ppoll(&ready, 1, &most, nullptr);
  if (n == 0) return ETIMEDOUT;
  if (n < 0) return errno;
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

std::string Target::text() const {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + port;
}

base::Result<Target> parse_target(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  Target out;
  if (colon != std::string::npos) {
    out = {text.substr(0, colon), text.substr(colon + 1)};
    if (out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']')
      out.host = out.host.substr(1, out.host.size() - 2);
  }
  const bool number = !out.port.empty() && out.port.size() <= 5 &&
                      out.port.find_first_not_of("0123456789") == std::string::npos;
  if (out.host.empty() || !number || std::stoul(out.port) == 0 || std::stoul(out.port) > 65535) {
    return base::Complaint{.what = "a server is a host, a colon and a port",
                           .at = 0,
                           .length = text.size(),
                           .hint = "for example 127.0.0.1:3000"};
  }
  return out;
}

Dial::Dial(const Target& target, const std::string& really) : target_(target) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(target.host.c_str(), target.port.c_str(), &hints, &found);
  if (failed != 0) {
    throw base::Error::sentence("there is no address for the host " + target.host + ": " +
                                gai_strerror(failed));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, freeaddrinfo);
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    if (a->ai_family != AF_INET && a->ai_family != AF_INET6) continue;
    allow_host(target.host, address_of(a->ai_addr), really);
    const auto* bytes = static_cast<const u8*>(static_cast<const void*>(a->ai_addr));
    addresses_.push_back({std::vector<u8>(bytes, bytes + a->ai_addrlen), a->ai_family});
  }
}

lab::Descriptor Dial::tcp(i64 patience) const {
  int error = EADDRNOTAVAIL;
  for (const Address& a : addresses_) {
    lab::Descriptor fd(socket(a.family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) {
      error = errno;
      continue;
    }
    const auto* to = static_cast<const sockaddr*>(static_cast<const void*>(a.bytes.data()));
    error = 0;
    if (connect(fd.get(), to, socklen_t(a.bytes.size())) != 0)
      error = errno == EINPROGRESS ? wait_connected(fd.get(), patience) : errno;
    if (error != 0) continue;
    int yes = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return fd;
  }
  throw base::Error("connect to " + target_.text(), error,
                    error == ECONNREFUSED ? "Nobody listens there: is the server running?" : "");
}

lab::Descriptor Dial::udp() const {
  int error = EADDRNOTAVAIL;
  for (const Address& a : addresses_) {
    lab::Descriptor fd(socket(a.family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* to = static_cast<const sockaddr*>(static_cast<const void*>(a.bytes.data()));
    if (fd && connect(fd.get(), to, socklen_t(a.bytes.size())) == 0) return fd;
    error = errno;
  }
  throw base::Error("reach " + target_.text(), error);
}

}  // namespace netpeel::replay
