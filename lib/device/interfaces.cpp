#include "device/interfaces.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pcap.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "base/error.hpp"

namespace netpeel::device {

namespace {

// What Linux says about a device, in /sys/class/net (Documentation/ABI/testing/sysfs-class-net).
class Sys {
 public:
  explicit Sys(const std::string& name) : root_("/sys/class/net/" + name + "/") {}
  bool has(const char* file) const { return access((root_ + file).c_str(), F_OK) == 0; }
  std::string line(const char* file) const {
    std::string out;
    std::ifstream in(root_ + file);
    std::getline(in, out);
    return out;
  }
  // The value of DEVTYPE in `uevent`: vlan, wlan, wireguard, bridge, …
  std::string type() const {
    std::ifstream in(root_ + "uevent");
    for (std::string text; std::getline(in, text);) {
      if (text.starts_with("DEVTYPE=")) return text.substr(8);
    }
    return {};
  }

 private:
  std::string root_;
};

std::string kind_of(const std::string& name, const Sys& sys, bool loopback, bool wireless) {
  if (loopback) return "loopback: this machine talking to itself";
  if (name == "any") return "all interfaces at once, without their link headers";
  if (name.starts_with("bluetooth")) return "Bluetooth, no network packets";
  if (name.starts_with("usbmon")) return "USB traffic, no network packets";
  if (name.starts_with("dbus-")) return "D-Bus messages, no network packets";
  if (name.starts_with("nflog") || name.starts_with("nfqueue"))
    return "what firewall rules hand over";
  const std::string type = sys.type();
  if (wireless || type == "wlan" || sys.has("wireless") || sys.has("phy80211")) return "Wi-Fi";
  if (name.starts_with("docker")) return "Docker bridge";
  if (sys.has("bridge")) {
    if (name.starts_with("br-")) return "Docker bridge of a user-defined network";
    if (name.starts_with("virbr")) return "bridge of virtual machines";
    return "bridge";
  }
  if (type == "wireguard") return "WireGuard tunnel";
  if (type == "vlan") return "VLAN";
  if (type == "bond" || sys.has("bonding")) return "several cards bonded";
  if (type == "vxlan" || type == "geneve") return "overlay tunnel";
  if (sys.has("tun_flags"))
    return "virtual: tunnel of a program, such as a VPN or a virtual machine";
  if (type == "wwan" || name.starts_with("wwan")) return "mobile network";
  if (sys.has("device")) return sys.line("type") == "1" ? "Ethernet" : "network card";
  if (name.starts_with("veth") ||
      (sys.has("iflink") && sys.line("iflink") != sys.line("ifindex"))) {
    return "virtual: cable to a container or network namespace";
  }
  return "virtual";
}

std::string address_text(const sockaddr* address, const sockaddr* mask) {
  char room[INET6_ADDRSTRLEN] = {};
  u8 bits[16] = {};
  u32 size = 0;
  if (address == nullptr) return {};
  // A sockaddr's own kind may be read only after copying it into that kind.
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    inet_ntop(AF_INET, &in.sin_addr, room, sizeof room);
    if (mask != nullptr) {
      std::memcpy(&in, mask, sizeof in);
      std::memcpy(bits, &in.sin_addr, size = 4);
    }
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    inet_ntop(AF_INET6, &in.sin6_addr, room, sizeof room);
    if (mask != nullptr) {
      std::memcpy(&in, mask, sizeof in);
      std::memcpy(bits, &in.sin6_addr, size = 16);
    }
  } else {
    return {};
  }
  u32 prefix = 0;
  for (u32 i = 0; i < size; ++i) prefix += u32(__builtin_popcount(bits[i]));
  std::string out = room;
  if (size > 0) out += "/" + std::to_string(prefix);
  return out;
}

int rank(const NetworkInterface& i) {
  if (!i.network) return 5;
  if (i.name == "any") return 4;
  if (!i.up) return 3;
  if (i.loopback) return 2;
  return i.addresses.empty() ? 1 : 0;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<NetworkInterface> interfaces() {
  pcap_if_t* found = nullptr;
  char error[PCAP_ERRBUF_SIZE] = {};
  if (pcap_findalldevs(&found, error) != 0) {
    throw base::Error::sentence(std::string("could not list the interfaces: ") + error);
  }
  std::vector<NetworkInterface> out;
  for (const pcap_if_t* i = found; i != nullptr; i = i->next) {
    NetworkInterface one;
    one.name = i->name;
    one.up = (i->flags & PCAP_IF_UP) != 0;
    one.loopback = (i->flags & PCAP_IF_LOOPBACK) != 0;
    one.wireless = (i->flags & PCAP_IF_WIRELESS) != 0;
    const Sys sys(one.name);
    one.network = one.name == "any" || sys.has("ifindex");
    one.kind = kind_of(one.name, sys, one.loopback, one.wireless);
    if (one.network && !one.loopback) one.mac = sys.line("address");
    if (one.mac.find_first_not_of("0:") == std::string::npos) one.mac.clear();
    for (const pcap_addr* a = i->addresses; a != nullptr; a = a->next) {
      std::string text = address_text(a->addr, a->netmask);
      if (!text.empty()) one.addresses.push_back(std::move(text));
    }
    out.push_back(std::move(one));
  }
  pcap_freealldevs(found);
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return rank(a) < rank(b); });
  return out;
}

std::string default_interface(const std::vector<NetworkInterface>& all) {
  for (const NetworkInterface& i : all) {
    if (i.network && i.up && !i.loopback && i.name != "any" && !i.addresses.empty()) return i.name;
  }
  for (const NetworkInterface& i : all) {
    if (i.loopback) return i.name;
  }
  return {};
}

std::string nearest(std::string_view name, const std::vector<NetworkInterface>& all) {
  std::string best;
  std::size_t least = name.size() / 2 + 1;
  for (const NetworkInterface& i : all) {
    const std::size_t d = distance(name, i.name);
    if (d < least) {
      least = d;
      best = i.name;
    }
  }
  return best;
}

}  // namespace netpeel::device
