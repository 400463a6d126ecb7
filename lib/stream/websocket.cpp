#include "stream/websocket.hpp"

#include "stream/all.hpp"

namespace netpeel::stream {
namespace {

class WebSocket final : public Session {
 public:
  std::size_t parse(Side, Bytes have, u64, bool, Out&) override { return have.size(); }
  void gap(Side, Bytes, u64, u64, Out&) override {}
};

const field::Protocol protocol{
    .name = "websocket",
    .title = "WebSocket",
    .label = "WebSocket",
    .osi = field::Osi::application,
    .ref = "RFC 6455",
    .about = "Messages in both directions over one TCP connection that began as HTTP: either side may speak at any time.",
};

}  // namespace

std::unique_ptr<Session> make_websocket(Context&, const WebSocketStart&) { return std::make_unique<WebSocket>(); }

const Streamed websocket{.name = "websocket", .protocol = &protocol};

}  // namespace netpeel::stream
