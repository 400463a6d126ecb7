// Every segment of one TCP connection, for drawing: when it was sent, what it carried and
// acknowledged, and what the analysis thinks of it. Copies what it keeps; bounded.
#pragma once
#include <vector>

#include "flow/tracker.hpp"
#include "proto/transport/tcp_facts.hpp"

namespace netpeel::flow {

struct Segment {
  i64 time = 0;
  u64 frame = 0;
  u64 seq = 0, ack = 0;  // counted from the connection's start, and on where 32 bits wrap
  u32 length = 0;
  u32 window = 0;     // bytes
  u32 in_flight = 0;  // 0: not known
  u32 marks = 0;      // proto::tcp_mark
  i64 rtt = 0;        // with has_rtt: since the segment that this acknowledges
  Side side = Side::client;
  bool has_ack = false, has_rtt = false, scaled = false;
};

class Trace {
 public:
  static constexpr std::size_t most = 1'000'000;
  explicit Trace(u32 stream) : stream_(stream) {}

  // Of any conversation; only those of the stream matter.
  void packet(const Conversation& conversation, Side side, const field::Packet& packet);

  // Keeps the segment of the packet that was heard of last: those that match a filter, say.
  void count(const field::Packet& packet);

  u32 stream() const { return stream_; }
  const std::vector<Segment>& segments() const { return segments_; }
  u64 left_out() const { return left_out_; }  // segments beyond the most that are kept
  const Conversation& conversation() const { return conversation_; }

 private:
  u32 stream_;
  std::vector<Segment> segments_;
  Segment last_;      // frame 0: none
  u64 reached_[2]{};  // by Side: the last place in its stream
  u64 left_out_ = 0;
  Conversation conversation_{};
};

}  // namespace netpeel::flow
