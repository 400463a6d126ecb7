#include "net/engine.hpp"
#include "stream/engineio.hpp"

namespace netpeel::net {

namespace {

constexpr std::size_t longest_head = 10;  // without a mask

}  // namespace

EnginePacketPtr EnginePacket::of_type(char type, std::string_view data) {
  std::string frame;
  frame.reserve(longest_head + 1 + data.size());
  ws_put_head({.opcode = WsOpcode::text}, 1 + data.size(), frame);
  const std::size_t at = frame.size();
  frame += type;
  frame += data;
  return std::make_shared<EnginePacket>(encoded(std::move(frame)), at, false);
}

EnginePacketPtr EnginePacket::text(std::string_view message) { return of_type('4', message); }

EnginePacketPtr EnginePacket::binary(std::string_view bytes) {
  std::string frame;
  frame.reserve(longest_head + bytes.size());
  ws_put_head({.opcode = WsOpcode::binary}, bytes.size(), frame);
  const std::size_t at = frame.size();
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

EnginePacket::Third& EnginePacket::third() {
  if (third_) return *third_;
  third_ = std::make_unique<Third>();
  const std::string_view payload = std::string_view(*frame_).substr(payload_at_);
  std::string frame;
  frame.reserve(longest_head + 1 + payload.size());
  ws_put_head({.opcode = WsOpcode::binary}, 1 + payload.size(), frame);
  third_->payload_at = frame.size();
  frame += char(stream::EioType::message);
  frame += payload;
  third_->frame = encoded(std::move(frame));
  return *third_;
}

const Encoded& EnginePacket::websocket3() { return binary_ ? third().frame : frame_; }

std::string_view EnginePacket::bytes3() {
  return std::string_view(*websocket3()).substr(binary_ ? third().payload_at : payload_at_);
}

std::string_view EnginePacket::polling3() {
  if (!binary_) return polling();
  std::string& base64 = third().base64;
  if (base64.empty()) {
    base64 = "b4";
    stream::to_base64(base::as_bytes(bytes3().substr(1)), base64);
  }
  return base64;
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
