// Made-up traffic for benchmarks, the same on every machine: Ethernet with TCP and UDP over IPv4
// and IPv6, some of it in one or two VLAN tags, a third of the TCP segments with options. Ports are
// above all known ones, so that payloads are data.
#pragma once
#include <vector>

#include "base/frame.hpp"
#include "base/random.hpp"

namespace netpeel::bench {

enum class Mix {
  small,  // up to 128 bytes of payload
  imix,   // 7 small packets to 4 medium and 1 big one: what a backbone carries
};

class Traffic {
 public:
  Traffic(Mix mix, u64 seed = 1, u32 flows = 1000);

  // The next packet; its bytes are valid until the next call.
  base::Frame next();

 private:
  enum Shape : u8 { tcp4, udp4, udp4_vlan, tcp6, udp6, tcp4_stacked };
  struct Flow {
    Shape shape;
    u16 from, to;
    u32 source, destination, sequence;
  };

  base::Random random_;
  Mix mix_;
  std::vector<Flow> flows_;
  u64 number_ = 0;
  i64 time_ = 1'700'000'000'000'000'000;
  u8 bytes_[2048];
};

// So many packets, kept: the frames point into the bytes.
class Packets {
 public:
  Packets(Mix mix, u32 count);
  std::span<const base::Frame> all() const { return frames_; }
  u64 bytes() const { return bytes_.size(); }

 private:
  std::vector<u8> bytes_;
  std::vector<base::Frame> frames_;
};

}  // namespace netpeel::bench
