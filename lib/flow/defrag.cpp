#include "flow/defrag.hpp"

#include <algorithm>

#include "base/unforeseen.hpp"
#include "field/walk.hpp"
#include "flow/mix.hpp"
#include "proto/net/ip.hpp"
#include "proto/net/ip6.hpp"
#include "proto/net/ipv6_ext.hpp"

namespace netpeel::flow {

using field::Layer;
using field::Packet;
using proto::Fragment;
using proto::FragmentFacts;
using proto::get;
using proto::Ip;
using proto::Ipv6;

namespace id = proto::id;
namespace mark = proto::fragment_mark;

// A piece, and where it belongs.
struct Defrag::Found {
  bool whole = false;  // it is one, and all its bytes are there
  Key key{};
  u8 next = 0;
  u32 from = 0;
  bool last = false;
  Bytes bytes{};
};

std::size_t Defrag::Hash::operator()(const Key& key) const {
  u64 h = seed;
  for (u64 word :
       {key.source[0], key.source[1], key.destination[0], key.destination[1],
        u64(key.id) << 32 | u64(key.vlan) << 16 | u64(key.proto) << 8 | key.v6, u64(key.tap)}) {
    h = mixed(h, word);
  }
  return h;
}

Defrag::Defrag(const field::Registry& registry, base::Arena& arena, TrackerCounts& counts, u64 most,
               bool taps)
    : registry_(registry), arena_(arena), counts_(counts), most_(most), taps_(taps),
      by_key_(16, Hash{base::unforeseen() | 1}) {}

// As Wireshark: a piece that is cut, or damaged below, is not put together, nor what an ICMP error
// quotes.
Defrag::Found Defrag::look(const Packet& packet) {
  constexpr u8 unfit = Layer::truncated | Layer::malformed | Layer::quoted | Layer::cut_header;
  const Layer& layer = packet.layers[packet.depth - 2];
  const u8* p = packet.bytes(layer);
  Found out;
  out.bytes = {p + layer.header, layer.body};
  if ((layer.flags & unfit) != 0) return {};
  if (layer.proto == id::ip) {
    const u64 offset = get<Ip, "ip.frag_offset">(p);
    const bool more = get<Ip, "ip.flags.mf">(p) != 0;
    if (offset == 0 && !more) return {};
    out.from = u32(offset) * 8, out.last = !more;
    out.next = u8(get<Ip, "ip.proto">(p));
    out.key.source[0] = base::be32(proto::place<Ip, "ip.src">(p)),
    out.key.destination[0] = base::be32(proto::place<Ip, "ip.dst">(p));
    out.key.id = u32(get<Ip, "ip.id">(p));
    out.key.proto = out.next;
    out.whole = true;
  } else if (proto::is_fragment(p)) {
    out.from = base::be16(p + 2) & 0xfff8u, out.last = (p[3] & 1) == 0;
    out.next = p[0];
    out.key.id = base::be32(p + 4);
    out.key.v6 = 1;
  }
  for (const Layer* l = packet.below(layer); l != nullptr; l = packet.below(*l)) {
    if (l->proto == id::vlan && out.key.vlan == 0)
      out.key.vlan = u16(base::be16(packet.bytes(*l)) & 0xfff);
    if (l->proto != id::ip6 || out.whole || out.key.v6 == 0) continue;
    if ((l->flags & unfit) != 0) return {};
    const u8 *source = proto::place<Ipv6, "ipv6.src">(packet.bytes(*l)),
             *destination = proto::place<Ipv6, "ipv6.dst">(packet.bytes(*l));
    for (u32 i = 0; i < 2; ++i) {
      out.key.source[i] = base::be64(source + i * 8),
      out.key.destination[i] = base::be64(destination + i * 8);
    }
    out.whole = true;
  }
  return out;
}

Defrag::List::iterator Defrag::pending(const Key& key, i64 now) {
  const auto late = [now](const Pending& p) {
    return now - p.since > (p.key.v6 != 0 ? patience_v6 : patience_v4);
  };
  while (!list_.empty() && late(list_.front())) give_up(list_.begin());
  if (const auto it = by_key_.find(key); it != by_key_.end()) {
    if (!late(*it->second)) return it->second;
    give_up(it->second);
  }
  list_.push_back({.key = key, .since = now});
  const auto at = std::prev(list_.end());
  by_key_.emplace(key, at);
  kept_ += at->cost();
  return at;
}

void Defrag::cover(std::vector<Span>& covered, Span fresh) {
  // All that touch the fresh one become one with it.
  auto begin = std::lower_bound(covered.begin(), covered.end(), fresh.from,
                                [](const Span& s, u32 from) { return s.to < from; });
  auto end = begin;
  for (; end != covered.end() && end->from <= fresh.to; ++end) {
    fresh.from = std::min(fresh.from, end->from);
    fresh.to = std::max(fresh.to, end->to);
  }
  if (begin == end) {
    covered.insert(begin, fresh);
  } else {
    *begin = fresh;
    covered.erase(begin + 1, end);
  }
}

void Defrag::add(Pending& p, const Found& piece, u64 frame) {
  const u32 to = piece.from + u32(piece.bytes.size());
  u8 marks = 0;
  if (piece.from == 0) p.next = piece.next;
  if (piece.last && p.total == 0) {
    p.total = to;
  } else if (piece.last && p.total != to) {
    marks = mark::multiple_tails;
  }
  const auto at = std::upper_bound(p.pieces.begin(), p.pieces.end(), piece.from,
                                   [](u32 from, const Piece& x) { return from < x.from; });
  p.pieces.insert(
      at,
      {.frame = frame, .from = piece.from, .to = to, .at = u32(p.bytes.size()), .marks = marks});
  p.bytes.insert(p.bytes.end(), piece.bytes.begin(), piece.bytes.end());
  cover(p.covered, {piece.from, to});
}

// The bytes that came first count, so that nobody can change by a late piece what was seen before.
Bytes Defrag::assemble(Pending& p) {
  u8* const whole = arena_.room(p.total);
  order_.resize(p.pieces.size());
  for (u32 i = 0; i < order_.size(); ++i) order_[i] = i;
  std::sort(order_.begin(), order_.end(),
            [&](u32 a, u32 b) { return p.pieces[a].at < p.pieces[b].at; });
  taken_.assign(p.total, 0);
  for (u32 i : order_) {
    Piece& piece = p.pieces[i];
    if (piece.to > p.total) piece.marks |= mark::too_long;
    const u8* from = p.bytes.data() + piece.at;
    for (u32 at = piece.from; at < std::min(piece.to, p.total); ++at, ++from) {
      if (taken_[at] == 0) {
        whole[at] = *from;
        taken_[at] = 1;
      } else if (whole[at] != *from) {
        piece.marks |= mark::conflict;
      }
    }
  }
  u32 end = 0;
  for (Piece& piece : p.pieces) {
    if (piece.from < end && piece.from < p.total) piece.marks |= mark::overlap;
    end = std::max(end, std::min(piece.to, p.total));
  }
  return {whole, p.total};
}

void Defrag::tell(const Pending& p, Bytes whole, Packet& packet, const field::Facts** out,
                  Parts& parts) {
  const std::size_t n = p.pieces.size();
  auto* pieces = new (arena_.room(n * sizeof(Fragment))) Fragment[n];
  auto* frames = new (arena_.room(n * sizeof(u64))) u64[n];
  u8 marks = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const Piece& piece = p.pieces[i];
    pieces[i] = {piece.frame, piece.from, piece.to, piece.marks};
    frames[i] = piece.frame;
    marks |= piece.marks;
  }
  std::sort(frames, frames + n);
  auto* facts = arena_.make<FragmentFacts>();
  facts->pieces = {pieces, n};
  facts->whole = whole;
  if ((marks & mark::conflict) != 0) {
    facts->trouble = "pieces of this packet hold different bytes for the same place: an error, or "
                     "somebody tries to show different things "
                     "to different receivers; the bytes that came first are shown";
  } else if ((marks & (mark::multiple_tails | mark::too_long)) != 0) {
    facts->trouble =
        "the pieces of this packet do not agree where it ends; the end that came first counts";
  } else if ((marks & mark::overlap) != 0 && p.key.v6 != 0) {
    facts->trouble = "pieces of this packet overlap, which IPv6 forbids (RFC 5722): its receiver "
                     "throws it away, unless one is a mere copy";
  }
  out[packet.depth - 2] = facts;
  --packet.depth;  // the piece's bytes are not unknown any more

  Packet& part = parts.add(packet);
  part.in = p.key.v6 != 0 ? "ipv6" : "ip";
  part.frames = {frames, std::size_t(std::unique(frames, frames + n) - frames)};
  part.frame.data = whole.data();
  part.frame.size = part.frame.wire_size = u32(whole.size());
  const field::Facts* const* keep = part.facts;
  field::walk_from(registry_, part, registry_.lookup(field::Space::ip_proto, p.next));
  part.facts = keep;
}

bool Defrag::piece(Packet& packet, const field::Facts** facts, Parts& parts) {
  Found found = look(packet);
  if (!found.whole || found.bytes.empty()) return false;
  if (taps_) found.key.tap = u16(packet.frame.interface);
  const auto at = pending(found.key, packet.frame.time);
  kept_ -= at->cost();
  add(*at, found, packet.frame.number);
  kept_ += at->cost();
  if (!at->whole()) {
    if (at->pieces.size() > most_pieces || at->bytes.size() > most_of_one) give_up(at);
    while (kept_ > most_) give_up(list_.begin());
    return false;
  }
  const bool room = !parts.full();
  if (room) {
    ++counts_.defragmented;
    tell(*at, assemble(*at), packet, facts, parts);
  } else {
    ++counts_.parts_left_out;
  }
  drop(at);
  return room;
}

void Defrag::drop(List::iterator which) {
  kept_ -= which->cost();
  by_key_.erase(which->key);
  list_.erase(which);
}

void Defrag::give_up(List::iterator which) {
  ++counts_.never_whole;
  drop(which);
}

void Defrag::finish() {
  while (!list_.empty()) give_up(list_.begin());
}

}  // namespace netpeel::flow
