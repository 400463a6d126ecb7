// What one capture cost and bought: what was sent, how many bytes each layer took of it, what
// became of it on the way, when it was handed on, and in which order. Of a capture with two taps
// every packet counts once, where its sender's tap saw it; what arrived is what the other tap saw.
// All of it is found out from packets alone. A Meter copies what it keeps, within bounds. One
// thread.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "contrast/idle.hpp"
#include "flow/taps.hpp"
#include "flow/tracker.hpp"

namespace netpeel::contrast {

using flow::Side;

// Bytes on the wire, each in one of these.
struct Shares {
  u64 link = 0, internet = 0, transport = 0;
  u64 framing = 0;  // what HTTP, WebSocket, Engine.IO and so on wrap around what was meant
  u64 payload = 0;
  u64 again = 0;  // bytes above TCP that were sent before
  u64 all() const { return link + internet + transport + framing + payload + again; }
};

// Bytes that one side gave to TCP in one go, or a datagram.
struct Said {
  Side side = Side::client;
  u64 frame = 0;
  i64 time = 0;
  u64 at = 0;  // in its stream; of datagrams their place in the order of sending
  u32 size = 0;
  u64 hash = 0;
  std::string begin;    // its first bytes, as they are
  u64 again_frame = 0;  // TCP: where it, or a part of it, was first sent again
  i64 again_time = 0;
};
// Where it was handed to whom it was for.
struct Handed {
  Side side = Side::client;  // who had said it
  u64 frame = 0;             // with which it came
  u64 released = 0;          // whose arrival let it be handed on
  i64 time = 0;              // then
  i64 held = 0;              // how long it had lain there
  u64 at = 0;
  u32 size = 0;
  u32 first = 0, last = 0;  // what was said, from 1, by place in `said` of that side; 0: not known
};

// One thing both ways tell: a tick of the server's clock, or a message and its echo.
struct Event {
  u64 number = 0;
  u64 sent_frame = 0, got_frame = 0;
  i64 sent = 0, got = 0;  // 0: not seen
  bool ticks = false;     // sent is what the server's clock said, in the message itself
  i64 delay() const { return got - sent; }
  bool complete() const { return sent_frame + u64(ticks) > 0 && got_frame > 0; }
};

struct Fate {
  enum class Kind : u8 { lost, late, doubled, bent } kind = Kind::lost;
  u64 sent = 0, arrived = 0;  // frames; 0: none
  bool data = false;
  bool refused = false;  // it came with a checksum that is wrong: its receiver throws it away
};
std::string_view fate_name(Fate::Kind kind);

struct Measure {
  bool taps = false;
  std::string names[2];          // of the taps, by side; empty where there is only one
  u64 conversations[2]{};        // TCP, UDP
  u64 packets[2]{}, bytes[2]{};  // by side, as sent
  u64 frames = 0, octets = 0;    // of all conversations at all taps, as tshark counts a file
  Shares shares;
  u64 data_packets = 0;
  u64 first_frame = 0, first_data_frame = 0, first_handed_frame = 0, last_frame = 0;
  i64 first_time = 0, last_time = 0;
  u64 packets_before = 0, bytes_before = 0;  // the first byte of data left
  i64 time_before = 0;                       // from the first packet to the last of those
  i64 first_data = 0, first_handed = 0;      // since first_time
  std::vector<u64> again;                    // frames that were sent again
  std::vector<Fate> fates;
  std::vector<Said> said[2];
  std::vector<Handed> handed;
  std::vector<std::pair<Side, u32>>
      arrivals;                           // data as packets came: whose, and which (see Handed)
  std::string sent_hash[2], got_hash[2];  // SHA-1; empty: too much to keep, or nothing
  u64 sent_bytes[2]{}, got_bytes[2]{};    // of what the hashes are over
  u64 messages = 0;                       // of stream protocols: HTTP messages, WebSocket frames
  u64 exchanges = 0;                      // HTTP requests with their answers
  u64 idle_bytes = 0, idle_packets = 0;   // that brought nothing new
  u64 idle_exchanges = 0;
  Idle idle;  // what waiting costs, reckoned
  std::vector<Event> events;
  bool mid_stream = false;  // TCP data of a connection whose beginning was not captured
  u64 mid_stream_frame = 0;

  u64 all_packets() const { return packets[0] + packets[1]; }
  u64 all_bytes() const { return bytes[0] + bytes[1]; }
  i64 duration() const { return last_time - first_time; }
  bool empty() const { return all_packets() == 0; }
  u64 count(Fate::Kind kind) const;
  const Handed* longest_held() const;  // null: nothing ever waited
  // Longest time between two things handed to the server, and the frame that ended it.
  i64 longest_silence(u64* frame = nullptr) const;
  std::vector<i64> delays() const;  // of complete events, sorted
};
// p of 0 to 1 of sorted values; 0 where there are none.
i64 quantile(const std::vector<i64>& sorted, double p);

class Meter final : public flow::Listener {
 public:
  // The packet that the tracker saw last. wanted: it counts, if it belongs to a conversation.
  // interfaces: of the capture; with more than one they are taps of the same wires.
  void add(const field::Packet& packet, bool wanted, u32 interfaces);
  Measure finish(const std::vector<std::string>& taps);
  // A packet that the tracker was not shown: it came, and its receiver threw it away.
  void refused(const field::Packet& packet);
  // Whether the packet seen last belongs to a TCP or UDP conversation.
  bool in_conversation() const { return !parts_.empty(); }

  void packet(const flow::Conversation&, Side, const field::Packet&) override;
  void data(const flow::Conversation&, Side, Bytes, u64 at, u64 frame) override;
  void message(const flow::Conversation&, const stream::Message&, std::span<const u64>) override;

 private:
  static constexpr std::size_t most_kept = std::size_t(16) << 20;
  static constexpr u32 most_said = 100'000;
  static constexpr u16 none = 0xffff;
  using Id = std::pair<bool, u32>;  // is TCP, stream
  // Whether an exchange is under way that has brought nothing so far.
  enum class Mood : u8 { quiet, asked };

  struct Talk {
    u16 tap[2]{none, none};
    u32 farthest[2]{};  // by side: the end of what it sent, a raw sequence number
    bool has_sent[2]{};
    bool begun = false;   // a SYN was seen, or it is UDP
    bool opening = true;  // no event so far
    Mood mood = Mood::quiet;
    u64 pending_bytes = 0, pending_packets = 0;  // of the exchange under way
    u64 round_bytes = 0;                         // since the client's last question
    bool round_news = false;
    u64 datagrams[2]{};
    std::vector<u32> said[2];  // places in Measure::said
    std::string tail[2];       // the end of what the server said, at its own tap and the client's
    std::vector<u64> known;    // events that the server told already
  };
  struct Part {
    Id id;
    Side side;
  };
  struct Heard {
    Id id;
    Side side;
    std::string bytes;
    u64 at, frame;
  };
  void sight(const field::Packet& packet, const field::Layer& layer);
  void count(const field::Packet& packet, const Part& part);
  void count_segment(const field::Packet& packet, const field::Layer& layer, const Part& part);
  void arrival(const field::Packet& packet, const Part& part);
  void resent(const Talk& talk, const field::Packet& packet, const field::Layer& layer, Side side,
              u32 data);
  bool repeats(Talk& talk, const field::Packet& packet, const field::Layer& layer, Side side,
               u32 data) const;
  void share(const field::Packet& packet, const field::Layer& layer, bool again);
  void exchange(Talk& talk, const field::Packet& packet, Side side, bool data, bool end);
  void piece(const field::Packet& packet, const Heard& heard);
  void said(Talk& talk, const field::Packet& packet, const Heard& heard);
  void handed(Talk& talk, const field::Packet& packet, const Heard& heard);
  bool arrives(const Talk& talk, Side side, u16 interface) const;
  bool tells_news(Talk& talk, std::string_view text);
  void events(u64 frame, i64 time, Side side, std::string_view text);
  Event& event(u64 number, bool ticks);
  u32 place(const Talk& talk, Side side, u64 at) const;
  void fates();

  Measure out_;
  IdleMeter idle_;
  std::map<Id, Talk> talks_;
  std::vector<Part> parts_;
  std::vector<Heard> heard_;
  std::map<u64, i64> times_;  // of frames with data
  std::string sent_[2], got_[2];
  u64 headers_ = 0, meant_ = 0;  // bytes of stream protocols' headers; of events' texts
  u32 interfaces_ = 1;
  u16 interface_ = 0;  // of the packet that is being seen
  i64 now_ = 0;
  flow::Taps taps_{64};
  struct Sighted {
    bool data, wrong;
  };
  std::vector<Sighted> sighted_;  // by sighting
};

}  // namespace netpeel::contrast
