// Peers that speak HTTP, WebSocket, or Engine.IO over WebSocket.
#include "replay/connection.hpp"
#include "replay/peer_kinds.hpp"
#include "replay/request.hpp"
#include "stream/http.hpp"

namespace netpeel::replay {
namespace {

using Kind = Utterance::Kind;
enum Opcode : unsigned { text = 1, binary = 2, close = 8, pong = 10 };

class WebPeer : public Peer {
 public:
  WebPeer(const Dial& dial, const field::Registry& registry, const stream::Limits& limits)
      : dial_(dial), context_{.registry = registry, .limits = limits} {}

  void start() override { connect(); }
  void say(const Utterance& u) override {
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

 protected:
  void connect() { connection_ = std::make_unique<Connection>(dial_, context_); }
  virtual void hear(Utterance u) {
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

 private:
  std::string asked_;    // a request that waits for its answer
  bool closes_ = false;  // the server said that it would
};

class EnginePeer final : public WebPeer {
 public:
  EnginePeer(const Dial& dial, const Recorded& recorded, const field::Registry& registry,
             const stream::Limits& limits)
      : WebPeer(dial, registry, limits), recorded_(recorded) {}

  void start() override {
    connect();
    connection_->send(engine_request({.recorded = recorded_.request,
                                      .host = dial_.target().text(),
                                      .transport = "websocket",
                                      .sid = {}}));
  }
  void say(const Utterance& u) override {
    if (gone()) return;
    if (u.kind == Kind::close) {
      connection_->send(websocket_frame(close, u.level == Level::websocket ? u.wire : ""));
    } else if (u.level == Level::socketio || !u.binary) {
      connection_->send(websocket_frame(text, "4" + u.wire));
      for (const std::string& a : u.attachments) connection_->send(websocket_frame(binary, a));
    } else {
      connection_->send(websocket_frame(binary, u.wire));
    }
    sort();
  }

 private:
  void hear(Utterance u) override {
    if (u.level == Level::http && u.key == "response" && u.values[0].text != "101")
      trouble_ = "the server answered the upgrade with " + u.title;
    if (u.level == Level::engineio && u.kind == Kind::ping && !gone())
      return connection_->send(websocket_frame(text, "3" + u.wire));
    if (u.level < Level::engineio) {
      // Whoever hangs up the connection ends the session.
      if (u.level == Level::websocket && u.kind != Kind::message) WebPeer::hear(std::move(u));
      return;
    }
    if (u.kind == Kind::ping || u.kind == Kind::pong) return;
    if (recorded_.level == Level::socketio && u.level == Level::engineio && u.kind == Kind::message)
      return;
    heard_.push_back(std::move(u));
  }

  const Recorded& recorded_;
};

}  // namespace

std::unique_ptr<Peer> web_peer(const Dial& dial, const field::Registry& registry,
                               const stream::Limits& limits) {
  return std::make_unique<WebPeer>(dial, registry, limits);
}
std::unique_ptr<Peer> engine_peer(const Dial& dial, const Recorded& recorded,
                                  const field::Registry& registry, const stream::Limits& limits) {
  return std::make_unique<EnginePeer>(dial, recorded, registry, limits);
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
  return recorded.websocket ? engine_peer(dial, recorded, registry, limits)
                            : polling_peer(dial, recorded, registry, limits);
}

}  // namespace netpeel::replay
