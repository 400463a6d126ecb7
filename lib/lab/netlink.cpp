#include "lab/netlink.hpp"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "base/error.hpp"

namespace netpeel::lab {
namespace {

constexpr u16 request = NLM_F_REQUEST | NLM_F_ACK;
constexpr u16 create = request | NLM_F_CREATE | NLM_F_EXCL;

u8 family_of(Bytes address) { return address.size() == 4 ? AF_INET : AF_INET6; }

}  // namespace

// A netlink message under construction: a header, a family's fixed part, attributes inside each
// other.
class Netlink::Message {
 public:
  Message(u16 type, u16 flags) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    put(header);
  }
  template <class T>
  Message& put(const T& fixed) {
    return append(&fixed, sizeof fixed);
  }
  Message& add(u16 type, const void* data, std::size_t size) {
    put(rtattr{u16(sizeof(rtattr) + size), type});
    return append(data, size);
  }
  Message& add(u16 type, Bytes bytes) { return add(type, bytes.data(), bytes.size()); }
  Message& add(u16 type, u32 value) { return add(type, &value, sizeof value); }
  Message& add(u16 type, const std::string& text) {
    return add(type, text.c_str(), text.size() + 1);
  }
  // What is added until close() lies inside it.
  Message& open(u16 type) {
    open_.push_back(bytes_.size());
    return put(rtattr{0, type});
  }
  Message& close() {
    const u16 size = u16(bytes_.size() - open_.back());
    std::memcpy(&bytes_[open_.back()], &size, sizeof size);
    open_.pop_back();
    return *this;
  }
  Bytes finish(u32 sequence) {
    const u32 size = u32(bytes_.size());
    std::memcpy(&bytes_[offsetof(nlmsghdr, nlmsg_len)], &size, sizeof size);
    std::memcpy(&bytes_[offsetof(nlmsghdr, nlmsg_seq)], &sequence, sizeof sequence);
    return bytes_;
  }

 private:
  // Everything in netlink begins at a multiple of four.
  Message& append(const void* data, std::size_t size) {
    const u8* const from = static_cast<const u8*>(data);
    bytes_.insert(bytes_.end(), from, from + size);
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    return *this;
  }
  std::vector<u8> bytes_;
  std::vector<std::size_t> open_;
};

Netlink::Netlink() : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
  if (fd_ < 0) throw base::Error("talk to the kernel about network devices", errno);
}

Netlink::~Netlink() {
  if (fd_ >= 0) close(fd_);
}

std::vector<u8> Netlink::ask(Message& message, const char* tried) {
  const Bytes bytes = message.finish(++sequence_);
  if (send(fd_, bytes.data(), bytes.size(), 0) < 0) throw base::Error(tried, errno);
  for (;;) {
    std::vector<u8> answer(16384);
    const ssize_t n = recv(fd_, answer.data(), answer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < ssize_t(sizeof(nlmsghdr))) throw base::Error(tried, n < 0 ? errno : EIO);
    answer.resize(std::size_t(n));
    nlmsghdr header;
    std::memcpy(&header, answer.data(), sizeof header);
    if (header.nlmsg_seq != sequence_) continue;
    if (header.nlmsg_type != NLMSG_ERROR) return answer;
    int error = 0;
    std::memcpy(&error, &answer[sizeof header], sizeof error);
    errno = -error;
    if (error != 0) throw base::Error(tried, -error);
    return {};
  }
}

void Netlink::make_cable(const End& here, const End& there, u32 mtu) {
  const auto link = [&](Message& m, const End& end) {
    m.add(IFLA_IFNAME, end.name).add(IFLA_ADDRESS, end.mac.data(), 6).add(IFLA_MTU, mtu);
    if (end.space >= 0) m.add(IFLA_NET_NS_FD, u32(end.space));
  };
  const auto info = [](const End& end) {
    ifinfomsg out{};
    out.ifi_index = int(end.index);
    return out;
  };
  Message m(RTM_NEWLINK, create);
  m.put(info(here));
  link(m, here);
  m.open(IFLA_LINKINFO)
      .add(IFLA_INFO_KIND, std::string("veth"))
      .open(IFLA_INFO_DATA)
      .open(VETH_INFO_PEER);
  m.put(info(there));
  link(m, there);
  m.close().close().close();
  try {
    ask(m, "make a virtual cable");
  } catch (const base::Error&) {
    if (errno != EOPNOTSUPP) throw;
    throw base::Error::sentence("this kernel has no virtual cables (the module veth)",
                                "On the machine itself: sudo modprobe veth");
  }
}

void Netlink::up(u32 index) {
  ifinfomsg info{};
  info.ifi_index = int(index);
  info.ifi_flags = info.ifi_change = IFF_UP;
  Message m(RTM_NEWLINK, request);
  m.put(info);
  ask(m, "switch a network device on");
}

void Netlink::quiet_ipv6(u32 index) {
  ifinfomsg info{};
  info.ifi_index = int(index);
  const u8 none = IN6_ADDR_GEN_MODE_NONE;
  Message m(RTM_SETLINK, request);
  m.put(info)
      .open(IFLA_AF_SPEC)
      .open(AF_INET6)
      .add(IFLA_INET6_ADDR_GEN_MODE, &none, 1)
      .close()
      .close();
  try {
    ask(m, "keep IPv6 quiet");
  } catch (const base::Error&) {
    // A kernel without IPv6 is quiet.
  }
}

void Netlink::forward_ipv4(u32 index) {
  ifinfomsg info{};
  info.ifi_index = int(index);
  Message m(RTM_SETLINK, request);
  m.put(info)
      .open(IFLA_AF_SPEC)
      .open(AF_INET)
      .open(IFLA_INET_CONF)
      .add(IPV4_DEVCONF_FORWARDING, 1u);
  m.close().close().close();
  ask(m, "let a router forward");
}

void Netlink::add_address(u32 index, Bytes address, u8 prefix) {
  ifaddrmsg info{};
  info.ifa_family = family_of(address);
  info.ifa_prefixlen = prefix;
  info.ifa_index = index;
  // Nobody else can have it, so there is no need to ask first.
  info.ifa_flags = info.ifa_family == AF_INET6 ? IFA_F_NODAD : 0;
  Message m(RTM_NEWADDR, create);
  m.put(info).add(IFA_LOCAL, address).add(IFA_ADDRESS, address);
  ask(m, "give a host its address");
}

void Netlink::add_route(Bytes network, u8 prefix, Bytes gateway, u32 index) {
  rtmsg info{};
  info.rtm_family = family_of(network);
  info.rtm_dst_len = prefix;
  info.rtm_table = RT_TABLE_MAIN;
  info.rtm_protocol = RTPROT_BOOT;
  info.rtm_type = RTN_UNICAST;
  Message m(RTM_NEWROUTE, create);
  m.put(info).add(RTA_DST, network).add(RTA_GATEWAY, gateway).add(RTA_OIF, index);
  ask(m, "give a host its way to the others");
}

u64 Netlink::dropped(u32 index) {
  ifinfomsg info{};
  info.ifi_index = int(index);
  Message m(RTM_GETLINK, NLM_F_REQUEST);
  m.put(info);
  const std::vector<u8> answer = ask(m, "ask what a network device lost");
  for (std::size_t at = sizeof(nlmsghdr) + sizeof(ifinfomsg);
       at + sizeof(rtattr) <= answer.size();) {
    rtattr attribute;
    std::memcpy(&attribute, &answer[at], sizeof attribute);
    if (attribute.rta_len < sizeof attribute) break;
    if (attribute.rta_type == IFLA_STATS64 &&
        attribute.rta_len >= sizeof attribute + offsetof(rtnl_link_stats64, multicast)) {
      u64 received = 0, sent = 0;
      std::memcpy(&received,
                  &answer[at + sizeof attribute + offsetof(rtnl_link_stats64, rx_dropped)], 8);
      std::memcpy(&sent, &answer[at + sizeof attribute + offsetof(rtnl_link_stats64, tx_dropped)],
                  8);
      return received + sent;
    }
    at += (attribute.rta_len + 3u) / 4 * 4;
  }
  return 0;
}

}  // namespace netpeel::lab
