// One clock that ticks, told in four ways: asked again and again (plain polling), asked and kept
// waiting (long-polling), a stream of events over HTTP (Server-Sent Events), and WebSocket. A tick
// is known by its number; which number it is now follows from the time alone, so that nothing runs
// while nobody listens, and whoever was away can be told what was missed.
#pragma once
#include <memory>
#include <vector>

#include "net/websocket.hpp"

namespace netpeel::net {

class Ticker {
 public:
  static constexpr u64 most_missed = 100;  // ticks told again to who was away

  explicit Ticker(Loop& loop, i64 interval = 1'000'000'000);
  ~Ticker();

  // {"tick":17,"at":"2026-11-21T19:20:00.000Z"}
  std::string latest() const;
  // Answers with a list of all ticks behind the one that ?after= names, or behind now; waits for
  // one, but no longer than `patience`, nor than the client asks with Prefer: wait=SECONDS (RFC
  // 7240 §4.3); the answer says that this was granted. Without news: 204.
  void wait(const HttpRequest& request, HttpReplyPtr reply);
  // text/event-stream, behind the tick that Last-Event-ID names.
  void events(const HttpRequest& request, HttpReplyPtr reply);
  std::unique_ptr<WsEvents> make_websocket();  // the ticker outlives it
  void shut_down();                            // ends the streams and the waiting
  std::size_t listeners() const;

  i64 patience = 25'000'000'000;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netpeel::net
