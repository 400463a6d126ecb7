// The conversations of a capture as they can be had again: what each side said, in order. A
// listener of the tracker; an Engine.IO session is one conversation, however many connections it
// took. One thread.
#pragma once
#include <map>
#include <memory>

#include "flow/tracker.hpp"
#include "replay/utterance.hpp"

namespace netpeel::replay {

struct Recorded {
  Level level = Level::tcp;
  flow::Conversation conversation{};  // the first of them
  std::vector<u32> streams;           // tcp.stream or udp.stream of all
  std::vector<Utterance> said;        // pings left out
  std::string request;  // how a WebSocket or a session began: the head of that request
  std::string upgrade;  // how it came to WebSocket later: the head of that one
  bool polling = false, websocket = false;  // what carried the session
  bool midway = false;                      // the capture does not hold the beginning
  bool encrypted = false;                   // by TLS
  u64 missing = 0;                          // bytes that were not captured
};

class Recording final : public flow::Listener {
 public:
  static constexpr u64 most = u64(512) << 20;  // bytes of utterances; then reading should end

  explicit Recording(const stream::Limits& limits) : limits_(limits) {}

  bool full() const { return bytes_ > most; }
  // When the capture is over: in the order of their first frames. bytes_only: TCP conversations as
  // bytes, whatever they speak.
  std::vector<Recorded> take(bool bytes_only);

 private:
  // One connection.
  struct Track {
    flow::Conversation conversation{};
    Utterances utterances;
    std::vector<Utterance> turns;     // bytes
    std::vector<Utterance> messages;  // of HTTP and WebSocket
    bool websocket = false, session = false, client_spoke = false, encrypted = false;
    u64 missing = 0;
    u16 interface = 0;  // of its first packet: another one is another tap of the same wire
  };
  struct Session {
    Recorded recorded;
    bool socketio = false;
  };

  Track& track(const flow::Conversation& c);
  void keep(std::vector<Utterance>& in, Utterance utterance, const flow::Conversation& c,
            std::span<const u64> frames);
  static void finish_turns(Track& track);
  static std::string session_name(const Track& track);
  Session& session(const Track& track, const Utterance& utterance);
  u64 body(const flow::Conversation& c, u64 at);

  void packet(const flow::Conversation& c, Side side, const field::Packet& packet) override;
  void data(const flow::Conversation& c, Side side, Bytes bytes, u64 at, u64 frame) override;
  void gap(const flow::Conversation& c, Side side, u64 n) override;
  void message(const flow::Conversation& c, const stream::Message& message,
               std::span<const u64> frames) override;
  void closed(const flow::Conversation& c) override;

  stream::Limits limits_;
  std::map<u64, Track> tracks_;
  std::map<std::string, Session> sessions_;
  u16 interface_ = 0;  // of the present packet
  u64 bytes_ = 0;
  // The polling request that packets came in last: its connection and its place there.
  std::pair<u32, u64> body_{};
  u64 bodies_ = 0;
};

}  // namespace netpeel::replay
