#include "lab/wire.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "field/build.hpp"

namespace netpeel::lab {
namespace {

std::string milliseconds(i64 nanoseconds) {
  const i64 tenths = (nanoseconds + 50'000) / 100'000;
  std::string out = std::to_string(tenths / 10);
  if (tenths % 10 != 0) out.append(".").append(std::to_string(tenths % 10));
  return out + " ms";
}

// What the line needs for that many bytes, in nanoseconds.
i64 line_time(u64 bytes, u64 bits_per_second) {
  return i64(double(bytes) * 8e9 / double(bits_per_second));
}

constexpr u32 ethernet = 14;

}  // namespace

struct Wire::Trip {
  const Sight& sight;
  i64 now;
  std::vector<Deed>& deeds;
  std::string note{};  // for the receiver's tap
  i64 extra = 0;       // travel time

  // said: of the fault, its text; what: what it did, without naming the fault again.
  void deed(const Live& live, u32 index, std::string what, bool lost = false) {
    if (!lost) note.append(note.empty() ? "" : "; ").append(live.text).append(": ").append(what);
    deeds.push_back({index, std::move(what), lost});
  }
};

bool Wire::later(const Pending& a, const Pending& b) {
  return a.due != b.due ? a.due > b.due : a.order > b.order;
}

void Wire::set(const Fault& fault, i64 now) {
  if (fault.action == Action::clear || fault.action == Action::heal) {
    for (Live& live : faults_) {
      if (fault.action == Action::clear) let_go(live, now, " (but it was called off)");
    }
    std::erase_if(faults_, [&](const Live& live) {
      return fault.action == Action::clear || live.fault.action == Action::cut;
    });
  } else {
    std::erase_if(faults_, [&](Live& live) {
      const bool same = live.fault.action == fault.action && live.fault.which == fault.which;
      if (same) let_go(live, now, " (but it was called off)");
      return same;
    });
    Live& live = faults_.emplace_back(
        Live{fault, print(fault), {}, base::Random(fault.seed * 0x9e3779b97f4a7c15 ^ salt_)});
    if (fault.which.kind == Kind::filter) {
      auto compiled = filter::compile(fault.which.filter, registry_);
      if (compiled) live.filter.emplace(std::move(*compiled));
    }
    if (fault.action == Action::cut && fault.which == Which{}) {
      live.cutting = true;
      if (fault.time > 0) live.cut_until = now + fault.time;
    }
  }
  follows_ = std::any_of(faults_.begin(), faults_.end(),
                         [](const Live& live) { return live.filter.has_value(); });
}

void Wire::match(Live& live, const Sight& sight, i64 now) {
  const Which& which = live.fault.which;
  live.kind = which.kind == Kind::filter
                  ? live.filter && sight.packet != nullptr && live.filter->matches(*sight.packet)
                  : sight.is(which.kind);
  live.struck = false;
  if (!live.kind) return;
  ++live.seen;
  live.struck = live.seen >= which.from && live.seen <= which.to;
  if (!live.struck) return;
  // Drawn also where another fault has ended the frame already: what one fault does must not depend
  // on the others.
  if (live.fault.chance > 0) live.struck = live.random.chance(live.fault.chance);
  if (live.fault.action == Action::mtu)
    live.struck = sight.frame.size() > live.fault.mtu + ethernet;
  if (live.fault.action == Action::cut && !live.cutting && !live.cut_done) {
    live.cutting = true;
    if (live.fault.time > 0) live.cut_until = now + live.fault.time;
  }
}

// True: the frame goes no further.
bool Wire::ends(Trip& trip) {
  for (u32 i = 0; i < faults_.size(); ++i) {
    Live& live = faults_[i];
    if (live.cutting && trip.now >= live.cut_until) live.cutting = false, live.cut_done = true;
    const char* says = nullptr;
    switch (live.fault.action) {
      case Action::cut: says = live.cutting ? "lost, the wire is cut" : nullptr; break;
      case Action::drop: says = live.struck ? "dropped" : nullptr; break;
      case Action::loss: says = live.struck ? "lost by chance" : nullptr; break;
      case Action::mtu:
        says = live.struck ? "vanished, larger than the wire takes" : nullptr;
        break;
      default: break;
    }
    if (says == nullptr) continue;
    ++live.applied;
    ++counts_.lost;
    trip.deed(live, i, says, true);
    return true;
  }
  return false;
}

Entry Wire::enter(const Sight& sight, i64 now, std::vector<Deed>& deeds) {
  ++counts_.entered;
  if (idle()) return {.through = true};
  Trip trip{sight, now, deeds};
  for (Live& live : faults_) match(live, sight, now);
  if (ends(trip)) return {.lost = true};

  bool touched = false;  // by what needs the frame kept
  for (const Live& live : faults_) {
    const bool releases = live.kind && live.held.has_value();
    touched = touched || releases ||
              (live.struck && live.fault.action != Action::cut && live.fault.action != Action::mtu);
  }
  if (!touched) return {.through = true};
  if (bytes_ + sight.frame.size() > most_bytes) {
    ++counts_.lost;
    ++counts_.overflowed;
    deeds.push_back({Deed::nobody, "lost, too much is on its way already", true});
    return {.lost = true};
  }
  const u64 lost_before = counts_.lost;
  travel(trip);
  return {.lost = counts_.lost > lost_before};
}

// Bends, copies, holds back and sends one frame that was not lost.
void Wire::travel(Trip& trip) {
  std::vector<u8> bytes(trip.sight.frame.begin(), trip.sight.frame.end());
  for (u32 i = 0; i < faults_.size(); ++i) {
    Live& live = faults_[i];
    if (!live.struck) continue;
    if (live.fault.action == Action::corrupt && trip.sight.payload_size > 0) {
      const u32 turned = live.fault.bit % (trip.sight.payload_size * 8),
                byte = trip.sight.payload_at + turned / 8;
      bytes[byte] ^= u8(0x80 >> turned % 8);
      ++live.applied;
      std::string says = "bit " + std::to_string(turned) +
                         " of what it carries turned over (byte " + std::to_string(byte) +
                         " of the frame)";
      if (live.fault.fix) {
        field::mend(registry_, bytes, 1);
        says += ", checksums mended";
      }
      trip.deed(live, i, std::move(says));
    }
    if (live.fault.action == Action::delay || live.fault.action == Action::reorder) {
      trip.extra += live.fault.time;
      ++live.applied;
      trip.deed(live, i,
                live.fault.action == Action::delay ? "delayed"
                                                   : "delayed, so that others overtake");
    }
  }
  if (hold(trip, bytes)) return;
  const u32 copies = doubled(trip);
  send(trip, bytes);
  for (u32 i = 0; i < copies; ++i) {
    Trip copy{trip.sight, trip.now, trip.deeds, trip.note, trip.extra};
    copy.note.append(copy.note.empty() ? "" : "; ").append("lab: a second copy");
    send(copy, bytes);
  }
  for (Live& live : faults_) {
    if (live.kind && live.held) release(live, trip);
  }
}

u32 Wire::doubled(Trip& trip) {
  u32 copies = 0;
  for (u32 i = 0; i < faults_.size(); ++i) {
    Live& live = faults_[i];
    if (!live.struck || live.fault.action != Action::dup) continue;
    ++copies;
    ++live.applied;
    trip.deed(live, i, "doubled");
  }
  return copies;
}

// True: a swap keeps it until the next one of its kind has been sent.
bool Wire::hold(Trip& trip, std::vector<u8>& bytes) {
  for (u32 i = 0; i < faults_.size(); ++i) {
    Live& live = faults_[i];
    if (!live.struck || live.fault.action != Action::swap || live.held) continue;
    ++live.applied;
    trip.deed(live, i, "the next one overtook it");
    live.held_until = trip.now + patience;
    bytes_ += bytes.size();
    live.held = Held{std::move(bytes), std::move(trip.note), trip.extra};
    return true;
  }
  return false;
}

// The next one has been sent: the held frame follows, behind it also on the line and on the way.
void Wire::release(Live& live, const Trip& next) {
  Held held = take(live);
  Trip trip{next.sight, next.now, next.deeds, std::move(held.note), held.extra};
  send(trip, held.bytes, last_due_);
}

Wire::Held Wire::take(Live& live) {
  Held held = std::move(*live.held);
  live.held.reset();
  live.held_until = never;
  bytes_ -= held.bytes.size();
  return held;
}

// Nothing to swap with came, or nobody wants it any more: the held frame leaves at once.
void Wire::let_go(Live& live, i64 now, const char* why) {
  if (!live.held) return;
  Held held = take(live);
  held.note += why;
  push({now + held.extra, 0, std::move(held.bytes), std::move(held.note)});
}

// False: the queue before the line is full. at: when the last bit has left, so far.
bool Wire::wait_for_line(Trip& trip, u32 size, i64& at) {
  for (u32 i = 0; i < faults_.size(); ++i) {
    Live& live = faults_[i];
    if (!live.struck || live.fault.action != Action::rate) continue;
    const u64 rate = live.fault.bits_per_second;
    const i64 wait = std::max<i64>(0, live.line_free - at);
    const u64 queued = u64(double(wait) * double(rate) / 8e9);
    ++live.applied;
    if (queued > 0 && queued + size > live.fault.queue) {
      ++counts_.lost;
      trip.deed(live, i, "lost, the queue is full (" + std::to_string(queued) + " bytes wait)",
                true);
      return false;
    }
    if (wait > 0) trip.deed(live, i, "waited " + milliseconds(wait) + " for the line");
    live.line_free = at = at + wait + line_time(size, rate);
  }
  return true;
}

void Wire::send(Trip& trip, const std::vector<u8>& bytes, i64 not_before) {
  i64 at = trip.now;
  const std::string note = trip.note;
  if (wait_for_line(trip, u32(bytes.size()), at)) {
    push({std::max(at + trip.extra, not_before), 0, bytes, std::move(trip.note)});
  }
  trip.note = note;  // what a copy meets on the line is its own
}

void Wire::push(Pending pending) {
  pending.order = order_++;
  last_due_ = pending.due;
  bytes_ += pending.bytes.size();
  pending_.push_back(std::move(pending));
  std::push_heap(pending_.begin(), pending_.end(), later);
}

i64 Wire::due() const {
  i64 at = pending_.empty() ? never : pending_.front().due;
  for (const Live& live : faults_) at = std::min(at, live.held_until);
  return at;
}

bool Wire::leave(i64 now, Leaving& out) {
  for (Live& live : faults_) {
    if (live.held_until <= now) let_go(live, live.held_until, " (but none came in time)");
  }
  if (pending_.empty() || pending_.front().due > now) return false;
  std::pop_heap(pending_.begin(), pending_.end(), later);
  out.bytes = std::move(pending_.back().bytes);
  out.note = std::move(pending_.back().note);
  pending_.pop_back();
  bytes_ -= out.bytes.size();
  return true;
}

std::vector<Standing> Wire::standing() const {
  std::vector<Standing> out;
  for (const Live& live : faults_) {
    const bool over = live.fault.action == Action::cut
                          ? live.cut_done
                          : live.seen >= live.fault.which.to && !live.held;
    out.push_back({live.text, live.seen, live.applied, over});
  }
  return out;
}

}  // namespace netpeel::lab
