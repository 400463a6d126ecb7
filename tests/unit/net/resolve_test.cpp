#include "net/resolve.hpp"

#include "support/catch.hpp"

using namespace netpeel;

// Also where /etc/hosts is missing, as in a system that debootstrap has just made.
TEST_CASE("localhost and the names under it are this machine, the old address first") {
  for (const char* name : {"localhost", "peel.localhost", "[::1]", "127.0.0.1"}) {
    INFO(name);
    const auto found = net::resolve(name);
    REQUIRE(found);
    for (const auto& address : *found) CHECK(address.is_loopback());
  }
  CHECK(net::resolve("localhost")->front() == net::asio::ip::address_v4::loopback());
}
