// Socket.IO 5 (github.com/socketio/socket.io-protocol): named events with answers, over Engine.IO
// messages.
#pragma once
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "stream/engineio.hpp"

namespace netpeel::stream {

// ---- Codec: needs no session ----

enum class SioType : u8 {
  connect,
  disconnect,
  event,
  ack,
  connect_error,
  binary_event,
  binary_ack
};

// Views into the text it was read from.
struct SioPacket {
  SioType type = SioType::event;
  u32 attachments = 0;  // binary messages that follow
  std::string_view nsp = "/";
  bool has_id = false;
  u64 id = 0;               // asks for, or is, the acknowledgment of that number
  std::string_view json{};  // the payload; may be empty
  bool binary() const { return type == SioType::binary_event || type == SioType::binary_ack; }
};

// What is wrong with the text, as a clause; empty: nothing. What could be read is in out. The
// payload's JSON is not looked at.
std::string_view decode_sio(std::string_view text, SioPacket& out);
void encode_sio(const SioPacket& packet, std::string& out);
// What stands in the JSON for an attachment: {"_placeholder":true,"num":0}.
void write_placeholder(std::size_t number, std::string& out);

// ---- Sessions ----

// What is known of a packet beyond its bytes.
struct SioFacts : field::Facts {
  std::span<const Bytes> attachments{};  // as they came; they stand behind the text in the packet's
                                         // bytes, in msgpack among them
  const SioPacket* packed = nullptr;     // msgpack: what the bytes say
  std::string_view fault{};              // msgpack: or why they say nothing
  bool msgpack() const { return packed != nullptr || !fault.empty(); }
  std::string_view answers{};  // ACK: the event's name, as JSON
  u64 event_in = 0;            // ACK: the captured frame of the event; 0: not seen
  i64 waited = 0;              // ACK: nanoseconds since
  bool third = false;          // over Engine.IO 3: a welcome says nothing, a refusal anything
  bool recovery = false;  // this namespace's connection can be recovered: events end in an offset
  bool server = false;    // says it
  // CONNECT: the client asks to go on with a lost connection; the server lets it, or does not.
  enum class Return : u8 { none, asked, granted, refused } comes_back = Return::none;
  std::span<const std::string_view> unanswered{};  // DISCONNECT: names of events, as JSON
};

// The packet that a message with these facts (or none) is, and what is wrong with it, as
// decode_sio() tells.
std::string_view sio_packet(Bytes message, const SioFacts* facts, SioPacket& out);
// Of one in text: without the attachments behind it.
std::string_view sio_text(Bytes message, const SioFacts* facts);

// What one Engine.IO session keeps of its Socket.IO conversation, both directions. Bounded.
class SocketIo {
 public:
  void text(Context& context, const EioOuter& outer, Bytes packet, Out& out);
  void binary(Context& context, const EioOuter& outer, Bytes data, Out& out);
  // A packet of npm's msgpack parser; valid for the frame.
  void packed(Context& context, const EioOuter& outer, Bytes map, Out& out);
  bool awaits_binary(Side side) const { return ways_[u8(side)].needs > 0; }

 private:
  struct Way {
    std::string text;  // of a packet that waits for attachments
    std::vector<std::string> parts;
    std::size_t held = 0;  // bytes
    u32 needs = 0;
    u64 from = 0;
  };
  struct Asked {
    Side by;
    u64 id;
    std::string nsp, event;
    u64 frame;
    i64 time;
  };
  void tell(Context& context, const Message& message, SioFacts* facts, Out& out);
  void finish(Context& context, const EioOuter& outer, std::string_view trouble, Out& out);
  void connect(const SioPacket& packet, bool server, SioFacts& facts);
  void disconnect(Context& context, const SioPacket& packet, SioFacts& facts);
  void ask(const Context& context, Side by, const SioPacket& packet);
  void answer(Context& context, Side by, const SioPacket& packet, SioFacts& facts);

  Way ways_[2];
  std::deque<Asked> asked_;               // events that wait for their acknowledgment
  std::vector<std::string> recoverable_;  // namespaces
  std::vector<std::pair<std::string, std::string>> returning_;  // namespaces and private ids
};

}  // namespace netpeel::stream
