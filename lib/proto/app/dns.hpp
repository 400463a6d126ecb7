// The decoder of DNS messages that dns, mdns and llmnr share, and later DNS over TCP — RFC 1035.
// It reads and keeps nothing: every decoded name stands in a buffer on the stack while its Node is
// shown.
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto {

// Which dialect: they share the message and differ in the meaning of a few bits.
enum class DnsKind : u8 {
  dns,    // RFC 1035
  mdns,   // RFC 6762: the class's top bit is a flag
  llmnr,  // RFC 4795: other header flags
};

// The rows of each dialect; the first table is the header. Bounds stand here, so that other files'
// constants can be built from the arrays before any code runs.
extern const Table dns_tables[12];
extern const Table mdns_tables[12];
extern const Table llmnr_tables[12];

constexpr u32 dns_header = 12;

// Emits the fields of the message of `size` bytes that begins at byte `at` of the layer.
void expand_dns(Expansion& x, u32 at, u32 size, DnsKind kind);

// One plain sentence about a message.
void dns_sentence(Bytes message, DnsKind kind, Text& out);

// A Dissect for messages that fill their datagram.
Next dissect_dns(const u8* p, u32 len, Layer& out);

// Reads the name at byte `at` of a message; the part before its first pointer may not reach beyond
// `end`.
struct DnsName {
  enum class Fault : u8 { none, loop, too_long, past_end, bad_label };
  char text[256];  // as on the wire, dots between labels; "<Root>" for the root
  u16 size = 0;
  u16 labels = 0;
  u32 wire = 0;  // bytes it takes where it stands; 0: nobody knows
  Fault fault = Fault::none;
  bool forward = false;  // a pointer to a later place, which RFC 1035 §4.1.4 does not allow
  std::string_view view() const { return {text, size}; }
};
void read_dns_name(Bytes message, u32 at, u32 end, DnsName& out);

}  // namespace netpeel::proto
