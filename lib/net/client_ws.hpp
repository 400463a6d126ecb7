// A WebSocket client (RFC 6455). The handshake is made by hand, so that its rules can be broken on
// purpose and the answer seen; once open it is strict with its peer. Lives on its loop.
#pragma once
#include "net/client_http_answer.hpp"
#include "net/client_tap.hpp"
#include "net/client_tcp.hpp"
#include "net/ws_codec.hpp"
#include "net/ws_deflate.hpp"

namespace netpeel::net {

struct WsClientSettings {
  std::string host = "127.0.0.1";
  u16 port = 80;
  std::string path = "/";           // with its query
  std::string key;                  // empty: 16 random bytes in base64, as it must be
  std::string version = "13";       // Sec-WebSocket-Version; empty: none is sent
  std::vector<HttpHeader> headers;  // more of them (Origin, Sec-WebSocket-Protocol)
  bool mask = true;
  bool deflate = false;          // offer permessage-deflate
  i64 timeout = 10'000'000'000;  // for the handshake, and for the end behind close()
  std::size_t message = 256 * 1024 * 1024;
  Tap* tap = nullptr;
};

class WsClient final : private TcpClient::Hears {
 public:
  // One of failed(), refused() or closed() is the last call; closed() only behind opened(). In
  // these three, and in no other, the client may be destroyed or opened again.
  class Hears {
   public:
    virtual void opened(const HttpGot& answer) = 0;
    // Text is UTF-8. Valid for the call.
    virtual void message(bool binary, std::span<u8> payload) = 0;
    virtual void ping(Bytes) {}  // was answered
    virtual void pong(Bytes) {}
    // code: the peer's close frame's; 1005: it had none; 1006: there was no frame, and the reason
    // is ours.
    virtual void closed(u16 code, std::string_view reason) = 0;
    // The server's answer was not 101, or no right one.
    virtual void refused(const HttpGot& answer, const std::string& why) = 0;
    virtual void failed(const DialFailure& why) = 0;

   protected:
    ~Hears() = default;
  };

  WsClient(Loop& loop, WsClientSettings settings, Hears& hears);
  ~WsClient();

  void open();
  bool is_open() const { return state_ == State::open; }
  bool send(WsOpcode opcode, std::string_view payload);
  bool send_frame(const WsHead& head, std::string_view payload);  // whatever it says
  void close(u16 code, std::string_view reason);                  // the closing handshake
  void abort();  // no handshake, and nothing is heard any more
  std::size_t queued() const { return tcp_.queued(); }
  bool deflates() const { return deflate_ != nullptr; }
  TcpClient& tcp() { return tcp_; }

 private:
  enum class State : u8 { idle, shaking, open, closing, closed };
  void opened() override;
  std::size_t data(std::span<u8> bytes) override;
  void half_closed() override;
  void ended(int code) override;
  void failed(const DialFailure& why) override;
  void peer_closes(u16 code, std::string_view reason);
  bool read_handshake(std::span<u8>& bytes);  // false: refused, and perhaps destroyed
  bool check_handshake();
  bool agree_deflate();
  bool refuse(const std::string& why);
  void end(u16 code, std::string reason);

  class Receiver;
  class Frames;
  WsClientSettings settings_;
  Hears& hears_;
  HttpAnswerReader reader_;
  HttpGot got_;
  std::string key_;
  std::optional<WsDecoder> decoder_;
  std::unique_ptr<WsDeflate> deflate_;
  std::unique_ptr<Frames> frames_;  // only where somebody watches
  Timer timer_;
  std::string reason_;
  u16 code_ = WsClose::no_close_frame;
  State state_ = State::idle;
  TcpClient tcp_;
};

}  // namespace netpeel::net
