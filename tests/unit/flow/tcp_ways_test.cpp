// Segments in order take a shorter way through the analysis: they must come out as by the long one.
#include <algorithm>
#include <tuple>

#include "base/random.hpp"
#include "flow/tcp_analysis.hpp"
#include "proto/transport/tcp.hpp"
#include "support/catch.hpp"

namespace netpeel {
namespace {

namespace flag = proto::tcp_flag;

auto all_of(const proto::TcpFacts& f) {
  return std::make_tuple(f.analysed, f.base_seq, f.base_ack, f.next_seq, f.marks, f.fast_open,
                         f.duplicate_ack_number, f.duplicate_ack_frame, f.acks_frame, f.ack_rtt,
                         f.initial_rtt, f.rto, f.rto_frame, f.unanswered, f.bytes_in_flight,
                         f.push_bytes_sent);
}
auto all_of(const flow::TcpHalf& h) {
  return std::make_tuple(h.last_ack_time, h.next_seq_time, h.next_seq_frame, h.last_new_ack_frame,
                         h.base, h.next_seq, h.max_seq, h.last_ack, h.window, h.duplicate_acks,
                         h.last_marks, h.push_bytes, h.unacked_count, h.lowest, h.highest, h.sacked,
                         h.scale, h.has_base, h.first_ack, h.in_flight_known, h.pushed_last,
                         h.operations_known);
}

struct Connection {
  flow::TcpHalf halves[2];
  flow::Handshake handshake;
  flow::Unacked pool;
};

// A connection in which most goes well: `next` and `acked` by side.
struct Speaker {
  base::Random& random;
  u32 next[2], acked[2];
  u8 options[12];

  flow::Observed segment(u32 side, u64 frame) {
    flow::Observed s{.frame = frame,
                     .time = i64(frame * 1'000'000),
                     .seq = next[side],
                     .ack = acked[side] = random.below(3) == 0 ? next[1 - side] : acked[side],
                     .flags = u32(flag::ack) | (random.below(2) == 0 ? u32(flag::push) : 0),
                     .window = 500,
                     .length = u32(random.below(4) == 0 ? 0 : random.below(1460)),
                     .options = {}};
    if (random.below(3) == 0) choose_options(s);
    if (random.below(8) == 0) disturb(s);
    if (flow::before(next[side], s.seq + s.length)) next[side] = s.seq + s.length;
    return s;
  }
  void choose_options(flow::Observed& s) {
    const u8 times[12]{1, 1, 8, 10}, sack[12]{1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 200};
    std::copy_n(random.below(2) == 0 ? times : sack, 12, options);
    s.options = {options, random.below(8) == 0 ? 4u : 12u};
  }
  void disturb(flow::Observed& s) {
    switch (random.below(8)) {
      case 0: s.seq -= u32(random.below(3000)); break;
      case 1: s.seq += u32(random.below(3000)); break;
      case 2: s.ack += u32(random.below(5000)); break;
      case 3: s.window = random.below(2) == 0 ? 0 : u32(random.below(3000)); break;
      case 4: s.length = u32(random.below(3)); break;
      case 5: s.flags |= random.below(2) == 0 ? u32(flag::fin) : u32(flag::syn); break;
      case 6: s.flags = u32(random.below(64)); break;
      case 7: s.length = u32(random.next()); break;
    }
  }
};

}  // namespace

TEST_CASE("a segment in order comes out the same by the short and by the long way") {
  u64 in_order = 0;
  for (u64 seed = 1; seed <= 300; ++seed) {
    base::Random random(seed);
    Connection a, b;
    // Some begin near where numbers wrap.
    const u32 first = seed % 3 == 0 ? 0xffffff00 : u32(random.next());
    Speaker speaker{
        random, {first,  first + 77},
         {first + 77,      first},
         {          }
    };
    if (seed % 2 == 0) {
      for (Connection* c : {&a, &b})
        c->halves[0].scale = c->halves[1].scale = std::int8_t(seed % 4);
    }
    for (u64 frame = 1; frame <= 200; ++frame) {
      const u32 side = u32(random.below(2));
      const flow::Observed s = speaker.segment(side, frame);
      proto::TcpFacts by_short, by_long;
      in_order += s.length > 1 && s.seq == a.halves[side].next_seq;
      flow::analyse(s, a.halves[side], a.halves[1 - side], a.handshake, a.pool, by_short);
      flow::analyse_any(s, b.halves[side], b.halves[1 - side], b.handshake, b.pool, by_long);
      INFO("seed " << seed << " frame " << frame);
      REQUIRE((all_of(by_short) == all_of(by_long)));
      for (u32 i = 0; i < 2; ++i) REQUIRE((all_of(a.halves[i]) == all_of(b.halves[i])));
      REQUIRE(a.handshake.operations == b.handshake.operations);
      REQUIRE(a.handshake.initial_rtt == b.handshake.initial_rtt);
    }
  }
  CHECK(in_order > 10'000);  // the short way was taken
}

}  // namespace netpeel
