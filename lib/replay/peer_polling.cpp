// A peer that speaks Engine.IO by HTTP polling: one request waits for what the server has to say,
// another brings what the client says; never two of either.
#include "replay/connection.hpp"
#include "replay/peer_kinds.hpp"
#include "replay/request.hpp"
#include "stream/engineio.hpp"

namespace netpeel::replay {
namespace {

using Kind = Utterance::Kind;

class PollingPeer final : public Peer {
 public:
  PollingPeer(const Dial& dial, const Recorded& recorded, const field::Registry& registry,
              const stream::Limits& limits)
      : dial_(dial), recorded_(recorded), context_{.registry = registry, .limits = limits} {}

  void start() override { poll(); }

  void say(const Utterance& u) override {
    std::string packets;
    const auto add = [&](std::string_view packet) {
      if (!packets.empty()) packets += stream::eio_separator;
      packets += packet;
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
    post(std::move(packets));
  }
  void descriptors(std::vector<pollfd>& to) const override {
    for (const Way* way : {&get_, &post_}) {
      if (way->connection && way->connection->open())
        to.push_back({way->connection->descriptor(), POLLIN, 0});
    }
  }
  void read() override {
    for (Way* way : {&get_, &post_}) {
      if (!way->connection) continue;
      way->connection->read();
      hear(*way);
      if (!way->connection->open() && way->busy) gone_ = true;
    }
    if (gone_) return;
    if (!get_.busy && !sid_.empty() && !leaving_) poll();
    if (!post_.busy && !waiting_.empty()) post({});
  }
  bool gone() const override { return gone_; }
  void finish() override {
    for (Way* way : {&get_, &post_}) way->connection.reset();
  }

 private:
  struct Way {
    std::unique_ptr<Connection> connection;
    bool busy = false;  // an answer is to come
  };

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
      } else if (u.kind != Kind::pong && (recorded_.level == u.level || u.kind != Kind::message)) {
        if (u.kind == Kind::open && !u.names.empty()) sid_ = u.names[0];
        if (u.kind == Kind::close) gone_ = true;
        heard_.push_back(std::move(u));
      }
    }
  }

  const Dial& dial_;
  const Recorded& recorded_;
  stream::Context context_;
  Way get_, post_;
  std::string sid_, waiting_;
  bool gone_ = false;
  bool leaving_ = false;  // said that it goes: what waits is no answer any more
};

}  // namespace

std::unique_ptr<Peer> polling_peer(const Dial& dial, const Recorded& recorded,
                                   const field::Registry& registry, const stream::Limits& limits) {
  return std::make_unique<PollingPeer>(dial, recorded, registry, limits);
}

}  // namespace netpeel::replay
