// What TCP's expand() and sentence say beyond one segment: numbers counted from the connection's
// start, and what the flow table thinks of it (tcp_facts.hpp).
#pragma once
#include "proto/common.hpp"
#include "proto/transport/tcp_facts.hpp"

namespace netpeel::proto {

// Three tables, because not every reader wants all of it worked out (flow/need.hpp): of the
// conversation alone; of what both sides have sent so far; and, elsewhere, rows that also need what
// stream protocols read.
inline constexpr auto tcp_conversation_rows = loose({
    {"tcp.stream", "Conversation", 32, dec,
     "Which connection of this capture it belongs to, counted from 0.", {.computed = true}},
    {"tcp.completeness", "Seen of the connection so far", 8, dec,
     "A sum: 1 SYN, 2 SYN ACK, 4 ACK, 8 data, 16 FIN, 32 RST; what came before this segment.",
     {.computed = true}},
    {"tcp.connection.syn", "Asks to open", 0, mark, "This segment asks to open a connection.",
     {.computed = true}},
    {"tcp.connection.synack", "Agrees to open", 0, mark,
     "This segment agrees to open a connection.", {.computed = true}},
    {"tcp.connection.fin", "Closes", 0, mark, "This side has nothing more to send.",
     {.computed = true}},
    {"tcp.connection.fin_active", "Closes first", 0, mark, "This side was the first to close.",
     {.computed = true}},
    {"tcp.connection.fin_passive", "Closes second", 0, mark, "The other side had closed before.",
     {.computed = true}},
    {"tcp.connection.rst", "Breaks off", 0, mark,
     "This segment refuses the connection or breaks it off.", {.computed = true}},
    {"tcp.time_relative", "Time since its first segment", 64, seconds,
     "Since the connection's first segment.", {.computed = true}},
    {"tcp.time_delta", "Time since the previous one", 64, seconds,
     "Since the segment before in this connection.", {.computed = true}},
});
inline constexpr auto tcp_analysis_rows = loose({
    {"tcp.seq", "Sequence number", 32, dec,
     "The place of this segment's first byte, counted from the connection's start.",
     {.computed = true}},
    {"tcp.nxtseq", "Next sequence number", 32, dec, "Where the sender's next segment should begin.",
     {.computed = true}},
    {"tcp.ack", "Acknowledgment number", 32, dec,
     "All bytes of the other side before this one have arrived, counted from the connection's "
     "start.", {.computed = true}},
    {"tcp.window_size", "Window, scaled", 32, dec, "How many more bytes the sender has room for.",
     {.computed = true}},
    {"tcp.window_size_scalefactor", "Window scale factor", 32, sdec,
     "By what the window is multiplied; -1: the handshake was not seen, -2: scaling is not used.",
     {.computed = true}},
    {"tcp.analysis", "What it means in its connection", 0, mark,
     "Conclusions from the segments before it.", {.computed = true}},
    {"tcp.analysis.acks_frame", "Acknowledges frame", 64, dec,
     "The frame whose last byte this acknowledges.", {.computed = true}},
    {"tcp.analysis.ack_rtt", "After", 64, seconds, "Time from that frame to this acknowledgment.",
     {.computed = true}},
    {"tcp.analysis.initial_rtt", "First round-trip time", 64, seconds,
     "From the SYN to the ACK that ended the handshake.", {.computed = true}},
    {"tcp.analysis.bytes_in_flight", "Bytes in flight", 32, dec,
     "Sent by this side and not acknowledged yet, as seen here.", {.computed = true}},
    {"tcp.analysis.push_bytes_sent", "Bytes since the last PSH", 32, dec,
     "Sent by this side since it last said: hand them on.", {.computed = true}},
    {"tcp.analysis.flags", "Marks", 0, mark, "Something worth knowing was concluded.",
     {.computed = true}},
    {"tcp.analysis.reused_ports", "Ports used again", 0, mark,
     "A new connection between ports that had one before.", {.computed = true}},
    {"tcp.analysis.zero_window_probe", "Zero-window probe", 0, mark,
     "Tries whether the other side has room again.", {.computed = true}},
    {"tcp.analysis.zero_window", "Zero window", 0, mark, "The sender of this has no room for more.",
     {.computed = true}},
    {"tcp.analysis.lost_segment", "Segment missing before it", 0, mark,
     "Bytes before these were not captured.", {.computed = true}},
    {"tcp.analysis.keep_alive", "Keep-alive", 0, mark,
     "Asks whether the other side is still there.", {.computed = true}},
    {"tcp.analysis.window_update", "Window update", 0, mark,
     "Tells of more or less room, and nothing else.", {.computed = true}},
    {"tcp.analysis.window_full", "Window full", 0, mark,
     "These bytes fill all the room the other side announced.", {.computed = true}},
    {"tcp.analysis.keep_alive_ack", "Answer to a keep-alive", 0, mark, "Says: still here.",
     {.computed = true}},
    {"tcp.analysis.zero_window_probe_ack", "Answer to a zero-window probe", 0, mark,
     "Says: still no room.", {.computed = true}},
    {"tcp.analysis.duplicate_ack", "Duplicate ACK", 0, mark,
     "Acknowledges once more what was acknowledged already.", {.computed = true}},
    {"tcp.analysis.duplicate_ack_num", "Number of the duplicate", 32, dec,
     "How many times it was repeated.", {.computed = true}},
    {"tcp.analysis.duplicate_ack_frame", "Duplicate of frame", 64, dec,
     "The first ACK with this number.", {.computed = true}},
    {"tcp.analysis.ack_lost_segment", "Acknowledges what was not seen", 0, mark,
     "The bytes acknowledged were not captured.", {.computed = true}},
    {"tcp.analysis.retransmission", "Sent again", 0, mark, "These bytes were sent before.",
     {.computed = true}},
    {"tcp.analysis.fast_retransmission", "Sent again, fast", 0, mark,
     "Sent again because duplicate ACKs asked for it.", {.computed = true}},
    {"tcp.analysis.spurious_retransmission", "Sent again, needlessly", 0, mark,
     "Sent again although it had been acknowledged.", {.computed = true}},
    {"tcp.analysis.out_of_order", "Out of order", 0, mark,
     "Comes after segments that were sent later.", {.computed = true}},
    {"tcp.analysis.tfo_syn", "Data before the handshake", 0, mark,
     "The SYN brings data and a cookie from an earlier connection (Fast Open).",
     {.ref = "RFC 7413", .computed = true}},
    {"tcp.analysis.tfo_ack", "Early data taken", 0, mark,
     "The server takes the data that came with the SYN (Fast Open).",
     {.ref = "RFC 7413", .computed = true}},
    {"tcp.analysis.tfo_ignored", "Early data not taken", 0, mark,
     "The server did not take the data that came with the SYN; they must be sent again.",
     {.ref = "RFC 7413", .computed = true}},
    {"tcp.analysis.rto", "Waited", 64, seconds,
     "Time from when the bytes should have been acknowledged first to this repeat.",
     {.computed = true}},
    {"tcp.analysis.rto_frame", "Waited since frame", 64, dec,
     "The frame from which that time counts.", {.computed = true}},
});

// Times and conclusions, behind the header's rows.
void tcp_conclusions(Expansion& x, const TcpFacts& known);
// Appends ", which …" to the line's sentence where there is something to say.
void tcp_conclusion(const TcpFacts& known, Text& out);

}  // namespace netpeel::proto
