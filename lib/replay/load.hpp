// Frames of a capture in memory, ready to go: what cannot be sent is sorted out and counted. A file
// that does not fit is read in portions. One thread.
#pragma once
#include <vector>

#include "capture/source.hpp"
#include "replay/changes.hpp"
#include "replay/link.hpp"

namespace netpeel::replay {

struct LeftOut {
  u64 too_long = 0;         // for the interface's MTU
  u64 first_too_long = 0;   // its number in the file
  u32 longest = 0;          // bytes of the longest of them
  u64 cut = 0;              // by the capture: the rest is not known
  u64 other_link_type = 0;  // than what the interface takes
  u16 link_type = 0;        // one of those
  u64 all() const { return too_long + cut + other_link_type; }
};

class Load {
 public:
  static constexpr u64 most = u64(256) << 20;  // bytes; then what is there goes first

  struct Item {
    std::size_t at;
    u32 size;
    i64 time;
    u64 number;  // in the file
  };

  // Both outlive it; changes may be null.
  Load(const Link& link, Changes* changes) : link_(link), changes_(changes) {}

  // The next portion, in place of the last. False: the source has ended, and
  // the last portion is still there.
  bool fill(capture::FrameSource& source);
  const std::vector<Item>& items() const { return items_; }
  Bytes bytes(const Item& item) const { return Bytes(bytes_).subspan(item.at, item.size); }
  const LeftOut& left_out() const { return left_out_; }
  u64 seen() const { return seen_; }  // frames read, sent or not

 private:
  void take(const base::Frame& frame);

  const Link& link_;
  Changes* changes_;
  std::vector<u8> bytes_;
  std::vector<Item> items_;
  LeftOut left_out_;
  u64 seen_ = 0;
};

}  // namespace netpeel::replay
