// What /engine.io/ does: every message comes back as it came, text as text, binary as binary.
#pragma once
#include "net/engine.hpp"

namespace netpeel::net {

class EngineEcho final : public EngineEvents {
 public:
  void opened(EngineSocket&) override {}
  void text(EngineSocket& socket, std::string_view message) override {
    socket.send(EnginePacket::text(message));
  }
  void binary(EngineSocket& socket, Bytes message) override {
    socket.send(EnginePacket::binary(base::as_text(message)));
  }
  void closed(EngineSocket&, EngineEnd) override {}
};

}  // namespace netpeel::net
