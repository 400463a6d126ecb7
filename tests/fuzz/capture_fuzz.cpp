// A capture file of any format, plain or compressed: every frame's bytes are read, and numbers
// ascend. Plain ones are read once more, a batch at a time from the last to the first, and in
// pieces by two who tell each other where frames begin: it is always the same frames.
#include <cstdlib>
#include <vector>

#include "capture/source.hpp"

using namespace netpeel;

namespace {

void check(bool good) {
  if (!good) std::abort();
}

u64 sum_of(const base::Frame& frame, const capture::FrameSource& source) {
  check(frame.size <= frame.wire_size && frame.interface < source.interfaces().size());
  u64 sum = frame.number ^ u64(frame.time) ^ u64(frame.link_type) << 48;
  const auto add = [&sum](u8 byte) { sum = (sum ^ byte) * 0x100000001b3; };
  for (u8 b : frame.bytes()) add(b);
  for (char c : frame.comment) add(u8(c));
  for (char c : frame.interface_name) add(u8(c));
  return sum;
}

struct Batch {
  capture::Place place;
  std::size_t first, size;  // in the sums
};

void in_pieces(Bytes bytes, u64 piece, const std::vector<u64>& sums) {
  std::unique_ptr<capture::FrameSource> sources[2];
  capture::Place at;
  for (auto& source : sources) {
    source = capture::open_memory(bytes);
    const std::size_t n = source->next().size();
    if (n == 0) return;
    at = source->place();
    at.at += at.size;
    at.number += n;
  }
  u32 turn = 0;
  for (u64 i = at.at / piece; i * piece < bytes.size() && at.number < sums.size(); ++i) {
    capture::FrameSource& source = *sources[turn++ % 2];
    source.ahead(std::max(i * piece, at.at), (i + 1) * piece);
    const capture::Place behind = source.behind(at, (i + 1) * piece);
    check(behind.at >= at.at && behind.number >= at.number);
    source.again(at);
    while (at.number < behind.number && at.number < sums.size()) {
      const auto frames = source.next();
      check(!frames.empty());
      for (const base::Frame& frame : frames) {
        if (at.number == behind.number || at.number == sums.size()) break;
        check(sum_of(frame, source) == sums[at.number++]);
      }
    }
    at = behind;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  const auto source = capture::open_memory(bytes);
  std::vector<Batch> batches;
  std::vector<u64> sums;
  // A small gzip file may hold gigabytes of empty frames; reading on for ever is not what is
  // tested.
  for (int n = 0; n < 200; ++n) {
    const auto frames = source->next();
    if (frames.empty()) break;
    batches.push_back({source->place(), sums.size(), frames.size()});
    for (const base::Frame& frame : frames) {
      sums.push_back(sum_of(frame, *source));
      check(frame.number == sums.size());
    }
  }
  check(!source->damage() || !source->damage()->why.empty());
  if (!source->repeatable()) return 0;
  for (; !batches.empty(); batches.pop_back()) {
    const Batch& batch = batches.back();
    source->again(batch.place);
    const auto frames = source->next();
    check(frames.size() >= batch.size);
    for (std::size_t i = 0; i < batch.size; ++i)
      check(sum_of(frames[i], *source) == sums[batch.first + i]);
  }
  in_pieces(bytes, 64 + (size > 0 ? data[size - 1] : 0u) * u64(16), sums);
  return 0;
}
