// A first look over a capture file for a filter that asks only for what frames say themselves:
// which conversations have a frame that matches. Where those are few, the second reading, in which
// conversations are followed, can leave out most of the file. Keeps two bytes a frame, and does not
// begin with large files, of which a person wants to see the first lines soon. Several processes
// may look together, each over its own pieces of the file. One thread each.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "capture/source.hpp"
#include "cli/ring.hpp"
#include "cli/shared.hpp"
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

  explicit Preview(u32 processes) : processes_(processes) {}

  // ---- The first reading ----

  // Which frames of a batch to look at. What comes from pieces needs all of them, in order: those
  // who look together leave that for a round of its own.
  enum class Which { all, no_pieces, pieces };
  using Look = std::function<void(std::span<const base::Frame>, Which)>;
  // Shows all frames to `look`, a batch at a time; it is called in other processes, too, and calls
  // what is below. False: the second reading could not leave out enough; the source is back at its
  // first frame.
  bool read(capture::FrameSource& source, const Look& look);
  // For each frame of a batch, but in the round for pieces: it was walked.
  void frame(const field::Packet& packet) { *mark_++ = flow::mark_of(packet); }
  // It may be a piece, and is not looked at now.
  void piece() { stretch_->pieces = true; }
  // The conversations of this packet are wanted.
  void want(const field::Packet& packet) { shown_.add(packet); }
  // Whether this is the program itself, and not one of its helpers.
  bool first() const { return me_ == 0; }

  // ---- The second one ----

  // The next batch with frames that are wanted; empty: there is none.
  std::span<const base::Frame> next(capture::FrameSource& source);
  // Of that batch: whether the frame is wanted, the number of the frame before it, and its time. Of
  // a file that was written over since then, all are.
  bool wanted(std::size_t at) const {
    return at >= present().frames || is_wanted(marks_[number_before() + at]);
  }
  u64 number_before() const { return present().place.number; }
  i64 time_before() const { return next_ > 1 ? stretches_[next_ - 2].last_time : 0; }

 private:
  struct Stretch {  // a batch
    capture::Place place;
    i64 last_time = 0;
    u32 frames = 0, wanted = 0;
    bool pieces = false;
  };
  // What one process found, told when it has done.
  struct Found {
    flow::Marks shown;
    u64 stretches;
  };
  // Of one process: a batch is 32 frames, and shorter at the end of a piece.
  static constexpr u64 most_stretches = 1 << 18;

  const Stretch& present() const { return stretches_[next_ - 1]; }
  bool is_wanted(flow::Mark mark) const { return mark == flow::any_mark || shown_.has(mark); }
  bool batch(const capture::FrameSource& source, std::span<const base::Frame> frames,
             const Look& look);
  bool rest(capture::FrameSource& source, const Look& look);
  bool together(capture::FrameSource& source, const Look& look, Ring& ring);
  void take_memory();
  bool look_over(capture::FrameSource& source, const Look& look);
  [[noreturn]] void help(capture::FrameSource& source, const Look& look, Ring& ring);
  u32 wanted_of(const Stretch& stretch) const;
  bool promising() const;
  // A quarter leaves room for conversations that match only near their end, as with FIN.
  static bool worth_it(u64 wanted, u64 of) { return wanted <= of / 4; }
  void told();
  void gather();
  void pieces(capture::FrameSource& source, const Look& look);

  u32 processes_, me_ = 0;
  Which which_ = Which::all;
  std::optional<Shared> memory_;  // of what follows
  flow::Mark* marks_ = nullptr;   // of the frames, by their numbers
  Stretch* lists_ = nullptr;      // each process has its own
  Found* found_ = nullptr;
  flow::Mark* mark_ = nullptr;  // of the next frame
  Stretch* stretch_ = nullptr;  // the one that is looked at
  u64 listed_ = 0, frames_ = 0, judge_at_ = 2048;
  flow::Marks shown_;

  std::vector<Stretch> stretches_;  // all, in order
  std::size_t next_ = 0;
};

}  // namespace netpeel::cli
