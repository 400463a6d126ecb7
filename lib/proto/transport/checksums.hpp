// Checksums over a pseudo-header, as TCP, UDP, UDP-Lite and DCCP have them: the verdict, and what
// to tell a person of a bad one. Network cards finish checksums after a capture on the sending
// machine has seen the frame, so "bad" is often nobody's mistake; what Linux and others leave for
// the card can be recognised.
#pragma once
#include "proto/net/below.hpp"

namespace netpeel::proto {

struct ChecksumFound {
  Verdict verdict = Verdict::unverified;
  u16 right = 0;  // what the field should hold
  bool left_to_card =
      false;  // it holds the pseudo-header's sum: what a driver leaves for the card to finish
};

// pseudo_length is the length in the pseudo-header, `covered` bytes from the layer's start are
// summed, the checksum stands at byte `at`. Unverified as in pseudo_checksum().
ChecksumFound find_checksum(const Packet& packet, const Layer& layer, u8 ip_proto,
                            u32 pseudo_length, u32 covered, u32 at);

// Writes the right one, where it can be known.
void seal_checksum(const Fitting& f, u8 ip_proto, u32 pseudo_length, u32 covered, u32 at);

// Wireshark's word for a zero where none is allowed.
inline constexpr u64 illegal_checksum = 4;

// Emits the problem of a bad checksum; nothing for the others.
void tell_checksum(Expansion& x, const ChecksumFound& found, const Field& f, u32 at);

}  // namespace netpeel::proto
