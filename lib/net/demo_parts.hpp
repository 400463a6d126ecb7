// What the namespaces of the demo have in common; for demo_*.cpp.
#pragma once
#include <algorithm>

#include "net/demo_events.hpp"

namespace netpeel::net {

// As JavaScript's String() writes it.
std::string js_string(const Json& value);
// The names in one argument: a list's elements, or the value alone.
Rooms demo_rooms(const Json& value);
Json sorted_rooms(const Socket& socket);
// Milliseconds as setTimeout takes them: what is no number, below 1 or too long is 1.
i64 demo_milliseconds(const Json& value);

// A number of things, at most so many; what is no number is none.
i64 demo_count(const Json& value, i64 most);

void add_demo_chat(SocketIoServer& io);
void add_demo_admin(SocketIoServer& io, const DemoSettings& settings);

}  // namespace netpeel::net
