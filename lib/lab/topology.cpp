#include "lab/topology.hpp"

#include "base/text.hpp"

namespace netpeel::lab {
namespace {

constexpr u32 most_clients = 60;

class Maker {
 public:
  u32 host(std::string name, bool forwards = false) {
    out_.hosts.push_back({std::move(name), forwards});
    return u32(out_.hosts.size() - 1);
  }
  u32 segment() {
    out_.segments.emplace_back();
    return u32(out_.segments.size() - 1);
  }
  u32 plug(u32 host, u32 segment) {
    Segment& s = out_.segments[segment];
    Host& h = out_.hosts[host];
    const u8 net = u8(segment + 1), number = u8(s.ports.size() + 1);
    Port port{.host = host, .segment = segment};
    port.name = h.name;
    port.device = "eth" + std::to_string(h.ports.size());
    port.mac = {2, 0, 0, 0, net, number};
    port.ipv4 = {10, 0, net, number};
    port.ipv6 = {0xfd};
    port.ipv6[7] = net;
    port.ipv6[15] = number;
    const u32 id = u32(out_.ports.size());
    out_.ports.push_back(std::move(port));
    s.ports.push_back(id);
    h.ports.push_back(id);
    return id;
  }
  Topology done() { return std::move(out_); }
  Topology& so_far() { return out_; }

 private:
  Topology out_;
};

Topology pair() {
  Maker maker;
  const u32 a = maker.host("a"), b = maker.host("b"), wire = maker.segment();
  maker.plug(a, wire);
  maker.plug(b, wire);
  return maker.done();
}

// Everyone in a row; those in between forward.
Topology hops() {
  Maker maker;
  const std::string names[]{"a", "r1", "r2", "b"};
  constexpr u32 last = std::size(names) - 1;
  for (u32 i = 0; i <= last; ++i) maker.host(names[i], i > 0 && i < last);
  for (u32 i = 0; i < last; ++i) {
    const u32 wire = maker.segment(), left = maker.plug(i, wire), right = maker.plug(i + 1, wire);
    Topology& t = maker.so_far();
    t.hosts[i].way_right = right;
    t.hosts[i + 1].way_left = left;
    if (i > 0) t.ports[left].name += ":" + names[i + 1];
    if (i + 1 < last) t.ports[right].name += ":" + names[i];
  }
  return maker.done();
}

Topology room(const ShapeOptions& options) {
  Maker maker;
  const u32 air = maker.segment();
  maker.plug(maker.host("server"), air);
  if (options.second_server) maker.plug(maker.host("server2"), air);
  if (options.broker) maker.plug(maker.host("broker"), air);
  for (u32 i = 1; i <= options.clients; ++i) maker.plug(maker.host("c" + std::to_string(i)), air);
  return maker.done();
}

}  // namespace

const Host* Topology::host(std::string_view name) const {
  for (const Host& h : hosts) {
    if (h.name == name) return &h;
  }
  return nullptr;
}

u32 Topology::distance(u32 from, u32 to) const {
  std::vector<u32> far(hosts.size(), Host::none), next{from};
  far[from] = 0;
  for (std::size_t i = 0; i < next.size(); ++i) {
    for (const u32 port : hosts[next[i]].ports) {
      for (const u32 other : segments[ports[port].segment].ports) {
        u32& d = far[ports[other].host];
        if (d != Host::none) continue;
        d = far[next[i]] + 1;
        next.push_back(ports[other].host);
      }
    }
  }
  return far[to];
}

std::string Topology::names() const {
  std::string out;
  for (const Host& h : hosts) out.append(out.empty() ? "" : ", ").append(h.name);
  return out;
}

std::string Topology::etc_hosts() const {
  std::string out = "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n";
  for (const Host& h : hosts) {
    for (const u32 id : h.ports) {
      const Port& port = ports[id];
      // A router answers to its name on every side; the side towards a comes first.
      out += text_of(port.ipv4) + " " + h.name + "\n";
      if (has_ipv6(port)) out += text_of(port.ipv6) + " " + h.name + "\n";
    }
  }
  return out;
}

base::Result<Topology> make_topology(const ShapeOptions& options) {
  Topology out;
  if (options.shape == "pair") {
    out = pair();
  } else if (options.shape == "hops") {
    out = hops();
  } else if (options.shape == "room") {
    if (options.clients < 1 || options.clients > most_clients) {
      return base::Complaint{"a room has 1 to " + std::to_string(most_clients) + " clients, not " +
                             std::to_string(options.clients)};
    }
    out = room(options);
  } else {
    return base::Complaint{"there is no shape \"" + options.shape + "\"", 0, options.shape.size(),
                           "pair is a and b, hops is a, r1, r2 and b, room is server and c1, c2 …"};
  }
  out.shape = options.shape;
  if (out.shape != "room" && (options.second_server || options.broker)) {
    return base::Complaint{"only a room has a second server or a broker", 0, 0, "add --shape room"};
  }
  if (options.mtus.size() > out.segments.size()) {
    return base::Complaint{"there are more MTUs than links: " + out.shape + " has " +
                           std::to_string(out.segments.size())};
  }
  for (u32 i = 0; i < out.segments.size(); ++i) {
    u32& mtu = out.segments[i].mtu;
    if (out.shape == "hops" && i == 2) mtu = 900;
    if (!options.mtus.empty())
      mtu = options.mtus[std::min<std::size_t>(i, options.mtus.size() - 1)];
    if (mtu < 68 || mtu > 9000) {
      return base::Complaint{"an MTU is 68 to 9000 bytes here, not " + std::to_string(mtu)};
    }
  }
  return out;
}

std::string text_of(const std::array<u8, 4>& ipv4) {
  base::Text out;
  return std::string(out.ipv4(ipv4.data()).view());
}
std::string text_of(const std::array<u8, 16>& ipv6) {
  base::Text out;
  return std::string(out.ipv6(ipv6.data()).view());
}

}  // namespace netpeel::lab
