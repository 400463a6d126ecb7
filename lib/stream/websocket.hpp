// WebSocket — RFC 6455, with permessage-deflate (RFC 7692). Begins where an HTTP upgrade ended.
#pragma once
#include "stream/session.hpp"

namespace netpeel::stream {

// What the upgrade said. The views need not outlive the call.
struct WebSocketStart {
  std::string_view path;        // of the request, query included
  std::string_view key;         // Sec-WebSocket-Key
  std::string_view accept;      // Sec-WebSocket-Accept
  std::string_view extensions;  // Sec-WebSocket-Extensions of the answer: what was agreed
};

// Never null. For Out::become(), once the answer 101 was told.
std::unique_ptr<Session> make_websocket(Context& context, const WebSocketStart& start);

}  // namespace netpeel::stream
