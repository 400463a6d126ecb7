#include "replay/contents.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "capture/source.hpp"

namespace netpeel::replay {
namespace {

// 1:02:03.456, 2:03.456
void clock(base::Text& out, i64 time) {
  const u64 ms = u64(std::max<i64>(0, time)) / 1'000'000;
  if (ms >= 3'600'000) out.dec(ms / 3'600'000).add(':').dec(ms / 60'000 % 60, 2);
  if (ms < 3'600'000) out.dec(ms / 60'000);
  out.add(':').dec(ms / 1000 % 60, 2).add('.').dec(ms % 1000, 3);
}

void rate(base::Text& out, double speed) {
  const u64 hundredths = u64(speed * 100 + 0.5);
  out.dec(hundredths / 100);
  if (hundredths % 100 == 0) return;
  out.add('.').dec(hundredths % 100 / 10);
  if (hundredths % 10 != 0) out.dec(hundredths % 10);
}

}  // namespace

std::optional<Contents> contents(const std::string& path, u64 most) {
  struct stat about {};
  if (stat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode) || u64(about.st_size) > most)
    return {};
  const auto source = capture::open_file(path);
  Contents out;
  for (auto batch = source->next(); !batch.empty(); batch = source->next()) {
    for (const base::Frame& frame : batch) {
      if (out.frames++ == 0) out.first = out.last = frame.time;
      out.last = std::max(out.last, frame.time);
      out.chapters += frame.comment.empty() ? 0 : 1;
    }
  }
  return out;
}

void bar(const Place& place, const std::optional<Contents>& whole, u32 width, base::Text& out) {
  base::Text words;
  words.add("frame ").dec(place.frame);
  if (whole) words.add(" of ").dec(whole->frames);
  clock(words.add(", "), place.time);
  if (whole) clock(words.add(" of "), whole->last - whole->first);
  if (place.speed != 1) rate(words.add(", x"), place.speed);
  if (place.chapter > 0 || (whole && whole->chapters > 0)) {
    words.add(", chapter ").dec(place.chapter);
    if (whole) words.add(" of ").dec(whole->chapters);
  }
  if (place.over) words.add(", the end");
  if (place.paused && !place.over) words.add(", paused");
  const u32 least = 10, most = 40;
  const u32 used = u32(words.size()) + 3;
  if (whole && width >= used + least) {
    const u32 room = std::min(most, width - used);
    const i64 length = std::max<i64>(1, whole->last - whole->first);
    const double share = std::clamp(double(place.time) / double(length), 0.0, 1.0);
    const u32 done = u32(share * double(room));
    out.add('[').fill('=', done);
    if (done < room) out.add('>').fill(' ', room - done - 1);
    out.add("] ");
  }
  out.add(words.view().substr(0, width));
}

}  // namespace netpeel::replay
