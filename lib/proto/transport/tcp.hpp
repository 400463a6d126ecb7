// The fixed TCP header — RFC 9293 §3.1, its flags also by RFC 3168 and
// draft-ietf-tcpm-accurate-ecn. Typed, because the flow table reads sequence numbers and flags of
// every segment.
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto {

struct Tcp {
  static constexpr auto fields = wire({
      {"tcp.srcport", "Source port", 16, dec,
       "The sender's port: with its address it names one end of the connection.",
       {.aliases = "tcp.port", .role = Role::source_port}},
      {"tcp.dstport", "Destination port", 16, dec,
       "The receiver's port: it says which program there is meant.",
       {.aliases = "tcp.port", .role = Role::destination_port}},
      {"tcp.seq_raw", "Sequence number (raw)", 32, dec,
       "The place of this segment's first byte in the sender's stream; counting starts at a number "
       "drawn for each connection.", {.ref = "§3.4"}},
      {"tcp.ack_raw", "Acknowledgment number (raw)", 32, dec,
       "The next byte the sender expects: all before it have arrived. Valid with the ACK flag "
       "only.", {.ref = "§3.4"}},
      {"tcp.hdr_len", "Header length", 4, dec,
       "In bytes, options included; the wire counts 32-bit words.", {.scale = 4}},
      {"tcp.flags", "Flags", 12, hex, "What this segment asks or tells besides its data.",
       {.covers = true}},
      {"tcp.flags.res", "Reserved", 3, flag, "Kept for the future; must be zero."},
      {"tcp.flags.ae", "Accurate ECN", 1, flag,
       "Used for finer reports of congestion; formerly the nonce flag."},
      {"tcp.flags.cwr", "Congestion window reduced", 1, flag,
       "The sender has slowed down after a report of congestion.", {.ref = "RFC 3168 §6.1"}},
      {"tcp.flags.ece", "ECN echo", 1, flag,
       "A router marked congestion on the way here; on a SYN: can handle such marks.",
       {.ref = "RFC 3168 §6.1"}},
      {"tcp.flags.urg", "Urgent", 1, flag, "The urgent pointer counts. Hardly used today."},
      {"tcp.flags.ack", "Acknowledgment", 1, flag,
       "The acknowledgment number counts; set on all but the very first segment."},
      {"tcp.flags.push", "Push", 1, flag,
       "Hand what has arrived to the program now: the sender has no more for the moment."},
      {"tcp.flags.reset", "Reset", 1, flag, "Break the connection off at once, or refuse it."},
      {"tcp.flags.syn", "Syn", 1, flag,
       "Opens the connection: the sequence number given is the start of counting."},
      {"tcp.flags.fin", "Fin", 1, flag,
       "The sender has no more data; the other side may still send."},
      {"tcp.window_size_value", "Window", 16, dec,
       "How many more bytes the sender of this segment has room for; to be multiplied if a window "
       "scale was agreed.", {.ref = "RFC 7323 §2"}},
      {"tcp.checksum", "Checksum", 16, hex, "Over a pseudo-header, the header and the data."},
      {"tcp.urgent_pointer", "Urgent pointer", 16, dec,
       "With the URG flag: how far the urgent data reach, counted from the sequence number."},
  });
};

// The bits of tcp.flags.
namespace tcp_flag {
enum : u32 {
  fin = 1,
  syn = 2,
  reset = 4,
  push = 8,
  ack = 16,
  urg = 32,
  ece = 64,
  cwr = 128,
  ae = 256
};
}

}  // namespace netpeel::proto
