// What one answer to a poll, or one POST, carries: packets, written as the client's dialect wants
// them.
#pragma once
#include <span>

#include "net/engine.hpp"

namespace netpeel::net {

struct EnginePayload {
  std::string body;
  bool octets = false;  // it is no text: its Content-Type says so
};
EnginePayload engine_payload(std::span<const EnginePacketPtr> packets,
                             const EngineDialect& dialect);

// The payload in a JSON-P client's POST, which is a form; nullopt: it has none.
std::optional<std::string> jsonp_payload(std::string_view form);

}  // namespace netpeel::net
