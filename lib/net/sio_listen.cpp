// A SocketIoServer with an Engine.IO server under it, and with a port of its own.
#include "net/listener.hpp"
#include "net/sio_server.hpp"

namespace netpeel::net {

EngineServer& SocketIoServer::engine() {
  SioCore& core = impl_->core;
  if (!impl_->engine) {
    impl_->engine = std::make_shared<EngineServer>(core.loop, core.settings.engine,
                                                   core.settings.queue, core, core.counters);
    impl_->stop_engine = [engine = impl_->engine.get()] { engine->shut_down(); };
  }
  return *impl_->engine;
}

namespace {

// A site of one path.
class EngineSite final : public HttpSite {
 public:
  explicit EngineSite(EngineServer& engine) : engine_(engine) {}

  void began(const HttpRequest& head, const HttpReplyPtr& reply) override {
    if (ours(head)) engine_.began(head, reply);
  }
  void request(HttpRequest request, HttpReplyPtr reply) override {
    if (!ours(request)) return reply->send(nothing_here());
    engine_.request(std::move(request), std::move(reply));
  }
  void upgrade(HttpRequest request, HttpReplyPtr reply, Connection& connection) override {
    if (!ours(request)) return reply->send(nothing_here());
    engine_.upgrade(std::move(request), std::move(reply), connection);
  }
  std::size_t body_limit(const HttpRequest& head, const HttpLimits& limits) override {
    return ours(head) ? engine_.body_limit(head) : limits.body;
  }

 private:
  bool ours(const HttpRequest& r) const { return r.path.starts_with(engine_.settings().path); }
  static HttpAnswer nothing_here() {
    return {404, {{"Content-Type", "text/plain"}}, "There is nothing here but Socket.IO.\n"};
  }
  EngineServer& engine_;
};

struct Door {
  Door(Loop& loop, EngineServer& engine, const ListenSettings& settings, Counters& counters)
      : site(engine), listener(loop, settings, counters, [this, &loop, &counters] {
          return make_http_reader(loop, site, limits, counters);
        }) {}
  EngineSite site;
  HttpLimits limits;
  Listener listener;
};

}  // namespace

u16 SocketIoServer::listen(const std::string& host, u16 port) {
  SioCore& core = impl_->core;
  const auto door = std::make_shared<Door>(
      core.loop, engine(), ListenSettings{.host = host, .port = port, .queue = core.settings.queue},
      core.counters);
  impl_->doors.push_back(door);
  impl_->stop_listening.push_back([listener = &door->listener] { listener->shut_down(); });
  return door->listener.port();
}

}  // namespace netpeel::net
