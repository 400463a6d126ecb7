// Many clients at once against one server, over WebSocket or Socket.IO, from one thread: how many
// messages pass, how long each takes, and what the server pays for it. Every message is encoded
// once, before it begins.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "net/dial.hpp"
#include "net/histogram.hpp"

namespace netpeel::net {

enum class LoadKind : u8 {
  echo,       // each client sends the next message when the last has come back
  broadcast,  // one client sends, all get it
  idle,       // connections that only stand there
  churn,      // each client connects, joins and goes, again and again
};

struct LoadSettings {
  std::string host = "127.0.0.1";
  u16 port = 3000;
  bool socketio = false;
  LoadKind kind = LoadKind::echo;
  std::string path;  // empty: the demo server's for what is asked
  u64 clients = 100;
  u64 messages = 0;      // to send, all together; 0: as many as --seconds allow. churn: connections
  double seconds = 5;    // 0: until all messages are done
  double rate = 0;       // messages a second to send, all together; 0: as fast as it goes
  u64 size = 64;         // bytes of a message's text
  u64 window = 4;        // broadcast: messages under way
  u64 connecting = 100;  // connections that are being opened at the same time
  int pid = 0;           // the server; 0: whoever listens there
  i64 patience = 15'000'000'000;  // without anything coming: given up
};

struct LoadResult {
  u64 connected = 0, failed = 0, lost = 0;  // clients; lost: while it ran
  double connect_seconds = 0, seconds = 0;
  u64 sent = 0, received = 0;
  u64 unanswered = 0;            // deliveries that were due when it ended
  Histogram waits;               // nanoseconds: echo, delivery, or a connection's opening
  int pid = 0;                   // 0: not known, and then nothing of the server is
  std::optional<i64> processor;  // nanoseconds the server took while it ran
  std::optional<u64> memory_before, memory_after;
  std::string problem;  // why it ended before its time
  DialFailure failure;
};

class Load {
 public:
  Load(Loop& loop, LoadSettings settings);
  ~Load();
  // done: once, when all is over and every connection closed.
  void run(std::function<void(const LoadResult&)> done);
  void stop();  // before its time, in order
  // For a line of progress: connected so far, received so far.
  u64 connected() const;
  u64 received() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace netpeel::net
