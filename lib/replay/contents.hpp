// What a capture file has to play, looked up before: how many frames, how long, how many chapters.
// Reads no packet.
#pragma once
#include <optional>
#include <string>

#include "base/text.hpp"

namespace netpeel::replay {

struct Contents {
  u64 frames = 0, chapters = 0;
  i64 first = 0, last = 0;  // times of the first and the latest frame
};

// Nothing where that would take a person's time: no regular file, or more than `most` bytes.
constexpr u64 longest_looked_through = u64(1) << 30;
std::optional<Contents> contents(const std::string& path, u64 most = longest_looked_through);

// Where a player is, for one line of at most `width` columns:
//   [=====>      ] frame 120 of 281, 0:01.234 of 0:03.069, x2, chapter 2 of 5, paused
struct Place {
  u64 frame = 0, chapter = 0;
  i64 time = 0;  // since the first frame
  double speed = 1;
  bool paused = false, over = false;
};
void bar(const Place& place, const std::optional<Contents>& whole, u32 width, base::Text& out);

}  // namespace netpeel::replay
