// An Engine.IO 4 client (github.com/socketio/engine.io-protocol; behaviour: npm engine.io-client):
// long-polling, WebSocket, and the move from the one to the other. Lives on its loop.
#pragma once
#include "net/client_http.hpp"
#include "net/client_ws.hpp"

namespace netpeel::net {

enum class EngineWay : u8 { polling, websocket, both };

struct EngineClientSettings {
  std::string host = "127.0.0.1";
  u16 port = 3000;
  std::string path = "/socket.io/";
  std::string query;  // more parameters, "a=b&c=d"
  EngineWay way = EngineWay::both;
  std::vector<HttpHeader> headers;
  i64 timeout = 10'000'000'000;                // for each handshake
  std::size_t most_queued = 64 * 1024 * 1024;  // bytes not sent yet; beyond it send() says no
  Tap* tap = nullptr;
};

class EngineClient final : private WsClient::Hears {
 public:
  class Hears {
   public:
    virtual void opened() = 0;
    virtual void upgraded() {}
    virtual void text(std::string_view message) = 0;
    virtual void binary(Bytes message) = 0;
    // The last call; the client may be destroyed in it. reason: "transport close", "transport
    // error", "ping timeout", "forced close", as engine.io-client names it; why: a clause for
    // people. failure: where no connection came about.
    virtual void closed(const std::string& reason, const std::string& why,
                        const DialFailure& failure) = 0;

   protected:
    ~Hears() = default;
  };

  EngineClient(Loop& loop, EngineClientSettings settings, Hears& hears);
  ~EngineClient();

  void open();
  bool send_text(std::string_view message);
  bool send_binary(Bytes message);
  void close();  // in order, behind what is queued
  void drop();   // as a lost connection looks: no good-bye
  bool is_open() const { return state_ == State::open; }
  bool at_rest() const { return state_ == State::idle || state_ == State::closed; }
  std::string_view transport() const { return on_websocket_ ? "websocket" : "polling"; }
  bool upgrading() const { return ws_ != nullptr && !on_websocket_; }
  bool writable() const;  // a volatile packet may be sent now
  const std::string& sid() const { return sid_; }
  i64 ping_interval() const { return ping_interval_; }

 private:
  enum class State : u8 { idle, opening, open, closing, closed };
  enum class Upgrade : u8 { none, probing, pausing, done };
  struct Waiting {
    std::string bytes;  // a packet as text, or a binary message
    bool binary;
  };

  void opened(const HttpGot& answer) override;
  void message(bool binary, std::span<u8> payload) override;
  void closed(u16 code, std::string_view reason) override;
  void refused(const HttpGot& answer, const std::string& why) override;
  void failed(const DialFailure& why) override;

  std::string target(std::string_view transport) const;
  void dial_websocket();
  void poll();
  void polled(HttpGot got, const std::string& problem, const DialFailure& failure);
  void read_payload(std::string_view payload);
  void packet(std::string_view text);
  bool handshake(std::string_view json);
  void begin_upgrade();
  void switch_over();
  void give_up_upgrade();
  bool queue(std::string bytes, bool binary);
  void flush_soon();
  void flush();
  void flush_websocket();
  void flush_polling();
  void expect_ping();
  void end(const std::string& reason, const std::string& why, const DialFailure& failure = {});
  HttpClient::Settings http() const;
  void bury(std::unique_ptr<WsClient> ws);

  Loop& loop_;
  EngineClientSettings settings_;
  Hears& hears_;
  std::shared_ptr<EngineClient*> self_;  // empty inside once it is gone
  std::unique_ptr<HttpClient> get_, post_;
  std::unique_ptr<WsClient> ws_;
  Timer heartbeat_;
  std::deque<Waiting> queue_;
  std::size_t queued_ = 0, max_payload_ = 1'000'000;
  std::string sid_;
  i64 ping_interval_ = 0, ping_timeout_ = 0;
  State state_ = State::idle;
  Upgrade upgrade_ = Upgrade::none;
  bool on_websocket_ = false, polling_ = false, posting_ = false, flushing_ = false;
};

}  // namespace netpeel::net
