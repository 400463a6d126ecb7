// SocketIoServer's inside: the core, and what carries it, made when first asked for.
#pragma once
#include "net/sio_core.hpp"

namespace netpeel::net {

struct SocketIoServer::Impl {
  Impl(Loop& loop, SocketIoSettings settings, Counters* counters)
      : core(loop, std::move(settings), counters) {}
  SioCore core;
  std::shared_ptr<EngineServer> engine;      // ends before the core, which hears its events
  std::vector<std::shared_ptr<void>> doors;  // and these before the engine
  std::function<void()> stop_engine;
  std::vector<std::function<void()>> stop_listening;
};

}  // namespace netpeel::net
