// What a server counts and shows at /metrics and on SIGUSR1. Plain numbers: one loop writes them.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::net {

struct Counters {
  u64 connections_opened = 0, connections_closed = 0;  // TCP
  u64 datagrams_in = 0, datagrams_out = 0;             // UDP
  u64 bytes_in = 0, bytes_out = 0;
  u64 messages_in = 0, messages_out = 0;  // of WebSocket and Engine.IO, not control frames
  u64 writes = 0;                         // system calls that wrote: joined writes show here
  u64 queue_high = 0;                     // bytes: the most that one client's queue ever held
  u64 dropped = 0;                        // messages that a full or unwritable queue did not take
  u64 closed_slow = 0;                    // connections ended because their queue was full
  u64 refused = 0;                        // requests and handshakes answered with an error
  u64 connections_refused = 0;            // ended at once, too many being open
  u64 shortages = 0;  // times that new ones had to wait for a file descriptor, or for memory
};

// What happens to a client that reads more slowly than others write to it.
enum class Slow : u8 {
  drop,   // what does not fit is not sent, and counted
  close,  // the connection is closed, and told why
};

struct QueueLimit {
  std::size_t bytes = 16 * 1024 * 1024;
  Slow slow = Slow::close;
};

}  // namespace netpeel::net
