// The same packet at two places: which sighting at one tap is which at another, and what happened
// on the way. A packet is known again by what routers leave alone: addresses, IPv4's
// identification, and all that IP carries but for the transport checksum, which network cards fill
// in late. Link headers, TTL and header checksum do not count. A TCP segment sent again has another
// identification and so is another packet; where there is none (IPv6, or 0), the order of equal
// packets decides. Address translation is not seen through. Keeps the sightings, and up to a bound
// their bytes; one thread.
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "field/packet.hpp"

namespace netpeel::flow {

struct Sighting {
  u16 tap = 0;  // the interface
  u8 ttl = 0;
  u64 frame = 0;
  i64 time = 0;
  u64 from = 0, to = 0;   // the addresses, hashed
  u32 kind = 0;           // what IP carries, and the TCP sequence number
  u32 id = 0;             // 0: the packet has none
  u32 seq = 0, data = 0;  // of a TCP segment that carries data: where in the stream, how much
  u32 ports = 0;
  u64 content = 0;  // hash of what IP carries
  u32 length = 0;   // of that, as claimed by IP
  u32 header = 0;   // bytes of that which are the transport header
  u32 checksum =
      0xffffffff;  // where in it the two bytes of its checksum are; they are not compared
};

struct Seen {
  Sighting sighting;
  Bytes content;  // a view into the packet
};
// Nothing for a frame of which not even the link header is whole.
std::optional<Seen> seen(const field::Packet& packet);

// One packet on its way from the tap near its sender to the one near its receiver.
struct Trip {
  static constexpr u32 nowhere = 0xffffffff;
  u32 sent = nowhere, arrived = nowhere;  // sightings, numbered from 0 as they were given
  u16 from = 0, to = 0;                   // taps
  bool lost = false;                      // it did not arrive
  bool open = false;     // nor did it arrive, but the capture ended before it could be expected to
  bool again = false;    // one more copy of `sent`, made on the way
  bool bent = false;     // it arrived with other bytes
  bool between = false;  // its sender stands between the taps (a router), or the tap missed it
  bool late = false;     // overtaken, or far slower than others
  u32 overtaken = 0;     // by so many that left later
  i64 delay = 0;         // where it has both ends
  // Of a bent one, where its bytes were kept: the first that differs, counted from the content's
  // start, and how many do.
  u32 changed_at = nowhere, changed = 0;
  u8 was = 0, is = 0;
  // Network cards cut large segments, or join small ones, behind one tap and before the other.
  u32 pieces = 0;       // it arrived as so many
  u32 missing = 0;      // with pieces: bytes that did not
  bool joined = false;  // it arrived as part of a larger one
};

class Taps {
 public:
  explicit Taps(u16 taps, std::size_t kept_bytes = std::size_t(64) << 20)
      : taps_(taps), most_(kept_bytes) {}

  u32 saw(const Sighting& sighting, Bytes content = {});
  u32 size() const { return u32(all_.size()); }
  const Sighting& operator[](u32 at) const { return all_[at].sighting; }

  // Matches all that was seen, in the order of leaving (of arriving, where only that is known).
  std::vector<Trip> trips();
  // After trips(): whether some packet was seen at two taps. If none was, "lost" means little.
  bool paired() const { return paired_; }
  // After trips(): the tap next to the one of that address; taps() if it never sent.
  u16 home(u64 who) const;
  u16 taps() const { return taps_; }

 private:
  struct Kept {
    Sighting sighting;
    std::size_t at = 0;
    u32 size = 0;  // of the bytes kept
  };
  struct Way;  // all packets from one tap to another
  Bytes bytes(u32 i) const { return Bytes(store_).subspan(all_[i].at, all_[i].size); }
  void settle();
  void place(std::vector<Trip>& out, std::map<u32, Way>& ways);
  void equal_ones(Way& way, std::vector<Trip>& out);
  void bent_ones(Way& way, std::vector<Trip>& out);
  void cut_ones(Way& way, std::vector<Trip>& out);
  void joined_ones(Way& way, std::vector<Trip>& out);
  void rest(Way& way, std::vector<Trip>& out);
  Trip pair(u32 sent, u32 arrived) const;
  void judge(std::vector<Trip>& trips) const;

  u16 taps_;
  std::size_t most_;
  std::vector<Kept> all_;
  std::vector<u8> store_;
  std::map<u64, u16> homes_;
  bool paired_ = false;
};

}  // namespace netpeel::flow
