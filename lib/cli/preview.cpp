#include "cli/preview.hpp"

#include <algorithm>

namespace netpeel::cli {

// A quarter leaves room for conversations that match only near their end, as with FIN.
bool Preview::worth_it() const {
  u64 wanted = 0;
  for (const Stretch& stretch : stretches_)
    for (flow::Mark mark : stretch.marks) wanted += is_wanted(mark) ? 1 : 0;
  return wanted <= frames_ / 4;
}

bool Preview::batch(const capture::Place& place, std::size_t frames, i64 time_before) {
  if (frames_ >= judged_at_) {  // and again when there are twice as many
    judged_at_ = frames_ * 2;
    if (!worth_it()) return false;
  }
  frames_ += frames;
  if (frames_ > most_frames) return false;
  Stretch& stretch = stretches_.emplace_back();
  stretch.place = place;
  stretch.time_before = time_before;
  stretch.marks.reserve(frames);
  return true;
}

std::span<const base::Frame> Preview::next(capture::FrameSource& source) {
  while (next_ < stretches_.size()) {
    const Stretch& stretch = stretches_[next_++];
    const bool any = std::any_of(stretch.marks.begin(), stretch.marks.end(),
                                 [this](flow::Mark mark) { return is_wanted(mark); });
    if (!any) continue;
    source.again(stretch.place);
    return source.next();
  }
  return {};
}

}  // namespace netpeel::cli
