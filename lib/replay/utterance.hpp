// One thing that one side of a conversation said, recorded or live: what of it is compared, and
// what is sent when it is said again. Owns all of its bytes. The same code makes it from a capture
// and from a live connection, so that a difference is one of the servers.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "stream/session.hpp"

namespace netpeel::replay {

using stream::Side;

// From the wire up: the highest that a conversation speaks is what is replayed.
enum class Level : u8 { udp, tcp, http, websocket, engineio, socketio };
std::string_view level_name(Level level);

struct Value {
  std::string name;
  std::string text;      // may be any bytes
  bool json = false;     // compared as such
  std::string varies{};  // what it is, if it is never the same twice: "the time"
};

struct Utterance {
  enum class Kind : u8 {
    message,
    ping,  // of WebSocket or Engine.IO: answered, and otherwise nobody's business
    pong,
    close,   // says that it is going
    open,    // begins an Engine.IO session
    probe,   // tries a WebSocket for it, or answers that it works
    upgrade  // changes to that
  };

  Level level = Level::tcp;
  Kind kind = Kind::message;
  Side side = Side::client;
  u64 frame = 0;  // that it ended in; 0: live
  i64 time = 0;
  std::string key;    // what sort of thing it is: the n-th of a sort answers to the n-th
  std::string title;  // for people, not escaped
  std::vector<Value> values;

  std::string wire;                      // bytes, an HTTP message, a WebSocket message's payload, a
                                         // Socket.IO or Engine.IO packet's text
  std::vector<std::string> attachments;  // of Socket.IO
  bool binary = false;                   // a WebSocket or Engine.IO message of bytes
  bool polling = false;                  // of Engine.IO: HTTP carried it
  u64 body = 0;            // the client's by polling: what came in one request has one number
  bool more = false;       // and this is not the last of it
  std::string nsp;         // of Socket.IO
  std::optional<u64> ack;  // of Socket.IO: the number asked with, or answered to
  bool answers = false;    // it is an answer to `ack`
  // Names that the server made up for this session. The recorded one stands for the live one.
  std::vector<std::string> names;
  std::string session;  // Engine.IO's id, where one is known
};

// Makes utterances of one connection's messages.
class Utterances {
 public:
  explicit Utterances(const stream::Limits& limits) : limits_(limits) {}

  // Nothing: the message says nothing by itself.
  std::optional<Utterance> of(const stream::Message& message);

  // What the last request of the client was; how a WebSocket or a session begins.
  const std::string& request() const { return request_; }
  // Engine.IO's id of the session that the connection carries; empty: none is known.
  const std::string& session() const { return session_; }

 private:
  bool http(const stream::Message& m, Utterance& out);
  bool websocket(const stream::Message& m, Utterance& out);
  bool engineio(const stream::Message& m, Utterance& out);
  bool socketio(const stream::Message& m, Utterance& out);
  void response(const stream::Message& m, Utterance& out);

  stream::Limits limits_;
  std::string request_, session_;
  bool polling_ = false;  // what carried the last Engine.IO packet
};

// Bytes as they are; what = "bytes" or "datagram".
Utterance bytes_said(Level level, Side side, Bytes bytes);

}  // namespace netpeel::replay
