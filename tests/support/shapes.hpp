// One packet, or a few, of each protocol, built from values: golden pictures, random values against
// tshark and fuzz seeds all come from this table. A new protocol adds its line here, and the tests
// ask for the rest.
#pragma once
#include <string>
#include <vector>

#include "base/random.hpp"
#include "field/build.hpp"
#include "proto/all.hpp"

namespace netpeel::test {

struct Shape {
  u8 id;                  // the protocol shown
  std::string_view name;  // "icmp", "icmp-timestamp": the golden files' names; it begins with the
                          // name in protocols.def
  u16 link_type;
  void (*below)(field::Builder& b);
  std::string_view held;  // rows that are not drawn by lot, blanks between: lengths, keys,
                          // versions, what decides the shape
  void (*rest)(field::Builder& b,
               base::Random& random);  // the variable part, held rows, what is above; null: nothing
};

std::span<const Shape> shapes();

// The name that protocols.def gives a protocol.
std::string_view name_of(u8 id);

// Those that are no layer of a frame, with the reason.
struct Shapeless {
  u8 id;
  std::string_view why;
};
std::span<const Shapeless> shapeless();

// The shape's frame; rows that are not held have random values, the same for the same seed.
base::Result<std::vector<u8>> draw(const Shape& shape, u64 seed);

}  // namespace netpeel::test
