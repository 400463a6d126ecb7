// A peer that speaks Engine.IO as it was recorded: by HTTP polling, over WebSocket, or from the one
// to the other. Polling: one request waits for what the server has to say, another brings what the
// client says; never two of either. The change: WebSocket is tried (probe); when the server has
// answered there, no poll is sent any more, and once the last one is back the client says
// "upgrade" and speaks over WebSocket alone (Engine.IO protocol 4, "Upgrade").
#include <deque>

#include "replay/connection.hpp"
#include "replay/peer_kinds.hpp"
#include "replay/request.hpp"
#include "stream/engineio.hpp"

namespace netpeel::replay {
namespace {

using Kind = Utterance::Kind;

class EnginePeer final : public Peer {
 public:
  EnginePeer(const Dial& dial, const Recorded& recorded, const field::Registry& registry,
             const stream::Limits& limits)
      : dial_(dial), recorded_(recorded), context_{.registry = registry, .limits = limits} {}

  void start() override {
    if (recorded_.polling) return poll();
    upgraded_ = true;
    open_websocket(recorded_.request);
  }

  bool say(const Utterance& u) override {
    if (u.kind == Kind::probe) {
      open_websocket(recorded_.upgrade);
      frame(websocket_frame(text, "2probe"));  // waits for the answer to the upgrade
    } else if (u.kind == Kind::upgrade) {
      return upgrade();
    } else if (u.polling || !websocket_) {
      say_by_polling(u);
    } else {
      say_by_websocket(u);
    }
    return true;
  }
  void descriptors(std::vector<pollfd>& to) const override {
    for (const Connection* c : {get_.connection.get(), post_.connection.get(), websocket_.get()}) {
      if (c != nullptr && c->open()) to.push_back({c->descriptor(), POLLIN, 0});
    }
  }
  void read() override {
    for (Way* way : {&get_, &post_}) {
      if (!way->connection) continue;
      way->connection->read();
      hear(*way);
      if (!way->connection->open() && way->busy) gone_ = true;
    }
    if (websocket_) {
      websocket_->read();
      hear_websocket();
      // One that was only tried is no loss: polling goes on.
      if (!websocket_->open()) upgraded_ ? void(gone_ = true) : drop_websocket();
    }
    if (gone_) return;
    if (!get_.busy && !sid_.empty() && !leaving_ && !pausing_ && !upgraded_) poll();
    if (!post_.busy && !waiting_.empty()) post({});
    settle();
  }
  bool gone() const override { return gone_; }
  void finish() override {
    for (Way* way : {&get_, &post_}) way->connection.reset();
    if (!websocket_) return;
    websocket_->hang_up();
    hear_websocket();
  }

 private:
  struct Way {
    std::unique_ptr<Connection> connection;
    bool busy = false;  // an answer is to come
  };
  // What waits until the WebSocket is there, or until polling has come to rest.
  struct Frame {
    std::string bytes;
    bool upgrades = false;
  };

  // ---- Polling ----

  void say_by_polling(const Utterance& u) {
    const auto add = [&](std::string_view packet) {
      if (!together_.empty()) together_ += stream::eio_separator;
      together_ += packet;
    };
    const auto bytes = [&](std::string_view data) {
      std::string out = "b";
      stream::to_base64(base::as_bytes(data), out);
      add(out);
    };
    if (u.kind == Kind::close) {
      leaving_ = true;
      add("1");
    } else if (u.level == Level::engineio && u.binary) {
      bytes(u.wire);
    } else {
      add("4" + u.wire);
      for (const std::string& a : u.attachments) bytes(a);
    }
    if (!u.more) post(std::exchange(together_, {}));
  }
  void ask(Way& way, bool with_body, std::string body) {
    if (!way.connection || !way.connection->open())
      way.connection = std::make_unique<Connection>(dial_, context_);
    way.busy = true;
    way.connection->send(engine_request({.recorded = recorded_.request,
                                         .host = dial_.target().text(),
                                         .transport = "polling",
                                         .sid = sid_,
                                         .post = with_body,
                                         .body = std::move(body)}));
  }
  void poll() { ask(get_, false, {}); }
  void post(std::string packets) {
    if (!packets.empty()) {
      if (!waiting_.empty()) waiting_ += stream::eio_separator;
      waiting_ += packets;
    }
    if (post_.busy || waiting_.empty() || gone_) return;
    ask(post_, true, std::exchange(waiting_, {}));
  }
  void hear(Way& way) {
    for (Utterance& u : way.connection->take()) {
      if (u.side != Side::server) continue;
      if (u.level == Level::http) {
        way.busy = false;
        if (u.key != "response" || u.values[0].text == "200") continue;
        if (!leaving_) trouble_ = "the server answered a poll with " + u.title;
        gone_ = true;
      } else if (u.kind == Kind::ping) {
        post("3" + u.wire);
      } else {
        if (u.kind == Kind::open && !u.names.empty()) sid_ = u.names[0];
        if (u.kind == Kind::close) gone_ = true;
        keep(std::move(u));
      }
    }
  }

  // ---- WebSocket ----

  void open_websocket(const std::string& like) {
    ready_ = false;
    websocket_ = std::make_unique<Connection>(dial_, context_);
    websocket_->send(engine_request(
        {.recorded = like, .host = dial_.target().text(), .transport = "websocket", .sid = sid_}));
  }
  // A client whose probe was not answered goes on with polling.
  bool upgrade() {
    if (!probed_) {
      if (trouble_.empty()) trouble_ = "the server did not answer on the WebSocket that was tried";
      drop_websocket();
      return false;
    }
    pausing_ = true;
    frames_.push_back({.bytes = websocket_frame(text, "5"), .upgrades = true});
    settle();
    return true;
  }
  void drop_websocket() {
    pausing_ = false;
    frames_.clear();
    websocket_.reset();
  }
  void say_by_websocket(const Utterance& u) {
    if (u.kind == Kind::close) {
      frame(u.level == Level::websocket ? websocket_frame(close, u.wire)
                                        : websocket_frame(text, "1"));
    } else if (u.level == Level::engineio && u.binary) {
      frame(websocket_frame(binary, u.wire));
    } else {
      frame(websocket_frame(text, "4" + u.wire));
      for (const std::string& a : u.attachments) frame(websocket_frame(binary, a));
    }
  }
  void frame(std::string bytes) {
    frames_.push_back({.bytes = std::move(bytes)});
    settle();
  }
  // Sends what may go.
  void settle() {
    while (ready_ && !frames_.empty() && websocket_ && websocket_->open()) {
      const bool upgrades = frames_.front().upgrades;
      if (upgrades && (get_.busy || post_.busy || !waiting_.empty())) return;
      const std::string bytes = std::move(frames_.front().bytes);
      frames_.pop_front();
      if (upgrades) {
        upgraded_ = true;
        for (Way* way : {&get_, &post_}) way->connection.reset();
      }
      websocket_->send(bytes);
    }
  }
  void hear_websocket() {
    for (std::vector<Utterance> said; !(said = websocket_->take()).empty();) {
      for (Utterance& u : said) {
        if (u.side == Side::server) hear_websocket(std::move(u));
      }
    }
  }
  void hear_websocket(Utterance u) {
    const bool can_answer = websocket_->open();
    if (u.level == Level::http) {
      if (u.key != "response") return;
      ready_ = u.values[0].text == "101";
      if (ready_) return;
      trouble_ = "the server answered the upgrade with " + u.title;
      websocket_->hang_up();
    } else if (u.kind == Kind::ping) {
      if (!can_answer) return;
      frame(u.level == Level::websocket ? websocket_frame(pong, u.wire)
                                        : websocket_frame(text, "3" + u.wire));
    } else if (u.level != Level::websocket || u.kind == Kind::close) {
      keep(std::move(u));
    }
  }
  // Socket.IO's packets say what Engine.IO's carried.
  void keep(Utterance u) {
    probed_ = probed_ || u.kind == Kind::probe;
    if (u.kind == Kind::pong) return;
    const bool message = u.kind == Kind::message && u.level >= Level::engineio;
    if (!message || u.level == recorded_.level) heard_.push_back(std::move(u));
  }

  const Dial& dial_;
  const Recorded& recorded_;
  stream::Context context_;
  Way get_, post_;
  std::unique_ptr<Connection> websocket_;
  std::deque<Frame> frames_;
  std::string sid_;
  std::string together_;  // packets of one polling request, of which more are to come
  std::string waiting_;   // packets that wait for the answer to the request before
  bool ready_ = false;    // 101 came
  bool probed_ = false;   // and on it the probe was answered
  bool pausing_ = false;  // no more polls: the upgrade is to come
  bool upgraded_ = false;
  bool gone_ = false;
  bool leaving_ = false;  // said that it goes: what waits is no answer any more
};

}  // namespace

std::unique_ptr<Peer> engine_peer(const Dial& dial, const Recorded& recorded,
                                  const field::Registry& registry, const stream::Limits& limits) {
  return std::make_unique<EnginePeer>(dial, recorded, registry, limits);
}

}  // namespace netpeel::replay
