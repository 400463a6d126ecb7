// What the flow table (floor flow) knows of a segment, a datagram or a piece of a packet, printed
// by the expand() of TCP, UDP, IP, ICMP and DNS under Wireshark's names.
#pragma once
#include "field/packet.hpp"

namespace netpeel::proto {

// Of any layer that begins a conversation's part: TCP and UDP.
struct ConversationFacts : field::Facts {
  u32 stream = 0;          // tcp.stream, udp.stream: counted from 0, each by itself
  bool timed = false;      // the two below hold: not of quoted datagrams, nor of empty ones
  i64 since_first = 0;     // nanoseconds since the conversation's first frame
  i64 since_previous = 0;  // … and since the one before
};

// The marks of tcp.analysis.*, one bit each, in the order in which they are printed.
namespace tcp_mark {
enum : u32 {
  reused_ports = 1 << 0,
  zero_window_probe = 1 << 1,
  zero_window = 1 << 2,
  lost_segment = 1 << 3,
  keep_alive = 1 << 4,
  window_update = 1 << 5,
  window_full = 1 << 6,
  keep_alive_ack = 1 << 7,
  zero_window_probe_ack = 1 << 8,
  duplicate_ack = 1 << 9,
  ack_lost_segment = 1 << 10,
  spurious_retransmission = 1 << 11,
  fast_retransmission = 1 << 12,
  out_of_order = 1 << 13,
  retransmission = 1 << 14,
};
}

// Data that a SYN brings (RFC 7413): the SYN itself, and the SYN ACK that takes them or does not.
enum class FastOpen : u8 { none, asked, taken, ignored };

struct TcpFacts : ConversationFacts {
  bool analysed = false;  // the segment's length is known: the numbers below hold
  u32 base_seq = 0,
      base_ack = 0;  // raw numbers that count as 0: of the sender's stream and of the other side's
  u32 next_seq = 0;  // raw: behind this segment
  i32 scale = -1;    // of the window, as a factor: -1 unknown, -2 not used, else 1, 2, 4 …
  u32 window = 0;    // bytes, scaled where the scale is known
  u8 completeness = 0;        // before this segment, as tshark shows it in one pass
  bool closes_first = false;  // with FIN: this side was the first to say so
  FastOpen fast_open = FastOpen::none;
  u32 marks = 0;  // tcp_mark
  u32 duplicate_ack_number = 0;
  u64 duplicate_ack_frame = 0;
  u64 acks_frame = 0;       // 0: none
  i64 ack_rtt = 0;          // with acks_frame
  i64 initial_rtt = 0;      // 0: not known (yet)
  i64 rto = 0;              // with rto_frame
  u64 rto_frame = 0;        // 0: none
  bool unanswered = false;  // with rto_frame: no ACK for the bytes sent again was seen
  u32 bytes_in_flight = 0, push_bytes_sent = 0;  // 0: not shown
  // Reassembly: the frames whose bytes make up the message that ends here, where there are several.
  std::span<const u64> segments{};
  Bytes reassembled{};
  u32 completes = 0;  // bytes at the payload's beginning that end a message of several segments
  u32 waits = 0;      // bytes at its end that belong to a message which has not ended yet
  // Of the messages that end here and begin with their own length: that length.
  std::span<const u32> sizes{};
};

}  // namespace netpeel::proto
