// Cuts the bytes of one direction of a WebSocket into frames, for those who watch: nothing is
// checked. Keeps the beginning of a frame that did not come in one piece.
#pragma once
#include <string>

#include "net/client_tap.hpp"

namespace netpeel::net {

// A frame's head, as its bytes say it.
struct WsFrameHead {
  u8 opcode = 0, reserved = 0;
  bool fin = false, masked = false;
  u8 mask[4]{};
  u32 size = 0;     // of the head
  u64 payload = 0;  // bytes of it
};
// False: more bytes are needed.
bool read_ws_head(Bytes bytes, WsFrameHead& out);

class WsFrameCutter {
 public:
  static constexpr std::size_t most_kept = 64 * 1024;

  WsFrameCutter(Tap& tap, Way way) : tap_(tap), way_(way) {}
  void read(Bytes bytes);

 private:
  void tell();

  Tap& tap_;
  Way way_;
  std::string frame_;
  WsFrameHead head_;
  u64 left_ = 0;
  bool headed_ = false;
};

}  // namespace netpeel::net
