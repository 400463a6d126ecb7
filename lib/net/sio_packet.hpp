// Socket.IO packets as a server reads and writes them: over the codec of stream/socketio.hpp, with
// the attachments gathered, and as strict as the original where it closes the connection.
#pragma once
#include <memory>
#include <optional>

#include "net/socketio.hpp"
#include "stream/socketio.hpp"

namespace netpeel::net {

// One whole packet. Views are into the message, or into `held`: do not copy.
struct SioRead {
  stream::SioType type = stream::SioType::event;  // binary kinds are told as event and ack
  std::string_view nsp{};
  bool has_id = false;
  u64 id = 0;
  bool has_list = false;       // event, ack: a payload was there at all
  std::string event{};         // a number's digits, if it was a number
  Args args{};                 // event, ack
  std::string_view payload{};  // connect: an object, or empty
  std::string held{};
  std::string nsp_held{}, auth{};  // the same, where nsp and payload were put together
};

// Reads the messages of one connection. Holds at most one packet's text and attachments.
class SioDecoder {
 public:
  enum class Found : u8 { more, packet, broken };
  Found text(std::string_view message, std::size_t most_attachments, SioRead& out);
  Found binary(Bytes message, SioRead& out);
  static Found msgpack(Bytes message, SioRead& out);  // a packet whole

 private:
  struct Waiting {  // for attachments
    std::string text;
    std::vector<Encoded> attachments;
    u32 needs = 0;
  };
  std::unique_ptr<Waiting> waiting_;
};

// Names that a program may not use for its events.
bool sio_reserved(std::string_view event);

// One packet, ready for any number of clients: its text and its attachments; in msgpack, all of it.
struct SioPacked {
  EnginePacketPtr first;
  std::vector<EnginePacketPtr> attachments;
  std::size_t size() const;  // bytes, about
};

struct SioToPack {
  stream::SioType type = stream::SioType::event;
  std::string_view nsp = "/";
  std::optional<u64> id{};
  std::string_view event{};    // events
  const Args* args = nullptr;  // events, acks
  std::string_view offset{};   // recovery's last argument, if not empty
  bool compress = true;
  SioParser parser = SioParser::text;
};
SioPacked pack(const SioToPack& what);
// CONNECT, DISCONNECT, CONNECT_ERROR; the payload is JSON or empty.
SioPacked pack(stream::SioType type, std::string_view nsp, std::string_view payload,
               SioParser parser);

}  // namespace netpeel::net
