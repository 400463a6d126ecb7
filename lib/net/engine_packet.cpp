#include "net/engine.hpp"
#include "stream/engineio.hpp"

namespace netpeel::net {

namespace {

constexpr std::size_t longest_head = 10;

// RFC 6455 §5.2, FIN, no mask: what the payload is put behind at once, without a copy between.
std::size_t put_head(WsOpcode opcode, u64 payload, std::string& out) {
  out += char(0x80 | u8(opcode));
  const u32 more = payload < 126 ? 0 : payload <= 0xffff ? 2 : 8;
  out += char(more == 0 ? payload : more == 2 ? 126 : 127);
  for (u32 i = more; i-- > 0;) out += char(payload >> (8 * i) & 0xff);
  return out.size();
}

}  // namespace

EnginePacketPtr EnginePacket::of_type(char type, std::string_view data) {
  std::string frame;
  frame.reserve(longest_head + 1 + data.size());
  const std::size_t at = put_head(WsOpcode::text, 1 + data.size(), frame);
  frame += type;
  frame += data;
  return std::make_shared<EnginePacket>(encoded(std::move(frame)), at, false);
}

EnginePacketPtr EnginePacket::text(std::string_view message) { return of_type('4', message); }

EnginePacketPtr EnginePacket::binary(std::string_view bytes) {
  std::string frame;
  frame.reserve(longest_head + bytes.size());
  const std::size_t at = put_head(WsOpcode::binary, bytes.size(), frame);
  frame += bytes;
  return std::make_shared<EnginePacket>(encoded(std::move(frame)), at, true);
}

std::size_t EnginePacket::polling_size() const {
  const std::size_t size = frame_->size() - payload_at_;
  return binary_ ? 1 + (size + 2) / 3 * 4 : size;
}

std::string_view EnginePacket::polling() {
  const std::string_view payload = std::string_view(*frame_).substr(payload_at_);
  if (!binary_) return payload;
  if (base64_.empty()) {
    base64_.reserve(polling_size());
    stream::encode_eio({.type = stream::EioType::message, .binary = true, .data = payload}, true,
                       base64_);
  }
  return base64_;
}

std::string_view engine_end_name(EngineEnd end) {
  switch (end) {
    case EngineEnd::transport_error: return "transport error";
    case EngineEnd::transport_close: return "transport close";
    case EngineEnd::ping_timeout: return "ping timeout";
    case EngineEnd::forced_close: return "forced close";
    case EngineEnd::server_shutting_down: return "server shutting down";
    case EngineEnd::parse_error: return "parse error";
  }
  return "";
}

}  // namespace netpeel::net
