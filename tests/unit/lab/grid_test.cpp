// A grid of loss, delay and rate, each cell run with the same sender in virtual time; the results
// are compared with grid.txt. NETPEEL_BLESS=1 writes it anew: read the difference.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "base/hash.hpp"
#include "lab/wire.hpp"
#include "unit/lab/frames.hpp"

namespace netpeel::lab {
namespace {

constexpr i64 ms = 1'000'000;

// Sends 100 datagrams of 1000 bytes, at most 8 without an answer, each again 400 ms after it was
// last sent. The other side answers every one. Nothing in it depends on chance.
class Model {
 public:
  Model(const std::string& loss, const std::string& delay, const std::string& rate)
      : there_("a>b", 1, test::registry()), back_("b>a", 2, test::registry()) {
    for (const std::string& fault : {loss, delay, rate}) {
      if (fault.empty()) continue;
      const auto parsed = parse_fault("a<>b " + fault, test::registry());
      REQUIRE(parsed.ok());
      there_.set(*parsed, 0);
      back_.set(*parsed, 0);
    }
  }

  std::string run() {
    i64 now = 0;
    while (acked_ < total) {
      fill(now);
      now = next(now);
      REQUIRE(now < 3600'000 * ms);
      Leaving left;
      while (there_.leave(now, left)) at_b(number_in(left.bytes), now);
      while (back_.leave(now, left)) at_a(number_in(left.bytes));
    }
    char line[200];
    std::snprintf(line, sizeof line,
                  "done %8.3f ms  sent %3u again %3u  lost %2llu + %2llu  out of order %2u  first "
                  "%7.3f ms  order %08x",
                  double(now) / double(ms), sent_, sent_ - total,
                  static_cast<unsigned long long>(there_.counts().lost),
                  static_cast<unsigned long long>(back_.counts().lost), disorder_,
                  double(first_) / double(ms), base::fnv32(order_));
    return line;
  }

 private:
  static constexpr u32 total = 100, window = 8;
  static constexpr i64 timeout = 400 * ms;

  static u32 number_in(const std::vector<u8>& frame) {
    return u32(std::atoi(std::string(base::as_text(Bytes(frame).subspan(42, 3))).c_str()));
  }
  static std::vector<u8> numbered(u32 n, std::size_t size) {
    std::string text = std::to_string(n);
    text.insert(0, 3 - text.size(), '0');
    return test::datagram(text.append(size - 42 - 3, '.'));
  }
  // True: it arrives at once.
  static bool send(Wire& wire, Watcher& watcher, const std::vector<u8>& frame, i64 now) {
    std::vector<Deed> deeds;
    return wire.enter(watcher.look(frame, now, false), now, deeds).through;
  }

  void fill(i64 now) {
    for (auto& [n, at] : open_) {
      if (now - at >= timeout) put(n, now), at = now;
    }
    while (open_.size() < window && next_ < total) {
      open_[next_] = now;
      put(next_++, now);
    }
    std::vector<u32> answered;
    std::swap(answered, instant_);
    for (const u32 n : answered) at_a(n);
    if (!answered.empty()) fill(now);
  }
  void put(u32 n, i64 now) {
    ++sent_;
    if (send(there_, watch_there_, numbered(n, 1000), now)) at_b(n, now);
  }
  void at_b(u32 n, i64 now) {
    if (arrived_++ == 0) first_ = now;
    if (n < highest_) ++disorder_;
    highest_ = std::max(highest_, n);
    order_ += char('0' + n);
    if (send(back_, watch_back_, numbered(n, 60), now)) instant_.push_back(n);
  }
  void at_a(u32 n) {
    if (open_.erase(n) > 0) ++acked_;
  }
  i64 next(i64 now) const {
    i64 at = std::min(there_.due(), back_.due());
    for (const auto& [n, sent] : open_) at = std::min(at, sent + timeout);
    return std::max(now, at == never ? now : at);
  }

  Wire there_, back_;
  Watcher watch_there_{test::registry()}, watch_back_{test::registry()};
  std::map<u32, i64> open_;  // when last sent
  std::vector<u32> instant_;
  u32 next_ = 0, acked_ = 0, sent_ = 0, arrived_ = 0, highest_ = 0, disorder_ = 0;
  i64 first_ = 0;
  std::string order_;
};

std::string padded(std::string text) {
  return text.append(text.size() < 22 ? 22 - text.size() : 0, ' ');
}

TEST_CASE("a grid of loss, delay and rate gives what it always gave") {
  std::string grid;
  for (const char* loss : {"", "loss 2%", "loss 10%", "loss 30% seed=7"}) {
    for (const char* delay : {"", "delay 5ms", "delay 100ms", "reorder 20% 30ms"}) {
      for (const char* rate : {"", "rate 10mbit", "rate 1mbit", "rate 1mbit queue 4kB"}) {
        grid += padded(loss) + padded(delay) + padded(rate) + Model(loss, delay, rate).run() + "\n";
      }
    }
  }
  const std::string path = NETPEEL_SOURCE_DIR "/tests/unit/lab/grid.txt";
  if (std::getenv("NETPEEL_BLESS") != nullptr) std::ofstream(path) << grid;
  std::ifstream file(path);
  const std::string wanted{std::istreambuf_iterator<char>(file), {}};
  CHECK(grid == wanted);
}

}  // namespace
}  // namespace netpeel::lab
