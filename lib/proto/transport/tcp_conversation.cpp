#include "proto/transport/tcp_conversation.hpp"

namespace netpeel::proto {
namespace {

constexpr const auto& rows = tcp_analysis_rows;

// A duration as a person says it: "203 ms".
void span(i64 time, Text& out) {
  const u64 t = time < 0 ? u64(0) - u64(time) : u64(time);
  const auto put = [&](u64 unit, std::string_view name) {
    out.dec(t / unit);
    // Below ten one digit more is worth having.
    if (const u64 tenth = t % unit * 10 / unit; t / unit < 10 && tenth != 0)
      out.add(".").dec(tenth);
    out.add(name);
  };
  if (time < 0) out.add("-");
  if (t >= 1'000'000'000) {
    put(1'000'000'000, " s");
  } else if (t >= 1'000'000) {
    put(1'000'000, " ms");
  } else {
    put(1'000, " µs");
  }
}

struct Said {
  u32 mark;
  Severity severity;
  bool amiss;  // else it is only remarked
  const Field* field;
  std::string_view problem;  // empty: the sentence has numbers in it, and is made when it is said
  std::string_view line;     // for the line view, behind a comma
};

// In the order in which they are shown. Of a retransmission only the more exact word is said.
// Severities are Wireshark's.
constexpr Said all[]{
    {tcp_mark::reused_ports, Severity::note, true, &row<"tcp.analysis.reused_ports">(rows),
     "these two ports had a connection before; this is a new one: normal where a client opens "
     "many, one after the other", "a new connection on ports used before"},
    {tcp_mark::spurious_retransmission, Severity::note, true,
     &row<"tcp.analysis.spurious_retransmission">(rows),
     "these bytes were sent again although the other side had acknowledged them: that ACK was late "
     "or lost on its way; harmless, but wasteful if it is often",
     "sent again although they had been acknowledged"},
    {tcp_mark::fast_retransmission, Severity::note, true,
     &row<"tcp.analysis.fast_retransmission">(rows),
     "these bytes were sent again at once, because repeated ACKs said that they are missing: the "
     "network lost a segment, and TCP mended it quickly",
     "sent again because repeated ACKs asked for them"},
    {tcp_mark::out_of_order, Severity::warn, true, &row<"tcp.analysis.out_of_order">(rows),
     "this segment comes after some that were sent later: packets took different ways, or the "
     "capture mixed them up; a few are normal, many slow TCP down",
     "out of order: later bytes came before"},
    {tcp_mark::retransmission, Severity::note, true, &row<"tcp.analysis.retransmission">(rows), "",
     ""},
    {tcp_mark::lost_segment, Severity::warn, true, &row<"tcp.analysis.lost_segment">(rows),
     "bytes before this segment are missing in the capture: they were lost on the way, come later, "
     "or the capture missed them; normal at a capture's start", "bytes before it were not seen"},
    {tcp_mark::ack_lost_segment, Severity::warn, true, &row<"tcp.analysis.ack_lost_segment">(rows),
     "this acknowledges bytes that the capture does not have: they did arrive, so it was the "
     "capture that missed them", "which this capture did not see"},
    {tcp_mark::window_update, Severity::chat, false, &row<"tcp.analysis.window_update">(rows),
     "this side only says how much room it has now: normal, its program has read what came",
     "tells its new window"},
    {tcp_mark::window_full, Severity::warn, true, &row<"tcp.analysis.window_full">(rows),
     "these bytes fill all the room that the other side announced: the sender must wait now; often "
     "the receiving program reads too slowly", "fills the other side's window"},
    {tcp_mark::keep_alive, Severity::note, false, &row<"tcp.analysis.keep_alive">(rows),
     "a keep-alive: this side asks whether the other is still there; normal on a connection that "
     "has nothing to say for long", "a keep-alive: asks whether the other side is still there"},
    {tcp_mark::keep_alive_ack, Severity::note, false, &row<"tcp.analysis.keep_alive_ack">(rows),
     "the answer to a keep-alive: still here, all is well", "answers a keep-alive"},
    {tcp_mark::duplicate_ack, Severity::note, true, &row<"tcp.analysis.duplicate_ack">(rows), "",
     ""},
    {tcp_mark::zero_window_probe, Severity::note, true,
     &row<"tcp.analysis.zero_window_probe">(rows),
     "a single byte tries whether the other side, whose window was zero, has room again: normal "
     "while it is busy", "tries whether there is room again"},
    {tcp_mark::zero_window, Severity::warn, true, &row<"tcp.analysis.zero_window">(rows),
     "the window is zero: this side has no room for more, because its program does not read what "
     "came; the other side has to wait", ""},
    {tcp_mark::zero_window_probe_ack, Severity::note, true,
     &row<"tcp.analysis.zero_window_probe_ack">(rows),
     "still no room: the answer to a probe of the zero window", "answers a probe: still no room"},
};

void again(const TcpFacts& known, Text& out) {
  out.add("sent again ");
  span(known.rto, out);
  out.add(" later");
}

void say_duplicate_ack(const TcpFacts& known, Text& says) {
  says.add("the same ACK once more (")
      .dec(known.duplicate_ack_number)
      .add(known.duplicate_ack_number == 1 ? " time now, first in frame "
                                           : " times now, first in frame ")
      .dec(known.duplicate_ack_frame);
  says.add("): something arrived, but not the bytes that are next; three of these make the sender "
           "repeat them");
}

void say_again(const TcpFacts& known, Text& says) {
  if (known.rto_frame == 0) {
    says.add("the same bytes again, at the same moment: probably the capture saw one frame twice, "
             "which is its own doing");
    return;
  }
  again(known, says);
  says.add(" (counted from frame ")
      .dec(known.rto_frame)
      .add(known.unanswered ? "): no ACK for it had come" : ")");
  says.add("; now and then that is normal, many mean that packets get lost");
}

void marks(Expansion& x, const TcpFacts& known) {
  constexpr u32 more_exact = tcp_mark::spurious_retransmission | tcp_mark::fast_retransmission;
  x.computed(row<"tcp.analysis.flags">(rows), 1);
  const auto in = x.inside();
  for (const Said& said : all) {
    if ((known.marks & said.mark) == 0) continue;
    x.computed(*said.field, 1);
    Text says;
    if (said.mark == tcp_mark::duplicate_ack) {
      x.computed(row<"tcp.analysis.duplicate_ack_num">(rows), known.duplicate_ack_number);
      x.computed(row<"tcp.analysis.duplicate_ack_frame">(rows), known.duplicate_ack_frame);
      say_duplicate_ack(known, says);
    } else if (said.mark == tcp_mark::retransmission) {
      if ((known.marks & more_exact) != 0) continue;
      say_again(known, says);
    }
    const std::string_view text = says.empty() ? said.problem : says.view();
    if (said.amiss) {
      x.problem(Kind::unusual, said.field, text, said.severity);
    } else {
      x.remark(said.severity, said.field, text);
    }
  }
  if (known.rto_frame != 0) {
    x.computed(row<"tcp.analysis.rto">(rows), u64(known.rto));
    x.computed(row<"tcp.analysis.rto_frame">(rows), known.rto_frame);
  }
}

}  // namespace

void tcp_conclusions(Expansion& x, const TcpFacts& known) {
  switch (known.fast_open) {
    case FastOpen::none: break;
    case FastOpen::asked: x.computed(row<"tcp.analysis.tfo_syn">(rows), 1); break;
    case FastOpen::taken: x.computed(row<"tcp.analysis.tfo_ack">(rows), 1); break;
    case FastOpen::ignored: x.computed(row<"tcp.analysis.tfo_ignored">(rows), 1); break;
  }
  x.computed(row<"tcp.time_relative">(tcp_conversation_rows), u64(known.since_first));
  x.computed(row<"tcp.time_delta">(tcp_conversation_rows), u64(known.since_previous));
  if (known.acks_frame == 0 && known.bytes_in_flight == 0 && known.marks == 0) return;
  x.computed(row<"tcp.analysis">(rows), 1);
  const auto in = x.inside();
  if (known.acks_frame != 0) {
    x.computed(row<"tcp.analysis.acks_frame">(rows), known.acks_frame);
    if (known.ack_rtt != 0) x.computed(row<"tcp.analysis.ack_rtt">(rows), u64(known.ack_rtt));
  }
  if (known.initial_rtt != 0)
    x.computed(row<"tcp.analysis.initial_rtt">(rows), u64(known.initial_rtt));
  if (known.bytes_in_flight != 0) {
    x.computed(row<"tcp.analysis.bytes_in_flight">(rows), known.bytes_in_flight);
    x.computed(row<"tcp.analysis.push_bytes_sent">(rows), known.push_bytes_sent);
  }
  if (known.marks != 0) marks(x, known);
}

void tcp_conclusion(const TcpFacts& known, Text& out) {
  for (const Said& said : all) {
    if ((known.marks & said.mark) == 0) continue;
    if (said.mark == tcp_mark::retransmission && known.rto_frame != 0) {
      out.add(", ");
      again(known, out);
      if (known.unanswered) out.add(": no ACK for it had come");
    } else if (said.mark == tcp_mark::duplicate_ack) {
      out.add(", the same as in frame ")
          .dec(known.duplicate_ack_frame)
          .add(": later bytes came, the next ones did not");
    } else if (!said.line.empty()) {
      out.add(", ").add(said.line);
    }
  }
}

}  // namespace netpeel::proto
