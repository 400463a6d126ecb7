#include "flow/tracker.hpp"

#include <algorithm>

#include "base/unforeseen.hpp"
#include "flow/answers.hpp"
#include "flow/defrag.hpp"
#include "flow/router.hpp"
#include "flow/table.hpp"
#include "proto/net/below.hpp"
#include "proto/transport/tcp.hpp"

namespace netpeel::flow {

using field::Layer;
using field::Packet;
using proto::get;
using proto::Tcp;

namespace flag = proto::tcp_flag;
namespace id = proto::id;

namespace {

// The bits of tcp.completeness.
enum : u8 { has_syn = 1, has_syn_ack = 2, has_ack = 4, has_data = 8, has_fin = 16, has_reset = 32 };

// SNMP's questions and traps.
bool for_snmp(u16 port) { return port == 161 || port == 162; }

}  // namespace

struct Tracker::Inside {
  Inside(const field::Registry& registry, const TrackerSettings& how, Listener* who)
      : context{.registry = registry, .limits = how.limits}, settings(how), listener(who),
        table(base::unforeseen()), router(context, settings, counts, parts, listener),
        defrag(registry, context.arena, counts, Defrag::most_bytes, how.taps),
        answers(context.arena) {}

  // From that layer on.
  void track(Packet& packet, const field::Facts** facts, u32 from = 0);
  // The same where nothing is asked but which conversation it is.
  void pass(Packet& packet, const field::Facts** facts);
  // A packet that may be a piece of another, which is tracked in the frame that makes it whole.
  [[gnu::noinline]] void piece(Packet& packet);
  // One that may be a question or an answer.
  [[gnu::noinline]] void answer(const Packet& packet);
  // Parts of track(), apart only to be read. What a call costs counts here.
  [[gnu::always_inline]] inline void tcp(Packet& packet, const Layer& layer,
                                         const proto::IpBelow& ip, const field::Facts** facts);
  [[gnu::always_inline]] inline void udp(const Packet& packet, const Layer& layer,
                                         const proto::IpBelow& ip, const field::Facts** facts);
  // All of pass() for a packet in the middle of a conversation. False, and nothing done: track()
  // must look closer.
  template <class FactsOf>
  [[gnu::always_inline]] inline bool in_passing(const Packet& packet, const Layer& layer,
                                                const field::Facts** facts);
  // The record of these ends, made if there is none.
  Record& conversation(const Directed& who, const Packet& packet, bool answers,
                       const u32* opening = nullptr) {
    const u32 hash = table.hash(who.key);
    Record* const r = table.find(who.key, hash);
    if (r == nullptr) return fresh(who, hash, packet, answers, opening);
    r->heard = true;
    return *r;
  }
  Record& fresh(const Directed& who, u32 hash, const Packet& packet, bool answers,
                const u32* opening);
  // The record of the same conversation at another tap, or null. opening: the number that a SYN
  // carries, or null.
  Record* twin(const Directed& who, const u32* opening);
  u16 tap(const Packet& packet) {
    if (!settings.taps) return 0;
    taps = std::max(taps, u16(std::min<u32>(packet.frame.interface + 1u, most_taps)));
    return packet.frame.interface;
  }
  static void times(Record& r, const Packet& packet, proto::ConversationFacts& facts);
  bool server_speaks(const Key& key, bool from_low, Bytes said) const;
  [[gnu::always_inline]] inline void count(Record& r, bool from_low, const Packet& packet);
  [[gnu::noinline]] void tell(const Record& r, bool first, Side side, const Packet& packet);
  void end(Record& r);    // tells that it is over
  void close(Record& r);  // … and forgets it
  void bound();
  // Everything that is kept of conversations.
  u64 memory() const { return table.memory() + unacked.memory() + stream_memory; }

  // Gives a whole, analysed segment that is not quoted to who puts streams together.
  void segment(Record& r, const Directed& who, Packet& packet, const Layer& layer, u32 length,
               proto::TcpFacts& facts, const field::Facts** out);

  stream::Context context;
  TrackerSettings settings;
  Listener* listener;
  TrackerCounts counts;
  Table table;
  Unacked unacked;
  Parts parts{context.arena};
  Router router;
  Defrag defrag;
  Answers answers;
  u64 stream_memory = 0;
  u32 on_wire = 0;   // bytes of the frame that is seen
  u32 streams[2]{};  // by kind: the next number
  // What in_passing() tells of a TCP layer, of which it sees one a packet: the little that differs
  // between packets is written over, the rest stays as nobody has worked it out.
  proto::TcpFacts passing;
  static constexpr u16 most_taps = 64;
  u16 taps = 0;  // interfaces heard of, where they are told apart
  const field::Facts* facts[Packet::most_layers]{};
};

Record* Tracker::Inside::twin(const Directed& who, const u32* opening) {
  for (u16 tap = 0; tap < taps; ++tap) {
    if (tap == who.key.tap()) continue;
    const Key key = who.key.at_tap(tap);
    Record* const r = table.find(key, table.hash(key));
    if (r == nullptr) continue;
    const TcpHalf& from = r->halves[who.from_low ? 0 : 1];
    if (opening == nullptr || !from.has_base || from.base == *opening) return r;
  }
  return nullptr;
}

Record& Tracker::Inside::fresh(const Directed& who, u32 hash, const Packet& packet, bool answers,
                               const u32* opening) {
  const Record* const other = twin(who, opening);
  Record& r = table.add(who.key, hash);
  r.stream = other != nullptr ? other->stream : streams[who.key.kind()]++;
  r.low_is_client = who.from_low != answers;
  r.first_frame = packet.frame.number;
  r.first_time = r.seen_time = packet.frame.time;
  ++counts.conversations;
  return r;
}

inline void Tracker::Inside::times(Record& r, const Packet& packet, proto::ConversationFacts& out) {
  out.stream = r.stream;
  out.timed = true;
  out.since_first = packet.frame.time - r.first_time;
  out.since_previous = packet.frame.time - r.seen_time;
  r.seen_time = packet.frame.time;
}

void Tracker::Inside::count(Record& r, bool from_low, const Packet& packet) {
  const u32 side = u32(r.side(from_low));
  ++r.frames[side];
  r.bytes[side] += on_wire;
  r.last_frame = packet.frame.number;
  r.last_time = packet.frame.time;
  const bool first = !r.opened;
  if (first) {
    r.first_frame = packet.frame.number;
    r.opened = true;
  }
  if (listener != nullptr) tell(r, first, Side(side), packet);
}

void Tracker::Inside::tell(const Record& r, bool first, Side side, const Packet& packet) {
  const Conversation view = r.view();
  if (first) listener->opened(view);
  listener->packet(view, side, packet);
}

void Tracker::Inside::end(Record& r) {
  if (r.streams != nullptr) router.close(*r.streams, r.view());
  if (listener != nullptr && r.opened) listener->closed(r.view());
}

void Tracker::Inside::close(Record& r) {
  end(r);
  for (TcpHalf& half : r.halves) forget(half, unacked);
  stream_memory -= r.stream_memory;
  table.remove(r);
}

void Tracker::Inside::bound() {
  while (memory() > settings.memory && table.size() > 0) {
    close(*table.oldest());
    ++counts.closed_early;
  }
}

// Of a conversation whose opening was not captured: the server speaks first if its words can only
// be an answer's, else if servers wait on its port and not on the other.
bool Tracker::Inside::server_speaks(const Key& key, bool from_low, Bytes said) const {
  if (router.answers(said)) return true;
  const auto waits = [&](u16 port) {
    constexpr u16 first_free = 1024;  // RFC 6335 §6: below stand the system ports
    return port < first_free || context.registry.lookup(field::Space::tcp_port, port) != 0;
  };
  const u16 from = from_low ? key.low_port() : key.high_port();
  const u16 to = from_low ? key.high_port() : key.low_port();
  return waits(from) && !waits(to);
}

void Tracker::Inside::tcp(Packet& packet, const Layer& layer, const proto::IpBelow& ip,
                          const field::Facts** out) {
  const u8* p = packet.bytes(layer);
  const u32 header = u32(get<Tcp, "tcp.hdr_len">(p)) * 4;
  if (header < proto::fixed_bytes<Tcp>) return;
  const u32 flags = u32(get<Tcp, "tcp.flags">(p)), seq = u32(get<Tcp, "tcp.seq_raw">(p));
  const bool quoted = (layer.flags & Layer::quoted) != 0;
  const bool syn = (flags & (flag::syn | flag::ack)) == flag::syn,
             answer = (flags & (flag::syn | flag::ack)) == (flag::syn | flag::ack);
  const Directed who =
      key_of(Conversation::Kind::tcp, ip.v6, ip.source, u16(get<Tcp, "tcp.srcport">(p)),
             ip.destination, u16(get<Tcp, "tcp.dstport">(p)), tap(packet));
  auto* facts = context.arena.make<proto::TcpFacts>();
  out[packet.index(layer)] = facts;

  Record* record = &conversation(who, packet, answer, syn || answer ? &seq : nullptr);
  if (TcpHalf& from = record->halves[who.from_low ? 0 : 1];
      (syn || answer) && from.has_base && !quoted) {
    if (syn && seq != from.base) {
      close(*record);
      record = &fresh(who, table.hash(who.key), packet, false, &seq);
      facts->marks |= proto::tcp_mark::reused_ports;
    } else if (syn) {
      from.next_seq = from.max_seq;
    } else if (seq != from.base) {
      from.base = seq;
      facts->marks |= proto::tcp_mark::reused_ports;
    }
  }
  Record& r = *record;
  TcpHalf& from = r.halves[who.from_low ? 0 : 1];
  TcpHalf& to = r.halves[who.from_low ? 1 : 0];
  const Bytes said{p + layer.header, layer.body};
  if (!r.opened && !syn && !answer)
    r.low_is_client = who.from_low != server_speaks(r.key, who.from_low, said);
  times(r, packet, *facts);
  facts->completeness = r.completeness;
  facts->window = u32(get<Tcp, "tcp.window_size_value">(p));
  const bool known = !quoted && header <= ip.claimed;
  if (!known) {
    facts->marks = 0;
    if (!quoted) count(r, who.from_low, packet);
    facts->scale = from.scale < 0 ? from.scale : i32(1) << from.scale;
    return;
  }
  const u32 length = ip.claimed - header;
  if (settings.need == Need::conversations) {
    if (!r.based) r.based = begin(seq, u32(get<Tcp, "tcp.ack_raw">(p)), flags, from, to);
  } else {
    const u32 options = std::min<u32>(header, layer.header);
    analyse(
        {
            .frame = packet.frame.number,
            .time = packet.frame.time,
            .seq = seq,
            .ack = u32(get<Tcp, "tcp.ack_raw">(p)),
            .flags = flags,
            .window = facts->window,
            .length = length,
            .options = {p + proto::fixed_bytes<Tcp>, options - proto::fixed_bytes<Tcp>}
    },
        from, to, r.handshake, unacked, *facts);
    facts->scale = from.scale < 0 ? from.scale : i32(1) << from.scale;
    if ((flags & flag::syn) == 0 && from.scale > 0) facts->window <<= from.scale;
  }

  if (syn) r.completeness |= has_syn;
  if (answer) r.completeness |= has_syn_ack;
  // As Wireshark counts: an ACK by itself, and data that are not the first that is seen of the
  // conversation (but on a SYN).
  if ((flags & (flag::syn | flag::ack)) == flag::ack && length == 0) r.completeness |= has_ack;
  if (length > 0 && (syn || r.frames[0] + r.frames[1] > 0)) r.completeness |= has_data;
  if ((flags & flag::fin) != 0) {
    r.completeness |= has_fin;
    if (!to.closes) from.closes = true;
    facts->closes_first = from.closes;
  }
  if ((flags & flag::reset) != 0) r.completeness |= has_reset;
  count(r, who.from_low, packet);
  if (settings.need == Need::conversations) return;
  if (r.unread) {
    if (router.begins_anywhere(said) == nullptr) return;
  } else {
    const bool wanted = settings.need == Need::streams || listener != nullptr;
    const bool read = settings.only_stream == all_streams || settings.only_stream == r.stream;
    // An end that comes before the bytes in front of it is to be remembered.
    const bool early_end = (flags & (flag::fin | flag::reset)) != 0 && seq != from.base + 1;
    if (!wanted || !read || (length == 0 && r.streams == nullptr && !early_end)) return;
  }
  segment(r, who, packet, layer, length, *facts, out);
}

void Tracker::Inside::segment(Record& r, const Directed& who, Packet& packet, const Layer& layer,
                              u32 length, proto::TcpFacts& facts, const field::Facts** out) {
  const u8* p = packet.bytes(layer);
  const u32 seq = u32(get<Tcp, "tcp.seq_raw">(p)), ack = u32(get<Tcp, "tcp.ack_raw">(p)),
            flags = u32(get<Tcp, "tcp.flags">(p));
  // A stream's first byte stands behind its SYN; of a side not heard yet, it is what the other
  // expects.
  const TcpHalf &from = r.halves[who.from_low ? 0 : 1], &to = r.halves[who.from_low ? 1 : 0];
  u32 begin[2];
  const Side side = r.side(who.from_low);
  begin[u8(side)] = from.base + 1;
  // A capture that begins in the middle may begin with a keep-alive, which stands one byte before
  // what comes next.
  const bool opened = (r.completeness & (side == Side::client ? has_syn : has_syn_ack)) != 0;
  if (!opened && seq == from.base + 2) begin[u8(side)] = seq;
  begin[u8(stream::other(side))] = to.has_base ? to.base + 1 : ack;
  router.segment(r.streams, r.unread,
                 {
                     .conversation = r.view(),
                     .side = side,
                     .begin = {begin[0], begin[1]},
                     .peer_known = to.has_base || (flags & flag::ack) != 0,
                     .seq = seq,
                     .ack = ack,
                     .length = length,
                     .flags = flags,
                     .layer = layer,
                     .facts = facts
  },
                 packet, out);
  const u64 now = r.streams != nullptr ? r.streams->memory() : 0;
  stream_memory += now - r.stream_memory;
  r.stream_memory = now;
}

void Tracker::Inside::udp(const Packet& packet, const Layer& layer, const proto::IpBelow& ip,
                          const field::Facts** out) {
  const u8* p = packet.bytes(layer);
  const Directed who = key_of(Conversation::Kind::udp, ip.v6, ip.source, base::be16(p),
                              ip.destination, base::be16(p + 2), tap(packet));
  auto* facts = context.arena.make<proto::ConversationFacts>();
  out[packet.index(layer)] = facts;
  Record* record = &conversation(who, packet, false);
  // As Wireshark numbers: a datagram to SNMP's port stands alone, because the answer might come
  // from another port.
  if (record->frames[0] + record->frames[1] == 1 && !record->renumbered &&
      for_snmp(record->key.end(!record->low_is_client).port) &&
      (layer.flags & Layer::quoted) == 0) {
    const bool low_is_client = record->low_is_client;
    close(*record);
    record = &fresh(who, table.hash(who.key), packet, false, nullptr);
    record->low_is_client = low_is_client;
    record->renumbered = true;
  }
  Record& r = *record;
  facts->stream = r.stream;
  // As Wireshark: neither a quoted datagram nor an empty one has times, nor is one counted from.
  const bool quoted = (layer.flags & Layer::quoted) != 0;
  if (!quoted && layer.body > 0) times(r, packet, *facts);
  if (quoted) return;
  count(r, who.from_low, packet);
  if (listener != nullptr && layer.body > 0) {
    const Side side = r.side(who.from_low);
    listener->data(r.view(), side, {p + layer.header, layer.body}, 0, packet.frame.number);
    const u32 claimed = base::be16(p + 4), there = layer.header + layer.body;
    if ((layer.flags & Layer::truncated) != 0 && claimed > there)
      listener->gap(r.view(), side, claimed - there);
  }
}

constexpr u8 answering[]{id::dns, id::mdns, id::llmnr, id::ntp, id::icmp, id::icmpv6, id::arp};
constexpr u64 may_answer = [] {
  u64 seen = 0;
  for (u8 protocol : answering) seen |= u64(1) << (protocol % 64);
  return seen;
}();

bool has_facts(u8 protocol) {
  return protocol == id::tcp || protocol == id::udp || protocol == id::udplite ||
         std::find(std::begin(answering), std::end(answering), protocol) != std::end(answering);
}

void Tracker::Inside::track(Packet& packet, const field::Facts** out, u32 from) {
  if (settings.need == Need::fragments) return;
  if (!packet.may_have(id::tcp) && !packet.may_have(id::udp) && !packet.may_have(id::udplite))
    return;
  for (const Layer& layer : packet.all().subspan(from)) {
    const bool is_tcp = layer.proto == id::tcp;
    if ((!is_tcp && layer.proto != id::udp && layer.proto != id::udplite) ||
        (layer.flags & Layer::cut_header) != 0)
      continue;
    const proto::IpBelow ip = proto::ip_below(packet, layer);
    if (!ip || ip.fragment || ip.source == nullptr || ip.destination == nullptr) continue;
    if (is_tcp) return tcp(packet, layer, ip, out);  // walk() finds nothing further behind it
    udp(packet, layer, ip, out);
  }
}

template <class FactsOf>
bool Tracker::Inside::in_passing(const Packet& packet, const Layer& layer,
                                 const field::Facts** out) {
  const proto::IpBelow ip = proto::ip_below(packet, layer);
  if ((layer.flags & (Layer::cut_header | Layer::quoted)) != 0 || !ip || ip.fragment ||
      ip.source == nullptr || ip.destination == nullptr)
    return false;
  constexpr bool is_tcp = std::is_same_v<FactsOf, proto::TcpFacts>;
  constexpr auto kind = is_tcp ? Conversation::Kind::tcp : Conversation::Kind::udp;
  const u8* p = packet.bytes(layer);
  u32 flags = 0, header = layer.header;
  if constexpr (is_tcp) {
    flags = u32(get<Tcp, "tcp.flags">(p));
    header = u32(get<Tcp, "tcp.hdr_len">(p)) * 4;
    if ((flags & (flag::syn | flag::fin | flag::reset)) != 0 || header < proto::fixed_bytes<Tcp> ||
        header > ip.claimed)
      return false;
  } else if (layer.body == 0 || listener != nullptr) {
    return false;
  }
  const Directed who =
      key_of(kind, ip.v6, ip.source, base::be16(p), ip.destination, base::be16(p + 2), tap(packet));
  Record* const r = table.find(who.key, table.hash(who.key));
  if (r == nullptr || !r->opened || (is_tcp ? !r->based : r->frames[0] + r->frames[1] == 1))
    return false;
  r->heard = true;
  FactsOf* facts;
  if constexpr (is_tcp) {
    facts = &passing;
  } else {
    facts = context.arena.make<FactsOf>();
  }
  out[packet.index(layer)] = facts;
  times(*r, packet, *facts);
  if constexpr (is_tcp) {
    facts->completeness = r->completeness;
    if (ip.claimed != header) {
      r->completeness |= has_data;
    } else if ((flags & flag::ack) != 0) {
      r->completeness |= has_ack;
    }
  }
  count(*r, who.from_low, packet);
  return true;
}

void Tracker::Inside::pass(Packet& packet, const field::Facts** out) {
  for (const Layer& layer : packet.all()) {
    if (layer.proto == id::tcp) {
      if (in_passing<proto::TcpFacts>(packet, layer, out)) return;
    } else if (layer.proto == id::udp || layer.proto == id::udplite) {
      if (in_passing<proto::ConversationFacts>(packet, layer, out)) continue;
    } else {
      continue;
    }
    return track(packet, out, packet.index(layer));
  }
}

void Tracker::Inside::piece(Packet& packet) {
  Packet* last = &packet;
  for (const field::Facts** known = facts; may_be_piece(*last) && defrag.piece(*last, known, parts);
       known = parts.facts()) {
    last = &parts.back();
    track(*last, parts.facts());
  }
}

void Tracker::Inside::answer(const Packet& packet) {
  if (settings.need == Need::fragments) return;
  answers.see(packet, facts);
  for (u32 i = 0; i < parts.size(); ++i) answers.see(packet.parts[i], parts.facts(i));
}

Tracker::Tracker(const field::Registry& registry, const TrackerSettings& settings,
                 Listener* listener)
    : in_(std::make_unique<Inside>(registry, settings, listener)) {}
Tracker::~Tracker() = default;

void Tracker::see(field::Packet& packet) {
  Inside& in = *in_;
  in.context.arena.reset();
  in.context.now = {packet.frame.number, packet.frame.time};
  std::fill(std::begin(in.facts), std::end(in.facts), nullptr);  // all: no loop, no call
  packet.facts = in.facts;
  in.parts.clear();
  in.on_wire = packet.frame.wire_size;
  // Before: nothing that this packet will be told may go.
  if (in.memory() > in.settings.memory) [[unlikely]]
    in.bound();
  if (in.settings.need == Need::conversations) {
    in.pass(packet, in.facts);
  } else {
    in.track(packet, in.facts);
  }
  if (may_be_piece(packet)) [[unlikely]]
    in.piece(packet);
  if (!in.parts.empty()) in.parts.hang_on(packet);
  if ((packet.seen & may_answer) != 0) in.answer(packet);
}

void Tracker::finish() {
  Inside& in = *in_;
  in.context.arena.reset();
  std::vector<u32> open;
  open.reserve(in.table.size());
  for (u32 at = 0; at < in.table.highest(); ++at) {
    const Record& r = in.table[at];
    if (r.live && (in.listener != nullptr || r.streams != nullptr)) open.push_back(at);
  }
  std::sort(open.begin(), open.end(), [&](u32 a, u32 b) {
    const Record &x = in.table[a], &y = in.table[b];
    return x.key.kind() != y.key.kind() ? x.key.kind() < y.key.kind() : x.stream < y.stream;
  });
  for (u32 at : open) in.end(in.table[at]);
  in.table.clear();
  in.unacked = {};
  in.stream_memory = 0;
  in.defrag.finish();
}

const TrackerCounts& Tracker::counts() const { return in_->counts; }

}  // namespace netpeel::flow
