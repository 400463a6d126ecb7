// In what order conversations and endpoints are listed.
#pragma once
#include <optional>
#include <vector>

#include "flow/tally.hpp"

namespace netpeel::flow {

enum class Order : u8 {
  start,
  packets,
  bytes,
  duration,
  rate,
  retransmissions,
  rtt,
  handshake,
  sent,
  received
};
std::string_view order_name(Order order);
std::optional<Order> order_named(std::string_view name);
// What conversations and endpoints can be listed by; the others mean nothing there.
std::span<const Order> orders_of_talks();
std::span<const Order> orders_of_endpoints();

// Places in tally.talks(level), without those that have no packets: the greatest first, but of
// start the earliest. At most `most` of them (0: all), `stream` alone if it is not `none`.
struct Wanted {
  Order order = Order::bytes;
  bool reverse = false;
  u64 most = 0;
  u32 stream = none;
};
struct Listed {
  std::vector<u32> places;
  u64 left_out = 0;
};
Listed listed(const Tally& tally, Level level, const Wanted& wanted);
// The same of endpoints, which are put in order; those beyond `most` are taken away and counted.
u64 arrange(std::vector<Endpoint>& endpoints, const Wanted& wanted);

}  // namespace netpeel::flow
