// What a person writes to name a server: "localhost:3000", "http://[::1]:3000/page?x=1", ":7007",
// "7007", "localhost", "/ws/echo".
#pragma once
#include <string>

#include "base/result.hpp"
#include "net/http.hpp"

namespace netpeel::net {

struct Target {
  std::string host = "127.0.0.1";
  u16 port = 0;
  std::string path;  // with its query; empty: none was written

  std::string authority() const;  // "localhost:3000"
};

// scheme: "http", "ws", "tcp" …: what may stand in front of "://". What is not written is taken
// from `otherwise`. https and wss are refused with a sentence: there is no TLS here.
base::Result<Target> read_target(std::string_view text, const Target& otherwise);

}  // namespace netpeel::net
