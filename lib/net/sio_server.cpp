#include "net/sio_server.hpp"

#include "net/sio_namespace.hpp"

namespace netpeel::net {

SocketIoServer::SocketIoServer(Loop& loop, SocketIoSettings settings, Counters* counters)
    : impl_(std::make_unique<Impl>(loop, std::move(settings), counters)) {}
SocketIoServer::~SocketIoServer() = default;

Namespace& SocketIoServer::of(const std::string& name) { return impl_->core.of(name); }
Namespace& SocketIoServer::of_any(std::function<bool(const std::string&)> matches) {
  return impl_->core.of_any(std::move(matches));
}
EngineEvents& SocketIoServer::engine_events() { return impl_->core; }
void SocketIoServer::use_adapter(Adapter& adapter) { impl_->core.use_adapter(adapter); }
void SocketIoServer::shut_down() {
  impl_->core.shut_down();
  if (impl_->stop_engine) impl_->stop_engine();
  for (const auto& stop : impl_->stop_listening) stop();
}

SocketIoCounters SocketIoServer::counters() const { return impl_->core.numbers(); }
const SocketIoSettings& SocketIoServer::settings() const { return impl_->core.settings; }
Loop& SocketIoServer::loop() { return impl_->core.loop; }

}  // namespace netpeel::net
