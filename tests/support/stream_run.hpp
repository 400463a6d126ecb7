// Feeds a stream protocol as a flow table would, and writes down what it says, as text that is easy
// to compare.
#pragma once
#include <string>
#include <vector>

#include "stream/pump.hpp"

namespace netpeel::test {

// What one side says, or what is missing of it.
struct Said {
  stream::Side side;
  std::string bytes;
  u64 missing = 0;  // not 0: a gap of so many bytes instead
};

struct StreamRun {
  // One line a message: "client http 0-57 GET / HTTP/1.1 …: fields, problems", as told by expand().
  // The chunks that the bytes of `said` are fed in are drawn from the seed; 0: each Said in one
  // piece, 1: byte by byte.
  static std::string lines(const stream::Streamed& protocol, const std::vector<Said>& said,
                           u64 seed = 0, bool fields = true);
};

}  // namespace netpeel::test
