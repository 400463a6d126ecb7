#include "flow/reassembly.hpp"

#include <algorithm>

namespace netpeel::flow {
namespace {

// RFC 9293 §3.4: numbers wrap, so that only their difference can be compared.
bool before(u32 a, u32 b) { return i32(a - b) < 0; }

}  // namespace

void Reassembly::pass(u32 seq, Bytes payload, u32 missing, u64 frame, std::vector<Released>& out) {
  const u32 old = next_ - seq;  // bytes that were passed on before
  if (old < payload.size()) {
    payload = payload.subspan(old);
    out.push_back({.bytes = payload, .frame = frame});
    next_ += u32(payload.size());
    if (missing > 0) {
      out.push_back({.frame = frame, .gap = missing});
      next_ += missing;
    }
  } else if (old < payload.size() + missing) {
    const u32 lost = u32(payload.size()) + missing - old;
    out.push_back({.frame = frame, .gap = lost});
    next_ += lost;
  }
}

void Reassembly::drain(std::vector<Released>& out) {
  std::size_t n = 0;
  while (n < early_.size() && !before(next_, early_[n].seq)) {
    Early& e = early_[n++];
    held_ -= e.bytes.size();
    passed_.push_back(std::move(e));
    const Early& kept = passed_.back();
    if (before(next_, kept.end())) pass(kept.seq, kept.bytes, kept.missing, kept.frame, out);
  }
  early_.erase(early_.begin(), early_.begin() + std::ptrdiff_t(n));
}

void Reassembly::release_first(std::vector<Released>& out) {
  const u32 lost = early_.front().seq - next_;
  out.push_back({.frame = early_.front().frame, .gap = lost});
  next_ += lost;
  drain(out);
}

void Reassembly::segment(u32 seq, Bytes payload, u32 length, u64 frame,
                         std::vector<Released>& out) {
  passed_.clear();
  begin(seq);
  if (end_known_ && before(end_, seq + length)) {
    const u32 beyond = std::min(length, seq + length - end_);
    dropped_ += beyond;
    length -= beyond;
    payload = payload.first(std::min<std::size_t>(payload.size(), length));
  }
  if (length == 0 || !before(next_, seq + length)) return;
  const u32 missing = length - u32(payload.size());
  if (!before(next_, seq)) {
    pass(seq, payload, missing, frame, out);
    drain(out);
    return;
  }
  // A number so far ahead belongs to no window that TCP can have.
  if (seq - next_ > u32(1) << 30) {
    dropped_ += length;
    return;
  }
  const auto at = std::lower_bound(early_.begin(), early_.end(), seq,
                                   [](const Early& e, u32 s) { return before(e.seq, s); });
  if (at != early_.end() && at->seq == seq && !before(at->end(), seq + length)) return;  // had it
  early_.insert(at, Early{
                        seq, frame, {payload.begin(), payload.end()},
                          missing
  });
  held_ += payload.size();
  while (held_ > most_held || early_.size() > most_early) release_first(out);
}

void Reassembly::acknowledged(u32 number) {
  begin(number);
  if (acknowledged_known_ && !before(acknowledged_, number)) return;
  acknowledged_ = number;
  acknowledged_known_ = true;
}

void Reassembly::settle(std::vector<Released>& out) {
  passed_.clear();
  if (!acknowledged_known_) return;
  while (!early_.empty() && !before(acknowledged_, early_.front().seq) &&
         before(next_, early_.front().seq))
    release_first(out);
  // Without an early byte behind it a gap is told only when the stream's end shows that nothing
  // else is to come.
  if (end_known_ && early_.empty() && before(next_, end_) && !before(acknowledged_, end_)) {
    out.push_back({.gap = end_ - next_});
    next_ = end_;
  }
}

void Reassembly::give_up(u32 number, std::vector<Released>& out) {
  passed_.clear();
  std::size_t n = 0;
  for (; n < early_.size() && before(early_[n].seq, number); ++n) held_ -= early_[n].bytes.size();
  early_.erase(early_.begin(), early_.begin() + std::ptrdiff_t(n));
  if (!before(next_, number)) return;
  out.push_back({.gap = number - next_});
  next_ = number;
  drain(out);
}

void Reassembly::ends_at(u32 number) {
  if (end_known_ || before(number, next_)) return;
  end_known_ = true;
  end_ = number;
}

u64 Reassembly::memory() const {
  u64 bytes = held_ + (early_.capacity() + passed_.capacity()) * sizeof(Early);
  for (const Early& e : passed_) bytes += e.bytes.size();
  return bytes;
}

void Reassembly::release_all(std::vector<Released>& out) {
  passed_.clear();
  while (!early_.empty()) release_first(out);
}

}  // namespace netpeel::flow
