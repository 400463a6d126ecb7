// Packets that came in pieces: IPv4 (RFC 791 §3.2) and IPv6 (RFC 8200 §4.5) fragments, put together
// in the frame that brings the last one missing. Where pieces overlap, the bytes that came first
// are kept and a contradiction is told. Pieces are copied; what never becomes whole is given up
// after a time, by the capture's clock, or when there is too much of it.
#pragma once
#include <list>
#include <unordered_map>
#include <vector>

#include "field/registry.hpp"
#include "flow/parts.hpp"
#include "flow/tracker.hpp"
#include "proto/net/fragments.hpp"

namespace netpeel::flow {

// A quick no: only what walk() left undecoded behind IP can be a piece.
inline bool may_be_piece(const field::Packet& packet) {
  if (packet.depth < 2 || packet.layers[packet.depth - 1].proto != proto::id::data) return false;
  const u8 below = packet.layers[packet.depth - 2].proto;
  return below == proto::id::ip || below == proto::id::ipv6_fraghdr;
}

class Defrag {
 public:
  // Registry, arena and counts outlive it. `most`: bytes that are kept of all unfinished packets.
  Defrag(const field::Registry& registry, base::Arena& arena, TrackerCounts& counts,
         u64 most = most_bytes, bool taps = false);

  // If the packet ends in a piece, keeps it; if that makes a whole, adds it to `parts`, walked, and
  // returns true. `facts`: of the packet's layers.
  bool piece(field::Packet& packet, const field::Facts** facts, Parts& parts);
  // The capture is over.
  void finish();

  u64 kept() const { return kept_; }  // bytes, of all unfinished packets

  static constexpr u64 most_bytes = 32 * 1024 * 1024;
  static constexpr std::size_t most_pieces = 8192;  // of one packet: one for each eight bytes
  static constexpr std::size_t most_of_one =
      256 * 1024;  // bytes kept for one packet, which has 65,535 at most
  static constexpr i64 patience_v4 = 30'000'000'000, patience_v6 = 60'000'000'000;

 private:
  struct Key {
    u64 source[2]{}, destination[2]{};
    u32 id = 0;
    u16 vlan = 0, tap = 0;
    u8 proto = 0, v6 = 0;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    u64 seed;
    std::size_t operator()(const Key& key) const;
  };
  struct Piece {
    u64 frame;
    u32 from, to;
    u32 at;  // where its bytes are kept: in the order of arrival
    u8 marks;
  };
  struct Span {
    u32 from, to;
  };
  struct Pending {
    Key key;
    i64 since;
    u32 total = 0;              // bytes of the whole; 0: its end has not come
    u8 next = 0;                // the protocol of the whole, as its first piece says
    std::vector<Piece> pieces;  // by `from`
    std::vector<Span> covered;  // apart and in order
    std::vector<u8> bytes;
    u64 cost() const {
      return sizeof(Pending) + 64 + pieces.size() * (sizeof(Piece) + sizeof(Span)) + bytes.size();
    }
    bool whole() const {
      return total != 0 && !covered.empty() && covered.front().from == 0 &&
             covered.front().to >= total;
    }
  };
  struct Found;
  using List = std::list<Pending>;

  static Found look(const field::Packet& packet);
  List::iterator pending(const Key& key, i64 now);
  static void add(Pending& p, const Found& piece, u64 frame);
  static void cover(std::vector<Span>& covered, Span fresh);
  Bytes assemble(Pending& p);
  void tell(const Pending& p, Bytes whole, field::Packet& packet, const field::Facts** facts,
            Parts& parts);
  void drop(List::iterator which);
  void give_up(List::iterator which);

  const field::Registry& registry_;
  base::Arena& arena_;
  TrackerCounts& counts_;
  u64 most_;
  bool taps_;
  u64 kept_ = 0;
  List list_;  // in the order of their first pieces
  std::unordered_map<Key, List::iterator, Hash> by_key_;
  std::vector<u8> taken_;
  std::vector<u32> order_;
};

}  // namespace netpeel::flow
