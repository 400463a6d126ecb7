// Parts of the opening handshake (RFC 6455 §4.2) that websocket.hpp does not show.
#pragma once
#include "net/http.hpp"

namespace netpeel::net {

// All headers of that name as one, with commas between: lists may be spread over several.
std::string ws_header(const HttpRequest& request, std::string_view name);

}  // namespace netpeel::net
