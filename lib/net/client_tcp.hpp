// One end of a TCP connection that this program opens: dials, and may be let go of at any time. The
// clients of HTTP and WebSocket stand on it. Lives on its loop, which outlives it.
#pragma once
#include "net/dial.hpp"

namespace netpeel::net {

class TcpClient {
 public:
  class Hears {
   public:
    virtual void opened() {}
    // As Reader::data().
    virtual std::size_t data(std::span<u8> bytes) = 0;
    virtual void half_closed() = 0;  // the peer will send no more
    // The last call of a connection: it has ended, or could not be opened.
    virtual void ended(int code) = 0;
    virtual void failed(const DialFailure& why) = 0;
    virtual void drained() {}

   protected:
    ~Hears() = default;
  };

  TcpClient(Loop& loop, Hears& hears) : loop_(loop), hears_(hears) {}
  ~TcpClient() { let_go(); }
  TcpClient(const TcpClient&) = delete;
  TcpClient& operator=(const TcpClient&) = delete;

  // from: as dial()'s.
  void open(const std::string& host, u16 port, i64 within = 10'000'000'000,
            const std::string& from = {});
  bool is_open() const;
  bool send(Encoded bytes);
  bool send(std::string bytes) { return send(encoded(std::move(bytes))); }
  std::size_t queued() const;
  void finish();  // writes what is queued, then FIN
  void abort();   // RST; ended() follows
  void pause();
  void resume();
  std::string peer() const;
  // Nothing is heard of this connection any more: it is closed in order, behind what is queued.
  void let_go();

 private:
  class End;
  struct Shared {
    Hears* to;
    Connection* connection = nullptr;
  };
  Loop& loop_;
  Hears& hears_;
  std::shared_ptr<Shared> shared_;
};

}  // namespace netpeel::net
