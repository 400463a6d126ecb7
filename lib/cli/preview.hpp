// A first look over a capture file for a filter that asks only for what frames say themselves:
// which conversations have a frame that matches. Where those are few, the second reading, in which
// conversations are followed, can leave out most of the file. Keeps two bytes a frame, and does not
// begin with large files, of which a person wants to see the first lines soon. One thread.
#pragma once
#include <deque>
#include <vector>

#include "capture/source.hpp"
#include "flow/mark.hpp"

namespace netpeel::cli {

class Preview {
 public:
  static constexpr u64 largest = u64(1) << 30;  // of a file, in bytes
  static constexpr u64 most_frames = u64(4) << 20;

  // Whether such a source can be looked over.
  static bool possible(const capture::FrameSource& source) {
    return source.size() > 0 && source.size() <= largest && source.repeatable();
  }

  // ---- The first reading: each batch, and its frames ----

  // False: looking on is not worth it, most would have to be followed.
  bool batch(const capture::Place& place, std::size_t frames, i64 time_before);
  // It was walked, and what comes from pieces was put together.
  void frame(const field::Packet& packet, bool shown) {
    stretches_.back().marks.push_back(flow::mark_of(packet));
    if (shown || flow::shares_session(packet)) shown_.add(packet);
  }
  // Behind the last frame: whether the second reading can leave out enough.
  bool worth_it() const;
  // Else the source is brought back to its first frame.
  void undo(capture::FrameSource& source) const {
    if (!stretches_.empty()) source.again(stretches_.front().place);
  }

  // ---- The second one ----

  // The next batch with frames that are wanted; empty: there is none.
  std::span<const base::Frame> next(capture::FrameSource& source);
  // Of that batch: whether the frame is wanted, the number of the frame before it, and its time. Of
  // a file that was written over since then, all are.
  bool wanted(std::size_t at) const {
    return at >= present().marks.size() || is_wanted(present().marks[at]);
  }
  u64 number_before() const { return present().place.number; }
  i64 time_before() const { return present().time_before; }

 private:
  struct Stretch {  // a batch
    capture::Place place;
    i64 time_before = 0;
    std::vector<flow::Mark> marks;
  };
  const Stretch& present() const { return stretches_[next_ - 1]; }
  bool is_wanted(flow::Mark mark) const { return mark == flow::any_mark || shown_.has(mark); }

  std::deque<Stretch> stretches_;
  flow::Marks shown_;
  u64 frames_ = 0, judged_at_ = 2048;
  std::size_t next_ = 0;
};

}  // namespace netpeel::cli
