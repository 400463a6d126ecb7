// The bound of what is kept of conversations holds against what somebody makes up to break it,
// measured at the heap itself.
#include <malloc.h>

#include <algorithm>

#include "field/walk.hpp"
#include "flow/registry.hpp"
#include "flow/tracker.hpp"
#include "proto/transport/tcp.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel {
namespace {

constexpr u64 bound = 8 * 1024 * 1024,
              slack = 2 * 1024 * 1024;  // slack: the hash table doubles, pools grow by chunks

// Bytes in use; 0 where another allocator is in place (sanitizers).
u64 heap() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

class Flood {
 public:
  explicit Flood(u64 memory) : tracker_(test::registry(), {.memory = memory}), before_(heap()) {}

  // A segment from a client, or to it; each number is another client.
  void segment(u32 client, u16 to, u32 flags, u32 seq, std::string_view data, bool back = false) {
    std::vector<u8> bytes =
        test::unhex("020000000001 020000000002 0800 4500 0000 0000 4000 4006 0000 0a000000 0a000001"
                    "c000 0050 00000000 00000000 5000 ffff 0000 0000");
    base::put_be16(&bytes[16], u32(40 + data.size()));
    base::put_be32(&bytes[26], 0x20000000 + client);
    base::put_be16(&bytes[36], to);
    base::put_be32(&bytes[38], seq);
    base::put_be32(&bytes[42], 1);
    bytes[47] = u8(flags);
    if (back) {
      std::swap_ranges(&bytes[26], &bytes[30], &bytes[30]);
      std::swap_ranges(&bytes[34], &bytes[36], &bytes[36]);
    }
    bytes.insert(bytes.end(), data.begin(), data.end());
    packet_.frame = {.data = bytes.data(),
                     .size = u32(bytes.size()),
                     .wire_size = u32(bytes.size()),
                     .time = i64(number_),
                     .number = number_};
    ++number_;
    field::walk(test::registry(), packet_);
    tracker_.see(packet_);
    if (number_ % 256 == 0 && heap() > before_) most_ = std::max(most_, heap() - before_);
  }
  u64 most() const { return most_; }
  const flow::TrackerCounts& counts() const { return tracker_.counts(); }

 private:
  flow::Tracker tracker_;
  field::Packet packet_;
  u64 before_, most_ = 0, number_ = 1;
};

constexpr u32 syn = proto::tcp_flag::syn, ack = proto::tcp_flag::ack;

}  // namespace

TEST_CASE("a flood of half-open SYNs with data stays within the bound, and what went is counted") {
  Flood flood(bound);
  // Each begins a request that never ends: a session for each, and bytes that wait.
  const std::string request = "GET /" + std::string(200, 'a');
  for (u32 client = 0; client < 30'000; ++client)
    flood.segment(client, 80, syn, client * 7919, request);
  CHECK(flood.most() <= bound + slack);
  CHECK(flood.counts().conversations == 30'000);
  CHECK(flood.counts().closed_early > 20'000);
  CHECK(flood.counts().closed_early < 30'000);
}

TEST_CASE(
    "segments that come too early, and those that nobody acknowledges, stay within the bound") {
  Flood flood(bound);
  const std::string data(1400, 'x');
  for (u32 i = 0; i < 30'000; ++i)
    flood.segment(i % 100, 80, ack, i == 0 ? 1 : 1000 + i * 1400, i < 100 ? "GET " : data);
  CHECK(flood.most() <= bound + slack);
  CHECK(flood.counts().closed_early > 0);

  Flood unacked(bound);
  for (u32 i = 0; i < 400'000; ++i) unacked.segment(i % 50, 9, ack, 1 + i / 50 * 2, "xx");
  CHECK(unacked.most() <= bound + slack);
  CHECK(unacked.counts().closed_early > 0);
}

TEST_CASE("the windows of compressed WebSockets stay within the bound") {
  Flood flood(bound);
  const std::string_view request =
      "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
  const std::string_view answer =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
      "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
  const std::string_view hello("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00", 9);  // RFC 7692 §7.2.3.1
  for (u32 client = 0; client < 2'000; ++client) {
    flood.segment(client, 80, ack, 1, request);
    flood.segment(client, 80, ack, 1, answer, true);
    flood.segment(client, 80, ack, u32(1 + answer.size()), hello, true);
  }
  CHECK(flood.most() <= bound + slack);
  CHECK(flood.counts().closed_early > 1'000);
}

TEST_CASE("of conversations that nobody reads hardly more is kept than their numbers") {
  Flood flood(u64(1) << 30);
  for (u32 client = 0; client < 20'000; ++client)
    flood.segment(client, 9, ack, client * 7919, "what nobody knows");
  CHECK(flood.counts().closed_early == 0);
  CHECK(flood.most() < 20'000 * 500);
}

}  // namespace netpeel
