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
  bool unseen = false;          // the capture began after it: all that is known is how frames look
};

// Never null. For Out::become(), once the answer 101 was told.
std::unique_ptr<Session> make_websocket(Context& context, const WebSocketStart& start);

// What is known of a frame beyond its bytes. Valid as long as the network frame it ended in.
struct WebSocketFacts : field::Facts {
  Bytes payload{};  // this frame's, unmasked
  Bytes message{};  // at the last frame of a message: the whole, joined and inflated; at control
                    // frames: payload
  std::span<const u64>
      pieces{};          // the network frames that a message of several WebSocket frames ended in
  u32 count = 0;         // of those WebSocket frames, this one included
  u64 missing = 0;       // bytes of the payload that are not here
  u8 opcode = 0;         // of the message that this frame continues or is
  bool last = false;     // message is there
  bool deflate = false;  // permessage-deflate was agreed on
  bool compressed = false;         // this message is
  bool wrong_mask = false;         // masked by the server, or not by the client
  bool no_start = false;           // continues nothing
  bool unfinished_before = false;  // begins a message while another is not finished
  bool not_utf8 = false;
  bool after_close = false;  // its sender had said close before
  enum class Lost : u8 { no, limit, gap, end, inflate, window, too_long };
  Lost lost = Lost::no;  // why message or payload is not whole
};

}  // namespace netpeel::stream
