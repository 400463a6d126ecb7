// WebSocket's frames (RFC 6455 §5 to §8), for both ends and without sockets. Strict: what the RFC
// forbids ends the connection with the code it names and a sentence for the peer. Bytes belong to
// the caller; a whole message in one frame is given on as a view of them, unmasked in place.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/utf8.hpp"

namespace netpeel::net {

enum class WsOpcode : u8 { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// The codes of §7.4.1 and of IANA's list that are used here.
struct WsClose {
  static constexpr u16 normal = 1000, going_away = 1001, protocol = 1002, not_accepted = 1003,
                       none_said = 1005, no_close_frame = 1006, not_utf8 = 1007, policy = 1008,
                       too_big = 1009, internal = 1011, try_later = 1013;
};
// Whether it may stand in a close frame.
bool ws_close_code_allowed(u16 code);
// What a close frame carries: the code, and the reason, cut to the 123 bytes that fit, between two
// characters. Nothing for none_said.
std::string ws_close_payload(u16 code, std::string_view reason);

using WsMask = std::array<u8, 4>;
WsMask ws_random_mask();  // from the system's generator: §10.3 wants it unpredictable
// Puts a mask on, or takes it off. at: how many bytes of the payload stand before these.
void ws_mask(std::span<u8> bytes, const WsMask& mask, std::size_t at = 0);

// A frame's head, for whoever writes; also what no strict peer would send.
struct WsHead {
  WsOpcode opcode = WsOpcode::text;
  bool fin = true;
  u8 reserved = 0;               // three bits; 4: compressed
  std::optional<WsMask> mask{};  // clients have one
};
// Appends the head of a frame with so long a payload.
void ws_put_head(const WsHead& head, u64 payload, std::string& out);
std::string ws_frame(const WsHead& head, std::string_view payload);
// As a server sends it: whole, without mask and compression.
std::string ws_frame(WsOpcode opcode, std::string_view payload);

enum class WsRole : u8 { server, client };

class WsInflate;

// What comes out of a WsDecoder. Views are valid for the call.
class WsReceiver {
 public:
  virtual ~WsReceiver() = default;
  virtual void message(bool binary, std::span<u8> payload) = 0;
  virtual void ping(Bytes payload) = 0;
  virtual void pong(Bytes payload) = 0;
  // none_said where the frame is empty. The last call.
  virtual void said_close(u16 code, std::string_view reason) = 0;
  // The peer broke a rule: what to tell it. The last call.
  virtual void broken(u16 code, std::string_view why) = 0;
};

class WsDecoder {
 public:
  // role: who reads. message_limit: bytes of one message, after inflating.
  WsDecoder(WsRole role, std::size_t message_limit);
  ~WsDecoder();
  WsDecoder(WsDecoder&&) noexcept;
  WsDecoder& operator=(WsDecoder&&) noexcept;

  // permessage-deflate was agreed on (ws_deflate.hpp).
  void inflate_with(std::unique_ptr<WsInflate> inflate);
  // Takes all of it. However the bytes are cut, the calls are the same. The receiver may call
  // stop().
  void read(std::span<u8> bytes, WsReceiver& to);
  // From now on everything is ignored, as it is behind said_close() and broken().
  void stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

 private:
  std::span<u8> read_head(std::span<u8> bytes, WsReceiver& to);
  bool begin(WsReceiver& to);
  bool begin_data(WsReceiver& to);
  bool check_length(std::size_t length_bytes, WsReceiver& to);
  void read_payload(std::span<u8> part, WsReceiver& to);
  void read_data(std::span<u8> part, WsReceiver& to);
  void read_compressed(std::span<u8> part, WsReceiver& to);
  void read_control(std::span<u8> part, WsReceiver& to);
  void read_close(std::string_view payload, WsReceiver& to);
  bool is_text() const { return message_ == WsOpcode::text; }
  bool text_good(Bytes part, bool end, WsReceiver& to);
  void deliver(std::span<u8> payload, WsReceiver& to);
  void deliver_held(WsReceiver& to);
  void fail(WsReceiver& to, u16 code, std::string_view why);

  std::size_t limit_;
  u64 left_ = 0;                          // of the frame's payload
  u64 done_ = 0;                          // bytes of it that were read
  std::vector<u8> held_;                  // a message that did not come in one piece
  std::unique_ptr<std::string> control_;  // a control frame that did not
  std::unique_ptr<WsInflate> inflate_;
  std::array<u8, 14> head_{};
  u8 head_size_ = 0;    // bytes of the head that are here
  u8 head_needed_ = 2;  // as far as is known
  WsMask mask_{};
  WsRole role_;
  WsOpcode opcode_ = WsOpcode::more;   // of this frame
  WsOpcode message_ = WsOpcode::more;  // of the message begun; more: none is
  base::Utf8Check utf8_;
  bool in_payload_ = false, fin_ = false, compressed_ = false, stopped_ = false;
};

}  // namespace netpeel::net
