// An Engine.IO 4 server (and 3, where that is allowed): sessions over long-polling and WebSocket,
// which may move from the one to the other. What to answer when is decided in engine_session.hpp,
// without sockets; this connects it with HTTP and WebSocket.
#pragma once
#include "net/websocket.hpp"

namespace netpeel::net {

struct EngineSettings {
  std::string path = "/socket.io/";
  i64 ping_interval = 25'000'000'000, ping_timeout = 20'000'000'000;
  i64 upgrade_timeout = 10'000'000'000;
  std::size_t max_payload = 1'000'000;
  std::size_t most_sessions = 100'000;  // 503 beyond: over polling they need no connection to stay
  std::string cors;  // allowed origin, "*" for all; empty: no CORS headers, Origin not looked at
  bool cors_credentials = false;
  bool polling = true, websocket = true, upgrades = true;
  bool allow_eio3 = false;  // clients of Engine.IO 3, which is Socket.IO 1 and 2, as well
};

// Which protocol a client speaks, and how.
struct EngineDialect {
  u8 revision = 4;         // of Engine.IO: 4 or 3
  bool base64 = false;     // it takes no binary: that goes as text, also over WebSocket
  bool jsonp = false;      // revision 3: answers to polls are calls of a JavaScript function
  std::string callback{};  // its number
};

// A message, encoded once for both transports and shared by all sessions of a broadcast.
class EnginePacket {
 public:
  static std::shared_ptr<EnginePacket> text(std::string_view message);
  static std::shared_ptr<EnginePacket> binary(std::string_view bytes);
  // Any other than a message: '0' open, '2' ping and so on.
  static std::shared_ptr<EnginePacket> of_type(char type, std::string_view data = {});
  EnginePacket(Encoded frame, std::size_t payload_at, bool binary)
      : frame_(std::move(frame)), payload_at_(payload_at), binary_(binary) {}

  const Encoded& websocket() const { return frame_; }  // '4' and the text, or the bytes
  std::string_view polling();  // one record: '4' and the text, or 'b' and base64
  std::size_t polling_size() const;
  // The same for revision 3: the bytes have their type in front, base64 has 'b' and it.
  const Encoded& websocket3();
  std::string_view polling3();
  std::string_view bytes3();  // the frame's payload
  bool is_binary() const { return binary_; }
  bool compress = true;  // what the program wishes, where the transport can do so at all

 private:
  Encoded frame_;
  std::size_t payload_at_;
  bool binary_;
  std::string base64_;  // made when first asked for
  struct Third {
    Encoded frame;
    std::size_t payload_at = 0;
    std::string base64;
  };
  Third& third();
  std::unique_ptr<Third> third_;  // binary for revision 3, made when first asked for
};
using EnginePacketPtr = std::shared_ptr<EnginePacket>;

// Why a session ended, as Socket.IO names it.
enum class EngineEnd : u8 {
  transport_error,
  transport_close,
  ping_timeout,
  forced_close,  // close() was called
  server_shutting_down,
  parse_error,
};
std::string_view engine_end_name(EngineEnd end);  // "transport close"

class EngineSocket {
 public:
  virtual const std::string& id() const = 0;       // secret: the client's key to its session
  virtual std::string_view transport() const = 0;  // "polling", "websocket"
  virtual HttpRequest handshake() const = 0;       // it began with; unpacked anew for each call
  virtual u8 revision() const { return 4; }        // of Engine.IO: 4, or 3 if that is allowed
  virtual bool send(EnginePacketPtr packet) = 0;   // false: not taken, the queue is full
  virtual bool writable() const = 0;               // a volatile packet may be sent now
  virtual std::size_t queued() const = 0;          // bytes
  virtual void close(EngineEnd why = EngineEnd::forced_close) = 0;  // flushes first
  // For whoever hears its events.
  void* context = nullptr;

 protected:
  ~EngineSocket() = default;
};

class EngineEvents {
 public:
  virtual ~EngineEvents() = default;
  virtual void opened(EngineSocket& socket) = 0;
  virtual void text(EngineSocket& socket, std::string_view message) = 0;
  virtual void binary(EngineSocket& socket, Bytes message) = 0;
  virtual void closed(EngineSocket& socket, EngineEnd why) = 0;  // the last call
};

class EngineServer {
 public:
  // Loop, events and counters outlive it.
  EngineServer(Loop& loop, EngineSettings settings, QueueLimit queue, EngineEvents& events,
               Counters& counters);
  ~EngineServer();
  // For requests whose path begins with settings.path: the site hands them over. As in HttpSite.
  std::size_t body_limit(const HttpRequest& head) const;
  void began(const HttpRequest& head, const HttpReplyPtr& reply);
  void request(HttpRequest request, HttpReplyPtr reply);
  void upgrade(HttpRequest request, HttpReplyPtr reply, Connection& connection);
  std::size_t sessions() const;
  const EngineSettings& settings() const;
  void shut_down();  // closes all, telling them

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;  // a WebSocket may open after the server is gone
};

}  // namespace netpeel::net
