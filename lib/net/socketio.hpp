// A Socket.IO 5 server to embed: namespaces, rooms, acknowledgments, middleware, recovery. Runs on
// one loop; every call comes from that loop. A Socket is kept by its namespace: a shared_ptr to it
// may be held longer, and then what is sent goes nowhere.
//
//   net::Loop loop;
//   net::SocketIoServer io(loop, {});
//   io.of("/").on_connection([&](const net::SocketPtr& socket) {
//     socket->on("message", [socket](const net::Args& args, const net::Ack& ack) {
//       socket->to("room").except("quiet").emit("message", args);
//       if (ack) ack(true);
//     });
//     socket->join("room");
//   });
#pragma once
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "net/engine.hpp"

namespace netpeel::net {

// Members keep their order, as they do in JavaScript. Binary is Json::binary().
using Json = nlohmann::ordered_json;

// The arguments of an event, or of an acknowledgment. What came from a client is kept as it stood in
// the packet, and parsed when somebody asks: most events are only passed on.
class Args {
 public:
  Args() = default;
  Args(std::initializer_list<Json> values);
  // text: the elements of a JSON array, comma between, without the brackets; already checked to be
  // JSON. attachments: what its placeholders stand for.
  static Args from_text(std::string text, std::size_t count,
                        std::vector<std::string> attachments = {});

  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Json operator[](std::size_t i) const;  // null behind the end
  Args from(std::size_t first) const;    // without the first ones
  Args& add(Json value);
  Args& add(const Args& more);
  Args& front(Json value);

  const std::string& text() const { return text_; }
  const std::vector<std::string>& attachments() const { return attachments_; }

 private:
  std::string text_;
  std::size_t count_ = 0;
  std::vector<std::string> attachments_;
};

// Answers an event; false as a condition where the client did not ask. Answering twice does nothing.
class Ack {
 public:
  Ack() = default;
  explicit Ack(std::function<void(const Args&)> send) : send_(std::move(send)) {}
  explicit operator bool() const { return bool(send_); }
  void operator()(const Args& args = {}) const {
    if (send_) send_(args);
  }
  void operator()(Json value) const { (*this)(Args{std::move(value)}); }

 private:
  std::function<void(const Args&)> send_;
};

class Socket;
class Namespace;
class Adapter;
using SocketPtr = std::shared_ptr<Socket>;
using Rooms = std::vector<std::string>;

// Refusal of a middleware; what CONNECT_ERROR says.
struct Refusal {
  std::string message;
  Json data = nullptr;  // null: no data
};

// Whom an emit goes to, and how. A value: each call gives a new one, as in Socket.IO.
class Broadcast {
 public:
  Broadcast to(std::string room) const;  // union with the rooms named before
  Broadcast to(const Rooms& rooms) const;
  Broadcast in(std::string room) const { return to(std::move(room)); }
  Broadcast except(std::string room) const;
  Broadcast except(const Rooms& rooms) const;
  Broadcast volatile_() const;
  Broadcast local() const;
  Broadcast timeout(i64 milliseconds) const;
  Broadcast compress(bool on) const;

  void emit(const std::string& event, const Args& args = {}) const;
  // One answer of each client; error: "operation has timed out" where some did not answer in time.
  using Answers = std::function<void(const std::string& error, const std::vector<Json>& answers)>;
  void emit(const std::string& event, const Args& args, Answers answers) const;
  std::vector<SocketPtr> sockets() const;  // fetchSockets, of this node
  void sockets_join(const Rooms& rooms) const;
  void sockets_leave(const Rooms& rooms) const;
  void disconnect_sockets(bool close = false) const;

 private:
  friend class Namespace;
  friend class Socket;
  Namespace* nsp_ = nullptr;
  Rooms rooms_, except_;
  bool volatile_flag_ = false, local_ = false, compress_ = true;
  i64 timeout_ = -1;
};

class Socket : public std::enable_shared_from_this<Socket> {
 public:
  virtual ~Socket() = default;
  using Handler = std::function<void(const Args&, const Ack&)>;
  using Next = std::function<void(std::optional<Refusal>)>;

  virtual const std::string& id() const = 0;
  virtual Namespace& nsp() const = 0;
  virtual bool connected() const = 0;
  virtual bool recovered() const = 0;
  virtual const Json& auth() const = 0;
  virtual HttpRequest handshake() const = 0;  // unpacked anew for each call
  virtual std::string_view transport() const = 0;
  virtual Rooms rooms() const = 0;  // its own id among them
  Json data = Json::object();       // the program's; recovery brings it back

  virtual void on(const std::string& event, Handler handler) = 0;
  virtual void on_any(std::function<void(const std::string& event, const Args&, const Ack&)>) = 0;
  virtual void use(std::function<void(const std::string& event, const Args&, Next)>) = 0;
  virtual void on_error(std::function<void(const Refusal&)>) = 0;  // of use()
  virtual void on_disconnecting(std::function<void(const std::string& reason)>) = 0;  // still in its rooms
  virtual void on_disconnect(std::function<void(const std::string& reason)>) = 0;

  virtual void emit(const std::string& event, const Args& args = {}) = 0;
  // error: empty, or "operation has timed out" (milliseconds < 0: waits for ever), or
  // "socket has been disconnected".
  using Answer = std::function<void(const std::string& error, const Args&)>;
  virtual void emit(const std::string& event, const Args& args, i64 milliseconds, Answer) = 0;
  virtual void emit_volatile(const std::string& event, const Args& args = {}) = 0;

  virtual void join(const Rooms& rooms) = 0;
  virtual void leave(const std::string& room) = 0;
  Broadcast broadcast() const;  // everybody in the namespace but this one
  Broadcast to(std::string room) const { return broadcast().to(std::move(room)); }
  Broadcast to(const Rooms& rooms) const { return broadcast().to(rooms); }
  virtual void disconnect(bool close = false) = 0;
  virtual EngineSocket* engine() const = 0;  // null behind disconnection
};

class Namespace {
 public:
  virtual ~Namespace() = default;
  virtual const std::string& name() const = 0;
  virtual void on_connection(std::function<void(const SocketPtr&)>) = 0;
  // Runs before on_connection, in the order of the calls; a Refusal becomes CONNECT_ERROR.
  virtual void use(std::function<void(const SocketPtr&, Socket::Next)>) = 0;
  virtual Broadcast all() const = 0;
  Broadcast to(std::string room) const { return all().to(std::move(room)); }
  Broadcast to(const Rooms& rooms) const { return all().to(rooms); }
  Broadcast except(std::string room) const { return all().except(std::move(room)); }
  void emit(const std::string& event, const Args& args = {}) const { all().emit(event, args); }
  struct Room {
    std::string name;
    std::size_t count;
  };
  virtual std::vector<Room> rooms() const = 0;  // that are no socket's own
  virtual std::size_t size() const = 0;         // sockets
  virtual SocketPtr find(const std::string& id) const = 0;
};

struct SocketIoSettings {
  EngineSettings engine;
  QueueLimit queue;
  i64 connect_timeout = 45'000'000'000;
  i64 recovery = 0;  // nanoseconds that a lost connection may be taken up again; 0: never
  bool recovery_skips_middleware = true;
  std::size_t most_attachments = 10;
};

class SocketIoServer {
 public:
  // counters: the site's; nullptr: its own.
  SocketIoServer(Loop& loop, SocketIoSettings settings, Counters* counters = nullptr);
  ~SocketIoServer();

  Namespace& of(const std::string& name);  // made if it was not there
  // Namespaces made on demand, where `matches` says so.
  Namespace& of_any(std::function<bool(const std::string& name)> matches);
  Namespace& root() { return of("/"); }

  EngineServer& engine();  // the site gives it the requests of its path
  void listen(const std::string& host, u16 port);  // a server of its own, for programs without a site
  void shut_down();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netpeel::net
