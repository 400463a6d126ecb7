// One TCP connection on a loop: bytes in are handed to a Reader, bytes out are queued by pointer
// and written together, once for each turn of the loop. The loop owns it; whoever has the reference
// may use it until Reader::ended() was called.
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

// Who speaks on a connection: HTTP first, then perhaps WebSocket.
class Reader {
 public:
  virtual ~Reader() = default;
  // What has come and was not taken yet; it may be changed in place (WebSocket's unmasking). Returns
  // how many bytes it is done with; the rest comes again, with more behind it. The bytes are valid
  // for the call.
  virtual std::size_t data(Connection& connection, std::span<u8> bytes) = 0;
  // The peer will send no more (FIN). Most readers finish().
  virtual void half_closed(Connection& connection) = 0;
  // The last call, once: the socket is gone. code: errno's, or 0 where it ended in order.
  virtual void ended(Connection& connection, int code) = 0;
  // The queue, which was over its bound or not empty, is empty again.
  virtual void drained(Connection&) {}
};

class Connection {
 public:
  // Queues. False: the queue was full and the bytes were not taken (QueueLimit says what follows:
  // with Slow::close overflow() of the limit's owner decides what the client is told).
  virtual bool send(Encoded bytes) = 0;
  virtual std::size_t queued() const = 0;  // bytes not given to the kernel yet
  bool writable() const { return queued() == 0; }
  // Another reader takes over with the next byte; bytes that the old one did not take are given to
  // it behind the current call.
  virtual void become(std::unique_ptr<Reader> next) = 0;
  virtual void finish() = 0;  // writes what is queued, then FIN; ended() follows when the peer is done
  virtual void abort() = 0;   // RST, now
  virtual std::string peer() const = 0;  // "127.0.0.1:51234", "[::1]:51234"
  virtual void pause() = 0;   // reads no more until resume(): the peer's window fills
  virtual void resume() = 0;

 protected:
  ~Connection() = default;
};

}  // namespace netpeel::net
