// Takes what passes on a client's wire apart, for people: bytes, then the frame or the HTTP
// message, then the Engine.IO packet, the Socket.IO packet and the event in it. Nothing leaves
// unescaped, and nothing is longer than a few lines.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "net/client_tap.hpp"
#include "stream/socketio.hpp"

namespace netpeel::net {

struct PeelSettings {
  bool engine = false;     // what WebSocket and HTTP carry is Engine.IO
  bool socketio = false;   // and that is Socket.IO
  bool json = false;       // one object for each unit, a line each
  bool color = false;      // directions are told by words and arrows too
  std::size_t bytes = 64;  // of each unit, as hexadecimal
  std::size_t text = 400;  // of each text
};

class Peeler final : public Tap {
 public:
  // write: whole lines.
  Peeler(PeelSettings settings, std::function<void(std::string_view)> write)
      : settings_(settings), write_(std::move(write)) {}

  void bytes(Way way, Bytes segment_or_datagram) override;
  void http(Way way, std::string_view head, Bytes body) override;
  void frame(Way way, Bytes websocket_frame) override;
  void long_frame(Way way, Bytes begin, u64 size) override;

 private:
  struct Row {
    std::string_view label, key;
    std::string text;
  };
  void begin(Way way, std::string_view what, std::string_view kind, u64 size);
  void row(std::string_view label, std::string_view key, std::string text);
  void hex(Bytes bytes, u64 size);
  void text_row(std::string_view label, std::string_view key, std::string_view text);
  void end();
  void end_text();
  void end_json();
  void frame_of(Way way, Bytes bytes, u64 size);
  void engine_text(std::string_view packet, bool polling);
  void socketio_text(std::string_view packet);
  void socketio_bytes(std::string_view message);
  void socketio(const stream::SioPacket& packet);
  void list(std::string_view json, bool named);

  PeelSettings settings_;
  std::function<void(std::string_view)> write_;
  std::vector<Row> rows_;
  std::string what_, kind_;
  u64 size_ = 0;
  u32 attachments_[2]{};  // that are due in each direction
  Way way_ = Way::out;
};

}  // namespace netpeel::net
