#include "net/load_client.hpp"

#include <cstring>

#include "net/client_ws_frames.hpp"
#include "net/ws_codec.hpp"

namespace netpeel::net {

void LoadClient::open(const std::string& host, u16 port, const std::string& from) {
  state_ = State::shaking;
  heard = 0;
  awaits = false;
  since = Loop::now();
  tcp_.open(host, port, 10'000'000'000, from);
}

void LoadClient::send_message() {
  since = Loop::now();
  awaits = true;
  tcp_.send(frames_.message);
}

void LoadClient::leave() {
  state_ = State::closed;
  tcp_.let_go();
}

void LoadClient::lost(const std::string& why, const DialFailure& failure) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  tcp_.let_go();
  owner_.gone(*this, why, failure);
}

void LoadClient::ended(int code) {
  lost(code == 0 ? "the server ended the connection" : std::strerror(code), {});
}

std::size_t LoadClient::data(std::span<u8> bytes) {
  std::size_t at = 0;
  if (state_ == State::shaking) {
    const std::string_view text = base::as_text(bytes);
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    if (!text.starts_with("HTTP/1.1 101")) {
      lost("the server refused: " + std::string(text.substr(0, text.find("\r\n"))), {});
      return bytes.size();
    }
    at = end + 4;
    state_ = State::joining;
    if (!frames_.socketio) {
      state_ = State::ready;
      owner_.ready(*this);
    }
  }
  WsFrameHead head;
  while (state_ != State::closed && read_ws_head(bytes.subspan(at), head)) {
    if (bytes.size() - at - head.size < head.payload) return at;
    const std::string_view payload =
        base::as_text(bytes.subspan(at + head.size, std::size_t(head.payload)));
    at += head.size + std::size_t(head.payload);
    if (head.opcode == u8(WsOpcode::text) || head.opcode == u8(WsOpcode::binary)) {
      message(payload);
    } else if (head.opcode == u8(WsOpcode::ping)) {
      tcp_.send(ws_frame(WsHead{.opcode = WsOpcode::pong, .mask = ws_random_mask()}, payload));
    } else if (head.opcode == u8(WsOpcode::close)) {
      lost("the server closed: " + (payload.size() > 2 ? std::string(payload.substr(2))
                                                       : std::string("no reason given")),
           {});
    }
  }
  return state_ == State::closed ? bytes.size() : at;
}

void LoadClient::message(std::string_view text) {
  if (!frames_.socketio) {
    ++heard;
    return owner_.received(*this);
  }
  if (text.starts_with("42[\"echo\"") || text.starts_with("42[\"broadcast\"")) {
    ++heard;
    owner_.received(*this);
  } else if (text.starts_with('2')) {
    tcp_.send(frames_.pong);
  } else if (text.starts_with('0')) {
    tcp_.send(frames_.join);
  } else if (text.starts_with("40") && state_ == State::joining) {
    state_ = State::ready;
    owner_.ready(*this);
  } else if (text.starts_with("44")) {
    lost("the namespace refused: " + std::string(text), {});
  }
}

}  // namespace netpeel::net
