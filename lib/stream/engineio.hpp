// Engine.IO 4 (github.com/socketio/engine.io-protocol): what carries Socket.IO, over HTTP polling
// or WebSocket. Sessions read revision 3 as well; its codec is engineio3.hpp's.
#pragma once
#include <string>

#include "stream/session.hpp"

namespace netpeel::stream {

// ---- Codec: needs no session ----

enum class EioType : u8 { open, close, ping, pong, message, upgrade, noop };

struct EioPacket {
  EioType type = EioType::message;
  bool binary = false;      // a message of bytes; only then `data` may hold anything
  std::string_view data{};  // behind the type; binary in polling: still base64
};

// A text packet as it stands in a WebSocket text frame. False: no type that exists.
bool decode_eio(std::string_view text, EioPacket& out);
// The same within a polling payload, where 'b' begins binary.
bool decode_eio_polling(std::string_view record, EioPacket& out);
inline constexpr char eio_separator = 0x1e;  // between the records of a polling payload
// Appends one packet. Binary over WebSocket is the data alone, in a binary frame; in polling `data`
// are the bytes, not base64.
void encode_eio(const EioPacket& packet, bool polling, std::string& out);

// RFC 4648 §4. Appends; false: not base64, and out holds what came before.
bool from_base64(std::string_view text, std::string& out);
// The same as Node's Buffer reads it, for what a server takes: base64url too, what is no letter is
// passed over, padding may be missing.
void from_loose_base64(std::string_view text, std::string& out);
void to_base64(Bytes bytes, std::string& out);

// ---- Sessions ----

// Where the packets come from: the message around them.
struct EioOuter {
  Side side;
  u64 from, to;
  Bytes bytes;            // the message around; what lies in it needs no Message::in
  std::string_view name;  // its protocol's
  bool polling = false;   // the next packet may come over another connection
  bool third = false;     // revision 3
};

// Reads what one WebSocket carries.
class EngineIo {
 public:
  virtual ~EngineIo() = default;
  // One whole WebSocket message, valid for the frame.
  virtual void message(const EioOuter& outer, bool binary, Bytes payload, Out& out) = 0;
};
// Null if the request's path and query do not speak of Engine.IO.
std::unique_ptr<EngineIo> engineio_over_websocket(Context& context, std::string_view path);

// Tells the messages in the body of a polling request or answer; nothing if the query is not
// Engine.IO's. `query` is the request's, with or without the path before it; the body is valid for
// the frame.
void engineio_polling(Context& context, Side side, std::string_view query, Bytes body,
                      const Message& outer, Out& out);

// What is known of an Engine.IO packet beyond its bytes.
struct EioFacts : field::Facts {
  bool binary = false;   // it is one binary WebSocket message: no type in front
  bool polling = false;  // 'b' begins binary
  bool third = false;    // revision 3: so it does everywhere, and binary tells its type
  bool msgpack = false;  // it is a Socket.IO packet, written by npm's msgpack parser
  u32 announces = 0;     // attachments of the Socket.IO packet that begins in it
  std::string_view sid{};
  std::string_view transport{};
};

// The packet that a message with these facts (or none) is; data is base64 still where it came so.
// False: no packet.
bool eio_packet(Bytes message, const EioFacts* facts, EioPacket& out);

// Whether these bytes are some of those, and not a copy.
bool lies_in(Bytes inner, Bytes outer);

}  // namespace netpeel::stream
