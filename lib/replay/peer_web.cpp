// A peer that speaks HTTP, and WebSocket behind an upgrade.
#include "replay/connection.hpp"
#include "replay/peer_kinds.hpp"
#include "replay/request.hpp"
#include "stream/http.hpp"

namespace netpeel::replay {
namespace {

using Kind = Utterance::Kind;

class WebPeer final : public Peer {
 public:
  WebPeer(const Dial& dial, const field::Registry& registry, const stream::Limits& limits)
      : dial_(dial), context_{.registry = registry, .limits = limits} {}

  void start() override { connect(); }
  bool say(const Utterance& u) override {
    if (u.level == Level::http) {
      // A server that closes after each answer is asked in a new connection.
      if (gone() || closes_) connect();
      closes_ = false;
      asked_ = for_host(u.wire, dial_.target().text());
      connection_->send(asked_);
    } else if (u.kind == Kind::close) {
      connection_->send(websocket_frame(close, u.wire));
    } else {
      connection_->send(websocket_frame(u.binary ? binary : text, u.wire));
    }
    sort();
    return true;
  }
  void descriptors(std::vector<pollfd>& to) const override {
    if (connection_ && connection_->open()) to.push_back({connection_->descriptor(), POLLIN, 0});
  }
  void read() override {
    if (!connection_) return;
    connection_->read();
    sort();
    // It had closed when the request came: RFC 9112 §9.3.1. What does no harm is asked once more.
    if (gone() && (asked_.starts_with("GET ") || asked_.starts_with("HEAD "))) {
      const std::string again = std::exchange(asked_, {});
      connect();
      connection_->send(again);
    }
  }
  bool gone() const override { return !connection_ || !connection_->open(); }
  void finish() override {
    if (!gone()) connection_->hang_up();
    sort();
  }

 private:
  void connect() { connection_ = std::make_unique<Connection>(dial_, context_); }
  void hear(Utterance u) {
    if (u.kind == Kind::ping && u.level == Level::websocket) {
      connection_->send(websocket_frame(pong, u.wire));
    } else if (u.kind != Kind::ping && u.kind != Kind::pong && u.level <= Level::websocket) {
      if (u.key == "response") answered(u);
      heard_.push_back(std::move(u));
    }
  }
  void answered(const Utterance& response) {
    asked_.clear();
    closes_ = response.wire.starts_with("HTTP/1.0");
    for (const Value& v : response.values) {
      if (v.name == "header connection") closes_ = stream::http_lists(v.text, "close");
    }
  }
  // What the server said; what is answered at once adds to it.
  void sort() {
    if (!connection_) return;
    for (std::vector<Utterance> said; !(said = connection_->take()).empty();) {
      for (Utterance& u : said) {
        if (u.side == Side::server) hear(std::move(u));
      }
    }
  }

  const Dial& dial_;
  stream::Context context_;
  std::unique_ptr<Connection> connection_;
  std::string asked_;    // a request that waits for its answer
  bool closes_ = false;  // the server said that it would
};

}  // namespace

std::unique_ptr<Peer> web_peer(const Dial& dial, const field::Registry& registry,
                               const stream::Limits& limits) {
  return std::make_unique<WebPeer>(dial, registry, limits);
}
std::unique_ptr<Peer> make_peer(const Dial& dial, const Recorded& recorded,
                                const field::Registry& registry, const stream::Limits& limits) {
  switch (recorded.level) {
    case Level::udp: return udp_peer(dial);
    case Level::tcp: return tcp_peer(dial);
    case Level::http:
    case Level::websocket: return web_peer(dial, registry, limits);
    case Level::engineio:
    case Level::socketio: break;
  }
  return engine_peer(dial, recorded, registry, limits);
}

}  // namespace netpeel::replay
