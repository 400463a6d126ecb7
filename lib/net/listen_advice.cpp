#include "net/listen_advice.hpp"

#include <cerrno>

#include "base/error.hpp"
#include "net/resolve.hpp"

namespace netpeel::net {

std::string listen_advice(int code, const std::string& option, const std::string& list) {
  const std::string other = option + " 0 takes any port that is free";
  if (code == EADDRINUSE) {
    return "Another program listens there; `" + list +
           "` shows which. End it, or choose another port with " + option + " (" + other + ").";
  }
  if (code == EACCES) {
    return "Ports below 1024 are for root; choose a higher one with " + option + " (" + other +
           ").";
  }
  if (code == EADDRNOTAVAIL)
    return "No interface of this machine has that address; `ip addr` shows which it has.";
  return {};
}

asio::ip::address resolve_or_throw(const std::string& host) {
  const auto found = resolve(host);
  if (found) return found->front();
  throw base::Error::sentence("could not listen on " + host + ": " + found.complaint().what,
                              "--host wants an address of this machine, such as 127.0.0.1.");
}

}  // namespace netpeel::net
