// The plain clients of a contrast: one send() a message, so that each is a packet of its own, at a
// steady pace. Blocking sockets, one thread; ends by itself.
#pragma once
#include <string>

#include "base/bytes.hpp"

namespace netpeel::contrast {

struct Talk {
  std::string
      kind;  // tcp, udp: messages to an echo; http: requests; poll, longpoll, sse: the clock
  std::string host, port;
  u64 events = 5;
  u64 every = 200;        // milliseconds
  u64 patience = 20'000;  // milliseconds for what does not come
};
// Whether all came. Throws base::Error where the server is not to be reached.
bool talk(const Talk& how);

}  // namespace netpeel::contrast
