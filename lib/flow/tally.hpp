// Packets and bytes of every conversation, on five levels, and how each TCP connection did. Hears
// the tracker for what a conversation is, and counts the packets it is given: those that match a
// filter, say. Copies what it keeps. One thread.
#pragma once
#include <vector>

#include "flow/key.hpp"
#include "flow/spread.hpp"
#include "flow/tcp_half.hpp"
#include "proto/transport/tcp_facts.hpp"

namespace netpeel::flow {

enum class Level : u8 { eth, ip, ipv6, tcp, udp };
inline constexpr u32 levels = 5;
std::string_view level_name(Level level);  // Wireshark's filter name

struct Traffic {
  u64 packets = 0, bytes = 0;  // bytes of whole frames, as they were on the wire
  Traffic& operator+=(const Traffic& more) {
    packets += more.packets, bytes += more.bytes;
    return *this;
  }
  bool operator==(const Traffic&) const = default;
};

// Two ends, a and b: of TCP and UDP the client and the server, below who was seen to send first and
// the other one.
struct Talk {
  Key key;
  bool a_is_low = true;
  u32 stream = 0;  // TCP and UDP: Wireshark's number
  Traffic from_a, from_b;
  u64 first_frame = 0;
  i64 first_time = 0, last_time = 0;

  Traffic both() const { return Traffic(from_a) += from_b; }
  i64 duration() const { return last_time - first_time; }
};

// What one end of a TCP connection did.
struct Conduct {
  u32 again = 0;  // segments it sent again, for whatever reason
  u32 out_of_order = 0;
  u32 missing = 0;  // gaps before its segments: lost, or not captured
  u32 duplicate_acks = 0;
  u32 zero_windows = 0;
  Spread acks;  // how long after the other's segments its ACKs were seen
  bool finished = false, broke_off = false;
};

struct Connection {
  i64 handshake = 0;  // from the SYN to the ACK that ends it; 0: not seen
  Conduct a, b;
  u8 completeness = 0;  // tcp.completeness
  bool a_finished_first = false;
  const Conduct& farther() const { return a.acks.median() > b.acks.median() ? a : b; }
};

// The bits of tcp.completeness.
namespace completeness {
enum : u8 { syn = 1, syn_ack = 2, ack = 4, data = 8, fin = 16, reset = 32 };
}

class Tally final : public Listener {
 public:
  // Of each level at most so many conversations are told apart; the others are only summed up.
  explicit Tally(u32 most = 2'000'000);

  // The packet that the tracker saw last.
  void count(const field::Packet& packet);

  // In the order in which they began. Of TCP and UDP, place i is stream i, and some may have no
  // packets.
  const std::vector<Talk>& talks(Level level) const { return level_[u8(level)].talks; }
  const std::vector<Connection>& connections() const { return connections_; }  // by stream
  Traffic total(Level level) const { return level_[u8(level)].total; }
  // Packets of conversations beyond the most that are told apart.
  Traffic further(Level level) const { return level_[u8(level)].further; }

  Traffic all() const { return all_; }  // all packets counted
  i64 first_time() const { return first_time_; }

  // Listener:
  void packet(const Conversation& conversation, Side side, const field::Packet& packet) override;
  void closed(const Conversation& conversation) override;

 private:
  struct Counted {
    std::vector<Talk> talks;
    std::vector<u32> slots;  // by hash of the key: place in talks. Not for TCP and UDP
    Traffic total, further;
  };
  // A packet's part in a conversation that the tracker told of.
  struct Part {
    Level level;
    u32 stream;
    Side side;
    const proto::TcpFacts* facts;
  };

  void layers(const field::Packet& packet, const base::Frame& frame);
  void pair(Level level, const u8* from, const u8* to, u32 size, const base::Frame& frame);
  void part(const Part& part, const base::Frame& frame);
  void state(const Conversation& conversation, Side side, const field::Packet& packet, Part& part);
  u32 find(Counted& counted, const Key& key, u32 hash) const;
  static void grow(Counted& counted, u64 seed);
  static void add(Talk& talk, bool from_a, const base::Frame& frame);

  u32 most_;
  u64 seed_;
  Counted level_[levels];
  std::vector<Connection> connections_;
  std::vector<Part> parts_;  // of frame parts_of_
  u64 parts_of_ = 0;
  Traffic all_;
  i64 first_time_ = 0;
};

// One end, over all its conversations.
struct Endpoint {
  Key key;  // its low end is meant
  Traffic sent, received;
  Traffic both() const { return Traffic(sent) += received; }
};
std::vector<Endpoint> endpoints(const Tally& tally, Level level);

}  // namespace netpeel::flow
