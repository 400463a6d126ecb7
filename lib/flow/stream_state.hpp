// What is kept of a conversation whose bytes are read: see router.hpp.
#pragma once
#include <memory>

#include "flow/reassembly.hpp"
#include "stream/pump.hpp"

namespace netpeel::flow {

// From its first byte of data on.
struct StreamState {
  StreamState(u32 client_begin, u32 server_begin)
      : halves{Reassembly(client_begin), Reassembly(server_begin)} {}
  // Which frame carried which bytes of a stream that are not in a whole message yet.
  struct Mark {
    u64 from, to;
    u64 frame;
  };
  Reassembly halves[2];
  std::unique_ptr<stream::Pump> pump;
  // Those that another followed in the present frame, whose messages may still point to them.
  std::vector<std::unique_ptr<stream::Pump>> former;
  std::vector<Mark> marks[2];
  bool midway = false;  // its beginning was not captured
  u64 told[2]{};        // bytes of each stream so far, gaps included

  u64 memory() const {
    u64 kept = halves[0].memory() + halves[1].memory() + (pump != nullptr ? pump->memory() : 0);
    for (const auto& one : former) kept += one->memory();
    return sizeof(StreamState) + kept + (marks[0].capacity() + marks[1].capacity()) * sizeof(Mark);
  }
};

}  // namespace netpeel::flow
