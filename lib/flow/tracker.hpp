// From packets to conversations. A tracker sees every packet of a capture in order, right behind
// walk(): it finds the conversation, keeps both sides' TCP state, puts fragments and streams
// together, and lets the stream protocols read them. What it learns is hung on the packet
// (Packet::facts, parts) and added to its layers, so that every view, filter and lesson check shows
// it; tools that follow conversations listen as well. One thread.
#pragma once
#include <memory>

#include "field/packet.hpp"
#include "field/registry.hpp"
#include "stream/session.hpp"

namespace netpeel::flow {

using stream::Side;

// One end: an address and a port.
struct End {
  u8 address[16]{};  // IPv4: the first four
  u16 port = 0;
  bool v6 = false;
  bool operator==(const End&) const = default;
};

// What two ends say to each other over TCP or UDP. A view into the tracker's table, valid during a
// call.
struct Conversation {
  enum class Kind : u8 { tcp, udp };
  Kind kind;
  u32 stream = 0;  // Wireshark's number: tcp.stream or udp.stream, each counted from 0
  // Who sent the SYN; where no SYN was captured, who spoke first, unless its words or its port are
  // a server's.
  End client, server;
  u64 first_frame = 0, last_frame = 0;
  i64 first_time = 0, last_time = 0;
  u64 frames[2]{};  // by Side: frames, and their bytes on the wire
  u64 bytes[2]{};
  u8 completeness = 0;  // tcp.completeness after the last packet
};

// Who wants to be told. Called during Tracker::see() and finish(); views are valid during the call.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void opened(const Conversation&) {}
  // A packet of the conversation, before its bytes are told. Of a packet without a conversation
  // nothing is told.
  virtual void packet(const Conversation&, Side, const field::Packet&) {}
  // The next bytes of that side's stream (TCP: in order, each once; UDP: a datagram), at stream
  // position `at`; that frame carried them, which need not be the one being seen.
  virtual void data(const Conversation&, Side, Bytes, u64 /*at*/, u64 /*frame*/) {}
  // n bytes of that side's stream were never captured.
  virtual void gap(const Conversation&, Side, u64 /*n*/) {}
  // A whole message of the stream; `frames` carried it.
  virtual void message(const Conversation&, const stream::Message&,
                       std::span<const u64> /*frames*/) {}
  // It ended, was left for dead at the memory bound, or the capture is over.
  virtual void closed(const Conversation&) {}
};

inline constexpr u32 all_streams = 0xffffffff;

// How much is worked out, each with what stands before it. See need.hpp for who needs what.
enum class Need : u8 {
  fragments,      // packets put together from IP fragments: any protocol may lie in those
  conversations,  // which conversation it is, its times, frames and bytes; what listeners are told
                  // but TCP's data, gaps and messages
  analysis,  // what TCP's segments mean to both sides: tcp.seq, tcp.analysis …; and listeners
             // are told the data
  streams,   // what stream protocols read; and listeners are told the messages
};

// Whether layers of that protocol may be given Facts for Need::conversations or Need::analysis.
bool has_facts(u8 protocol);

struct TrackerSettings {
  // The interfaces of the capture are taps of the same wires. A packet that passes two taps is no
  // retransmission: each tap has its own state of the conversation, under the one number that
  // Wireshark, which tells no taps apart, gives it.
  bool taps = false;
  // Streams are read as tshark reads them unless told otherwise: nothing of a message of which a
  // segment came late or never, and by the port where one belongs to a protocol unknown here.
  bool like_tshark = false;
  Need need = Need::streams;
  u32 only_stream =
      all_streams;  // put together this TCP conversation's bytes alone, of all others only count
  u64 memory =
      u64(512) * 1024 * 1024;  // --max-memory: beyond it the oldest idle conversations are closed
  stream::Limits limits{};
};

// What the bounds cost; shown by the tools when not zero.
struct TrackerCounts {
  u64 conversations = 0;
  u64 closed_early = 0;  // conversations that were closed at the memory bound
  u64 dropped_bytes =
      0;  // that contradicted others or lay outside any window, of closed conversations
  u64 defragmented = 0;  // packets that were put together from pieces
  u64 never_whole = 0;  // packets whose pieces did not all come: in time, within the bounds, before
                        // the capture's end
  u64 parts_left_out = 0;  // more parts in one frame than are kept
};

class Tracker {
 public:
  // The registry is flow::registry()'s, perhaps changed by decode_as(). Listener may be null. Both
  // outlive the tracker.
  Tracker(const field::Registry& registry, const TrackerSettings& settings,
          Listener* listener = nullptr);
  Tracker(const Tracker&) = delete;
  Tracker& operator=(const Tracker&) = delete;
  ~Tracker();

  // The packet was walked and not seen before; its frames come in file order. What is added to it
  // stays valid until the next call.
  void see(field::Packet& packet);
  // The capture is over: gaps are let go, streams end, conversations close. Tells the listener.
  void finish();

  const TrackerCounts& counts() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> in_;
};

}  // namespace netpeel::flow
