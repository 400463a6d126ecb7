// One connection to a Redis server, in RESP2: commands with their answers in order, or (behind
// SUBSCRIBE) what others publish. Lost, it is dialed again after 0.1 s, then twice as long each
// time up to 5 s; commands are not kept meanwhile. Lives on its loop. Redis' own limits are not
// known here: a message of more than 64 MiB, or words that are no RESP, end the connection.
#pragma once
#include <deque>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "net/client_tcp.hpp"
#include "stream/resp.hpp"

namespace netpeel::net {

struct RedisAddress {
  std::string host = "127.0.0.1";
  u16 port = 6379;
  std::string user, password;  // empty: none
};
// redis://[[user]:password@]host[:port][/number]; the number of a database means nothing here.
base::Result<RedisAddress> read_redis_url(const std::string& url);

class RedisClient final : TcpClient::Hears {
 public:
  // Values as they came: one element, or an array's one after the other, flat.
  using Value = std::vector<stream::resp_codec::Element>;
  using Words = std::vector<std::string_view>;
  struct Events {
    std::function<void()> ready;                       // (again): nothing is subscribed yet
    std::function<void(const std::string& why)> lost;  // once for each ready(), and at first
    std::function<void(const Value& value)> heard;     // what nobody asked for: messages
  };

  RedisClient(Loop& loop, RedisAddress address, std::size_t most_queued, Events events);

  void open();
  bool ready() const { return ready_; }
  // False: there is no connection, or too much waits for it. answer: may be empty; called with
  // nothing where the connection ended first.
  using Answer = std::function<void(const Value*)>;
  bool command(const Words& words, Answer answer = {});
  // A command without an answer of its own: SUBSCRIBE and the like.
  bool subscribe(const Words& words);

 private:
  void opened() override;
  std::size_t data(std::span<u8> bytes) override;
  void half_closed() override { lose("the server ended the connection"); }
  void ended(int code) override;
  void failed(const DialFailure& why) override;
  bool write(const Words& words);
  void greeted();
  void take(const Value& value);
  void lose(const std::string& why);
  void tick();

  RedisAddress address_;
  std::size_t most_queued_;
  Events events_;
  TcpClient tcp_;
  Timer again_, alive_;
  i64 pause_;
  stream::resp_codec::Walker walker_;
  std::deque<Answer> waiting_;
  bool ready_ = false, told_ = false, subscribed_ = false, silent_ = false;
};

}  // namespace netpeel::net
