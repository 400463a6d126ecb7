// What a segment means in its connection: sent again, out of order, a keep-alive … Wireshark's
// rules and names, so that both say the same; the sentences that explain them are in
// lib/proto/transport/tcp.cpp. Allocates nothing but list room.
#pragma once
#include "flow/tcp_half.hpp"
#include "proto/transport/tcp_facts.hpp"

namespace netpeel::flow {

struct Observed {
  u64 frame;
  i64 time;
  u32 seq, ack, flags, window, length;
  Bytes options;
};

// What both directions share.
struct Handshake {
  i64 syn_time = 0;
  i64 initial_rtt = 0;
  bool syn_seen = false;
  bool fast_open = false;  // its SYN brought data and a cookie
  u8 operations = 0;       // of Multipath TCP, seen so far: a bit for each subtype of its option
};

// Settles where both sides' counting begins, as far as this segment tells. Whether it is known of
// both. analyse() does so, too.
bool begin(u32 seq, u32 ack, u32 flags, TcpHalf& from, TcpHalf& to);
// Fills facts (its marks may hold reused_ports already) and moves both halves on. `from` is the
// sender's.
void analyse(const Observed& s, TcpHalf& from, TcpHalf& to, Handshake& handshake, Unacked& pool,
             proto::TcpFacts& facts);
// The same, without the shorter way of segments that come in order.
void analyse_any(const Observed& s, TcpHalf& from, TcpHalf& to, Handshake& handshake, Unacked& pool,
                 proto::TcpFacts& facts);

// Gives back what the half keeps in the pool.
void forget(TcpHalf& half, Unacked& pool);

}  // namespace netpeel::flow
