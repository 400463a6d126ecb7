// The Internet checksum (RFC 1071): ones'-complement sum of 16-bit words, an odd last byte padded
// with zero.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::base {

class Checksum {
 public:
  Checksum& add(Bytes bytes);  // after an odd number of bytes nothing more may be added
  Checksum& add16(u32 word) {
    sum_ += word;
    return *this;
  }
  Checksum& add32(u32 word) { return add16(word >> 16).add16(word & 0xffff); }

  u16 folded() const;  // 0xffff over data that holds its own right checksum
  u16 value() const { return u16(~folded()); }  // what belongs into the header
  bool verifies() const { return folded() == 0xffff; }

 private:
  u64 sum_ = 0;
};

}  // namespace netpeel::base
