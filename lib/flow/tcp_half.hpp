// What one direction of a TCP connection has shown so far. Numbers are raw; 0 in next_seq, max_seq
// and last_ack means none yet, as in Wireshark, whose words these states give.
#pragma once
#include <memory>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::flow {

// a before b, in sequence numbers that wrap (RFC 9293 §3.4).
constexpr bool before(u32 a, u32 b) { return i32(a - b) < 0; }

inline constexpr u32 none = 0xffffffff;

// Segments that nobody has acknowledged, of all connections: lists in one pool, the newest first,
// so that in the steady state nothing is allocated. Bounded for each side as Wireshark bounds them;
// where very many wait, as in a capture that lacks the ACKs, for each side far more closely.
class Unacked {
 public:
  static constexpr u32 most_of_a_side = 10'000, many = 300'000, most_where_many = 500;
  // Whether a side that has so many may keep one more.
  bool takes(u32 of_this_side) const {
    return of_this_side < (used_ < many ? most_of_a_side : most_where_many);
  }
  struct Sent {
    u32 seq, next_seq;
    u64 frame;
    i64 time;
    u32 older;
  };
  Sent& operator[](u32 at) { return chunks_[at / chunk][at % chunk]; }
  u32 take() {
    ++used_;
    if (free_ == none) {
      if (made_ % chunk == 0) chunks_.push_back(std::make_unique_for_overwrite<Sent[]>(chunk));
      return made_++;
    }
    const u32 at = free_;
    free_ = (*this)[at].older;
    return at;
  }
  void give(u32 at) {
    --used_;
    (*this)[at].older = free_;
    free_ = at;
  }
  u64 memory() const {
    return u64(used_) * sizeof(Sent);
  }  // in use; what is given back is taken again

 private:
  static constexpr u32 chunk = 2048;
  std::vector<std::unique_ptr<Sent[]>> chunks_;
  u32 made_ = 0, used_ = 0;
  u32 free_ = none;
};

struct TcpHalf {
  static constexpr u32 most_sacked = 4;
  i64 last_ack_time = 0, next_seq_time = 0;
  u64 next_seq_frame = 0, last_new_ack_frame = 0;
  u32 base = 0;
  u32 next_seq = 0;  // behind the highest byte seen
  u32 max_seq = 0;   // behind the highest byte with none missing before it
  u32 last_ack = 0;
  u32 window = 0xffffffff;  // as on the wire
  i32 duplicate_acks = 0;
  u32 last_marks = 0;
  u32 push_bytes = 0;
  u32 unacked = none;  // into the pool: the newest
  u32 unacked_count = 0;
  u32 lowest = 0, highest = 0;  // of the unacked ones, counted from base
  u32 sacked = 0;               // bytes that this side has told to have beyond what it acknowledged
  std::int8_t scale = -1;       // shift; -1 unknown, -2 not used
  bool has_base = false;
  bool first_ack = false;  // no ACK yet since its SYN: the window told is not scaled
  bool in_flight_known = true;
  bool pushed_last = false;
  bool closes = false;      // its FIN was the first
  u8 operations_known = 0;  // Handshake::operations when its last segment came
};

}  // namespace netpeel::flow
