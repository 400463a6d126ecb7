#include "base/unforeseen.hpp"

#include <sys/random.h>

#include <cerrno>

#include "base/error.hpp"

namespace netpeel::base {

void unforeseen(std::span<u8> out) {
  while (!out.empty()) {
    const ssize_t n = getrandom(out.data(), out.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw Error("ask the kernel for random bytes", errno);
    out = out.subspan(std::size_t(n));
  }
}

u64 unforeseen() {
  u8 bytes[8];
  unforeseen(bytes);
  u64 out = 0;
  for (u8 byte : bytes) out = out << 8 | byte;
  return out;
}

}  // namespace netpeel::base
