// How an end of a connection is written: "127.0.0.1:80", "[::1]:80".
#pragma once
#include <string>

#include "base/bytes.hpp"

namespace netpeel::net {

inline std::string endpoint_text(const std::string& address, u16 port) {
  const bool six = address.find(':') != std::string::npos;
  return (six ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

}  // namespace netpeel::net
