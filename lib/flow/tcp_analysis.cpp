#include "flow/tcp_analysis.hpp"

#include <algorithm>

#include "base/bits.hpp"
#include "proto/transport/tcp.hpp"

namespace netpeel::flow {
namespace {

namespace flag = proto::tcp_flag;
namespace mark = proto::tcp_mark;

constexpr i64 millisecond = 1'000'000;

// Data right behind all that came before, in a connection that is known from both sides: what
// nearly every segment with data is. Most questions have no other answer then, and analyse() leaves
// them out.
bool follows(const Observed& s, const TcpHalf& from, const TcpHalf& to) {
  constexpr u32 longest = 1 << 30;  // further ahead counts as behind
  const u32 told = s.flags & (flag::syn | flag::fin | flag::reset | flag::ack);
  return told == flag::ack && s.seq == from.next_seq && s.length - 2 < longest && s.window != 0 &&
         from.has_base && to.has_base;
}

// Whether data end where the window of the other side does.
bool fills_window(const Observed& s, const TcpHalf& to) {
  if (to.scale == -1) return false;
  const u32 shift = to.first_ack || to.scale < 0 ? 0 : u32(to.scale);
  return s.seq + s.length == to.last_ack + (to.window << shift);
}

// What the segment shows by standing where it stands, and by its ACK and window.
u32 place(const Observed& s, TcpHalf& from, const TcpHalf& to, const Handshake& handshake,
          proto::TcpFacts& facts) {
  u32 marks = 0;
  const bool plain = (s.flags & (flag::syn | flag::fin | flag::reset)) == 0;
  if (s.length == 1 && s.seq == from.next_seq && to.window == 0) return mark::zero_window_probe;
  if (s.window == 0 && plain) marks |= mark::zero_window;
  if (from.next_seq != 0 && before(from.next_seq, s.seq) && (s.flags & flag::reset) == 0) {
    marks |= mark::lost_segment;
    from.in_flight_known = false;
  }
  if (s.length <= 1 && s.seq == from.next_seq - 1 && plain) marks |= mark::keep_alive;
  const bool still = s.length == 0 && s.seq == from.next_seq && s.ack == from.last_ack && plain;
  if (still && s.window != 0 && s.window != from.window) marks |= mark::window_update;
  if (s.length > 0 && plain && fills_window(s, to)) marks |= mark::window_full;
  if (!still || s.window != from.window) return marks;
  if (s.window != 0 && (to.last_marks & mark::keep_alive) != 0) return marks | mark::keep_alive_ack;
  if (s.window == 0 && (to.last_marks & mark::zero_window_probe) != 0)
    return marks | mark::zero_window_probe_ack;
  // Multipath TCP tells of new operations in segments of their own, which say nothing of a loss
  // (RFC 8684 §4).
  if (s.window != 0 && from.operations_known == handshake.operations) {
    from.duplicate_acks = from.duplicate_acks < 0 ? 1 : from.duplicate_acks + 1;
    marks |= mark::duplicate_ack;
    facts.duplicate_ack_number = u32(from.duplicate_acks);
    facts.duplicate_ack_frame = from.last_new_ack_frame;
  }
  return marks;
}

u32 acknowledged_unseen(const Observed& s, TcpHalf& to) {
  if ((s.flags & flag::ack) == 0 || to.max_seq == 0 || !before(to.max_seq, s.ack)) return 0;
  if (before(to.max_seq, to.next_seq)) {
    to.max_seq = to.next_seq;
    return mark::ack_lost_segment;
  }
  if (to.duplicate_acks != 0) {
    to.duplicate_acks = -1;
    return 0;
  }
  to.duplicate_acks = -1;
  return mark::ack_lost_segment;
}

// Whether the other side has said already that it has all of these bytes.
bool acknowledged_before(const Observed& s, const TcpHalf& to) {
  return s.length > 0 && to.last_ack != 0 && !before(to.last_ack, s.seq + s.length);
}

// Whether bytes come that came before, and why probably.
u32 repeated(const Observed& s, const TcpHalf& from, const TcpHalf& to, const Handshake& handshake,
             Unacked& pool, proto::TcpFacts& facts) {
  const u32 extra = (s.flags & (flag::syn | flag::fin)) != 0 ? 1 : 0;
  bool back = from.next_seq != 0 && before(s.seq, from.next_seq);
  if (s.length > 1 && s.seq == from.next_seq - 1) back = false;
  if (acknowledged_before(s, to)) return mark::spurious_retransmission | mark::retransmission;
  if (!back) return 0;
  if (to.duplicate_acks >= 2 && to.last_ack == s.seq &&
      s.time - to.last_ack_time < 20 * millisecond) {
    return mark::fast_retransmission | mark::retransmission;
  }
  const i64 near = handshake.initial_rtt != 0 ? handshake.initial_rtt : 3 * millisecond;
  if (s.time - from.next_seq_time < near && s.seq + s.length + extra != from.next_seq)
    return mark::out_of_order;
  facts.rto = s.time - from.next_seq_time;
  facts.rto_frame = from.next_seq_frame;
  for (u32 at = from.unacked; at != none; at = pool[at].older) {
    facts.rto = s.time - pool[at].time;
    facts.rto_frame = pool[at].frame;
    facts.unanswered = true;
  }
  if (facts.rto == 0) facts.rto_frame = 0;  // a copy of the frame, not a wait
  return mark::retransmission;
}

void remember(const Observed& s, u32 end, TcpHalf& from, Unacked& pool) {
  if (!pool.takes(from.unacked_count)) return;
  const u32 at = pool.take();
  pool[at] = {
      .seq = s.seq, .next_seq = end, .frame = s.frame, .time = s.time, .older = from.unacked};
  const u32 low = s.seq - from.base, high = end - from.base;
  from.lowest = from.unacked_count == 0 ? low : std::min(from.lowest, low);
  from.highest = from.unacked_count == 0 ? high : std::max(from.highest, high);
  from.unacked = at;
  ++from.unacked_count;
}

// Drops what this ACK covers; the oldest segment that ends exactly there is the one it answers.
void acknowledge(const Observed& s, TcpHalf& to, Unacked& pool, proto::TcpFacts& facts) {
  if (to.unacked_count == 0) return;
  if (const u32 covered = s.ack - to.base; covered <= to.lowest && to.lowest < 0x80000000) return;
  u32* link = &to.unacked;
  u32 lowest = 0, highest = 0, count = 0;
  while (*link != none) {
    const u32 at = *link;
    Unacked::Sent& sent = pool[at];
    if (s.ack == sent.next_seq) {
      facts.acks_frame = sent.frame;
      facts.ack_rtt = s.time - sent.time;
    } else if (before(s.ack, sent.next_seq)) {
      if (before(sent.seq, s.ack)) sent.seq = s.ack;
      const u32 low = sent.seq - to.base, high = sent.next_seq - to.base;
      lowest = count == 0 ? low : std::min(lowest, low);
      highest = count == 0 ? high : std::max(highest, high);
      ++count;
      link = &sent.older;
      continue;
    }
    *link = sent.older;
    pool.give(at);
  }
  to.unacked_count = count;
  to.lowest = lowest, to.highest = highest;
}

void in_flight(const Observed& s, TcpHalf& from, const TcpHalf& to, proto::TcpFacts& facts) {
  if (s.length == 0 || from.unacked_count == 0 || !from.in_flight_known) return;
  const u32 bytes = from.highest - from.lowest - to.sacked;
  if (bytes > 0 && bytes < 2'000'000'000) {
    facts.bytes_in_flight = bytes - ((s.flags & (flag::syn | flag::fin)) != 0 ? 1 : 0);
  }
  const bool push = (s.flags & flag::push) != 0;
  from.push_bytes = from.pushed_last ? s.length : from.push_bytes + s.length;
  from.pushed_last = push;
  facts.push_bytes_sent = from.push_bytes;
}

// Nothing but timestamps, as most segments have that have options at all (RFC 7323 appendix A).
bool only_times(Bytes options) {
  return options.size() == 12 && base::be32(options.data()) == 0x0101080a;
}

void read_options(const Observed& s, TcpHalf& from, Handshake& handshake) {
  const u8* p = s.options.data();
  std::size_t left = s.options.size();
  while (left > 0 && *p != 0) {
    if (*p == 1) {
      ++p, --left;
      continue;
    }
    if (left < 2 || p[1] < 2 || p[1] > left) return;
    if (p[0] == 3 && p[1] == 3 && (s.flags & flag::syn) != 0)
      from.scale = std::int8_t(std::min<u8>(p[2], 14));
    if (p[0] == 5) {
      from.sacked = 0;
      for (u32 at = 2; at + 8 <= p[1] && at < 2 + 8 * TcpHalf::most_sacked; at += 8) {
        from.sacked += base::be32(p + at + 4) - base::be32(p + at);
      }
    }
    if (p[0] == 30 && p[1] > 2 && p[2] >> 4 < 8) handshake.operations |= u8(1 << (p[2] >> 4));
    left -= p[1];
    p += p[1];
  }
}

bool has_cookie(Bytes options) {
  while (!options.empty() && options[0] != 0) {
    if (options[0] == 1) {
      options = options.subspan(1);
      continue;
    }
    if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) return false;
    if (options[0] == 34 && options[1] > 2) return true;
    options = options.subspan(options[1]);
  }
  return false;
}

// RFC 7413: data in a SYN whose cookie shows that the client was here before.
proto::FastOpen fast_open(const Observed& s, const TcpHalf& to, Handshake& handshake) {
  if ((s.flags & flag::ack) == 0) {
    handshake.fast_open = s.length > 0 && has_cookie(s.options);
    return handshake.fast_open ? proto::FastOpen::asked : proto::FastOpen::none;
  }
  if (!handshake.fast_open) return proto::FastOpen::none;
  return s.ack - to.base > 1 ? proto::FastOpen::taken : proto::FastOpen::ignored;
}

// Windows are scaled only if both SYNs say so.
void agree_scale(const Observed& s, TcpHalf& from, TcpHalf& to) {
  if (from.scale == -1) {
    from.scale = to.scale = -2;
  } else if ((s.flags & flag::ack) != 0 && to.scale == -2) {
    from.scale = -2;
  }
}

// `in_order`: what follows() says. Where it is known to the compiler, most of this goes.
[[gnu::always_inline]] inline void move_on(const Observed& s, TcpHalf& from, TcpHalf& to,
                                           Handshake& handshake, Unacked& pool,
                                           proto::TcpFacts& facts, bool in_order) {
  const bool syn = !in_order && (s.flags & flag::syn) != 0;
  const bool acks = in_order || (s.flags & flag::ack) != 0;
  const bool counts_one = !in_order && (s.flags & (flag::syn | flag::fin)) != 0;
  const bool takes_room = in_order || s.length > 0 || counts_one;
  const u32 end = s.seq + s.length + (counts_one ? 1 : 0);
  if (in_order) {
    to.in_flight_known = true;
  } else {
    begin(s.seq, s.ack, s.flags, from, to);
    if (acks) to.in_flight_known = true;
  }
  if (syn && !acks) {
    handshake.syn_time = s.time;
    handshake.syn_seen = true;
  } else if (!syn && acks && handshake.syn_seen && handshake.initial_rtt == 0) {
    handshake.initial_rtt = s.time - handshake.syn_time;
  }

  u32 marks = facts.marks;
  if (!in_order) {
    marks |= place(s, from, to, handshake, facts);
  } else if (fills_window(s, to)) {
    marks |= mark::window_full;
  }
  from.operations_known = handshake.operations;
  if (s.ack != from.last_ack) {
    from.last_new_ack_frame = s.frame;
    from.duplicate_acks = 0;
  }
  marks |= acknowledged_unseen(s, to);
  if (!in_order) {
    if (takes_room && (marks & mark::keep_alive) == 0)
      marks |= repeated(s, from, to, handshake, pool, facts);
  } else if (acknowledged_before(s, to)) {
    marks |= mark::spurious_retransmission | mark::retransmission;
  }

  if (takes_room) remember(s, end, from, pool);
  if ((marks & mark::zero_window_probe) == 0) {
    if (in_order || from.next_seq == 0 || before(from.next_seq, end)) {
      from.next_seq = end;
      from.next_seq_time = s.time;
      from.next_seq_frame = s.frame;
    }
    if (from.max_seq == 0 || s.seq == from.max_seq) from.max_seq = from.next_seq;
  }
  from.window = s.window;
  from.last_ack = s.ack;
  from.last_ack_time = s.time;
  from.last_marks = marks;
  if (syn) {
    from.first_ack = true;
  } else if (acks) {
    from.first_ack = false;
  }
  acknowledge(s, to, pool, facts);
  in_flight(s, from, to, facts);

  facts.analysed = true;
  facts.marks = marks;
  facts.base_seq = from.base;
  facts.base_ack = to.base;
  facts.next_seq = end;
  facts.initial_rtt = handshake.initial_rtt;
  if (!s.options.empty() && !only_times(s.options)) read_options(s, from, handshake);
  if (!syn) return;
  facts.fast_open = fast_open(s, to, handshake);
  agree_scale(s, from, to);
}

}  // namespace

bool begin(u32 seq, u32 ack, u32 flags, TcpHalf& from, TcpHalf& to) {
  if (!from.has_base) {
    // Without a SYN counting begins at 1, as if one had been seen.
    from.base = (flags & flag::syn) != 0 ? seq : seq - 1;
    from.has_base = true;
  }
  if (!to.has_base && (flags & flag::ack) != 0) {
    to.base = ack - 1;
    to.has_base = true;
  }
  return to.has_base;
}

void analyse(const Observed& s, TcpHalf& from, TcpHalf& to, Handshake& handshake, Unacked& pool,
             proto::TcpFacts& facts) {
  if (!follows(s, from, to)) return analyse_any(s, from, to, handshake, pool, facts);
  move_on(s, from, to, handshake, pool, facts, true);
}

void analyse_any(const Observed& s, TcpHalf& from, TcpHalf& to, Handshake& handshake, Unacked& pool,
                 proto::TcpFacts& facts) {
  move_on(s, from, to, handshake, pool, facts, false);
}

void forget(TcpHalf& half, Unacked& pool) {
  while (half.unacked != none) {
    const u32 at = half.unacked;
    half.unacked = pool[at].older;
    pool.give(at);
  }
  half.unacked_count = 0;
}

}  // namespace netpeel::flow
