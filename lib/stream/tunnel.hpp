// What comes after a door was opened: CONNECT, SOCKS, an upgrade to another protocol. What both
// sides speak shows in their first bytes.
#pragma once
#include "stream/session.hpp"

namespace netpeel::stream {

std::unique_ptr<Session> make_tunnel(Context& context);

}  // namespace netpeel::stream
