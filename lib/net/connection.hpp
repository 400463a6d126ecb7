// One TCP connection on a loop: bytes in are handed to a Reader, bytes out are queued by pointer
// and written together, once for each turn of the loop. The loop owns it; whoever has the reference
// may use it until Reader::ended() returned. No call of a Connection calls its Reader back.
#pragma once
#include <memory>
#include <string>

#include "net/counters.hpp"
#include "net/loop.hpp"

namespace netpeel::net {

// Bytes to be written, shared by all queues that hold them: encoded once, sent a thousand times.
using Encoded = std::shared_ptr<const std::string>;
inline Encoded encoded(std::string bytes) {
  return std::make_shared<const std::string>(std::move(bytes));
}

class Connection;

// Who speaks on a connection: HTTP first, then perhaps WebSocket. Its bounds are its own: what it
// does not take is kept for it.
class Reader {
 public:
  virtual ~Reader() = default;
  // The first call.
  virtual void opened(Connection&) {}
  // What has come and was not taken yet; it may be changed in place (WebSocket's unmasking).
  // Returns how many bytes it is done with; the rest comes again with more behind it, or behind
  // resume(). The bytes are valid for the call.
  virtual std::size_t data(Connection& connection, std::span<u8> bytes) = 0;
  // The peer will send no more (FIN). Most readers finish().
  virtual void half_closed(Connection& connection) = 0;
  // The last call, once, in a turn of its own: the socket is gone. code: errno's, or 0 where it
  // ended in order. A reader that another one replaced is destroyed without it.
  virtual void ended(Connection& connection, int code) = 0;
  // The queue was written to its end.
  virtual void drained(Connection&) {}
  // The queue is full and the policy is Slow::close: the chance to say why, with last_words().
  // Whoever says nothing is closed. Once, in a turn of its own.
  virtual void overflow(Connection&) {}
  // The server ends: say good-bye and close().
  virtual void leaving(Connection& connection);
};

class Connection {
 public:
  // Queues. False: not taken, because the connection is closing or the queue is full; in that case
  // it was counted, and QueueLimit says what follows. Bytes that find the queue empty are always
  // taken, so one message may be larger than the limit.
  virtual bool send(Encoded bytes) = 0;
  virtual std::size_t queued() const = 0;  // bytes not given to the kernel yet
  bool writable() const { return queued() == 0; }
  // Takes back what was queued and not begun (pieces are written whole), queues this whatever the
  // limit says, and closes.
  virtual void last_words(Encoded bytes) = 0;
  // Another reader takes over with the next byte; bytes that the old one did not take are given to
  // it behind the current call. The old one is destroyed behind it.
  virtual void become(std::unique_ptr<Reader> next) = 0;
  // Writes what is queued, then FIN. The reader goes on reading; ended() follows the peer's FIN.
  virtual void finish() = 0;
  // finish(), throws away what still comes, and aborts what takes longer.
  virtual void close(i64 within = 2'000'000'000) = 0;
  virtual void abort() = 0;              // RST, now; ended() follows
  virtual bool closing() const = 0;      // finish(), close() or abort() was called, or it has ended
  virtual std::string peer() const = 0;  // "127.0.0.1:51234", "[::1]:51234"
  virtual void pause() = 0;              // reads no more until resume(): the peer's window fills
  virtual void resume() = 0;  // and gives the reader, in another turn, what it did not take

 protected:
  ~Connection() = default;
};

inline void Reader::leaving(Connection& connection) { connection.close(); }

}  // namespace netpeel::net
