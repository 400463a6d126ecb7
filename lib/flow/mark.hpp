// Which conversation a frame may belong to, told so cheaply that it can be asked of every frame:
// frames of one conversation have one mark, whichever side sent them; others seldom have the same.
// For those who want to leave out what belongs to no conversation of interest.
#pragma once
#include <bitset>
#include <vector>

#include "field/packet.hpp"

namespace netpeel::flow {

using Mark = u16;
// The frame may belong to several conversations, or be a piece of something, or count without one.
inline constexpr Mark any_mark = 0;
// It belongs to none, and nothing is known of it that its bytes do not say.
inline constexpr Mark no_mark = 1;

// The packet was walked and not seen by a Tracker yet, or only by one that puts pieces together.
Mark mark_of(const field::Packet& packet);
// Whether it asks for an Engine.IO session, which goes over several connections (polling, then
// WebSocket): what is read on one may speak of what came on another.
bool shares_session(const field::Packet& packet);

// Conversations of interest.
class Marks {
 public:
  bool has(Mark mark) const { return set_[mark]; }
  // All that the packet and its parts may belong to.
  void add(const field::Packet& packet);
  void add(const Marks& more) { set_ |= more.set_; }

 private:
  std::bitset<65536> set_;
};

}  // namespace netpeel::flow
