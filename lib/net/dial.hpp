// Opens a TCP connection to a host. Every address that the name has is tried, in order.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "net/connection.hpp"

namespace netpeel::net {

// What was tried, and how each try ended, is in `problem` where no try succeeded.
struct DialFailure {
  std::string problem;  // "connect to 127.0.0.1:3000": behind "could not "
  int code = 0;         // errno's; 0: the name is unknown
  std::string advice;   // what to do next
};

// The reader's opened() tells that it stands. limit and counters outlive the connection; the call
// returns at once, and failed() comes from the loop. A name is looked up before it returns. from:
// the address of this machine to dial from; empty: the system chooses.
void dial(Loop& loop, const std::string& host, u16 port, const QueueLimit& limit,
          Counters& counters, std::unique_ptr<Reader> reader,
          std::function<void(const DialFailure&)> failed, i64 within = 10'000'000'000,
          const std::string& from = {});

}  // namespace netpeel::net
