// SocketIoServer's inside: the core, and what carries it, made when first asked for.
#pragma once
#include "net/sio_core.hpp"

namespace netpeel::net {

struct SocketIoServer::Impl {
  Impl(Loop& loop, SocketIoSettings settings, Counters* counters)
      : core(loop, std::move(settings), counters) {}
  SioCore core;
  std::shared_ptr<EngineServer> engine;  // ends before the core, which hears its events
  std::function<void()> stop_engine;
};

}  // namespace netpeel::net
