// The shape of a private network, as plain data: hosts, their ports, and the segments that join
// them. Pure; namespaces and devices are made from it elsewhere. Addresses tell where one
// is: 10.0.1.2 and fd00:0:0:1::2 are the second host's on segment 1, its MAC is 02:00:00:00:01:02.
#pragma once
#include <array>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace netpeel::lab {

struct Port {
  u32 host = 0, segment = 0;
  std::string name{};    // of the host, where it has one port; "r1:a" is r1's towards a
  std::string device{};  // "eth0", inside the host
  std::array<u8, 6> mac{};
  std::array<u8, 4> ipv4{};   // of a network of 24 bits
  std::array<u8, 16> ipv6{};  // of 64
};

struct Host {
  std::string name{};
  bool forwards = false;
  std::vector<u32> ports{};
  u32 way_left = none,
      way_right = none;  // the next hop's port towards lower and higher segments; none at an end
  static constexpr u32 none = u32(-1);
};

struct Segment {
  std::vector<u32> ports{};
  u32 mtu = 1500;
};

struct Topology {
  std::string shape{};
  std::vector<Host> hosts{};
  std::vector<Port> ports{};
  std::vector<Segment> segments{};

  const Host* host(std::string_view name) const;
  u32 index(const Host& host) const { return u32(&host - hosts.data()); }
  // Segments between two hosts; 0: the same host; Host::none: no way.
  u32 distance(u32 from, u32 to) const;
  bool has_ipv6(const Port& port) const {
    return segments[port.segment].mtu >= 1280;
  }                           // RFC 8200 §5
  std::string names() const;  // "a, b", for complaints
  std::string etc_hosts() const;
};

struct ShapeOptions {
  std::string shape = "pair";  // pair (a, b), hops (a, r1, r2, b), room (server, c1, c2 …)
  std::vector<u32> mtus{};     // one a segment, from a's; the last counts for the rest
  u32 clients = 3;             // of a room
  bool second_server = false, broker = false;
};

base::Result<Topology> make_topology(const ShapeOptions& options);

std::string text_of(const std::array<u8, 4>& ipv4);
std::string text_of(const std::array<u8, 16>& ipv6);

}  // namespace netpeel::lab
