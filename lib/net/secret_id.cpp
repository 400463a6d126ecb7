#include "net/secret_id.hpp"

#include <array>
#include <atomic>

#include "base/unforeseen.hpp"
#include "stream/engineio.hpp"

namespace netpeel::net {

namespace {

constexpr std::size_t secret = 12, whole = 15;

// Asks the kernel for many at a time: a system call for each new connection would show.
class Pool {
 public:
  const u8* take() {
    if (at_ + secret > bytes_.size()) fill();
    at_ += secret;
    return bytes_.data() + at_ - secret;
  }

 private:
  void fill() {
    base::unforeseen(bytes_);
    at_ = 0;
  }
  std::array<u8, 85 * secret> bytes_{};
  std::size_t at_ = 85 * secret;
};

}  // namespace

std::string secret_id() {
  static std::atomic<u32> last{0};
  thread_local Pool pool;
  std::array<u8, whole> octets{};
  std::copy_n(pool.take(), secret, octets.begin());
  const u32 count = last++;
  for (std::size_t i = 0; i < 3; ++i) octets[secret + i] = u8(count >> (16 - 8 * i));
  std::string out;
  out.reserve(20);
  stream::to_base64(octets, out);
  for (char& c : out) c = c == '/' ? '_' : c == '+' ? '-' : c;
  return out;
}

}  // namespace netpeel::net
