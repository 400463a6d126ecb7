// The door to other nodes: other threads of this process, or other machines behind Redis. A
// namespace delivers to its own sockets and publishes once; what others publish comes back through
// on_remote, and is delivered without being published again. Called from the server's loop, both
// ways: an adapter that hears from another thread posts to the loop.
#pragma once
#include <functional>

#include "net/socketio.hpp"

namespace netpeel::net {

// What one node asks all others to do. Valid for the call.
struct NodeMessage {
  enum class What : u8 { emit, join, leave, disconnect, server_side, ask, fetch };
  What what = What::emit;
  std::string nsp;
  std::string event;  // emit, server_side, ask
  Args args;
  Rooms to, except;  // whose sockets; `to` empty: all of the namespace
  EmitFlags flags;
  Rooms rooms;         // join, leave
  bool close = false;  // disconnect
};

class Adapter {
 public:
  using Answer = std::function<void(const Args&)>;
  using Remote = std::function<void(const NodeMessage&, Answer answer)>;
  virtual ~Adapter() = default;
  virtual void publish(const NodeMessage& message) = 0;
  // A server_side message that is to be answered, or a fetch; answers are called once, with one
  // value a node, or with one a socket: {id, rooms, data}.
  virtual void ask(const NodeMessage& message, Broadcast::Answers answers) = 0;
  // An ask goes to clients of other nodes. nodes() first: how many other nodes there are; then
  // clients() for each of them: how many clients it asks; answer() for each of these. What comes
  // too late nobody waits for: the caller has flags.timeout.
  struct Elsewhere {
    std::function<void(std::size_t)> nodes, clients;
    std::function<void(const Args&)> answer;
  };
  virtual void ask_clients(const NodeMessage&, const Elsewhere& told) { told.nodes(0); }
  // A namespace is there from now on; is no more.
  virtual void opened(const std::string&) {}
  virtual void closed(const std::string&) {}
  // Who hears what other nodes publish. answer: empty unless they ask. It is called once; for an
  // ask with the number of clients, and then for each client that answers.
  void on_remote(Remote remote) { remote_ = std::move(remote); }

 protected:
  void remote(const NodeMessage& message, Answer answer = {}) const {
    if (remote_) remote_(message, std::move(answer));
  }

 private:
  Remote remote_;
};

}  // namespace netpeel::net
