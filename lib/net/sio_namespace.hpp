// A namespace: its sockets and rooms, the handlers all of them share, and what it keeps for those
// whose connection was lost.
#pragma once
#include <list>
#include <map>

#include "net/sio_socket.hpp"

namespace netpeel::net {

class SioNamespace final : public Namespace {
 public:
  // parent: of those made on demand: what its handlers are at first; may be null.
  SioNamespace(SioCore& core, std::string name, const SioNamespace* parent);
  ~SioNamespace() override;

  const std::string& name() const override { return name_; }
  void use(Middleware middleware) override;
  void on_connection(SocketHandler handler) override;
  void on(const std::string& event, Handler handler) override;
  void on_any(AnyHandler handler) override;
  void use_event(EventMiddleware middleware) override;
  void on_error(ErrorHandler handler) override;
  void on_disconnecting(ReasonHandler handler) override;
  void on_disconnect(ReasonHandler handler) override;
  std::vector<Room> rooms() const override;
  void on_room(RoomWatcher watcher) override;
  std::size_t size() const override { return seats.present().size(); }
  SocketPtr find(std::string_view id) const override;
  void server_side_emit(const std::string& event, const Args& args) override;
  void server_side_emit(const std::string& event, const Args& args,
                        Broadcast::Answers answers) override;
  void on_server_side(const std::string& event, Socket::Handler handler) override;

  struct Handlers {
    std::list<Middleware> middleware;
    std::list<SocketHandler> connection;
    std::map<std::string, std::list<Handler>, std::less<>> on;
    std::list<AnyHandler> any;
    std::list<EventMiddleware> event_middleware;
    std::list<ErrorHandler> error;
    std::list<ReasonHandler> disconnecting, disconnect;
    std::map<std::string, std::list<Socket::Handler>, std::less<>> server_side;
  };
  Handlers handlers;
  SioRooms seats;
  SioCore& core;
  bool on_demand = false;  // made for a client, and may be forgotten when nobody is in it
  bool is_family = false;  // of_any()'s: stands for all of those, has no sockets itself

  // A client wants to join; auth: its JSON, or empty.
  void connect(const std::shared_ptr<SioClient>& client, const std::string& auth);
  void remove(SioSocket& socket);
  void close();  // the core ends before it
  // Its connection was lost in a way that may be mended.
  void keep(SioSocket& socket);

  // To all the target selects, and kept for recovery. remote: it came from another node.
  void broadcast(const Rooms& to, const Rooms& except, const EmitFlags& flags,
                 const std::string& event, const Args& args, bool remote = false);
  void ask(const Rooms& to, const Rooms& except, const EmitFlags& flags, const std::string& event,
           const Args& args, Broadcast::Answers answers);
  // {id, rooms, data} of each.
  Args describe(const Rooms& to, const Rooms& except);
  void fetch(const Rooms& to, const Rooms& except, bool local, Broadcast::Answers sockets);
  // With recovery: to the socket with that id, whichever object stands for it by then.
  void emit_kept(const std::string& id, const EmitFlags& flags, const std::string& event,
                 const Args& args);
  std::vector<std::shared_ptr<SioSocket>> select(const Rooms& to, const Rooms& except);
  // Asks all other nodes to do the same.
  void publish(NodeMessage message);
  void remote(const NodeMessage& message, const Adapter::Answer& answer);

  u64 next_ack() { return acks_++; }
  SioRecovery* recovery() { return recovery_.get(); }
  void add_child(std::weak_ptr<SioNamespace> child) { children_.push_back(std::move(child)); }
  void forget_children() {
    std::erase_if(children_, [](const auto& child) { return child.expired(); });
  }
  bool idle() const { return size() == 0 && entering_ == 0 && (!recovery_ || recovery_->empty()); }

 private:
  using Done = std::function<void(std::optional<Refusal>)>;
  void run_middleware(std::list<Middleware>::iterator it, const std::shared_ptr<SioSocket>& socket,
                      const Done& done);
  // What a client that comes back brings along.
  struct Back {
    std::optional<SioRecovery::Session> session;
    std::string offset;
  };
  void find_session(const std::string& auth, SioSocket& socket, Back& back);
  void give_back(Back& back);
  void enter(const std::shared_ptr<SioSocket>& socket, Back& back);
  SioPacked pack_kept(const Rooms& to, const Rooms& except, const EmitFlags& flags,
                      const std::string& event, const Args& args);
  void refuse(SioSocket& socket, const Refusal& refusal);
  // Asks clients of this node; answered() has one value each time. How many were asked.
  std::size_t ask_here(const NodeMessage& message, std::function<void(const Args&)> answered);

  std::string name_;
  std::unordered_map<std::string_view, SioSocket*> by_pid_;  // with recovery
  std::unique_ptr<SioRecovery> recovery_;
  std::vector<std::weak_ptr<SioNamespace>> children_;  // of of_any()
  std::vector<SioSeated*> chosen_;                     // reused; empty while in use
  u64 acks_ = 0;
  std::size_t entering_ = 0;
};

// Throws std::invalid_argument: a program may not emit that.
void require_free_name(const std::string& event);

}  // namespace netpeel::net
