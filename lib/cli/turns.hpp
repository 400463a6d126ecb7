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
#include "cli/output.hpp"
#include "cli/ring.hpp"

namespace netpeel::cli {

class Turns {
 public:
  // As Ring's. 1, or no further process to be had: all below is as plain as an Output.
  explicit Turns(u32 processes);

  // Whether the next packet is this process's to print. All processes ask once for each packet.
  bool mine(Output& out);
  // Call after each piece: writes when enough has gathered, if it is this process's turn or there
  // is no room for more.
  void poll(Output& out);
  // There are no more packets. Writes what is left, in its turn; a child ends here. Throws
  // base::Error if a child failed.
  void finish(Output& out);
  bool first() const { return ring_.first(); }

 private:
  // Packets of a stretch: few, so that all are at work soon and their text stays in the cache.
  static constexpr u64 stretch = 256;
  // Bytes that are held back while others write: of packets with much in them, a stretch is more.
  static constexpr std::size_t most_held = 4 << 20;

  void be_silent();
  [[gnu::noinline]] bool next_stretch(Output& out);
  bool take();
  void give();
  void write(Output& out);

  Ring ring_;
  u64 asked_ = 0;  // packets
  bool mine_ = true;
  bool turn_ = true;         // this process may write
  bool left_alone_ = false;  // the process before ended, and its part of the text is missing
  int told_ = -1;            // a child's: standard error, while nothing may be said
};

}  // namespace netpeel::cli
