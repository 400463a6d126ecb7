// Several processes that print one text together. Each reads the whole input, because what a frame
// means depends on those before it; each makes the text of its own stretches of packets alone, and
// writes it when those before are written. The first process is the program itself: it says what
// is to be said on standard error and knows the exit code. The others are its children and end with
// it. One thread in each.
//
//   cli::Turns turns(processes);  // from here on there are so many
//   …open the input…
//   while (const field::Packet* packet = packets.next()) {
//     if (turns.mine(out)) …print it into out.text()…
//     turns.poll(out);
//   }
//   turns.finish(out);            // only the first process comes back
#pragma once
#include <sys/types.h>

#include <vector>

#include "cli/output.hpp"

namespace netpeel::cli {

class Turns {
 public:
  static constexpr u32 most = 16;

  // 1, or no further process to be had: all below is as plain as an Output. At most `most`. What is
  // opened before is shared, places in files included.
  explicit Turns(u32 processes);
  // Ends the children.
  ~Turns();
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;

  // Whether the next packet is this process's to print. All processes ask once for each packet.
  bool mine(Output& out);
  // Call after each piece: writes when enough has gathered, if it is this process's turn or there
  // is no room for more.
  void poll(Output& out);
  // There are no more packets. Writes what is left, in its turn; a child ends here. Throws
  // base::Error if a child failed.
  void finish(Output& out);
  bool first() const { return me_ == 0; }

 private:
  // Packets of a stretch: few, so that all are at work soon and their text stays in the cache.
  static constexpr u64 stretch = 256;
  // Bytes that are held back while others write: of packets with much in them, a stretch is more.
  static constexpr std::size_t most_held = 4 << 20;

  void start(u32 processes);
  [[gnu::noinline]] bool next_stretch(Output& out);
  bool take();
  void give();
  void write(Output& out);
  void let_go();
  void end_children();

  u32 me_ = 0, all_ = 1;
  u64 asked_ = 0;  // packets
  bool mine_ = true;
  bool turn_ = true;         // this process may write
  bool left_alone_ = false;  // the process before ended, and its part of the text is missing
  int before_ = -1;          // pipe from the process whose turn is before: a byte gives the turn
  int behind_ = -1;          // … to the one behind
  int told_ = -1;            // a child's: standard error, while nothing may be said
  std::vector<pid_t> children_;
};

// How many processors this process may use.
u32 processors();

}  // namespace netpeel::cli
