// One direction of the bad wire: frames enter, and leave later, bent, twice or never. Pure: it
// knows no clock, no socket and no chance but its seeded one; who drives it says what time it is,
// so tests run it in virtual time. The order of what happens to a frame: every fault counts it;
// cut, drop, loss or mtu may end it; it is bent; a copy is made; it may be held back for the next
// one; it waits for the line (rate); it travels (delay, reorder). It owns the frames that are on
// their way. One thread.
#pragma once
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "filter/filter.hpp"
#include "lab/fault.hpp"
#include "lab/sight.hpp"

namespace netpeel::lab {

inline constexpr i64 never = std::numeric_limits<i64>::max();

// A fault did something to a frame. The sentence has no full stop.
struct Deed {
  static constexpr u32 nobody = u32(-1);
  u32 fault = 0;  // index into standing(), or nobody's
  std::string says{};
  bool lost = false;
};

// What became of a frame that entered.
struct Entry {
  bool through = false;  // it leaves now, as it is: nothing was kept
  bool lost = false;
};

struct Leaving {
  std::vector<u8> bytes;
  std::string note;  // what was done to it, for a comment in the capture; empty: nothing
};

// A fault on this wire, for people.
struct Standing {
  std::string text;
  u64 seen = 0;       // frames of its kind
  u64 applied = 0;    // frames that it did something to
  bool over = false;  // will never do anything again
};

struct WireCounts {
  u64 entered = 0, lost = 0;
  u64 overflowed = 0;  // lost because too much was on its way: no fault's doing
};

class Wire {
 public:
  // name: "a>b", for notes. salt: makes the chance of this wire its own, whatever the seed.
  Wire(std::string name, u64 salt, const field::Registry& registry)
      : name_(std::move(name)), salt_(salt), registry_(registry) {}

  // A fault like one that stands here (same action, same packets) takes its place and counts anew.
  // Its direction is not looked at. heal and clear are done at once.
  void set(const Fault& fault, i64 now);

  // Frames that are due must have left before. time: the sight's. deeds: what was done is added.
  Entry enter(const Sight& sight, i64 now, std::vector<Deed>& deeds);
  i64 due() const;                    // when something leaves next; `never`
  bool leave(i64 now, Leaving& out);  // the next that is due, if one is

  bool idle() const {
    return faults_.empty() && pending_.empty();
  }  // enter() would let everything through
  bool wants_conversations() const { return follows_; }
  std::vector<Standing> standing() const;
  std::string text_of(u32 fault) const {
    return fault < faults_.size() ? faults_[fault].text : "lab";
  }  // of a deed
  const WireCounts& counts() const { return counts_; }
  const std::string& name() const { return name_; }

  static constexpr u64 most_bytes = 16u
                                    << 20;  // on their way; beyond it frames are lost, and counted
  static constexpr i64 patience = 300'000'000;  // how long `swap` waits for a next one

 private:
  struct Pending {
    i64 due;
    u64 order;
    std::vector<u8> bytes;
    std::string note;
  };
  static bool later(const Pending& a, const Pending& b);
  struct Held {
    std::vector<u8> bytes;
    std::string note;
    i64 extra;  // travel time
  };
  struct Live {
    Fault fault;
    std::string text;
    std::optional<filter::Filter> filter;
    base::Random random;
    u64 seen = 0, applied = 0;
    // Of the last frame:
    bool kind = false;    // it is of the fault's kind
    bool struck = false;  // and meant
    // Cut:
    bool cutting = false, cut_done = false;
    i64 cut_until = never;
    i64 line_free = 0;  // rate: when the last bit of what entered will have left
    // Swap:
    std::optional<Held> held;
    i64 held_until = never;
  };
  struct Trip;  // one frame on its way through the stages

  void match(Live& live, const Sight& sight, i64 now);
  bool ends(Trip& trip);
  bool wait_for_line(Trip& trip, u32 size, i64& at);
  void travel(Trip& trip);
  u32 doubled(Trip& trip);
  bool hold(Trip& trip, std::vector<u8>& bytes);
  void release(Live& live, const Trip& next);
  Held take(Live& live);
  void let_go(Live& live, i64 now, const char* why);
  void send(Trip& trip, const std::vector<u8>& bytes, i64 not_before = 0);
  void push(Pending pending);

  std::string name_;
  u64 salt_;
  const field::Registry& registry_;
  std::deque<Live> faults_;
  std::vector<Pending> pending_;  // a heap, the next to leave in front
  i64 last_due_ = 0;              // of the frame that was sent last
  u64 order_ = 0, bytes_ = 0;
  bool follows_ = false;
  WireCounts counts_;
};

}  // namespace netpeel::lab
