#include "replay/load.hpp"

#include <algorithm>

namespace netpeel::replay {

bool Load::fill(capture::FrameSource& source) {
  bool any = false;
  while (!any || bytes_.size() + items_.size() * sizeof(Item) < most) {
    const std::span<const base::Frame> batch = source.next();
    if (batch.empty()) break;
    if (!any) {
      bytes_.clear();
      items_.clear();
    }
    any = true;
    for (const base::Frame& frame : batch) take(frame);
  }
  return any;
}

void Load::take(const base::Frame& frame) {
  ++seen_;
  if (!link_.takes(frame.link_type)) {
    ++left_out_.other_link_type;
    left_out_.link_type = frame.link_type;
    return;
  }
  if (frame.size < frame.wire_size) {
    ++left_out_.cut;
    return;
  }
  if (link_.too_long(frame.bytes())) {
    if (left_out_.too_long++ == 0) left_out_.first_too_long = frame.number;
    left_out_.longest = std::max(left_out_.longest, frame.size);
    return;
  }
  const std::size_t at = bytes_.size();
  bytes_.insert(bytes_.end(), frame.data, frame.data + frame.size);
  if (changes_ != nullptr)
    changes_->apply(std::span(bytes_).subspan(at), frame.link_type, frame.wire_size);
  items_.push_back({at, frame.size, frame.time, frame.number});
}

}  // namespace netpeel::replay
