#include "lab/spaces.hpp"

#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>

#include "base/error.hpp"

namespace netpeel::lab {
namespace {

bool write_file(const std::string& path, const std::string& text, int flags = 0) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0644));
  return file && write(file.get(), text.data(), text.size()) == ssize_t(text.size());
}

std::string read_file(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string out;
  char room[65536];
  for (ssize_t n; file && (n = read(file.get(), room, sizeof room)) > 0;)
    out.append(room, std::size_t(n));
  return out;
}

// The rest of a MAC address stays; the group bit must not be there, and the lab's end is nobody's
// address.
std::array<u8, 6> other_end(std::array<u8, 6> mac) {
  mac[1] = 0xff;
  return mac;
}

// Before any device is there, so that all get it.
void quiet_defaults(bool forwards, std::vector<std::string>& notes) {
  const std::string v4 = "/proc/sys/net/ipv4/", v6 = "/proc/sys/net/ipv6/conf/";
  bool all = write_file(v4 + "icmp_ratelimit", "0");  // an error for every packet that earns one
  // A connection may not have more on its way than a port's ring holds: else a moment without a
  // processor loses frames.
  write_file(v4 + "tcp_rmem", "4096 131072 2097152");
  for (const char* which : {"default", "all"}) {
    write_file(v6 + which + "/accept_ra", "0");
    write_file(v6 + which + "/router_solicitations", "0");
    if (forwards) all = write_file(v6 + which + "/forwarding", "1") && all;
  }
  write_file("/proc/sys/net/ipv6/icmp/ratelimit", "0");
  if (!all && notes.empty()) {
    notes.push_back("settings below /proc/sys cannot be written here: routers limit their ICMP "
                    "errors and forward no IPv6");
  }
}

void bind_over(const std::string& from, const std::string& path, std::vector<std::string>& notes,
               const char* loss) {
  if (access(path.c_str(), F_OK) != 0 ||
      mount(from.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0) {
    if (loss != nullptr) notes.push_back(path + " cannot be replaced here: " + loss);
  }
}

// A file that is not there cannot be covered (a minimal Debian has no /etc/hosts): its folder is
// covered, by itself and one that has the file.
void put_beside(const std::string& room, const std::string& folder, const std::string& name,
                const std::string& text, std::vector<std::string>& notes) {
  const std::string ours = room + "/beside";
  if (mkdir(ours.c_str(), 0755) == 0) write_file(ours + "/" + name, text, O_CREAT);
  const std::string both = "lowerdir=" + ours + ":" + folder;
  if (mount("netpeel", folder.c_str(), "overlay", MS_NOSUID | MS_NODEV, both.c_str()) != 0)
    notes.push_back(folder + "/" + name + " is missing here: the names of the hosts are not known");
}

// Names are looked up in the file, then as the machine does: other services would answer for the
// machine outside.
std::string files_first(const std::string& nsswitch) {
  std::string out;
  for (std::size_t at = 0; at < nsswitch.size();) {
    const std::size_t end = std::min(nsswitch.find('\n', at), nsswitch.size());
    const std::string line = nsswitch.substr(at, end - at);
    out += line.starts_with("hosts:") ? "hosts: files dns" : line;
    out += '\n';
    at = end + 1;
  }
  return out;
}

// The files come to lie on a small file system in memory, which is covered again at once: only the
// binds keep it.
void name_hosts(const Topology& topology, std::vector<std::string>& notes) {
  const char* const room = "/tmp";
  if (mount("netpeel", room, "tmpfs", MS_NOSUID | MS_NODEV, "size=256k,mode=0700") != 0) {
    notes.push_back(
        "the names of the hosts are not known here: no file system in memory can be made");
    return;
  }
  const std::string hosts = std::string(room) + "/hosts",
                    switches = std::string(room) + "/nsswitch";
  write_file(hosts, topology.etc_hosts(), O_CREAT);
  if (access("/etc/hosts", F_OK) == 0) {
    bind_over(hosts, "/etc/hosts", notes, "the names of the hosts are not known");
  } else {
    put_beside(room, "/etc", "hosts", topology.etc_hosts(), notes);
  }
  const std::string services = read_file("/etc/nsswitch.conf");
  if (!services.empty()) {
    write_file(switches, files_first(services), O_CREAT);
    bind_over(switches, "/etc/nsswitch.conf", notes, nullptr);
  }
  umount2(room, MNT_DETACH);
  // A caching name service would answer for the machine outside.
  if (access("/run/nscd", F_OK) == 0)
    mount("netpeel", "/run/nscd", "tmpfs", MS_NOSUID | MS_NODEV, "size=4k");
}

struct Builder {
  const Topology& topology;
  std::vector<Netlink> hosts{};
  std::vector<Descriptor> controls{};

  // A new namespace, in which this process then is.
  Space host(const Host& h, std::vector<std::string>& notes) {
    if (unshare(CLONE_NEWNET | CLONE_NEWUTS) != 0)
      throw base::Error("make a network for " + h.name, errno);
    sethostname(h.name.data(), h.name.size());
    quiet_defaults(h.forwards, notes);
    hosts.emplace_back();
    hosts.back().up(1);  // the loopback
    controls.emplace_back(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return {here("net"), here("uts")};
  }

  static u32 device_index(const Host& h, u32 port) {
    u32 index = 2;
    for (const u32 other : h.ports) {
      if (other == port) break;
      ++index;
    }
    return index;
  }

  void cable(u32 id, const Space& space, Netlink& lab, int control) {
    const Port& port = topology.ports[id];
    const Host& h = topology.hosts[port.host];
    const Segment& segment = topology.segments[port.segment];
    const u32 index = device_index(h, id);
    const std::string name = "p" + std::to_string(id);
    lab.make_cable({name, port_index(id), other_end(port.mac)},
                   {port.device, index, port.mac, space.net.get()}, segment.mtu);
    lab.quiet_ipv6(port_index(id));
    no_offloads(control, name);
    no_offloads(controls[port.host].get(), port.device);
    lab.up(port_index(id));

    Netlink& host = hosts[port.host];
    host.quiet_ipv6(index);
    host.up(index);
    host.add_address(index, port.ipv4, 24);
    if (h.forwards) host.forward_ipv4(index);
    if (!topology.has_ipv6(port)) return;
    std::array<u8, 16> local{0xfe, 0x80};
    local[7] = port.ipv6[7];
    local[15] = port.ipv6[15];
    host.add_address(index, local, 64);
    host.add_address(index, port.ipv6, 64);
  }

  // Every segment that is not the host's own lies to its left or to its right.
  void ways(u32 id) {
    const Host& h = topology.hosts[id];
    for (u32 s = 0; s < topology.segments.size(); ++s) {
      bool own = false;
      u32 first = Host::none;
      for (const u32 port : h.ports) {
        own = own || topology.ports[port].segment == s;
        first = std::min(first, topology.ports[port].segment);
      }
      if (own) continue;
      const u32 way = s < first ? h.way_left : h.way_right;
      if (way != Host::none) route(id, s, topology.ports[way]);
    }
  }
  void route(u32 id, u32 segment, const Port& next) {
    const Host& h = topology.hosts[id];
    u32 out = 0;
    for (const u32 port : h.ports) {
      if (topology.ports[port].segment == next.segment) out = device_index(h, port);
    }
    const Port& there = topology.ports[topology.segments[segment].ports[0]];
    std::array<u8, 4> v4 = there.ipv4;
    v4[3] = 0;
    hosts[id].add_route(v4, 24, next.ipv4, out);
    if (!topology.has_ipv6(there) || !topology.has_ipv6(next)) return;
    std::array<u8, 16> v6 = there.ipv6;
    v6[15] = 0;
    hosts[id].add_route(v6, 64, next.ipv6, out);
  }
};

// Lines of a table below /proc/net whose state is one of those.
u32 count_states(const char* path, std::string_view state) {
  const std::string table = read_file(path);
  u32 count = 0;
  for (std::size_t at = table.find('\n'); at != std::string::npos && at + 1 < table.size();
       at = table.find('\n', at + 1)) {
    // "  0: 0100007F:1F90 00000000:0000 0A …": the fourth word
    std::size_t p = at + 1;
    for (u32 word = 0; word < 3; ++word) {
      p = table.find_first_not_of(' ', p);
      p = p == std::string::npos ? p : table.find(' ', p);
      if (p == std::string::npos) return count;
    }
    p = table.find_first_not_of(' ', p);
    if (p != std::string::npos && table.compare(p, state.size(), state) == 0) ++count;
  }
  return count;
}

std::string line_of(const char* path) {
  const std::string text = read_file(path);
  return text.substr(0, text.find('\n'));
}

// Why the kernel said no, as well as it can be told, and what mends it.
[[noreturn]] void refuse(int error) {
  const std::string what = "this machine does not let you make a private network: ";
  const std::string tail = "netpeel doctor says more.";
  if (line_of("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1") {
    throw base::Error::sentence(
        what + "AppArmor keeps programs without a profile from making user namespaces",
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 allows it until the next "
        "start. " +
            tail);
  }
  if (line_of("/proc/sys/kernel/unprivileged_userns_clone") == "0") {
    throw base::Error::sentence(
        what + "user namespaces are kept from ordinary users",
        "sudo sysctl -w kernel.unprivileged_userns_clone=1 allows it until the next start. " +
            tail);
  }
  if (line_of("/proc/sys/user/max_user_namespaces") == "0") {
    throw base::Error::sentence(
        what + "the number of user namespaces is limited to none",
        "sudo sysctl -w user.max_user_namespaces=10000 allows it until the next start. " + tail);
  }
  throw base::Error::sentence(what + "the kernel refuses new namespaces (" + std::strerror(error) +
                                  "), as containers often do",
                              tail);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor here(const char* kind) {
  const std::string path = std::string("/proc/self/ns/") + kind;
  Descriptor out(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!out) throw base::Error("open " + path, errno);
  return out;
}

void enter_enclosure() {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  constexpr int parts = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID;
  if (user == 0 && unshare(parts) == 0) return;
  if (unshare(CLONE_NEWUSER | parts) != 0) refuse(errno);
  // A group map may be written by an ordinary user only after setgroups(2) is given up.
  write_file("/proc/self/setgroups", "deny");
  if (!write_file("/proc/self/uid_map", "0 " + std::to_string(user) + " 1") ||
      !write_file("/proc/self/gid_map", "0 " + std::to_string(group) + " 1")) {
    refuse(errno);
  }
}

std::vector<std::string> furnish(const Topology& topology) {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) refuse(errno);
  std::vector<std::string> notes;
  // In a container parts of /proc may be covered, and then a new one is refused; the old one still
  // tells about ourselves.
  mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
  name_hosts(topology, notes);
  return notes;
}

std::vector<Space> build_hosts(const Topology& topology, std::vector<std::string>& notes) {
  const Space home{here("net"), here("uts")};
  write_file("/proc/sys/net/ipv6/conf/default/disable_ipv6",
             "1");  // the lab's own ends stay silent
  Netlink lab;
  const Descriptor control(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  Builder builder{topology};
  std::vector<Space> out;
  for (const Host& h : topology.hosts) out.push_back(builder.host(h, notes));
  move_to(home);
  for (u32 i = 0; i < topology.ports.size(); ++i)
    builder.cable(i, out[topology.ports[i].host], lab, control.get());
  for (u32 i = 0; i < topology.hosts.size(); ++i) builder.ways(i);
  return out;
}

void no_offloads(int control, const std::string& device) {
  constexpr u32 commands[]{ETHTOOL_STXCSUM, ETHTOOL_SRXCSUM, ETHTOOL_SSG,
                           ETHTOOL_STSO,    ETHTOOL_SGSO,    ETHTOOL_SGRO};
  for (const u32 command : commands) {
    ethtool_value value{command, 0};
    ifreq request{};
    std::snprintf(request.ifr_name, sizeof request.ifr_name, "%s", device.c_str());
    request.ifr_data = static_cast<char*>(static_cast<void*>(&value));
    // Not every kernel has every one; what matters is whether checksums are left to the card.
    if (ioctl(control, SIOCETHTOOL, &request) != 0 && command == ETHTOOL_STXCSUM) {
      throw base::Error("have " + device + " fill in checksums", errno);
    }
  }
}

void move_to(const Space& space) {
  if (setns(space.net.get(), CLONE_NEWNET) != 0 || setns(space.uts.get(), CLONE_NEWUTS) != 0) {
    throw base::Error("go to a host of the lab", errno);
  }
}

void join(const Descriptor& user, const Descriptor& mounts, const Descriptor& processes) {
  struct stat mine {
  }, theirs{};
  const Descriptor own = here("user");
  const bool same = fstat(own.get(), &mine) == 0 && fstat(user.get(), &theirs) == 0 &&
                    mine.st_ino == theirs.st_ino;
  if ((!same && setns(user.get(), CLONE_NEWUSER) != 0) || setns(mounts.get(), CLONE_NEWNS) != 0 ||
      setns(processes.get(), CLONE_NEWPID) != 0) {
    throw base::Error("go into the lab", errno);
  }
}

u32 waiting_sockets() {
  u32 count = 0;
  for (const char* path : {"/proc/self/net/tcp", "/proc/self/net/tcp6"})
    count += count_states(path, "0A");
  for (const char* path : {"/proc/self/net/udp", "/proc/self/net/udp6"})
    count += count_states(path, "07");
  return count;
}

}  // namespace netpeel::lab
