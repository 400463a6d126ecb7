// One direction of a TCP conversation, put in order: RFC 9293 §3.4. In-order bytes pass as views;
// only early ones are copied. Where segments overlap, the bytes that came first are kept. What is
// missing is told as a gap once it cannot come any more: when the other side acknowledged it and
// this one has spoken again, at the memory bound, or at the end of the capture. A FIN or RST ends
// the stream at its sequence number, not at its arrival.
#pragma once
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::flow {

// What became known, in stream order.
struct Released {
  Bytes bytes{};  // valid until Reassembly's next call
  u64 frame = 0;  // that carried them
  u64 gap = 0;    // not 0: so many bytes are missing here instead
};

class Reassembly {
 public:
  // next: the sequence number of the stream's first byte.
  explicit Reassembly(u32 next) : next_(next), begun_(true) {}
  // Not known yet (all there is of the conversation is a SYN with data): the first number that is
  // heard.
  Reassembly() = default;

  // The payload of a segment that claims `length` bytes; fewer are there if the capture cut it.
  void segment(u32 seq, Bytes payload, u32 length, u64 frame, std::vector<Released>& out);
  // The other side has everything before that sequence number.
  void acknowledged(u32 number);
  // Lets go what was acknowledged and is still missing. Not done at the ACK itself: what follows
  // the gap was said by this side, and is told in a frame of its own; and that frame may bring the
  // missing bytes once more, where the capture alone had lost them.
  void settle(std::vector<Released>& out);
  // Nothing before that number is waited for any more, nor what came early of it.
  void give_up(u32 number, std::vector<Released>& out);
  // A FIN or RST: there are no bytes at or behind that number.
  void ends_at(u32 number);
  // Nothing more will come.
  void release_all(std::vector<Released>& out);

  bool ended() const { return end_known_ && next_ == end_; }
  // How far behind the first missing byte that number stands; not above 0: it is missed.
  i32 ahead(u32 number) const { return begun_ ? i32(number - next_) : 0; }
  u64 dropped() const { return dropped_; }  // bytes that contradicted others, or did not fit
  u64 held() const { return held_; }        // bytes of early segments
  u64 memory() const;                       // all that it keeps besides itself

  static constexpr u64 most_held = 4 * 1024 * 1024;
  static constexpr std::size_t most_early = 4096;

 private:
  struct Early {
    u32 seq;
    u64 frame;
    std::vector<u8> bytes;
    u32 missing;  // the capture cut so many behind them
    u32 end() const { return seq + u32(bytes.size()) + missing; }
  };
  void pass(u32 seq, Bytes payload, u32 missing, u64 frame, std::vector<Released>& out);
  void drain(std::vector<Released>& out);
  void release_first(std::vector<Released>& out);

  void begin(u32 number) {
    if (begun_) return;
    begun_ = true;
    next_ = number;
  }

  u32 next_ = 0;  // the first number not passed on
  bool begun_ = false;
  u32 acknowledged_ = 0;
  bool acknowledged_known_ = false;
  bool end_known_ = false;
  u32 end_ = 0;
  u64 held_ = 0, dropped_ = 0;
  std::vector<Early> early_;   // by seq
  std::vector<Early> passed_;  // their bytes are being looked at
};

}  // namespace netpeel::flow
