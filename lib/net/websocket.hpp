// WebSocket as a server speaks it (RFC 6455, RFC 7692): strict. Beast does the HTTP around it; the
// frames are our own, because a frame that a thousand clients get is encoded once and written
// together with others (tests/bench/README.md has the two designs measured).
#pragma once
#include "net/http.hpp"
#include "net/ws_codec.hpp"
#include "net/ws_deflate.hpp"

namespace netpeel::net {

struct WsLimits {
  std::size_t message = 100 * 1024 * 1024;  // 1009 beyond it
  bool deflate = false;                     // take part in permessage-deflate if the client offers
  WsDeflateTerms deflate_terms{};           // what we want of it ourselves
  i64 close_within = 5'000'000'000;         // waits so long for the peer's close frame
};

class WebSocket {
 public:
  // Frames made by ws_frame(). False: not taken, the queue is full.
  virtual bool send(Encoded frame) = 0;
  virtual bool send(WsOpcode opcode, std::string_view payload) = 0;  // compresses if agreed
  virtual bool compresses() const = 0;  // it was agreed: the second send() does something else
  virtual bool writable() const = 0;
  virtual std::size_t queued() const = 0;
  // Begins the closing handshake; code 1005: a close frame without a code. Nothing is sent any
  // more, and no message() comes; closed() follows.
  virtual void close(u16 code, std::string_view reason) = 0;
  virtual void abort() = 0;  // drops the TCP connection
  virtual std::string peer() const = 0;

 protected:
  ~WebSocket() = default;
};

// Whoever uses an open WebSocket. The object belongs to its connection and ends behind closed().
class WsEvents {
 public:
  virtual ~WsEvents() = default;
  virtual void opened(WebSocket& socket) = 0;
  // One whole message; text is UTF-8. Valid for the call.
  virtual void message(WebSocket& socket, bool binary, std::span<u8> payload) = 0;
  virtual void ping(WebSocket&, Bytes) {}
  virtual void pong(WebSocket&, Bytes) {}
  // The peer broke the rules (1002, 1007, 1009) and was told so; no more messages, closed()
  // follows.
  virtual void failed(WebSocket&, u16 /*code*/, std::string_view /*reason*/) {}
  // The server ends: say good-bye.
  virtual void leaving(WebSocket& socket) {
    socket.close(WsClose::going_away, "The server is stopping.");
  }
  // The last call, once. code: what the peer's close frame said; 1005: it said none; 1006: there
  // was no close frame, and the reason is ours.
  virtual void closed(WebSocket& socket, u16 code, std::string_view reason) = 0;
  virtual void drained(WebSocket&) {}
};

// Why an upgrade request is none that RFC 6455 §4.2.1 allows: the answer to give (400, 405, 426
// with Sec-WebSocket-Version), a sentence as its body; nullopt: it is good.
std::optional<HttpAnswer> ws_refusal(const HttpRequest& request);

// Answers 101 and hands the connection over. The request passed ws_refusal().
void accept_websocket(Loop& loop, const HttpRequest& request, HttpReplyPtr reply,
                      Connection& connection, const WsLimits& limits, Counters& counters,
                      std::unique_ptr<WsEvents> events, std::vector<HttpHeader> extra = {});

// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string ws_accept(std::string_view key);

}  // namespace netpeel::net
