#include "replay/link.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cstring>

#include "base/bits.hpp"
#include "base/error.hpp"
#include "device/interfaces.hpp"

namespace netpeel::replay {
namespace {

constexpr u16 ethernet = 1, raw_ip = 101, raw_ipv4 = 228, raw_ipv6 = 229;

std::string others(const std::string& name) {
  const auto all = device::interfaces();
  const std::string near = device::nearest(name, all);
  if (!near.empty()) return "Did you mean " + near + "?";
  std::string out = "There are:";
  for (const auto& i : all) {
    if (i.network) out += " " + i.name;
  }
  return out;
}

// In the kernel's words (ARPHRD_…), 0 for what we cannot send on.
u16 link_type_of(u16 hardware) {
  switch (hardware) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK: return ethernet;
    case ARPHRD_NONE:
    case ARPHRD_PPP:
    case ARPHRD_RAWIP:
    case ARPHRD_TUNNEL:
    case ARPHRD_TUNNEL6:
    case ARPHRD_SIT: return raw_ip;
    default: return 0;
  }
}

}  // namespace

std::string link_type_name(u16 link_type) {
  struct Name {
    u16 type;
    std::string_view name;
  };
  constexpr Name names[]{
      {0,        "BSD loopback"   },
      {ethernet, "Ethernet"       },
      {9,        "PPP"            },
      {raw_ip,   "raw IP"         },
      {105,      "802.11"         },
      {108,      "BSD loopback"   },
      {113,      "Linux cooked"   },
      {127,      "802.11 radiotap"},
      {raw_ipv4, "raw IPv4"       },
      {raw_ipv6, "raw IPv6"       },
      {276,      "Linux cooked v2"}
  };
  for (const Name& n : names) {
    if (n.type == link_type) return std::string(n.name);
  }
  return "link type " + std::to_string(link_type);
}

Link::Link(const std::string& interface) : name_(interface) {
  const lab::Descriptor any(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!any) throw base::Error("look at the interface " + interface, errno);
  ifreq request{};
  if (interface.empty() || interface.size() >= sizeof request.ifr_name) {
    throw base::Error::sentence("there is no interface \"" + interface + "\"", others(interface));
  }
  std::memcpy(request.ifr_name, interface.data(), interface.size());
  if (ioctl(any.get(), SIOCGIFINDEX, &request) != 0) {
    if (errno == ENODEV)
      throw base::Error::sentence("there is no interface \"" + interface + "\"", others(interface));
    throw base::Error("look at the interface " + interface, errno);
  }
  index_ = u32(request.ifr_ifindex);
  if (ioctl(any.get(), SIOCGIFFLAGS, &request) != 0)
    throw base::Error("look at the interface " + interface, errno);
  loopback_ = (request.ifr_flags & IFF_LOOPBACK) != 0;
  if ((request.ifr_flags & IFF_UP) == 0) {
    throw base::Error::sentence("the interface " + interface + " is switched off",
                                "Switch it on with: sudo ip link set " + interface + " up");
  }
  if (ioctl(any.get(), SIOCGIFMTU, &request) != 0)
    throw base::Error("look at the interface " + interface, errno);
  mtu_ = u32(request.ifr_mtu);
  if (ioctl(any.get(), SIOCGIFHWADDR, &request) != 0)
    throw base::Error("look at the interface " + interface, errno);
  link_type_ = link_type_of(request.ifr_hwaddr.sa_family);
  if (link_type_ == 0) {
    throw base::Error::sentence("the interface " + interface +
                                " takes neither Ethernet frames nor IP packets");
  }
}

bool Link::takes(u16 link_type) const {
  return link_type == link_type_ ||
         (link_type_ == raw_ip && (link_type == raw_ipv4 || link_type == raw_ipv6));
}

bool Link::too_long(Bytes frame) const {
  if (link_type_ != ethernet) return frame.size() > mtu_;
  // The kernel lets one VLAN tag pass beside the MTU (packet(7) says nothing of it).
  const bool tagged = frame.size() >= 14 && base::be16(&frame[12]) == ETH_P_8021Q;
  return frame.size() > mtu_ + ETH_HLEN + (tagged ? 4u : 0u);
}

void Link::open(bool past_queue) {
  socket_ = lab::Descriptor(
      socket(AF_PACKET, (link_type_ == ethernet ? SOCK_RAW : SOCK_DGRAM) | SOCK_CLOEXEC, 0));
  if (!socket_) {
    if (errno != EPERM && errno != EACCES) throw base::Error("send frames onto " + name_, errno);
    throw base::Error::sentence("sending frames onto " + name_ + " needs rights that you lack here",
                                "In a lab everybody has them: netpeel lab run -- netpeel replay …; "
                                "elsewhere root does.");
  }
  int size = 4 << 20;
  setsockopt(socket_.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  int yes = past_queue ? 1 : 0;
  if (past_queue) setsockopt(socket_.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;  // no protocol: nothing is received
  address.sll_ifindex = int(index_);
  const auto* where = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (bind(socket_.get(), where, sizeof address) != 0)
    throw base::Error("send frames onto " + name_, errno);
}

u32 Link::send(std::span<const Bytes> frames) {
  mmsghdr messages[at_once];
  iovec parts[at_once];
  sockaddr_ll ways[at_once];
  const u32 n = u32(std::min<std::size_t>(frames.size(), at_once));
  for (u32 i = 0; i < n; ++i) {
    parts[i] = {const_cast<u8*>(frames[i].data()), frames[i].size()};
    messages[i] = {};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
    if (link_type_ == ethernet) continue;
    // Without a link header the kernel must be told what it is.
    ways[i] = {};
    ways[i].sll_family = AF_PACKET;
    ways[i].sll_ifindex = int(index_);
    ways[i].sll_protocol =
        htons(!frames[i].empty() && frames[i][0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
    messages[i].msg_hdr.msg_name = &ways[i];
    messages[i].msg_hdr.msg_namelen = sizeof ways[i];
  }
  const int sent = n == 1 ? (sendmsg(socket_.get(), &messages[0].msg_hdr, 0) < 0 ? -1 : 1)
                          : sendmmsg(socket_.get(), messages, n, 0);
  failure_ = sent < 0 ? errno : 0;
  return sent < 0 ? 0 : u32(sent);
}

}  // namespace netpeel::replay
