// The packets of a lesson: a capture that still grows, or one that was shipped or handed in, and
// which step each packet belongs to. In files of our own, comments on frames say so ("netpeel
// lesson L01 step knock"); in a capture of the lab, the times at which steps began do.
#pragma once
#include <string>
#include <vector>

#include "flow/play.hpp"

namespace netpeel::lesson {

// A step began, or was begun anew.
struct Mark {
  i64 time = 0;
  std::string step{};
};

// From the last mark of step `from` to the next mark of another step than those two, `to`'s last.
struct Window {
  std::string from{}, to{};
};

class Reel {
 public:
  // Marks empty: the file's own comments are asked.
  explicit Reel(std::vector<Mark> marks) : marks_(std::move(marks)) {}

  // Every packet of the source that lies in the window, decoded; those before it belong to
  // conversations too. taps: how many interfaces the capture has. The number of frames read.
  using See = flow::Each;
  u64 play(capture::FrameSource& source, const field::Registry& registry, const Window& window,
           const See& see) const;

  const std::vector<Mark>& marks() const { return marks_; }

 private:
  std::vector<Mark> marks_;
};

// The marks that the comments of a file tell, and what they say of programs' states: JSON objects.
struct Told {
  std::vector<Mark> marks{};
  std::string lesson{};
  std::vector<std::string> states{};
  u64 frames = 0;
  i64 first_time = 0, last_time = 0;
};
Told told_marks(capture::FrameSource& source);

std::string mark_comment(const std::string& lesson, const std::string& step);
std::string state_comment(const std::string& json);

// Copies the frames of a capture that lie in the window, or all up to its end if `whole`, into a
// new file, with comments that say where steps begin; `extra` is added to the first. Frames beyond
// most_bytes are left out. How many frames it has. Throws base::Error.
struct Trim {
  Window window{};
  bool whole = false;
  std::string lesson{}, extra{};
  u64 most_bytes = 8 << 20;
};
u64 trim(capture::FrameSource& source, const Reel& reel, const Trim& how, const std::string& path);

}  // namespace netpeel::lesson
