// Engine.IO 3, which carries Socket.IO 1 and 2: what differs from Engine.IO 4 on the wire. Packets
// of a polling payload tell their length, binary tells its type, and it is the client that pings.
// Source: github.com/socketio/engine.io-protocol, revision 3.
#pragma once
#include "stream/engineio.hpp"

namespace netpeel::stream {

// A packet's text, in WebSocket or a payload. Binary ('b', a type's digit) stays base64. False: no
// packet.
bool decode_eio3(std::string_view text, EioPacket& out);
// A packet of bytes: its type is the first one. What has a type that does not exist is a noop,
// which is nothing to anybody.
EioPacket decode_eio3_bytes(std::string_view bytes);

// The packets of one polling payload, in one of its two forms: text ("6:4hello"), or, where binary
// is among it and the client can take it, bytes (0 or 1, digits as bytes, 255). A payload in bytes
// is looked at whole before its first packet is given.
class Eio3Payload {
 public:
  enum class Found : u8 { packet, end, broken };
  Eio3Payload(std::string_view payload, bool in_bytes);  // a view into it stays
  Found next(EioPacket& out, std::string_view& record);  // record: the packet without its length

 private:
  Found next_text(EioPacket& out, std::string_view& record);
  Found next_bytes(EioPacket& out, std::string_view& record);
  bool next_record(bool& text, std::string_view& record);
  std::string_view rest_;
  bool in_bytes_, broken_ = false;
};

// Appends a packet ("4hello", "b4AQID") to a payload in text, with its length in front.
void put_eio3(std::string_view packet, std::string& out);
// To a payload in bytes: text, or bytes that begin with their type.
void put_eio3_bytes(bool text, std::string_view packet, std::string& out);

}  // namespace netpeel::stream
