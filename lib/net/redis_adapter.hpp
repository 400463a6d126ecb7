// Other nodes behind Redis: one Socket.IO cluster with everybody who uses the same server and key,
// npm's @socket.io/redis-adapter 8.3 among them. Two connections, one to publish and one to hear.
// While Redis is away this node's own clients are served on, and what would have gone to others is
// lost and counted: publish and subscribe keep nothing. Nothing there is authenticated: whoever may
// publish can emit to everybody. Lives on its loop, and outlives the SocketIoServer.
#pragma once
#include <unordered_map>

#include "net/metrics.hpp"
#include "net/redis_client.hpp"
#include "net/redis_wire.hpp"

namespace netpeel::net {

struct RedisSettings {
  RedisAddress address;
  std::string key = "socket.io";
  i64 answers_within = 5'000'000'000;          // for ask()
  std::size_t most_queued = 16 * 1024 * 1024;  // bytes for a slow Redis; lost beyond
  std::size_t most_asked = 10'000;             // open questions; refused beyond
};

struct RedisCounters {
  bool connected = false;
  u64 published = 0, heard = 0;
  u64 lost = 0;      // not published: no connection, or its queue was full
  u64 broken = 0;    // messages that nobody could read
  u64 refused = 0;   // questions, at the limit
  u64 connects = 0;  // to Redis, both connections together
};
void add_gauges(const RedisCounters& counters, std::vector<Gauge>& to);

class RedisAdapter final : public Adapter {
 public:
  // note: told when Redis goes and comes back, a sentence.
  using Note = std::function<void(const std::string&)>;
  RedisAdapter(Loop& loop, RedisSettings settings, Note note);
  // Runs the loop until it is connected. Throws base::Error where that fails.
  void connect();

  void publish(const NodeMessage& message) override;
  void ask(const NodeMessage& message, Broadcast::Answers answers) override;
  void ask_clients(const NodeMessage& message, const Elsewhere& told) override;
  void opened(const std::string& nsp) override;
  void closed(const std::string& nsp) override;
  const RedisCounters& counters() const { return counters_; }

 private:
  using Channels = redis_wire::Channels;
  using Request = redis_wire::Request;
  struct Member {  // this node in one namespace
    std::string uid;
    Channels channels;
  };
  enum class Kind : u8 { broadcast, request, response };
  struct Route {
    Kind kind;
    std::string nsp;
  };
  struct Open {  // a question to others
    explicit Open(Loop& loop) : timer(loop) {}
    NodeMessage::What what = NodeMessage::What::ask;
    Broadcast::Answers answers;  // server_side, fetch
    Args got;
    std::size_t nodes = 0, missing = 0;
    Elsewhere told;  // ask
    u64 clients = 0;
    Timer timer;
  };
  using OpenPtr = std::shared_ptr<Open>;

  RedisClient::Events events(bool hears);
  std::string name() const;
  void ready();
  void lost(const std::string& why);
  void subscribe(const Member& member);
  bool send(const std::string& channel, const std::string& message);
  void count_others(const Member& member, std::function<void(std::size_t)> others);
  OpenPtr open(const std::string& id, const NodeMessage& message, i64 within);
  void finish(const std::string& id, const std::string& error);

  void heard(const RedisClient::Value& value);
  void broadcast_heard(const Member& member, const std::string& nsp, std::string_view bytes);
  void request_heard(const Member& member, const std::string& nsp, std::string_view bytes);
  void answer_heard(std::string_view bytes);
  void nodes_answer(const std::string& id, Open& open, const Json& value);
  void clients_answer(Open& open, const Json& value);
  Answer answer_to(const Request& request, const std::string& channel);

  Loop& loop_;
  RedisSettings settings_;
  Note note_;
  RedisCounters counters_;
  std::unordered_map<std::string, Member> members_;  // by namespace
  std::unordered_map<std::string, Route> routes_;    // by channel or pattern
  std::unordered_map<std::string, OpenPtr> open_;    // by request id
  bool starting_ = false, away_ = false;
  std::string failure_;
  RedisClient mouth_, ear_;
};

}  // namespace netpeel::net
