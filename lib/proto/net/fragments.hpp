// What is known of a packet that came in pieces, told at the piece that made it whole: rows under
// Wireshark's names, for IPv4 and IPv6. RFC 791 §3.2, RFC 8200 §4.5.
#pragma once
#include "proto/common.hpp"

namespace netpeel::proto {

namespace fragment_mark {
enum : u8 {
  overlap = 1,         // begins before the pieces in front of it end
  conflict = 2,        // … and says something else there
  multiple_tails = 4,  // says it is the last, as another did, but ends elsewhere
  too_long = 8,        // reaches beyond the last piece's end
};
}

struct Fragment {
  u64 frame;
  u32 from, to;  // bytes of the whole
  u8 marks;
};

// Of the layer that holds the fragment's offset: ip, or ipv6.fraghdr.
struct FragmentFacts : Facts {
  std::span<const Fragment>
      pieces{};  // by their place; of those that begin at one place the first to come first
  Bytes whole{};
};

#define NETPEEL_FRAGMENT_ROWS(ip, show)                                                                                       \
  {ip ".fragments", "Put together from", 0, show, "The pieces that this packet came in; this frame brought the last one missing.", {.computed = true, .payload = true}}, \
  {ip ".fragment", "Piece in frame", 64, dec, "The frame that brought this piece.", {.computed = true}},                       \
  {ip ".fragment.overlap", "Overlaps", 8, flag, "This piece holds bytes that another one held, too.", {.computed = true}},     \
  {ip ".fragment.overlap.conflict", "Contradicts", 8, flag, "This piece holds other bytes than the one that came before.", {.computed = true}}, \
  {ip ".fragment.multipletails", "A second end", 8, flag, "Two pieces say to be the last, and end at different places.", {.computed = true}}, \
  {ip ".fragment.toolongfragment", "Too long", 8, flag, "This piece reaches beyond the end of the packet.", {.computed = true}}, \
  {ip ".fragment.count", "Pieces", 32, dec, "How many pieces there were.", {.computed = true}},                                \
  {ip ".reassembled.length", "Length of the whole", 32, dec, "Bytes that the pieces make up together.", {.computed = true}},  \
  {ip ".reassembled.data", "The whole", 0, bytes, "All pieces, put together.", {.computed = true, .payload = true}}

// `rows`: nine as above, in this order.
void expand_fragments(Expansion& x, Table rows, const FragmentFacts& known);

}  // namespace netpeel::proto
