#include "net/demo_parts.hpp"

#include <cmath>

namespace netpeel::net {

std::string js_string(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object() || value.is_binary()) return "[object Object]";
  if (value.is_array()) {
    std::string out;
    for (const Json& v : value) {
      if (&v != &value.front()) out += ',';
      if (!v.is_null()) out += js_string(v);
    }
    return out;
  }
  if (value.is_number_float()) {
    const double d = value.get<double>();
    constexpr double exact = 9007199254740992.0;  // integers beyond it have no digits of their own
    if (d == std::floor(d) && std::abs(d) < exact) return std::to_string(i64(d));
  }
  return value.dump();
}

Rooms demo_rooms(const Json& value) {
  if (!value.is_array()) return {js_string(value)};
  Rooms out;
  for (const Json& v : value) out.push_back(js_string(v));
  return out;
}

Json sorted_rooms(const Socket& socket) {
  Rooms rooms = socket.rooms();
  std::sort(rooms.begin(), rooms.end());
  return rooms;
}

i64 demo_count(const Json& value, i64 most) {
  return value.is_number() ? i64(std::clamp(value.get<double>(), 0.0, double(most))) : 0;
}

i64 demo_milliseconds(const Json& value) {
  if (!value.is_number()) return 1;
  const double ms = value.get<double>();
  return ms >= 1 && ms <= double(longest_timeout) ? i64(ms) : 1;
}

}  // namespace netpeel::net
