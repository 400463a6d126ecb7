// Namespaces: the enclosure in which a lab lives, and the hosts in it. An ordinary user gets a user
// namespace of his own, in which he is root; nobody changes the user after that. Everything made
// here goes away with the last process and the last descriptor. user_namespaces(7),
// network_namespaces(7), veth(4). Single-threaded processes only.
#pragma once
#include <string>
#include <vector>

#include "lab/netlink.hpp"
#include "lab/topology.hpp"

namespace netpeel::lab {

// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Descriptor& operator=(Descriptor&& other) noexcept;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Puts this process into namespaces of its own: user (unless it is root and need not), network,
// mounts, host name, and, for its next child, processes. Throws base::Error with a sentence that
// says what stands in the way.
void enter_enclosure();

// Inside: mounts are nobody else's business, /proc shows the lab's processes, and the names of
// hosts are known. What cannot be done is left out and told, a sentence each.
std::vector<std::string> furnish(const Topology& topology);

// One host: its network namespace, ready to use.
struct Space {
  Descriptor net, uts;
};

// All hosts with their links, addresses and ways. For each port, the lab's end of its cable is a
// device of the present namespace with the index port_index(port). notes: what could not be had.
std::vector<Space> build_hosts(const Topology& topology, std::vector<std::string>& notes);
constexpr u32 port_index(u32 port) { return 100 + port; }

// Segments and checksums of a device as they really are: nothing may be left to a card that does
// not exist. control: any socket of the device's namespace.
void no_offloads(int control, const std::string& device);

// Puts this process on a host; back with the descriptor of one's own namespace.
void move_to(const Space& space);
Descriptor here(const char* kind);  // "net", "uts", "user" …: this process's own

// From outside: into a lab's namespaces; its next child is one of the lab's processes.
void join(const Descriptor& user, const Descriptor& mounts, const Descriptor& processes);

// Sockets that wait for somebody in this process's network namespace: TCP listeners, and UDP
// sockets with a port.
u32 waiting_sockets();

}  // namespace netpeel::lab
