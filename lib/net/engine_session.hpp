// One Engine.IO session, without sockets: requests, messages and times go in, and what they lead to
// is said to an HttpReply, a WebSocket and an EngineEvents. The host tells the time, so that a test
// can choose it. Whoever calls in has to keep the session alive for the call: it may end in it.
#pragma once
#include <cstdint>
#include <span>

#include "net/engine.hpp"
#include "net/packed_request.hpp"

namespace netpeel::net {

class EngineSession;

// What all sessions of a server share, and whom they tell of themselves.
class EngineHost {
 public:
  EngineHost(EngineSettings s, QueueLimit q, EngineEvents& e, Counters& c)
      : settings(std::move(s)), queue(q), events(e), counters(c) {}

  const EngineSettings settings;
  const QueueLimit queue;
  EngineEvents& events;
  Counters& counters;

  virtual i64 now() const = 0;
  virtual void due_changed(EngineSession& session) = 0;
  // Nobody finds the session by its id from now on; events.closed() follows.
  virtual void ended(EngineSession& session) = 0;

 protected:
  ~EngineHost() = default;
};

class EngineSession final : public EngineSocket,
                            public std::enable_shared_from_this<EngineSession> {
 public:
  static constexpr i64 never = INT64_MAX;
  // A client that was told "100 ms" by the original may count on it.
  static constexpr i64 release_every = 100'000'000;
  static constexpr i64 close_within = 30'000'000'000;  // without a poll, close() waits no longer

  // host outlives it.
  EngineSession(EngineHost& host, std::string id, PackedRequest handshake);
  ~EngineSession();

  // Once, first: answers with the open packet, then says opened().
  void begin(HttpReplyPtr reply, EngineDialect dialect = {});
  void begin(WebSocket& socket, const EngineDialect& dialect = {});

  // ---- Polling ----
  void poll(HttpReplyPtr reply);
  void post_began(bool octets, HttpReplyPtr reply);  // its body is still coming in
  void post(bool octets, std::string body, HttpReplyPtr reply);

  // ---- WebSocket ----
  // Another WebSocket, which may take the session over.
  void candidate(WebSocket& socket, bool base64);
  void message(WebSocket& socket, bool binary, Bytes payload);
  void broke(WebSocket& socket);  // the peer broke WebSocket's rules
  void gone(WebSocket& socket);   // closed; the object must not be used again

  // ---- Time ----
  i64 due() const;  // when to call tick()
  void tick();

  void shut_down();
  void abandon();  // ends without a word to anybody: the server goes away
  bool over() const { return state_ == State::closed; }
  i64 noted_due = never;  // the host's: the due() it last heard of

  // ---- EngineSocket ----
  const std::string& id() const override { return id_; }
  u8 revision() const override { return revision_; }
  std::string_view transport() const override { return over_websocket_ ? "websocket" : "polling"; }
  HttpRequest handshake() const override { return handshake_.unpack(); }
  bool send(EnginePacketPtr packet) override;
  bool writable() const override;
  std::size_t queued() const override;
  void close(EngineEnd why = EngineEnd::forced_close) override;

 private:
  enum class State : u8 { open, closing, closed };
  enum class Heart : u8 { quiet, awaits_pong, awaits_pong_put_off, awaits_ping };
  enum class Type : u8 { open, close, ping, pong, message, upgrade, noop, none };

  struct Packet {
    Type type = Type::none;
    bool binary = false;
    std::string_view data{};  // of a binary message: its bytes
  };
  struct Polling {
    EngineDialect dialect;
    HttpReplyPtr poll;  // hangs
    HttpReplyPtr post;  // its body is coming in
    std::vector<EnginePacketPtr> queue;
    std::size_t bytes = 0;
    i64 close_at = never;   // close() waits for a poll until then
    std::string last_word;  // behind the close packet
  };
  struct Upgrade {
    WebSocket* socket = nullptr;
    i64 until = never, release_at = never;
    bool base64 = false;
  };

  void open();
  Packet read(std::string_view record, std::string& bytes) const;
  void packet(const Packet& packet);
  void pinged();
  void pong();
  void beat(i64 now);
  // Says goodbye on the transport, then closed(): once, whatever comes together.
  void end(EngineEnd why);
  void end_slow();
  void close_transport();

  void watch(const HttpReplyPtr& reply);
  void lost(const HttpReply* reply);
  bool post_under_way() const;
  void overlap(const HttpReplyPtr& second);
  void refuse_octets(const HttpReplyPtr& reply);
  bool octets_allowed() const { return revision_ == 3; }
  bool record(const Packet& packet);
  void records(std::string_view body);
  void records3(std::string_view body, bool octets);
  void client_closed();
  HttpAnswer polled(std::span<const EnginePacketPtr> packets, const EngineDialect& dialect) const;
  HttpAnswer farewell(const Polling& polling) const;
  void answer_poll(std::vector<EnginePacketPtr> packets);
  void flush();

  bool full(std::size_t more);
  void push(EnginePacketPtr packet);
  bool put(WebSocket& socket, EnginePacket& packet) const;
  void trial(const Packet& packet);
  void take_over();
  void drop_upgrade();
  void changed() { host_.due_changed(*this); }

  EngineHost& host_;
  const std::string id_;
  PackedRequest handshake_;
  WebSocket* socket_ = nullptr;       // null while it polls
  std::unique_ptr<Polling> polling_;  // null over WebSocket
  std::unique_ptr<Upgrade> upgrade_;  // while another WebSocket tries
  i64 beat_at_ = never;               // the next ping, or when the pong is overdue
  State state_ = State::open;
  Heart heart_ = Heart::quiet;
  EngineEnd why_ = EngineEnd::forced_close;  // said when closing is done
  u8 revision_ = 4;
  bool over_websocket_ = false;
  bool upgraded_ = false;
  bool base64_ = false;              // binary goes as text, also over WebSocket
  bool close_when_flushed_ = false;  // close() came while packets wait for a poll
  bool slow_ = false;  // the queue was full; ends in tick(), not under the hands of who sends
};

}  // namespace netpeel::net
