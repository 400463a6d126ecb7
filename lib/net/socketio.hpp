// A Socket.IO 5 server to embed (behaviour: npm socket.io 4.8): namespaces, rooms, acknowledgments,
// middleware, recovery. Everything runs on one loop, and every call comes from that loop. A Socket
// belongs to its namespace: a SocketPtr may be held longer, and then what is sent goes nowhere (but
// not longer than the server, except to let it go). A handler that takes a value for what it is not
// (Json::exception) is counted and told to on_error(); its socket lives on.
//
//   net::Loop loop;
//   net::SocketIoServer io(loop);
//   io.root().on_connection([](const net::SocketPtr& socket) { socket->join("lobby"); });
//   io.root().on("say", [](const net::SocketPtr& socket, const net::Args& args, const net::Ack&
//   ack) {
//     socket->to("lobby").except("quiet").emit("said", args);
//     ack(true);  // does nothing where the client did not ask
//   });
//   io.listen("127.0.0.1", 3000);
//   loop.run();
#pragma once
#include <concepts>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "net/engine.hpp"

namespace netpeel::net {

class Adapter;
struct NodeMessage;

// Members keep their order, as they do in JavaScript. Binary is Json::binary().
using Json = nlohmann::ordered_json;

// Why an emit or a connection came to nothing; what CONNECT_ERROR says.
struct Refusal {
  std::string message;
  Json data = nullptr;  // null: none
};

// The arguments of an event, or of an acknowledgment. What came from a client is kept as it stood
// in the packet, and parsed when somebody asks: most events are only passed on, and numbers leave
// as they came.
class Args {
 public:
  Args() = default;
  Args(std::initializer_list<Json> values);
  // text: the elements of a JSON array, comma between, without the brackets; checked to be JSON
  // before. attachments: what its placeholders stand for.
  static Args from_text(std::string text, std::size_t count, std::vector<Encoded> attachments = {});

  std::size_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  Json operator[](std::size_t i) const;           // null behind the end
  std::string_view text_of(std::size_t i) const;  // its JSON; empty behind the end
  Json list() const;                              // all of them, in one go
  Args from(std::size_t first) const;             // without the first ones
  Args first(std::size_t n) const;                // without the others
  Args& add(const Json& value);
  Args& append(const Args& more);

  const std::string& text() const { return text_; }
  const std::vector<Encoded>& attachments() const { return attachments_; }

 private:
  Args part(std::size_t begin, std::size_t end) const;
  std::string text_;
  std::size_t count_ = 0;
  std::vector<Encoded> attachments_;
};

// Answers an event; false as a condition where the client did not ask, and then answering does
// nothing. Answering twice does nothing either.
class Ack {
 public:
  using Send = std::function<void(const Args&)>;
  Ack() = default;
  explicit Ack(Send send) : send_(std::make_shared<Send>(std::move(send))) {}
  explicit operator bool() const { return send_ != nullptr; }
  void operator()(const Args& args = {}) const;
  template <class... Values>
  requires(sizeof...(Values) > 0 && (std::convertible_to<Values, Json> && ...)) void
  operator()(Values&&... values) const {
    (*this)(Args{Json(std::forward<Values>(values))...});
  }

 private:
  std::shared_ptr<Send> send_;  // empty inside once it was used
};

class Socket;
class Namespace;
using SocketPtr = std::shared_ptr<Socket>;
using NamespacePtr = std::shared_ptr<Namespace>;
using Rooms = std::vector<std::string>;

inline constexpr i64 longest_timeout = 2'147'483'647;  // milliseconds; what is longer is this

// How something is emitted.
struct EmitFlags {
  bool is_volatile = false;  // dropped where the transport cannot take it at once
  bool local = false;        // this node's clients only
  bool compress = true;      // where the transport can
  i64 timeout = -1;          // milliseconds to wait for answers; -1: none set
};

// Whom an emit goes to, and how. A value: each call gives a new one.
//   io.root().to("a").to({"b", "c"}).except("d").emit("event", {1, "two"});   once to each in the
//   union
class Broadcast {
 public:
  Broadcast to(std::string room) const;
  Broadcast to(const Rooms& rooms) const;
  Broadcast in(std::string room) const { return to(std::move(room)); }
  Broadcast in(const Rooms& rooms) const { return to(rooms); }
  Broadcast except(std::string room) const;
  Broadcast except(const Rooms& rooms) const;
  Broadcast volatile_() const;
  Broadcast local() const;
  Broadcast compress(bool on) const;
  Broadcast timeout(i64 milliseconds) const;

  void emit(const std::string& event, const Args& args = {}) const;
  // Asks all of them. Called once: when all have answered, or with "operation has timed out" (one
  // millisecond, where timeout() set no other) and what had come until then. Of each answer the
  // first value counts.
  using Answers = std::function<void(const std::string& error, const Args& answers)>;
  void emit(const std::string& event, const Args& args, Answers answers) const;

  std::vector<SocketPtr> sockets() const;  // those of this node
  // fetchSockets: those of all nodes, as {id, rooms, data} each. Called once, with an error where a
  // node did not say in time which it has.
  void fetch(Answers sockets) const;
  void sockets_join(const Rooms& rooms) const;
  void sockets_leave(const Rooms& rooms) const;
  void disconnect_sockets(bool close = false) const;

 private:
  friend class Namespace;
  friend class Socket;
  friend class Single;
  explicit Broadcast(NamespacePtr nsp) : nsp_(std::move(nsp)) {}
  void act(NodeMessage message) const;  // here, and on other nodes
  NamespacePtr nsp_;
  Rooms rooms_, except_;
  EmitFlags flags_;
};

// How an emit to one socket goes: socket->timeout(500).emit("question", {1}, answer). The socket
// has to be there for as long as this.
class Single {
 public:
  // error: empty, or "operation has timed out", or "socket has been disconnected": nobody would
  // answer any more.
  using Answer = std::function<void(const std::string& error, const Args& args)>;

  Single volatile_() const;
  Single compress(bool on) const;
  Single timeout(i64 milliseconds) const;
  void emit(const std::string& event, const Args& args = {}) const;
  void emit(const std::string& event, const Args& args, Answer answer) const;
  // To all others, with these flags.
  Broadcast broadcast() const;
  Broadcast to(std::string room) const { return broadcast().to(std::move(room)); }
  Broadcast to(const Rooms& rooms) const { return broadcast().to(rooms); }
  Broadcast except(std::string room) const { return broadcast().except(std::move(room)); }
  Broadcast except(const Rooms& rooms) const { return broadcast().except(rooms); }

 private:
  friend class Socket;
  explicit Single(Socket& socket) : socket_(&socket) {}
  Socket* socket_;
  EmitFlags flags_;
};

// One client in one namespace. Handlers set here belong to it and go when it disconnects; handlers
// that all sockets share are set once on the Namespace, which costs each connection nothing.
class Socket : public std::enable_shared_from_this<Socket> {
 public:
  using Handler = std::function<void(const Args&, const Ack&)>;
  using AnyHandler = std::function<void(const std::string& event, const Args&, const Ack&)>;
  using Watcher = std::function<void(const std::string& event, const Args&)>;
  using ReasonHandler = std::function<void(const std::string& reason)>;
  using ErrorHandler = std::function<void(const Refusal&)>;
  using Next = std::function<void(std::optional<Refusal>)>;  // called once, then or later
  using Middleware = std::function<void(const std::string& event, const Args&, Next)>;
  using Answer = Single::Answer;
  virtual ~Socket() = default;

  virtual const std::string& id() const = 0;
  virtual Namespace& nsp() const = 0;
  virtual bool connected() const = 0;
  virtual bool recovered() const = 0;
  virtual const Args& auth() const = 0;       // one object, {} if the client sent none
  virtual HttpRequest handshake() const = 0;  // unpacked anew for each call; empty once it is gone
  virtual std::string_view transport() const = 0;  // "polling", "websocket"; empty once it is gone
  virtual Rooms rooms() const = 0;                 // its own id among them
  virtual bool in_room(std::string_view room) const = 0;
  Json data;  // the program's own, null at first; recovery brings it back

  virtual void on(const std::string& event, Handler handler) = 0;
  virtual void on_any(AnyHandler handler) = 0;
  virtual void on_any_outgoing(Watcher watcher) = 0;
  virtual void use(Middleware middleware) = 0;
  virtual void on_error(ErrorHandler handler) = 0;           // refused by use(), or a broken packet
  virtual void on_disconnecting(ReasonHandler handler) = 0;  // it is still in its rooms
  virtual void on_disconnect(ReasonHandler handler) = 0;

  void emit(const std::string& event, const Args& args = {}) { emit_with({}, event, args); }
  void emit(const std::string& event, const Args& args, Answer answer) {
    ask_with({}, event, args, std::move(answer));
  }
  void send(const Args& args) { emit("message", args); }
  Single volatile_() { return Single(*this).volatile_(); }
  Single compress(bool on) { return Single(*this).compress(on); }
  Single timeout(i64 milliseconds) { return Single(*this).timeout(milliseconds); }

  virtual void join(const Rooms& rooms) = 0;
  void join(const char* room) { join(Rooms{room}); }
  void join(const std::string& room) { join(Rooms{room}); }
  virtual void leave(const std::string& room) = 0;
  Broadcast broadcast() { return Single(*this).broadcast(); }  // all others in the namespace
  Broadcast to(std::string room) { return broadcast().to(std::move(room)); }
  Broadcast to(const Rooms& rooms) { return broadcast().to(rooms); }
  Broadcast except(std::string room) { return broadcast().except(std::move(room)); }
  Broadcast except(const Rooms& rooms) { return broadcast().except(rooms); }
  Broadcast local() { return broadcast().local(); }

  virtual void disconnect(bool close = false) = 0;  // close: the whole connection
  virtual EngineSocket* engine() const = 0;         // null once it is gone

  virtual void emit_with(const EmitFlags& flags, const std::string& event, const Args& args) = 0;
  virtual void ask_with(const EmitFlags& flags, const std::string& event, const Args& args,
                        Answer answer) = 0;
};

class Namespace : public std::enable_shared_from_this<Namespace> {
 public:
  using SocketHandler = std::function<void(const SocketPtr&)>;
  using Handler = std::function<void(const SocketPtr&, const Args&, const Ack&)>;
  using AnyHandler =
      std::function<void(const SocketPtr&, const std::string& event, const Args&, const Ack&)>;
  using ReasonHandler = std::function<void(const SocketPtr&, const std::string& reason)>;
  using ErrorHandler = std::function<void(const SocketPtr&, const Refusal&)>;
  using Middleware = std::function<void(const SocketPtr&, Socket::Next)>;
  using EventMiddleware =
      std::function<void(const SocketPtr&, const std::string& event, const Args&, Socket::Next)>;
  virtual ~Namespace() = default;

  virtual const std::string& name() const = 0;
  // Runs before on_connection, in the order of the calls; a Refusal becomes CONNECT_ERROR.
  virtual void use(Middleware middleware) = 0;
  virtual void on_connection(SocketHandler handler) = 0;
  // For every socket of the namespace, beside what was set on the socket itself.
  virtual void on(const std::string& event, Handler handler) = 0;
  virtual void on_any(AnyHandler handler) = 0;
  virtual void use_event(EventMiddleware middleware) = 0;
  virtual void on_error(ErrorHandler handler) = 0;
  virtual void on_disconnecting(ReasonHandler handler) = 0;
  virtual void on_disconnect(ReasonHandler handler) = 0;

  Broadcast all() { return Broadcast(shared_from_this()); }
  Broadcast to(std::string room) { return all().to(std::move(room)); }
  Broadcast to(const Rooms& rooms) { return all().to(rooms); }
  Broadcast in(std::string room) { return all().to(std::move(room)); }
  Broadcast in(const Rooms& rooms) { return all().to(rooms); }
  Broadcast except(std::string room) { return all().except(std::move(room)); }
  Broadcast except(const Rooms& rooms) { return all().except(rooms); }
  Broadcast local() { return all().local(); }
  Broadcast volatile_() { return all().volatile_(); }
  Broadcast timeout(i64 milliseconds) { return all().timeout(milliseconds); }
  void emit(const std::string& event, const Args& args = {}) { all().emit(event, args); }
  void send(const Args& args) { emit("message", args); }

  struct Room {
    std::string name;
    std::size_t count;
  };
  virtual std::vector<Room> rooms() const = 0;  // those that are no socket's own, oldest first
  enum class RoomChange : u8 { created, joined, left, deleted };
  using RoomWatcher =
      std::function<void(RoomChange, const std::string& room, const std::string& id)>;
  virtual void on_room(RoomWatcher watcher) = 0;
  virtual std::size_t size() const = 0;  // sockets
  virtual SocketPtr find(std::string_view id) const = 0;

  // Between the nodes of a cluster: to all others, not to this one. With one node nobody hears it,
  // and who asks gets no answers.
  virtual void server_side_emit(const std::string& event, const Args& args = {}) = 0;
  virtual void server_side_emit(const std::string& event, const Args& args,
                                Broadcast::Answers answers) = 0;
  virtual void on_server_side(const std::string& event, Socket::Handler handler) = 0;
};

// How packets are written: as text, binary beside it, or as npm's socket.io-msgpack-parser does.
// Both ends have to agree.
enum class SioParser : u8 { text, msgpack };

struct SocketIoSettings {
  EngineSettings engine;
  SioParser parser = SioParser::text;
  QueueLimit queue;
  i64 connect_timeout = 45'000'000'000;
  i64 recovery = 0;  // nanoseconds that a lost connection may be taken up again; 0: never
  bool recovery_skips_middleware = true;
  std::size_t recovery_bytes =
      64 * 1024 * 1024;                     // of packets kept, all namespaces; oldest go first
  std::size_t recovery_sessions = 100'000;  // kept in a namespace; oldest go first
  std::size_t most_attachments = 10;        // of one packet; the connection is closed beyond
  std::size_t most_rooms = 4096;            // of one socket; join() does nothing beyond
  std::size_t longest_room = 4096;          // bytes of a room's name; join() does nothing beyond
  std::size_t most_auth = 65'536;           // bytes of a CONNECT; "Too much auth" beyond
  std::size_t most_namespaces = 10'000;     // made on demand; "Invalid namespace" beyond
  std::size_t most_joined = 256;    // namespaces of one connection; "Too many namespaces" beyond
  std::size_t most_asked = 10'000;  // unanswered events of one socket, and open questions to many;
                                    // refused beyond
};

struct SocketIoCounters {
  u64 clients = 0, sockets = 0, namespaces = 0, rooms = 0;  // now
  u64 packets_in = 0, packets_out = 0;                      // out: one for each receiver
  u64 closed_broken = 0;    // connections closed because a packet broke the protocol
  u64 closed_unjoined = 0;  // and because none joined a namespace in time
  u64 failed_handlers = 0;  // ended by Json::exception: values of another kind than they expected
  u64 recovered = 0, not_recovered = 0;  // connections taken up again; that asked for it in vain
  u64 kept_packets = 0, kept_bytes = 0, kept_sessions = 0;  // for recovery, now
  u64 forgotten_packets = 0, forgotten_sessions = 0;        // before their time, for want of room
  u64 refused_rooms = 0, refused_namespaces = 0, refused_asks = 0;  // at the limits above
};

class SocketIoServer {
 public:
  // counters: the site's; nullptr: its own.
  explicit SocketIoServer(Loop& loop, SocketIoSettings settings = {}, Counters* counters = nullptr);
  ~SocketIoServer();

  Namespace& of(const std::string& name);  // made if it was not there; '/' in front is added
  // Namespaces made on demand, where `matches` says so. What is set on the one returned holds for
  // all made later; its emits go to all there are. One that is empty may be forgotten when there
  // are too many.
  Namespace& of_any(std::function<bool(const std::string& name)> matches);
  Namespace& root() { return of("/"); }

  EngineServer& engine();         // the site gives it the requests of its path
  EngineEvents& engine_events();  // for sessions that come from elsewhere
  // A port of its own, for programs without a site; 0: any that is free. Returns which.
  u16 listen(const std::string& host, u16 port);
  void shut_down();  // tells all clients, and takes no more
  // Other nodes: what is broadcast here is published there, and what they publish is delivered
  // here. It outlives the server.
  void use_adapter(Adapter& adapter);

  SocketIoCounters counters() const;
  const SocketIoSettings& settings() const;
  Loop& loop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netpeel::net
