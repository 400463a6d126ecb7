#include "flow/order.hpp"

#include <algorithm>

namespace netpeel::flow {
namespace {

constexpr std::string_view names[]{"start", "packets",         "bytes", "duration",
                                   "rate",  "retransmissions", "rtt",   "handshake",
                                   "sent",  "received"};
constexpr Order of_talks[]{Order::bytes, Order::packets,         Order::start, Order::duration,
                           Order::rate,  Order::retransmissions, Order::rtt,   Order::handshake};
constexpr Order of_endpoints[]{Order::bytes, Order::packets, Order::sent, Order::received};

// Greater comes first.
double weight(const Talk& talk, const Connection* connection, i64 since, Order order) {
  switch (order) {
    case Order::start: return -double(talk.first_time - since);
    case Order::packets: return double(talk.both().packets);
    case Order::duration: return double(talk.duration());
    case Order::rate:
      return talk.duration() > 0 ? double(talk.both().bytes) / double(talk.duration()) : -1;
    case Order::retransmissions:
      return connection != nullptr ? double(connection->a.again) + connection->b.again : 0;
    case Order::rtt: return connection != nullptr ? double(connection->farther().acks.median()) : 0;
    case Order::handshake: return connection != nullptr ? double(connection->handshake) : 0;
    default: return double(talk.both().bytes);
  }
}

double weight(const Endpoint& endpoint, Order order) {
  switch (order) {
    case Order::packets: return double(endpoint.both().packets);
    case Order::sent: return double(endpoint.sent.bytes);
    case Order::received: return double(endpoint.received.bytes);
    default: return double(endpoint.both().bytes);
  }
}

}  // namespace

std::string_view order_name(Order order) { return names[u8(order)]; }

std::optional<Order> order_named(std::string_view name) {
  const auto* const place = std::find(std::begin(names), std::end(names), name);
  if (place == std::end(names)) return std::nullopt;
  return Order(place - std::begin(names));
}

std::span<const Order> orders_of_talks() { return of_talks; }
std::span<const Order> orders_of_endpoints() { return of_endpoints; }

Listed listed(const Tally& tally, Level level, const Wanted& wanted) {
  const std::vector<Talk>& talks = tally.talks(level);
  struct Weighed {
    double weight;
    u32 place;
  };
  std::vector<Weighed> weighed;
  for (u32 i = 0; i < talks.size(); ++i) {
    if (talks[i].both().packets == 0 || (wanted.stream != none && talks[i].stream != wanted.stream))
      continue;
    const Connection* connection = level == Level::tcp ? &tally.connections()[i] : nullptr;
    weighed.push_back({weight(talks[i], connection, tally.first_time(), wanted.order), i});
  }
  std::stable_sort(weighed.begin(), weighed.end(),
                   [](const Weighed& x, const Weighed& y) { return x.weight > y.weight; });
  if (wanted.reverse) std::reverse(weighed.begin(), weighed.end());
  Listed out;
  if (wanted.most > 0 && weighed.size() > wanted.most) {
    out.left_out = weighed.size() - wanted.most;
    weighed.resize(wanted.most);
  }
  out.places.reserve(weighed.size());
  for (const Weighed& w : weighed) out.places.push_back(w.place);
  return out;
}

u64 arrange(std::vector<Endpoint>& endpoints, const Wanted& wanted) {
  std::stable_sort(endpoints.begin(), endpoints.end(), [&](const Endpoint& x, const Endpoint& y) {
    return weight(x, wanted.order) > weight(y, wanted.order);
  });
  if (wanted.reverse) std::reverse(endpoints.begin(), endpoints.end());
  if (wanted.most == 0 || endpoints.size() <= wanted.most) return 0;
  const u64 left_out = endpoints.size() - wanted.most;
  endpoints.resize(wanted.most);
  return left_out;
}

}  // namespace netpeel::flow
