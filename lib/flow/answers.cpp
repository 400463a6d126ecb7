#include "flow/answers.hpp"

#include "base/bits.hpp"
#include "base/unforeseen.hpp"
#include "flow/mix.hpp"
#include "proto/net/below.hpp"
#include "proto/transport/tcp_facts.hpp"

namespace netpeel::flow {

using field::Layer;
using field::Packet;
using proto::AddressFacts;
using proto::AnswerFacts;

namespace id = proto::id;

namespace {

constexpr i64 second = 1'000'000'000;
// As Wireshark: a question sent again within this time is the same one; later it is a new one.
constexpr i64 dns_patience = 5 * second;

// The conversation that carries the layer, or null.
const proto::ConversationFacts* carrier(const Packet& packet, const Layer& layer, u8& protocol) {
  const Packet* whose = &packet;
  const Layer* l = packet.below(layer);
  for (;;) {
    for (; l != nullptr; l = whose->below(*l)) {
      if (l->proto != id::udp && l->proto != id::tcp && l->proto != id::udplite) continue;
      protocol = l->proto;
      return static_cast<const proto::ConversationFacts*>(whose->known(*l));
    }
    whose = whose->under;
    if (whose == nullptr || whose->depth == 0) return nullptr;
    l = &whose->layers[whose->depth - 1];
  }
}

}  // namespace

std::size_t Answers::Hash::operator()(const Key& key) const {
  u64 h = seed;
  for (u64 word : key) h = mixed(h, word);
  return h;
}

Answers::Answers(base::Arena& arena)
    : arena_(arena), questions_(most, Hash{base::unforeseen()}),
      owners_(most, Hash{base::unforeseen()}) {}

const AnswerFacts* Answers::asked(const Key& key, const Packet& packet, i64 patience) {
  const Question* before = questions_.find(key);
  if (before != nullptr && before->answer == 0 && packet.frame.time - before->time <= patience) {
    auto* facts = arena_.make<AnswerFacts>();
    facts->repeats = before->frame;
    return facts;
  }
  questions_.put(key, {.frame = packet.frame.number, .time = packet.frame.time});
  return nullptr;
}

const AnswerFacts* Answers::answered(const Key& key, const Packet& packet) {
  auto* facts = arena_.make<AnswerFacts>();
  Question* question = questions_.find(key);
  if (question == nullptr) {
    facts->unasked = true;
    return facts;
  }
  facts->question = question->frame;
  facts->time = packet.frame.time - question->time;
  facts->repeats = question->answer;
  if (question->answer == 0) question->answer = packet.frame.number;
  return facts;
}

const AnswerFacts* Answers::dns(const Packet& packet, const Layer& layer) {
  u8 protocol = 0;
  const proto::ConversationFacts* conversation = carrier(packet, layer, protocol);
  const u32 skip = protocol == id::tcp ? 2 : 0;
  if (conversation == nullptr || u32(layer.header) + layer.body < skip + 4) return nullptr;
  const u8* p = packet.bytes(layer) + skip;
  const Key key{u64(protocol) << 32 | conversation->stream, base::be16(p), layer.proto, 0, 0};
  return (p[2] & 0x80) != 0 ? answered(key, packet) : asked(key, packet, dns_patience);
}

const AnswerFacts* Answers::ntp(const Packet& packet, const Layer& layer) {
  constexpr u32 client = 3, server = 4, origin = 24, transmit = 40, fixed = 48;
  u8 protocol = 0;
  const proto::ConversationFacts* conversation = carrier(packet, layer, protocol);
  if (conversation == nullptr || layer.header < fixed) return nullptr;
  const u8* p = packet.bytes(layer);
  const u32 mode = p[0] & 7;
  if (mode != client && mode != server) return nullptr;
  const u64 asked_at = base::be64(p + (mode == client ? transmit : origin));
  const Key key{u64(protocol) << 32 | conversation->stream, asked_at, layer.proto, 0, 0};
  if (mode == client) {
    questions_.put(key, {.frame = packet.frame.number, .time = packet.frame.time});
    return nullptr;
  }
  const AnswerFacts* facts = answered(key, packet);
  return facts->unasked ? nullptr : facts;
}

const AnswerFacts* Answers::echo(const Packet& packet, const Layer& layer) {
  const u8* p = packet.bytes(layer);
  const bool v6 = layer.proto == id::icmpv6;
  if (layer.header < 8 || p[1] != 0) return nullptr;
  const bool asks = p[0] == (v6 ? 128 : 8), answers = p[0] == (v6 ? 129 : 0);
  if (!asks && !answers) return nullptr;
  const proto::IpBelow ip = proto::ip_below(packet, layer);
  if (!ip || ip.fragment || ip.source == nullptr || ip.destination == nullptr) return nullptr;
  const u8 *from = asks ? ip.source : ip.destination, *to = asks ? ip.destination : ip.source;
  Key key{base::be32(p + 4), 0, 0, 0, 0};
  if (ip.v6) {
    key[1] = base::be64(from), key[2] = base::be64(from + 8);
    key[3] = base::be64(to), key[4] = base::be64(to + 8);
  } else {
    key[1] = base::be32(from), key[3] = base::be32(to);
  }
  key[0] |= u64(layer.proto) << 32;
  if (asks) {
    questions_.put(key, {.frame = packet.frame.number, .time = packet.frame.time});
    return nullptr;
  }
  const AnswerFacts* facts = answered(key, packet);
  return facts->unasked ? nullptr : facts;
}

const AddressFacts* Answers::address(const Packet& packet, const Layer& layer) {
  const u8* p = packet.bytes(layer);
  // Ethernet and IPv4, a question or an answer, from somebody who has an address.
  if (layer.header < 28 || base::be32(p) != 0x00010800 || base::be16(p + 4) != 0x0604)
    return nullptr;
  const u32 owned = base::be32(p + 14), operation = base::be16(p + 6);
  if (owned == 0 || operation < 1 || operation > 2) return nullptr;
  const Key key{u64(1) << 40 | owned, 0, 0, 0, 0};
  const u64 mac = u64(base::be16(p + 8)) << 32 | base::be32(p + 10);
  Owner* before = owners_.find(key);
  if (before == nullptr || before->mac == mac) {
    if (before != nullptr) {
      before->frame = packet.frame.number;
    } else {
      owners_.put(key, {.mac = mac, .frame = packet.frame.number});
    }
    return nullptr;
  }
  auto* facts = arena_.make<AddressFacts>();
  facts->frame = before->frame;
  facts->trouble = "another machine said before that this IP address is its own: two machines have "
                   "the same address, one gave it to the "
                   "other, or one tries to get the other's packets (ARP spoofing)";
  return facts;
}

void Answers::see(const Packet& packet, const field::Facts** facts) {
  for (const Layer& layer : packet.all()) {
    const field::Facts*& known = facts[packet.index(layer)];
    if ((layer.flags & (Layer::quoted | Layer::cut_header)) != 0 || known != nullptr) continue;
    switch (layer.proto) {
      case id::dns:
      case id::mdns:
      case id::llmnr: known = dns(packet, layer); break;
      case id::ntp: known = ntp(packet, layer); break;
      case id::icmp:
      case id::icmpv6: known = echo(packet, layer); break;
      case id::arp: known = address(packet, layer); break;
      default: break;
    }
  }
}

}  // namespace netpeel::flow
