#include "base/checksum.hpp"

#include "base/bits.hpp"

namespace netpeel::base {

Checksum& Checksum::add(Bytes bytes) {
  const u8* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 4; p += 4, left -= 4)
    sum_ += be32(p);  // 2^16 = 1 modulo 2^16 - 1: folding sums both halves
  if (left >= 2) sum_ += be16(p), p += 2, left -= 2;
  if (left != 0) sum_ += u32(*p) << 8;
  return *this;
}

u16 Checksum::folded() const {
  u64 sum = sum_;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return u16(sum);
}

}  // namespace netpeel::base
