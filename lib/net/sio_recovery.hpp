// Connection state recovery of one namespace: the packets that clients may have missed, as they
// were encoded, and the sessions that may be taken up again. An offset is the packet's number
// behind the name of this server's run: a client that comes from an earlier run is not recognised.
// Times are the caller's; nothing here looks at a clock.
//
// Sessions are kept for `keep`, packets for as long and for `notice` more: the time within which
// the server notices that a connection is dead. A packet older than that was either not for a
// session that waits here, or it arrived and the client's offset is beyond it; so a client that had
// heard nothing for an hour is as good as one that had.
#pragma once
#include <deque>
#include <map>
#include <optional>

#include "net/sio_packet.hpp"

namespace netpeel::net {

// What all namespaces of a server keep together.
struct SioKept {
  std::size_t limit = 0, bytes = 0;
  u64 packets = 0, sessions = 0, forgotten_packets = 0, forgotten_sessions = 0;
};

class SioRecovery {
 public:
  struct Session {
    std::string sid, pid;
    Rooms rooms;  // its own among them
    Json data;
    i64 lost_at = 0;
  };
  // run: unlike that of any other run of any server. keep, notice: nanoseconds. kept outlives it.
  SioRecovery(std::string run, i64 keep, i64 notice, std::size_t most_sessions, SioKept& kept)
      : run_(std::move(run)), keep_(keep), notice_(notice), most_sessions_(most_sessions),
        kept_(kept) {}
  ~SioRecovery();
  SioRecovery(const SioRecovery&) = delete;
  SioRecovery& operator=(const SioRecovery&) = delete;

  std::string next_offset() const;  // of the packet that add() gets next
  void add(i64 now, const Rooms& to, const Rooms& except, SioPacked packet);

  void lost(i64 now, Session session);
  bool waits_for(const std::string& pid) const { return sessions_.contains(pid); }
  // Whether the offset is known: all that was sent since is still there.
  bool knows(std::string_view offset) const { return behind(offset).has_value(); }
  // The session, which is then no longer kept; nullopt: there is none.
  std::optional<Session> take(i64 now, const std::string& pid);
  // What a socket in these rooms was sent behind the offset, in order.
  void missed(const Rooms& rooms, std::string_view offset,
              const std::function<void(const SioPacked&)>& each) const;
  void expire(i64 now);
  i64 next_expiry() const;  // 0: nothing is kept
  bool empty() const { return packets_.empty() && sessions_.empty(); }

 private:
  struct Packet {
    i64 at;
    std::shared_ptr<const Rooms> to, except;  // null: none
    SioPacked packed;
    std::size_t bytes;
  };
  // Index of the first packet behind that one.
  std::optional<std::size_t> behind(std::string_view offset) const;
  void forget_first();
  void forget_session(std::map<std::string, Session>::iterator it);

  std::string run_;
  i64 keep_, notice_;
  std::size_t most_sessions_;
  SioKept& kept_;
  u64 first_ = 0;       // number of packets_.front()
  u64 whole_from_ = 0;  // below it some were forgotten before their time
  std::deque<Packet> packets_;
  std::map<std::string, Session> sessions_;                // by pid
  std::deque<std::pair<i64, std::string>> lost_in_order_;  // time, pid; may be gone already
};

}  // namespace netpeel::net
