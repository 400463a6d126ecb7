// The network interfaces of this machine: their addresses, and what a person may recognise them by.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::device {

struct NetworkInterface {
  std::string name;
  std::string
      kind;  // "loopback: this machine talking to itself", "Wi-Fi", "Docker bridge", …; never empty
  std::vector<std::string> addresses;  // IPv4 and IPv6, with prefix length
  std::string mac;                     // empty where there is none
  bool up = false, loopback = false, wireless = false;
  bool network =
      true;  // false: libpcap offers it, but no network packets are there (Bluetooth, USB, D-Bus)
};

// Those to capture on first. Needs no rights. Throws base::Error.
std::vector<NetworkInterface> interfaces();

// Where to listen when nobody says: the first that is up, has an address and is not the loopback;
// else the loopback. Empty if there is nothing at all.
std::string default_interface(const std::vector<NetworkInterface>& all);

// The name most like this one, for "did you mean"; empty if none is near.
std::string nearest(std::string_view name, const std::vector<NetworkInterface>& all);

}  // namespace netpeel::device
