// What the flow table knows of questions and answers (DNS, NTP, ICMP echo) and of who used an
// address before (ARP).
#pragma once
#include "field/packet.hpp"

namespace netpeel::proto {

struct AnswerFacts : field::Facts {
  u64 question = 0;      // of an answer: the frame that asked; 0: none did
  i64 time = 0;          // nanoseconds since then
  u64 repeats = 0;       // the frame that said the same before; 0: none
  bool unasked = false;  // an answer to no question that was seen
};

struct AddressFacts : field::Facts {
  u64 frame = 0;  // in which this IP address last belonged to another hardware address
};

}  // namespace netpeel::proto
