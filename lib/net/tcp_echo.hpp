// TCP echo: what comes goes back, in ways that show what TCP does and does not promise. Runs on its
// loop; settings and counters outlive the readers.
#pragma once
#include "net/connection.hpp"

namespace netpeel::net {

struct EchoManner {
  std::size_t chunk =
      0;          // answers in pieces of so many bytes, each a write of its own; 0: as it came
  i64 delay = 0;  // waits so long before each piece
  bool half_close = false;  // FIN behind the first answer; reads on, and answers no more
  bool abort = false;       // RST once the first bytes have come, instead of an answer
};

std::unique_ptr<Reader> make_tcp_echo(Loop& loop, const EchoManner& manner);

}  // namespace netpeel::net
