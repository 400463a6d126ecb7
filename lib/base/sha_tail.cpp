#include "base/sha_tail.hpp"

#include <cstring>

namespace netpeel::base {

std::size_t sha_tail(Bytes rest, u64 message_size, u8 (&tail)[2 * sha_block]) {
  std::memset(tail, 0, sizeof tail);
  if (!rest.empty()) std::memcpy(tail, rest.data(), rest.size());
  tail[rest.size()] = 0x80;
  const std::size_t size = rest.size() + 9 <= sha_block ? sha_block : 2 * sha_block;
  for (std::size_t i = 0; i < 8; ++i) tail[size - 1 - i] = u8(message_size * 8 >> (8 * i));
  return size;
}

}  // namespace netpeel::base
