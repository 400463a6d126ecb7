// What one direction of a TCP connection has shown so far. Numbers are raw; 0 in next_seq, max_seq and last_ack means none
// yet, as in Wireshark, whose words these states give.
#pragma once
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::flow {

// a before b, in sequence numbers that wrap (RFC 9293 §3.4).
constexpr bool before(u32 a, u32 b) { return i32(a - b) < 0; }

inline constexpr u32 none = 0xffffffff;

// Segments that nobody has acknowledged, of all connections: lists in one pool, the newest first, so that in the steady
// state nothing is allocated.
class Unacked {
 public:
  struct Sent {
    u32 seq, next_seq;
    u64 frame;
    i64 time;
    u32 older;
  };
  Sent& operator[](u32 at) { return pool_[at]; }
  u32 take() {
    if (free_ == none) {
      pool_.push_back({});
      return u32(pool_.size() - 1);
    }
    const u32 at = free_;
    free_ = pool_[at].older;
    return at;
  }
  void give(u32 at) {
    pool_[at].older = free_;
    free_ = at;
  }
  u64 memory() const { return pool_.capacity() * sizeof(Sent); }

 private:
  std::vector<Sent> pool_;
  u32 free_ = none;
};

struct TcpHalf {
  static constexpr u32 most_unacked = 10'000, most_sacked = 4;
  struct Range {
    u32 from, to;
  };
  i64 last_ack_time = 0, next_seq_time = 0;
  u64 next_seq_frame = 0, last_new_ack_frame = 0;
  u32 base = 0;
  u32 next_seq = 0;            // behind the highest byte seen
  u32 max_seq = 0;             // behind the highest byte with none missing before it
  u32 last_ack = 0;
  u32 window = 0xffffffff;     // as on the wire
  i32 duplicate_acks = 0;
  u32 last_marks = 0;
  u32 push_bytes = 0;
  u32 unacked = none;          // into the pool: the newest
  u32 unacked_count = 0;
  u32 lowest = 0, highest = 0; // of the unacked ones, counted from base
  Range sacked[most_sacked]{}; // what this side has told to have
  u8 sacked_count = 0;
  std::int8_t scale = -1;               // shift; -1 unknown, -2 not used
  bool has_base = false;
  bool first_ack = false;      // no ACK yet since its SYN: the window told is not scaled
  bool in_flight_known = true;
  bool pushed_last = false;
  bool closes = false;         // its FIN was the first
};

}  // namespace netpeel::flow
