// Names to addresses, for the .cpp files of this folder: IPv4 first, since that is what everything
// here listens on unless told otherwise.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <vector>

#include "base/result.hpp"
#include "net/asio.hpp"

namespace netpeel::net {

// Waits for the resolver. Without a complaint there is at least one.
base::Result<std::vector<asio::ip::address>> resolve(const std::string& host);

}  // namespace netpeel::net
