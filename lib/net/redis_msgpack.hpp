// msgpack beyond nlohmann's: how deep it goes is known before it is read, and the extensions of
// npm's notepack.io are understood. For redis_wire. Source: the msgpack specification.
#pragma once
#include <string_view>

#include "net/socketio.hpp"

namespace netpeel::net::redis_wire {

// One whole value, nested at most `deepest`, and nothing behind it.
bool msgpack_is_whole(std::string_view bytes, std::size_t deepest);
// Turns extensions into what JSON has for them, in place.
void without_extensions(Json& value);

}  // namespace netpeel::net::redis_wire
