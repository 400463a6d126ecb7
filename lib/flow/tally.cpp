#include "flow/tally.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/unforeseen.hpp"
#include "proto/transport/tcp.hpp"

namespace netpeel::flow {
namespace {

using field::Layer;
using field::Packet;

namespace id = proto::id;
namespace mark = proto::tcp_mark;

// Addresses of 4, 6 or 16 bytes as the words of a key.
void words(const u8* address, u32 size, u64* out) {
  if (size == 16) {
    out[0] = base::be64(address), out[1] = base::be64(address + 8);
    return;
  }
  for (u32 i = 0; i < size; ++i) out[0] = out[0] << 8 | address[i];
}

void conclude(const proto::TcpFacts& facts, Conduct& sender) {
  if ((facts.marks & mark::retransmission) != 0) ++sender.again;
  if ((facts.marks & mark::out_of_order) != 0) ++sender.out_of_order;
  if ((facts.marks & mark::lost_segment) != 0) ++sender.missing;
  if ((facts.marks & mark::duplicate_ack) != 0) ++sender.duplicate_acks;
  if ((facts.marks & mark::zero_window) != 0) ++sender.zero_windows;
  if (facts.acks_frame != 0) sender.acks.add(facts.ack_rtt);
}

// The lowest layer of the packet that belongs to that conversation.
const proto::TcpFacts* facts_of(const Conversation& conversation, const Packet& packet,
                                const Layer*& found) {
  for (const Layer& layer : packet.all()) {
    if (layer.proto != id::tcp || (layer.flags & Layer::quoted) != 0) continue;
    const auto* facts = static_cast<const proto::TcpFacts*>(packet.known(layer));
    if (facts == nullptr || facts->stream != conversation.stream) continue;
    found = &layer;
    return facts;
  }
  return nullptr;
}

}  // namespace

std::string_view level_name(Level level) {
  constexpr std::string_view names[]{"eth", "ip", "ipv6", "tcp", "udp"};
  return names[u8(level)];
}

Tally::Tally(u32 most) : most_(most), seed_(base::unforeseen()) {
  for (Counted& counted : level_) counted.slots.assign(64, none);
}

void Tally::packet(const Conversation& conversation, Side side, const Packet& packet) {
  if (parts_of_ != packet.frame.number) parts_.clear();
  parts_of_ = packet.frame.number;
  const Level level = conversation.kind == Conversation::Kind::tcp ? Level::tcp : Level::udp;
  Part part{.level = level, .stream = conversation.stream, .side = side, .facts = nullptr};
  if (conversation.stream < most_) state(conversation, side, packet, part);
  parts_.push_back(part);
}

// What is known of a conversation whether its packets are counted or not.
void Tally::state(const Conversation& c, Side side, const Packet& packet, Part& part) {
  std::vector<Talk>& talks = level_[u8(part.level)].talks;
  if (c.stream >= talks.size()) talks.resize(c.stream + 1);
  Talk& talk = talks[c.stream];
  const bool v6 = c.client.v6;
  const Directed who =
      key_of(c.kind, v6, c.client.address, c.client.port, c.server.address, c.server.port);
  talk.key = who.key;
  talk.a_is_low = who.from_low;
  talk.stream = c.stream;
  if (part.level != Level::tcp) return;

  if (c.stream >= connections_.size()) connections_.resize(c.stream + 1);
  Connection& connection = connections_[c.stream];
  connection.completeness = c.completeness;
  const Layer* layer = nullptr;
  part.facts = facts_of(c, packet, layer);
  if (part.facts == nullptr) return;
  if (part.facts->initial_rtt != 0) connection.handshake = part.facts->initial_rtt;
  const u32 flags = u32(proto::get<proto::Tcp, "tcp.flags">(packet.bytes(*layer)));
  Conduct& sender = side == Side::client ? connection.a : connection.b;
  if ((flags & proto::tcp_flag::fin) != 0) {
    if (!connection.a.finished && !connection.b.finished)
      connection.a_finished_first = side == Side::client;
    sender.finished = true;
  }
  if ((flags & proto::tcp_flag::reset) != 0) sender.broke_off = true;
}

void Tally::closed(const Conversation& c) {
  if (c.kind != Conversation::Kind::tcp || c.stream >= connections_.size()) return;
  connections_[c.stream].completeness = c.completeness;
  connections_[c.stream].a.acks.settle();
  connections_[c.stream].b.acks.settle();
}

void Tally::count(const Packet& packet) {
  const base::Frame& frame = packet.frame;
  if (all_.packets == 0) first_time_ = frame.time;
  all_ += {1, frame.wire_size};
  layers(packet, frame);
  for (const Packet& some : packet.others()) layers(some, frame);
  if (parts_of_ != frame.number) return;
  for (const Part& p : parts_) part(p, frame);
}

// A header inside a quotation is no traffic between the ends it names.
void Tally::layers(const Packet& packet, const base::Frame& frame) {
  for (const Layer& layer : packet.all()) {
    if ((layer.flags & (Layer::quoted | Layer::cut_header)) != 0) continue;
    const u8* p = packet.bytes(layer);
    if (layer.proto == id::eth) pair(Level::eth, p + 6, p, 6, frame);
    if (layer.proto == id::ip) pair(Level::ip, p + 12, p + 16, 4, frame);
    if (layer.proto == id::ip6) pair(Level::ipv6, p + 8, p + 24, 16, frame);
  }
}

void Tally::pair(Level level, const u8* from, const u8* to, u32 size, const base::Frame& frame) {
  Counted& counted = level_[u8(level)];
  counted.total += {1, frame.wire_size};
  Key key;
  words(from, size, key.low);
  words(to, size, key.high);
  key.rest = Key::rest_of(0, 0, 0, 0, size == 16);
  const bool from_low =
      key.low[0] != key.high[0] ? key.low[0] < key.high[0] : key.low[1] <= key.high[1];
  if (!from_low) std::swap(key.low, key.high);
  const u32 hash = hash_of(key, seed_);
  u32 at = find(counted, key, hash);
  if (at == none) {
    if (counted.talks.size() >= most_) {
      counted.further += {1, frame.wire_size};
      return;
    }
    at = u32(counted.talks.size());
    counted.talks.push_back({.key = key, .a_is_low = from_low});
    if (counted.talks.size() * 2 > counted.slots.size()) {
      grow(counted, seed_);
    } else {
      u32 slot = hash & u32(counted.slots.size() - 1);
      while (counted.slots[slot] != none) slot = (slot + 1) & u32(counted.slots.size() - 1);
      counted.slots[slot] = at;
    }
  }
  Talk& talk = counted.talks[at];
  add(talk, from_low == talk.a_is_low, frame);
}

u32 Tally::find(Counted& counted, const Key& key, u32 hash) const {
  const u32 mask = u32(counted.slots.size() - 1);
  for (u32 i = hash & mask; counted.slots[i] != none; i = (i + 1) & mask) {
    if (counted.talks[counted.slots[i]].key == key) return counted.slots[i];
  }
  return none;
}

void Tally::grow(Counted& counted, u64 seed) {
  counted.slots.assign(counted.slots.size() * 2, none);
  const u32 mask = u32(counted.slots.size() - 1);
  for (u32 at = 0; at < counted.talks.size(); ++at) {
    u32 i = hash_of(counted.talks[at].key, seed) & mask;
    while (counted.slots[i] != none) i = (i + 1) & mask;
    counted.slots[i] = at;
  }
}

void Tally::part(const Part& part, const base::Frame& frame) {
  Counted& counted = level_[u8(part.level)];
  counted.total += {1, frame.wire_size};
  if (part.stream >= most_) {
    counted.further += {1, frame.wire_size};
    return;
  }
  add(counted.talks[part.stream], part.side == Side::client, frame);
  if (part.facts == nullptr) return;
  Connection& connection = connections_[part.stream];
  conclude(*part.facts, part.side == Side::client ? connection.a : connection.b);
}

void Tally::add(Talk& talk, bool from_a, const base::Frame& frame) {
  if (talk.both().packets == 0) {
    talk.first_frame = frame.number;
    talk.first_time = talk.last_time = frame.time;
  }
  talk.first_time = std::min(talk.first_time, frame.time);
  talk.last_time = std::max(talk.last_time, frame.time);
  (from_a ? talk.from_a : talk.from_b) += {1, frame.wire_size};
}

std::vector<Endpoint> endpoints(const Tally& tally, Level level) {
  struct Hash {
    std::size_t operator()(const Key& key) const { return hash_of(key, seed); }
    u64 seed;
  };
  std::vector<Endpoint> out;
  std::unordered_map<Key, std::size_t, Hash> places(64, Hash{base::unforeseen()});
  const auto add = [&](const Talk& talk, bool low, const Traffic& sent, const Traffic& received) {
    const Key& both = talk.key;
    Key key;
    std::copy_n(low ? both.low : both.high, 2, key.low);
    key.rest = Key::rest_of(low ? both.low_port() : both.high_port(), 0, both.tap(), both.kind(),
                            both.v6());
    const auto [place, fresh] = places.try_emplace(key, out.size());
    if (fresh) out.push_back({.key = key});
    out[place->second].sent += sent;
    out[place->second].received += received;
  };
  for (const Talk& talk : tally.talks(level)) {
    if (talk.both().packets == 0) continue;
    add(talk, talk.a_is_low, talk.from_a, talk.from_b);
    add(talk, !talk.a_is_low, talk.from_b, talk.from_a);
  }
  return out;
}

}  // namespace netpeel::flow
