// The conversations under way: an open-addressing hash table over records that never move, so that
// lists and views may point at them. One look-up a packet, no allocation while the number of
// conversations does not grow. One thread.
#pragma once
#include <memory>
#include <vector>

#include "flow/key.hpp"
#include "flow/stream_state.hpp"
#include "flow/tcp_analysis.hpp"

namespace netpeel::flow {

// What every packet touches stands in front; what of TCP every segment touches, behind it.
struct alignas(64) Record {
  Key key;
  u32 hash = 0;
  u32 stream = 0;
  i64 seen_time = 0;   // of the last frame that named these ends, quotations included
  bool heard = false;  // since it was looked at as the one to go (see Table::oldest)
  bool low_is_client = true;
  bool opened = false;      // a packet of its own was seen, not only a quotation
  bool renumbered = false;  // see Tracker: SNMP
  bool live = false;
  bool unread = false;  // no stream protocol reads it, and nobody else wants its bytes
  bool based = false;   // both halves have a base; set only where nothing else is asked of them
  u8 completeness = 0;
  u64 last_frame = 0;
  i64 last_time = 0;
  u64 frames[2]{}, bytes[2]{};
  u64 first_frame = 0;
  i64 first_time = 0;
  TcpHalf halves[2];  // the lower end's, the higher one's
  Handshake handshake;
  std::unique_ptr<StreamState> streams;
  u64 stream_memory = 0;  // as it was counted last
  u32 at = none;          // its place in the table
  u32 newer = none, older = none;

  Side side(bool from_low) const { return from_low == low_is_client ? Side::client : Side::server; }
  Conversation view() const {
    Conversation out{.kind = Conversation::Kind(key.kind()),
                     .stream = stream,
                     .client = key.end(low_is_client),
                     .server = key.end(!low_is_client)};
    out.first_frame = first_frame, out.last_frame = last_frame;
    out.first_time = first_time, out.last_time = last_time;
    for (u32 i = 0; i < 2; ++i) out.frames[i] = frames[i], out.bytes[i] = bytes[i];
    out.completeness = completeness;
    return out;
  }
};
static_assert(sizeof(Record) <= 384);

class Table {
 public:
  explicit Table(u64 seed) : seed_(seed), slots_(1024) {}

  void clear() { *this = Table(seed_); }

  u32 hash(const Key& key) const { return hash_of(key, seed_); }
  Record& operator[](u32 at) { return chunks_[at / chunk][at % chunk]; }
  u32 size() const { return live_; }
  u32 highest() const { return made_; }  // every record has a smaller number
  // In use: the memory of records that went is taken again.
  u64 memory() const { return live_ * (sizeof(Record) + spread * sizeof(Slot)); }

  // The record of that key, or null.
  Record* find(const Key& key, u32 hash) {
    for (u32 i = hash & mask();; i = (i + 1) & mask()) {
      const Slot slot = slots_[i];
      if (slot.at == none) return nullptr;
      if (slot.hash != hash) continue;
      if (Record& r = (*this)[slot.at]; r.key == key) return &r;
    }
  }
  // A fresh record. The key must not be in the table.
  Record& add(const Key& key, u32 hash) {
    if ((live_ + 1) * spread > slots_.size()) grow();
    u32 at = free_;
    if (at == none) {
      at = made_++;
      if (at / chunk == chunks_.size()) chunks_.push_back(std::make_unique<Record[]>(chunk));
    } else {
      free_ = (*this)[at].older;
      (*this)[at] = Record{};
    }
    Record& r = (*this)[at];
    r.key = key;
    r.hash = hash;
    r.at = at;
    r.live = true;
    ++live_;
    place({hash, at});
    link(at);
    return r;
  }
  void remove(Record& r) {
    const u32 at = r.at;
    u32 hole = r.hash & mask();
    while (slots_[hole].at != at) hole = (hole + 1) & mask();
    // Those behind it move up, so that every look-up still ends at an empty slot.
    for (u32 i = (hole + 1) & mask(); slots_[i].at != none; i = (i + 1) & mask()) {
      const u32 home = slots_[i].hash & mask();
      if (((i - home) & mask()) >= ((i - hole) & mask())) {
        slots_[hole] = slots_[i];
        hole = i;
      }
    }
    slots_[hole].at = none;
    unlink(at);
    r.streams.reset();
    r.live = false;
    r.older = free_;
    free_ = at;
    --live_;
  }
  // The one to go next, or null. To keep all in the order of their last packet would touch two more
  // records with each packet; so it is asked here: one that was heard since it was looked at last
  // goes to the end of the row once more.
  Record* oldest() {
    while (oldest_ != none && (*this)[oldest_].heard) {
      const u32 at = oldest_;
      (*this)[at].heard = false;
      unlink(at);
      link(at);
    }
    return oldest_ == none ? nullptr : &(*this)[oldest_];
  }

 private:
  struct Slot {
    u32 hash = 0, at = none;
  };
  static constexpr u32 chunk = 256;
  // Slots for each record, at least: with few, look-ups often meet another's first, which the
  // processor does not foresee.
  static constexpr u32 spread = 4;
  u32 mask() const { return u32(slots_.size() - 1); }
  void place(Slot slot) {
    u32 i = slot.hash & mask();
    while (slots_[i].at != none) i = (i + 1) & mask();
    slots_[i] = slot;
  }
  void grow() {
    const std::vector<Slot> old = std::move(slots_);
    slots_.assign(old.size() * 2, {});
    for (const Slot& slot : old) {
      if (slot.at != none) place(slot);
    }
  }
  void link(u32 at) {
    Record& r = (*this)[at];
    r.older = newest_;
    r.newer = none;
    if (newest_ != none) (*this)[newest_].newer = at;
    newest_ = at;
    if (oldest_ == none) oldest_ = at;
  }
  void unlink(u32 at) {
    const Record& r = (*this)[at];
    (r.newer == none ? newest_ : (*this)[r.newer].older) = r.older;
    (r.older == none ? oldest_ : (*this)[r.older].newer) = r.newer;
  }

  u64 seed_;
  std::vector<std::unique_ptr<Record[]>> chunks_;
  std::vector<Slot> slots_;
  u32 made_ = 0, live_ = 0, free_ = none;
  u32 newest_ = none, oldest_ = none;
};

}  // namespace netpeel::flow
