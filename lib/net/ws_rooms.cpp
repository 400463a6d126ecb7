#include "net/ws_rooms.hpp"

namespace netpeel::net {

namespace {

WsOpcode opcode_of(bool binary) { return binary ? WsOpcode::binary : WsOpcode::text; }

class Echo final : public WsEvents {
  void opened(WebSocket&) override {}
  void message(WebSocket& socket, bool binary, std::span<u8> payload) override {
    socket.send(opcode_of(binary), base::as_text(payload));
  }
  void closed(WebSocket&, u16, std::string_view) override {}
};

}  // namespace

std::unique_ptr<WsEvents> make_ws_echo() { return std::make_unique<Echo>(); }

class WsRoom::Member final : public WsEvents {
 public:
  explicit Member(WsRoom& room) : room_(room) {}

  WebSocket* socket = nullptr;

 private:
  void opened(WebSocket& opened) override {
    socket = &opened;
    at_ = room_.members_.size();
    room_.members_.push_back(this);
  }
  void message(WebSocket&, bool binary, std::span<u8> payload) override {
    room_.broadcast(opcode_of(binary), base::as_text(payload));
  }
  // The last one takes the place of the one who goes.
  void closed(WebSocket&, u16, std::string_view) override {
    Member*& place = room_.members_[at_];
    place = room_.members_.back();
    place->at_ = at_;
    room_.members_.pop_back();
  }

  WsRoom& room_;
  std::size_t at_ = 0;
};

std::unique_ptr<WsEvents> WsRoom::make_member() { return std::make_unique<Member>(*this); }

void WsRoom::broadcast(WsOpcode opcode, std::string_view payload) {
  const Encoded frame = encoded(ws_frame(opcode, payload));
  for (Member* const member : members_) {
    if (member->socket->compresses()) {
      member->socket->send(opcode, payload);
    } else {
      member->socket->send(frame);
    }
  }
}

}  // namespace netpeel::net
