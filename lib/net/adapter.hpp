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
  enum class What : u8 { emit, join, leave, disconnect, server_side };
  What what = What::emit;
  std::string nsp;
  std::string event;  // emit, server_side
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
  // A server_side message that is to be answered; answers are called once, with one value a node.
  virtual void ask(const NodeMessage& message, Broadcast::Answers answers) = 0;
  // Who hears what other nodes publish. answer: empty unless they ask().
  void on_remote(Remote remote) { remote_ = std::move(remote); }

 protected:
  void remote(const NodeMessage& message, Answer answer = {}) const {
    if (remote_) remote_(message, std::move(answer));
  }

 private:
  Remote remote_;
};

}  // namespace netpeel::net
