#include "cli/preview.hpp"

#include <unistd.h>

#include <algorithm>

#include "cli/main.hpp"

namespace netpeel::cli {

namespace {

// A file is looked over in pieces of so many bytes. Each process reads its own ahead, and is told
// by the one before where its first frame begins; so only finding that out is done one by one.
constexpr u64 piece_size = 1 << 18;
// Of less, starting another process takes longer than looking.
constexpr u64 least_together = 16 * piece_size;

struct Baton {
  capture::Place place;  // where the next piece's first frame begins
  bool over = false;     // the rest is for the first process
};

}  // namespace

void Preview::take_memory() {
  constexpr std::size_t lists = most_stretches * sizeof(Stretch);
  memory_.emplace(most_frames * sizeof(flow::Mark) + processes_ * (lists + sizeof(Found)) + 64,
                  processes_ > 1);
  marks_ = memory_->take<flow::Mark>(most_frames);
  lists_ = memory_->take<Stretch>(processes_ * most_stretches);
  found_ = memory_->take<Found>(processes_);
}

u32 Preview::wanted_of(const Stretch& stretch) const {
  const flow::Mark* const marks = &marks_[stretch.place.number];
  u32 wanted = 0;
  for (u32 i = 0; i < stretch.frames; ++i) wanted += is_wanted(marks[i]) ? 1 : 0;
  return wanted;
}

// As far as this process can tell.
bool Preview::promising() const {
  u64 wanted = 0;
  for (u64 i = 0; i < listed_; ++i) wanted += wanted_of(lists_[me_ * most_stretches + i]);
  return worth_it(wanted, frames_);
}

// False: looking on is not worth it, most would have to be followed.
bool Preview::batch(const capture::FrameSource& source, std::span<const base::Frame> frames,
                    const Look& look) {
  const capture::Place place = source.place();
  if (frames_ >= judge_at_) {  // and again when there are four times as many
    judge_at_ = frames_ * 4;
    if (!promising()) return false;
  }
  if (place.number + frames.size() > most_frames || listed_ == most_stretches) return false;
  stretch_ = &lists_[me_ * most_stretches + listed_++];
  *stretch_ = {.place = place, .last_time = frames.back().time, .frames = u32(frames.size())};
  mark_ = &marks_[place.number];
  frames_ += frames.size();
  look(frames, which_);
  return true;
}

bool Preview::rest(capture::FrameSource& source, const Look& look) {
  for (auto frames = source.next(); !frames.empty() && !stopped(); frames = source.next()) {
    if (!batch(source, frames, look)) return false;
  }
  return true;
}

// This process's pieces, up to where the source can only be read by one. False: not worth it, or
// another process ended early.
bool Preview::together(capture::FrameSource& source, const Look& look, Ring& ring) {
  Baton baton{.place = source.place()};
  baton.place.at += baton.place.size;
  baton.place.number += stretch_->frames;
  const u64 first = baton.place.at / piece_size;
  for (u64 i = first + ring.me();; i += ring.all()) {
    const u64 to = (i + 1) * piece_size;
    const bool last = to >= source.size();
    if (!last) source.ahead(std::max(i * piece_size, baton.place.at), to);
    if (i != first && !ring.take(baton)) return false;
    baton.over |= last;
    if (baton.over) break;
    const capture::Place start = baton.place;
    baton.place = source.behind(start, to);
    // A frame may be larger than a piece; what does not come to an end is no frame.
    baton.over = to - baton.place.at > 2 * piece_size;
    ring.give(baton);
    source.again(start);
    for (u64 number = start.number; number < baton.place.number;) {
      auto frames = source.next();
      frames = frames.first(std::min<u64>(frames.size(), baton.place.number - number));
      if (frames.empty() || stopped() || !batch(source, frames, look)) return false;
      number += frames.size();
    }
  }
  told();
  ring.give(baton);
  source.again(baton.place);
  return true;
}

void Preview::told() { found_[me_] = {.shown = shown_, .stretches = listed_}; }

// What all have found.
void Preview::gather() {
  u64 most = 0;
  for (u32 i = 0; i < processes_; ++i) most += found_[i].stretches;
  stretches_.reserve(most);
  frames_ = 0;
  std::vector<u64> at(processes_);
  while (stretches_.size() < most) {
    const Stretch* least = nullptr;
    u32 whose = 0;
    for (u32 i = 0; i < processes_; ++i) {
      if (at[i] == found_[i].stretches) continue;
      const Stretch& next = lists_[i * most_stretches + at[i]];
      if (least == nullptr || next.place.number < least->place.number) least = &next, whose = i;
    }
    stretches_.push_back(*least);
    frames_ += least->frames;
    ++at[whose];
  }
  for (u32 i = 0; i < processes_; ++i) shown_.add(found_[i].shown);
}

void Preview::pieces(capture::FrameSource& source, const Look& look) {
  for (const Stretch& stretch : stretches_) {
    if (!stretch.pieces) continue;
    source.again(stretch.place);
    look(source.next(), Which::pieces);
  }
}

// The first reading behind its first batch.
bool Preview::look_over(capture::FrameSource& source, const Look& look) {
  if (processes_ == 1) return rest(source, look);
  Ring ring(processes_);
  me_ = ring.me();
  if (!first()) help(source, look, ring);
  if (ring.all() > 1 && !together(source, look, ring)) return false;
  if (!rest(source, look)) return false;
  const auto [code, signal] = ring.join();
  return code == done && signal == 0;
}

void Preview::help(capture::FrameSource& source, const Look& look, Ring& ring) {
  listed_ = frames_ = 0;
  try {
    if (together(source, look, ring)) _exit(done);
  } catch (...) {  // the first process does without
  }
  _exit(environment);
}

bool Preview::read(capture::FrameSource& source, const Look& look) {
  if (source.size() < least_together) processes_ = 1;
  try {
    take_memory();
  } catch (const std::bad_alloc&) {  // where a user may have little, one reading has to do
    return false;
  }
  if (processes_ > 1) which_ = Which::no_pieces;
  const auto frames = source.next();  // what pcapng says of interfaces is known behind it
  if (frames.empty()) return true;
  const capture::Place start = source.place();
  bool good = batch(source, frames, look) && look_over(source, look);
  if (good) {
    told();
    gather();
    pieces(source, look);
    u64 wanted = 0;
    for (Stretch& stretch : stretches_) wanted += stretch.wanted = wanted_of(stretch);
    good = worth_it(wanted, frames_);
  }
  if (!good) source.again(start);
  return good;
}

std::span<const base::Frame> Preview::next(capture::FrameSource& source) {
  while (next_ < stretches_.size()) {
    const Stretch& stretch = stretches_[next_++];
    if (stretch.wanted == 0) continue;
    source.again(stretch.place);
    return source.next();
  }
  return {};
}

}  // namespace netpeel::cli
