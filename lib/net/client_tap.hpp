// What a client shows of its wire: whoever watches is told of each unit as it passes. Bytes are
// valid for the call.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::net {

enum class Way : u8 { out, in };

class Tap {
 public:
  virtual ~Tap() = default;
  virtual void bytes(Way way, Bytes segment_or_datagram) = 0;
  // A head with its empty line, as it stands on the wire; the body without its chunks.
  virtual void http(Way way, std::string_view head, Bytes body) = 0;
  virtual void frame(Way way, Bytes websocket_frame) = 0;
  // A frame too long to be kept whole: its beginning, and its length.
  virtual void long_frame(Way way, Bytes begin, u64 size) = 0;
};

}  // namespace netpeel::net
