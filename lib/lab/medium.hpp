// All wires of a lab: one for each direction between two ports of a segment. A frame that enters at
// a port goes to the port that owns its destination address, or to all others; each passes its own
// wire. Pure, like the wires: driven with a time. It keeps the log of what faults did. One thread.
#pragma once
#include "lab/topology.hpp"
#include "lab/wire.hpp"

namespace netpeel::lab {

// One line of the log.
struct Logged {
  i64 time = 0;
  u64 frame = 0;       // the how many-th that entered this wire
  std::string wire{};  // "a>b"
  std::string says{};  // "a>b drop data#3: dropped"
};

// What became of a frame that entered at a port.
struct Fate {
  std::vector<u32> through{};  // ports at which it leaves at once, as it is
  std::string note{};          // what a tap at the sender should say: how it was lost
};

class Medium {
 public:
  // topology and registry outlive it.
  Medium(const Topology& topology, const field::Registry& registry);

  // A complaint where no such wire is there. The number of wires it was set on.
  base::Result<u32> set(const Fault& fault, i64 now);

  // wall: the frame's time as captures tell it. What is due at `now` must have left before.
  void enter(u32 port, Bytes frame, i64 now, i64 wall, Fate& fate);
  i64 due() const;
  struct Left {
    u32 port = 0;
    Leaving frame{};
  };
  bool leave(i64 now, Left& out);
  // Nothing stands in the way anywhere: frames may be passed on without asking.
  bool idle() const;

  struct Line {
    u32 from, to;  // ports
    Wire wire;
    bool busy = false;  // something is on its way
  };
  const std::deque<Line>& lines() const { return lines_; }
  const std::deque<Logged>& log() const { return log_; }  // the latest; how many there were in all:
  u64 logged() const { return logged_; }
  // Port at which a frame from `port` to that MAC leaves; Host::none: at all others.
  u32 target(u32 port, const u8* mac) const;

  static constexpr u32 most_logged = 1000;

 private:
  base::Result<std::vector<u32>> chosen(const Fault& fault) const;
  base::Result<u32> host(std::string_view name) const;
  void one_way(u32 from, u32 to, const Fault& fault, std::vector<u32>& out) const;
  void enter_line(Line& line, const Sight& sight, i64 now, Fate& fate);

  const Topology& topology_;
  const field::Registry& registry_;
  std::deque<Line> lines_;
  std::vector<std::vector<u32>> from_port_;  // by port: its lines
  std::deque<Watcher> watchers_;             // one a segment
  std::vector<bool> follows_;  // by segment: some filter there asks what spans packets
  std::deque<Logged> log_;
  std::vector<Deed> deeds_;
  u64 logged_ = 0;
  u32 busy_ = 0;  // lines with something on its way or a fault
};

}  // namespace netpeel::lab
