#include "flow/taps.hpp"

#include <algorithm>
#include <tuple>

#include "base/hash.hpp"
#include "proto/net/below.hpp"
#include "proto/net/ip.hpp"
#include "proto/net/ip6.hpp"
#include "proto/transport/tcp.hpp"

namespace netpeel::flow {

using field::Layer;
using field::Packet;
namespace id = proto::id;

namespace {

// Where the transport checksum stands in what IP carries, and how long the header is.
struct Transport {
  u32 checksum = Trip::nowhere, header = 0, seq = 0, ports = 0;
};
Transport transport(const Packet& packet, const Layer& ip) {
  for (const Layer* l = packet.above(ip); l != nullptr; l = packet.above(*l)) {
    if (l->proto == id::ip || l->proto == id::ip6)
      return {};  // a tunnel: its inside stays as it is
    if ((l->flags & Layer::cut_header) != 0) continue;
    const u32 at = l->at - ip.end() + ip.body;
    if (l->proto == id::tcp) {
      return {.checksum = at + 16,
              .header = at + l->header,
              .seq = u32(proto::get<proto::Tcp, "tcp.seq_raw">(packet.bytes(*l))),
              .ports = base::be32(packet.bytes(*l))};
    }
    if (l->proto == id::udp || l->proto == id::udplite)
      return {.checksum = at + 6, .header = at + l->header};
  }
  return {};
}

u64 hash_without(Bytes content, u32 checksum) {
  if (checksum == Trip::nowhere || checksum + 2 > content.size()) return base::fnv64(content);
  return base::fnv64(content.first(checksum)) * 31 + base::fnv64(content.subspan(checksum + 2));
}

Seen seen_ip(const Packet& packet, const Layer& ip) {
  const u8* p = packet.bytes(ip);
  Seen out;
  Sighting& s = out.sighting;
  out.content = {p + ip.header, ip.body};
  const Transport t = transport(packet, ip);
  s.header = std::min(t.header, ip.body);
  if (ip.proto == id::ip) {
    s.from = base::fnv64({proto::place<proto::Ip, "ip.src">(p), 4});
    s.to = base::fnv64({proto::place<proto::Ip, "ip.dst">(p), 4});
    s.ttl = u8(proto::get<proto::Ip, "ip.ttl">(p));
    s.kind = u32(proto::get<proto::Ip, "ip.proto">(p));
    s.id = u32(proto::get<proto::Ip, "ip.id">(p));
    if (s.id != 0) s.id |= u32(proto::get<proto::Ip, "ip.frag_offset">(p)) << 16;
    const u32 total = u32(proto::get<proto::Ip, "ip.len">(p));
    s.length = total > ip.header ? total - ip.header : ip.body;
    // A datagram that a router cuts: its pieces have its identification.
    if (s.id != 0 && t.ports == 0) {
      s.seq = s.id >> 16 << 3, s.data = s.length, s.ports = s.id & 0xffff;
    }
  } else {
    s.from = base::fnv64({proto::place<proto::Ipv6, "ipv6.src">(p), 16});
    s.to = base::fnv64({proto::place<proto::Ipv6, "ipv6.dst">(p), 16});
    s.ttl = u8(proto::get<proto::Ipv6, "ipv6.hlim">(p));
    s.kind = u32(proto::get<proto::Ipv6, "ipv6.nxt">(p));
    s.length = u32(proto::get<proto::Ipv6, "ipv6.plen">(p));
  }
  s.kind ^= t.seq << 8 | t.seq >> 24;
  s.checksum = t.checksum;
  if (t.ports != 0 && s.length > t.header)
    s.seq = t.seq, s.data = s.length - t.header, s.ports = t.ports;
  s.content = hash_without(out.content, t.checksum);
  return out;
}

// No IP: Ethernet's addresses, and all behind its header.
Seen seen_other(const Packet& packet) {
  const Layer& link = packet.layers[0];
  const u8* p = packet.bytes(link);
  Seen out;
  Sighting& s = out.sighting;
  if (link.proto == id::eth && link.header >= 12) {
    s.to = base::fnv64({p, 6});
    s.from = base::fnv64({p + 6, 6});
  }
  out.content = {p + link.header,
                 std::min<std::size_t>(packet.frame.size - link.header, link.body)};
  s.length = u32(out.content.size());
  s.content = base::fnv64(out.content);
  return out;
}

// Equal packets that left, and those that arrived, both in order of time, to pairs that do not
// cross. Fewer arrived: each to the leaving that lies nearest to one usual delay before it. More
// arrived: the first is the original.
std::vector<std::pair<u32, u32>> align(const std::vector<i64>& sent,
                                       const std::vector<i64>& arrived, i64 usual) {
  std::vector<std::pair<u32, u32>> out;
  const bool some_lost = sent.size() > arrived.size();
  const std::vector<i64>&few = some_lost ? arrived : sent, &many = some_lost ? sent : arrived;
  std::size_t next = 0;
  for (std::size_t i = 0; i < few.size(); ++i, ++next) {
    const std::size_t last =
        many.size() - (few.size() - i);  // so that one is left for each that follows
    const auto better = [&](std::size_t j) {
      if (!some_lost) return many[j - 1] < few[i] + std::min<i64>(usual, 0);
      const i64 left = few[i] - usual;
      return std::abs(many[j] - left) <= std::abs(many[j - 1] - left);
    };
    while (next < last && better(next + 1)) ++next;
    out.emplace_back(u32(some_lost ? next : i), u32(some_lost ? i : next));
  }
  return out;
}

// Of two that one tick of the clock saw, the recording says which came first.
bool before(const Sighting& a, const Sighting& b) {
  return a.time < b.time || (a.time == b.time && a.frame < b.frame);
}

i64 median(std::vector<i64>& values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + std::ptrdiff_t(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  constexpr i64 hour = 3600 * i64(1'000'000'000);  // times in files may be anything
  return std::clamp(*middle, -hour, hour);
}

}  // namespace

std::optional<Seen> seen(const Packet& packet) {
  if (packet.depth == 0 || (packet.layers[0].flags & Layer::cut_header) != 0) return {};
  std::optional<Seen> out;
  for (const Layer& layer : packet.all()) {
    if (out || (layer.proto != id::ip && layer.proto != id::ip6)) continue;
    if ((layer.flags & Layer::cut_header) == 0) out = seen_ip(packet, layer);
  }
  if (!out) out = seen_other(packet);
  out->sighting.tap = packet.frame.interface;
  out->sighting.frame = packet.frame.number;
  out->sighting.time = packet.frame.time;
  return out;
}

// What left towards one tap, and what came there; indexes of sightings in order of time. Taken ones
// become nowhere.
struct Taps::Way {
  static u64 name(const Sighting& s) { return s.content ^ u64(s.id) << 32; }
  std::vector<u32> sent, arrived;
  std::vector<bool>
      doubtful;  // by sent: perhaps it was not meant for this tap, so it cannot be lost
  std::map<u64, u32> original;  // what arrived → the sighting that left
  i64 usual = 0;
  // Forgets those that were taken, so that each step only looks at what the one before it left.
  void tidy() {
    std::size_t n = 0;
    for (std::size_t k = 0; k < sent.size(); ++k) {
      if (sent[k] == Trip::nowhere) continue;
      sent[n] = sent[k];
      doubtful[n++] = doubtful[k];
    }
    sent.resize(n);
    doubtful.resize(n);
    std::erase(arrived, Trip::nowhere);
  }
};

u32 Taps::saw(const Sighting& sighting, Bytes content) {
  Kept kept{.sighting = sighting};
  if (content.size() <= most_ - std::min(most_, store_.size())) {
    kept.at = store_.size();
    kept.size = u32(content.size());
    store_.insert(store_.end(), content.begin(), content.end());
  }
  taps_ = std::max(taps_, u16(sighting.tap + 1));
  all_.push_back(kept);
  return u32(all_.size() - 1);
}

u16 Taps::home(u64 who) const {
  const auto found = homes_.find(who);
  return found == homes_.end() ? taps_ : found->second;
}

// Which tap is next to whom: where a packet is seen first, or with fewer routers behind it. Who is
// seen at one tap only is taken to stand there.
void Taps::settle() {
  std::map<std::tuple<u64, u64, u32, u32, u64>, std::vector<u32>> equal;
  for (u32 i = 0; i < all_.size(); ++i) {
    const Sighting& s = all_[i].sighting;
    equal[{s.from, s.to, s.kind, s.id, s.content}].push_back(i);
  }
  std::map<u64, std::map<u16, i64>> votes;
  for (const auto& [key, which] : equal) {
    const Sighting* best = nullptr;
    bool several = false;
    for (u32 i : which) {
      const Sighting& s = all_[i].sighting;
      if (best == nullptr) best = &s;
      several |= s.tap != best->tap;
      if (s.ttl != best->ttl ? s.ttl > best->ttl : s.time < best->time) best = &s;
    }
    paired_ |= several;
    votes[best->from][best->tap] += several ? 1'000'000 : 1;
  }
  for (const auto& [who, taps] : votes) {
    const auto most = std::max_element(
        taps.begin(), taps.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    homes_[who] = most->first;
  }
}

// Gives each sighting its part: it leaves for a tap, it arrives there, or it only passes by.
void Taps::place(std::vector<Trip>& out, std::map<u32, Way>& ways) {
  std::vector<u32> order(all_.size());
  for (u32 i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](u32 a, u32 b) { return all_[a].sighting.time < all_[b].sighting.time; });
  for (u32 i : order) {
    const Sighting& s = all_[i].sighting;
    const u16 from = home(s.from);
    u16 to = home(s.to);
    if (to == taps_ && taps_ == 2) to = u16(1 - from);
    if (s.tap != from) {
      if (to == s.tap || to == taps_) ways[u32(from) << 16 | s.tap].arrived.push_back(i);
    } else if (to == from) {
      out.push_back({.arrived = i, .from = from, .to = from, .between = true});
    } else {
      for (u16 t = 0; t < taps_; ++t) {
        if (t == from || (to != taps_ && t != to)) continue;
        Way& way = ways[u32(from) << 16 | t];
        way.sent.push_back(i);
        way.doubtful.push_back(to == taps_);
      }
    }
  }
}

Trip Taps::pair(u32 sent, u32 arrived) const {
  const Sighting &a = all_[sent].sighting, &b = all_[arrived].sighting;
  return {.sent = sent, .arrived = arrived, .from = a.tap, .to = b.tap, .delay = b.time - a.time};
}

void Taps::equal_ones(Way& way, std::vector<Trip>& out) {
  struct Group {
    std::vector<u32> sent, arrived;  // places in the way's lists
  };
  std::map<std::tuple<u64, u64, u32, u32, u64>, Group> groups;
  const auto group = [&](u32 i) -> Group& {
    const Sighting& s = all_[i].sighting;
    return groups[{s.from, s.to, s.kind, s.id, s.content}];
  };
  for (u32 k = 0; k < way.sent.size(); ++k) group(way.sent[k]).sent.push_back(k);
  for (u32 k = 0; k < way.arrived.size(); ++k) group(way.arrived[k]).arrived.push_back(k);
  const auto time = [&](u32 i) { return all_[i].sighting.time; };

  std::vector<i64> delays;
  for (const auto& [key, g] : groups) {
    if (g.sent.size() == 1 && g.arrived.size() == 1)
      delays.push_back(time(way.arrived[g.arrived[0]]) - time(way.sent[g.sent[0]]));
  }
  way.usual = median(delays);
  for (const auto& [key, g] : groups) {
    std::vector<i64> sent, arrived;
    for (u32 k : g.sent) sent.push_back(time(way.sent[k]));
    for (u32 k : g.arrived) arrived.push_back(time(way.arrived[k]));
    for (const auto& [a, b] : align(sent, arrived, way.usual)) {
      u32 &left = way.sent[g.sent[a]], &came = way.arrived[g.arrived[b]];
      out.push_back(pair(left, came));
      way.original[Way::name(all_[came].sighting)] = left;
      left = came = Trip::nowhere;
    }
  }
}

// Of what is left: the same identification and length, or where there is none the same sequence
// number or nearly the same bytes.
void Taps::bent_ones(Way& way, std::vector<Trip>& out) {
  constexpr u32 most_tried = 256, most_changed = 8;
  for (u32& came : way.arrived) {
    if (came == Trip::nowhere || way.original.contains(Way::name(all_[came].sighting))) continue;
    const Sighting& b = all_[came].sighting;
    Trip best;
    u32* taken = nullptr;
    u32 tried = 0;
    for (u32& left : way.sent) {
      if (left == Trip::nowhere || tried == most_tried) continue;
      const Sighting& a = all_[left].sighting;
      if (a.from != b.from || a.to != b.to || a.length != b.length || a.id != b.id) continue;
      ++tried;
      Trip trip = pair(left, came);
      const Bytes was = bytes(left), is = bytes(came);
      for (u32 i = 0; i < std::min(was.size(), is.size()); ++i) {
        if (was[i] == is[i] || i - a.checksum < 2) continue;
        if (trip.changed++ == 0) trip.changed_at = i, trip.was = was[i], trip.is = is[i];
      }
      const bool known = !was.empty() && !is.empty();
      // A capture that cut the packet differently at both ends has not bent it.
      trip.bent = trip.changed > 0 || !known;
      const bool likely = b.id != 0 || (a.kind == b.kind && b.kind > 255) ||
                          (known && trip.changed <= most_changed);
      const auto odd = [&](const Trip& t) { return std::abs(t.delay - way.usual); };
      const bool better = taken == nullptr || trip.changed < best.changed ||
                          (trip.changed == best.changed && odd(trip) < odd(best));
      if (!likely || !better) continue;
      best = trip;
      taken = &left;
    }
    if (taken == nullptr) continue;
    out.push_back(best);
    way.original[Way::name(b)] = *taken;
    *taken = came = Trip::nowhere;
  }
}

namespace {

// Whether `part` lies in `whole`, in the same connection.
bool within(const Sighting& part, const Sighting& whole) {
  return part.data > 0 && part.data < whole.data && part.from == whole.from &&
         part.to == whole.to && part.ports == whole.ports &&
         part.seq - whole.seq <= whole.data - part.data;
}

}  // namespace

// The latest first: a segment sent again takes what arrived after it.
void Taps::cut_ones(Way& way, std::vector<Trip>& out) {
  for (std::size_t k = way.sent.size(); k-- > 0;) {
    u32& left = way.sent[k];
    if (left == Trip::nowhere || all_[left].sighting.data == 0) continue;
    const Sighting& a = all_[left].sighting;
    Trip trip;
    u32 pieces = 0, bytes = 0;
    for (u32& came : way.arrived) {
      if (came == Trip::nowhere) continue;
      const Sighting& b = all_[came].sighting;
      if (!within(b, a) || b.time < a.time + std::min<i64>(way.usual, 0)) continue;
      trip = pair(left, came);
      ++pieces;
      bytes += b.data;
      came = Trip::nowhere;
    }
    if (pieces == 0) continue;
    trip.pieces = pieces;
    trip.missing = bytes < a.data ? a.data - bytes : 0;
    out.push_back(trip);
    left = Trip::nowhere;
  }
}

void Taps::joined_ones(Way& way, std::vector<Trip>& out) {
  for (u32& came : way.arrived) {
    if (came == Trip::nowhere || all_[came].sighting.data == 0) continue;
    const Sighting& b = all_[came].sighting;
    std::map<u32, u32*> parts;  // by sequence number; the latest of each
    for (u32& left : way.sent) {
      if (left == Trip::nowhere || !within(all_[left].sighting, b)) continue;
      if (all_[left].sighting.time <= b.time - std::min<i64>(way.usual, 0))
        parts[all_[left].sighting.seq] = &left;
    }
    for (const auto& [seq, left] : parts) {
      out.push_back(pair(*left, came));
      out.back().joined = true;
      *left = Trip::nowhere;
    }
    if (!parts.empty()) came = Trip::nowhere;
  }
}

void Taps::rest(Way& way, std::vector<Trip>& out) {
  i64 end = 0;
  for (const Kept& k : all_) end = std::max(end, k.sighting.time);
  for (u32 came : way.arrived) {
    if (came == Trip::nowhere) continue;
    const Sighting& b = all_[came].sighting;
    const auto copy = way.original.find(Way::name(b));
    Trip trip{
        .arrived = came, .from = home(b.from), .to = b.tap, .between = copy == way.original.end()};
    if (!trip.between) {
      trip = pair(copy->second, came);
      trip.again = true;
    }
    out.push_back(trip);
  }
  for (u32 k = 0; k < way.sent.size(); ++k) {
    const u32 left = way.sent[k];
    if (left == Trip::nowhere || way.doubtful[k]) continue;
    const Sighting& a = all_[left].sighting;
    u16 to = home(a.to);
    if (to == taps_) to = u16(1 - a.tap);
    const bool open = way.usual > 0 && a.time + 2 * way.usual > end;
    out.push_back({.sent = left, .from = a.tap, .to = to, .lost = !open, .open = open});
  }
}

// Late is who was overtaken, or took far longer than is usual on that way.
void Taps::judge(std::vector<Trip>& trips) const {
  constexpr i64 noticeable = 2'000'000;
  std::map<u32, std::vector<Trip*>> ways;
  for (Trip& t : trips) {
    if (t.sent != Trip::nowhere && t.arrived != Trip::nowhere && !t.again)
      ways[u32(t.from) << 16 | t.to].push_back(&t);
  }
  for (auto& [way, all] : ways) {
    std::vector<i64> delays;
    for (const Trip* t : all) delays.push_back(t->delay);
    const i64 usual = median(delays);
    for (std::size_t i = 0; i < all.size(); ++i) {
      Trip& t = *all[i];
      const Sighting& arrived = all_[t.arrived].sighting;
      for (std::size_t j = i + 1; j < all.size() && before(all_[all[j]->sent].sighting, arrived);
           ++j) {
        t.overtaken += before(all_[all[j]->arrived].sighting, arrived);
      }
      t.late = t.overtaken > 0 || t.delay > 4 * std::max<i64>(usual, 0) + noticeable;
    }
  }
}

std::vector<Trip> Taps::trips() {
  std::vector<Trip> out;
  std::map<u32, Way> ways;
  settle();
  place(out, ways);
  for (auto& [taps, way] : ways) {
    for (const auto step :
         {&Taps::equal_ones, &Taps::bent_ones, &Taps::cut_ones, &Taps::joined_ones, &Taps::rest}) {
      (this->*step)(way, out);
      way.tidy();
    }
  }
  const auto seen_at = [&](const Trip& t) -> const Sighting& {
    return all_[t.sent != Trip::nowhere && !t.again ? t.sent : t.arrived].sighting;
  };
  std::stable_sort(out.begin(), out.end(), [&](const Trip& a, const Trip& b) {
    return before(seen_at(a), seen_at(b));
  });
  judge(out);
  return out;
}

}  // namespace netpeel::flow
