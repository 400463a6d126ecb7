// A capture file of any format, plain or compressed: every frame's bytes are read, and numbers
// ascend.
#include <cstdlib>

#include "capture/source.hpp"

using namespace netpeel;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = capture::open_memory({data, size});
  u64 number = 0;
  volatile u32 sum = 0;
  // A small gzip file may hold gigabytes of empty frames; reading on for ever is not what is
  // tested.
  for (int batches = 0; batches < 200; ++batches) {
    const auto frames = source->next();
    if (frames.empty()) break;
    for (const base::Frame& frame : frames) {
      if (frame.number != ++number || frame.size > frame.wire_size) std::abort();
      if (frame.interface >= source->interfaces().size()) std::abort();
      for (u8 b : frame.bytes()) sum = sum + b;
      for (char c : frame.comment) sum = sum + u8(c);
      for (char c : frame.interface_name) sum = sum + u8(c);
    }
  }
  if (source->damage() && source->damage()->why.empty()) std::abort();
  return 0;
}
