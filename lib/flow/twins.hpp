// Whether a capture holds most packets twice, because its interfaces are taps of the same wires.
// Nobody need have said so; who counts packets then, or calls them sent again, should know. Keeps a
// bounded number of sightings by value; one thread.
#pragma once
#include <array>

#include "field/packet.hpp"

namespace netpeel::flow {

class Twins {
 public:
  // In the order of time. Packets of one interface alone cost nothing.
  void count(const field::Packet& packet);

  // So many packets were seen at another interface a short while before.
  u64 twice() const { return twice_; }
  // Too many for chance.
  bool likely() const { return twice_ >= 4 && twice_ * 4 >= counted_; }
  u16 interface() const { return first_; }  // of the first packet

 private:
  struct Sight {
    u64 key = 0;
    u16 interface = 0;
  };
  std::array<Sight, 1024> recent_{};  // by the key's first bits; a newer one takes the place
  u64 counted_ = 0, twice_ = 0;
  u16 first_ = 0;
  bool begun_ = false, several_ = false;
};

}  // namespace netpeel::flow
