// What waiting costs: how many bytes a minute go while nothing happens. A run is shorter than most
// heartbeats, so that this is reckoned and not counted: from what the protocols say on the wire of
// their pace (Engine.IO's pingInterval, the wait that a long poll was granted, RFC 7240 §4.3), or
// from the pace that was seen, and from the size of what goes each time. Pure; bounded. One thread.
#pragma once
#include <string_view>
#include <vector>

#include "stream/session.hpp"

namespace netpeel::contrast {

struct Idle {
  enum class Kind : u8 {
    quiet,   // no heartbeat was announced, and none was seen
    unsaid,  // it asks, but how often while nothing happens is said nowhere
    asks,    // again and again, at a pace of its own
    waits,   // for an answer that the server keeps back, but no longer than it said
    beats    // the server asks whether the client is there, at the pace it announced
  };
  Kind kind = Kind::quiet;
  i64 every = 0;                               // nanoseconds
  u64 bytes = 0;                               // on the wire, each time
  u64 ping = 0, pong = 0, acknowledgment = 0;  // of which, where WebSocket carries the heartbeat
  u64 seen = 0;                                // times that it happened here
  std::vector<u64> frames{};                   // that say so

  u64 bytes_a_minute() const { return every <= 0 ? 0 : u64(double(bytes) * 60e9 / double(every)); }
};
std::string_view idle_name(Idle::Kind kind);

// Hears of the packets and messages of one capture, each where its sender's tap saw it.
class IdleMeter {
 public:
  // A packet with data: `head` bytes of it are headers up to the transport's.
  void data_packet(stream::Side side, u64 head) { head_[u8(side)] = head; }
  // From a question to the next one, all packets of both sides.
  void exchange(u64 bytes, bool news);
  void message(const stream::Message& message, u64 connection, u64 frame, i64 time);
  Idle finish() const;

 private:
  static constexpr std::size_t most = 100'000;

  void request(u64 connection, u64 frame, i64 time);
  void response(Bytes head, u64 frame);
  void engineio(Bytes packet, bool polling, u64 frame);

  u64 head_[2]{};
  std::vector<u64> exchanges_[2];  // bytes of those with news, and of those without
  struct Question {
    u64 connection, frame;
    i64 time;
  };
  std::vector<Question> questions_;
  i64 granted_ = 0;  // wait, nanoseconds
  u64 granted_frame_ = 0, granted_answers_ = 0;
  i64 interval_ = 0;  // of heartbeats
  u64 interval_frame_ = 0, pings_ = 0;
  bool polling_ = false;  // what carries the session now
};

}  // namespace netpeel::contrast
