#include "device/interfaces.hpp"

#include "device/live.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using device::NetworkInterface;

namespace {

NetworkInterface named(std::string name, bool up, bool loopback,
                       std::vector<std::string> addresses) {
  NetworkInterface i;
  i.name = std::move(name);
  i.up = up;
  i.loopback = loopback;
  i.addresses = std::move(addresses);
  return i;
}

}  // namespace

TEST_CASE(
    "without -i the first interface that is up and has an address is taken, else the loopback") {
  std::vector<NetworkInterface> all{
      named("eth1", false, false, {"192.0.2.9/24"}), named("any", true, false, {"192.0.2.1/24"}),
      named("eth2", true, false, {}), named("lo", true, true, {"127.0.0.1/8"})};
  CHECK(device::default_interface(all) == "lo");
  all.push_back(named("wlan0", true, false, {"192.0.2.1/24"}));
  CHECK(device::default_interface(all) == "wlan0");
  all.back().network = false;
  CHECK(device::default_interface(all) == "lo");
  CHECK(device::default_interface({}).empty());
}

TEST_CASE("a misspelt interface is guessed, a strange one is not") {
  const std::vector<NetworkInterface> all{
      named("eth0", true, false, {}), named("lo", true, true, {}), named("wlan0", true, false, {})};
  CHECK(device::nearest("eht0", all) == "eth0");
  CHECK(device::nearest("l0", all) == "lo");
  CHECK(device::nearest("wlan1", all) == "wlan0");
  CHECK(device::nearest("something", all).empty());
}

TEST_CASE("the loopback is listed as what it is") {
  bool found = false;
  for (const NetworkInterface& i : device::interfaces()) {
    CHECK_FALSE(i.kind.empty());
    if (!i.loopback) continue;
    found = true;
    CHECK(i.network);
    CHECK(i.kind.find("talking to itself") != std::string::npos);
  }
  if (!found) WARN("this machine shows no loopback interface");
}

TEST_CASE("capture filters are checked without a device") {
  CHECK_FALSE(device::check_filter("tcp port 80", 1));
  CHECK_FALSE(device::check_filter("ip6 and udp", 101));
  const auto complaint = device::check_filter("tcp prot 80", 1);
  REQUIRE(complaint);
  CHECK(complaint->what.find("syntax error") != std::string::npos);
}
