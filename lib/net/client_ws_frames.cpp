#include "net/client_ws_frames.hpp"

#include <algorithm>

namespace netpeel::net {

bool read_ws_head(Bytes bytes, WsFrameHead& out) {
  if (bytes.size() < 2) return false;
  out.fin = (bytes[0] & 0x80) != 0;
  out.reserved = u8(bytes[0] >> 4 & 7);
  out.opcode = u8(bytes[0] & 15);
  out.masked = (bytes[1] & 0x80) != 0;
  out.payload = bytes[1] & 0x7f;
  const u32 extended = out.payload == 126 ? 2 : out.payload == 127 ? 8 : 0;
  out.size = 2 + extended + (out.masked ? 4 : 0);
  if (bytes.size() < out.size) return false;
  if (extended > 0) out.payload = 0;
  for (u32 i = 0; i < extended; ++i) out.payload = out.payload << 8 | bytes[2 + i];
  if (out.masked) std::copy_n(bytes.begin() + 2 + extended, 4, out.mask);
  return true;
}

void WsFrameCutter::read(Bytes bytes) {
  while (!bytes.empty()) {
    if (!headed_) {
      frame_ += char(bytes[0]);
      bytes = bytes.subspan(1);
      if (!read_ws_head(base::as_bytes(frame_), head_)) continue;
      headed_ = true;
      left_ = head_.payload;
    } else {
      const std::size_t n = std::size_t(std::min<u64>(left_, bytes.size()));
      const std::size_t room = most_kept - std::min(most_kept, frame_.size());
      frame_.append(base::as_text(bytes.first(std::min(n, room))));
      bytes = bytes.subspan(n);
      left_ -= n;
    }
    if (headed_ && left_ == 0) tell();
  }
}

void WsFrameCutter::tell() {
  const u64 whole = head_.size + head_.payload;
  if (frame_.size() == whole) {
    tap_.frame(way_, base::as_bytes(frame_));
  } else {
    tap_.long_frame(way_, base::as_bytes(frame_), whole);
  }
  frame_.clear();
  headed_ = false;
}

}  // namespace netpeel::net
