// What the demo server does for a Socket.IO client: the events and namespaces of its contract, all
// on the public interface of net/socketio.hpp. Their names and arguments are those of the reference
// server that the tests compare with.
#pragma once
#include "net/socketio.hpp"

namespace netpeel::net {

struct DemoSettings {
  std::string node = "node-3000";       // what `whoami` and `nodes` say
  std::string admin_token = "netpeel";  // lets into /admin
};

// Sets its handlers on the server's namespaces; both stay until the server ends.
void add_demo_events(SocketIoServer& io, const DemoSettings& settings);

}  // namespace netpeel::net
