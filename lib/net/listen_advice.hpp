// What somebody may do who cannot listen where they wanted to; for the .cpp files of this folder.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <string>

#include "net/asio.hpp"

namespace netpeel::net {

// option: how another port is chosen; list: the command that shows who listens.
std::string listen_advice(int code, const std::string& option, const std::string& list);

// The first address of a host to listen on; base::Error where there is none.
asio::ip::address resolve_or_throw(const std::string& host);

}  // namespace netpeel::net
