// What must differ in a request that is sent again: the host, a WebSocket's key, a session's name.
#pragma once
#include <string>
#include <string_view>

namespace netpeel::replay {

// 16 random bytes in base64: RFC 6455 §4.1.
std::string new_websocket_key();

// The request with another Host, and with the old one replaced where Origin and Referer name it. An
// upgrade gets a new key, and offers no extensions.
std::string for_host(std::string_view request, const std::string& host);

// A request of an Engine.IO client, after the one that began the recorded session: its path, what
// else its query asked, its headers. sid may be empty. body: only for POST.
struct EngineRequest {
  std::string_view recorded;  // head; may be empty
  std::string host, transport, sid;
  bool post = false;
  std::string body{};
};
std::string engine_request(const EngineRequest& asked);

// RFC 6455 §5.2; those that are said here.
enum Opcode : unsigned { text = 1, binary = 2, close = 8, pong = 10 };
// A frame of a client: FIN, masked with new random bytes. RFC 6455 §5.2.
std::string websocket_frame(unsigned opcode, std::string_view payload);

}  // namespace netpeel::replay
