// What the demo's raw WebSocket paths do: /ws/echo gives each message back to its sender,
// /ws/broadcast gives it to everybody who is there, the sender included.
#pragma once
#include <vector>

#include "net/websocket.hpp"

namespace netpeel::net {

std::unique_ptr<WsEvents> make_ws_echo();

// Everybody on one path. Outlives its members' connections.
class WsRoom {
 public:
  std::unique_ptr<WsEvents> make_member();
  std::size_t size() const { return members_.size(); }
  // Encoded once, whoever gets it; anew for those who agreed on compression.
  void broadcast(WsOpcode opcode, std::string_view payload);

 private:
  class Member;
  std::vector<Member*> members_;
};

}  // namespace netpeel::net
