// A Connection over a socket of Asio's, for the .cpp files of this folder. Reads when the socket is
// readable, without blocking, into a buffer that all connections of the loop share; only what the
// reader leaves is copied.
#pragma once
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <vector>

#include "net/asio.hpp"
#include "net/connection.hpp"

namespace netpeel::net {

using TcpSocket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

class TcpConnection final : public Connection, public std::enable_shared_from_this<TcpConnection> {
 public:
  // Whoever counts its connections; told when one has ended.
  class Owner {
   public:
    virtual void gone() = 0;

   protected:
    ~Owner() = default;
  };

  // limit and counters outlive it. The loop keeps it until it has ended.
  static TcpConnection& start(Loop& loop, TcpSocket socket, const QueueLimit& limit,
                              Counters& counters, std::unique_ptr<Reader> reader,
                              Owner* owner = nullptr);
  TcpConnection(Loop& loop, TcpSocket socket, const QueueLimit& limit, Counters& counters,
                std::unique_ptr<Reader> reader, Owner* owner);

  bool send(Encoded bytes) override;
  std::size_t queued() const override { return queued_; }
  void last_words(Encoded bytes) override;
  void become(std::unique_ptr<Reader> next) override;
  void finish() override;
  void close(i64 within) override;
  void abort() override;
  bool closing() const override { return finishing_ || ended_; }
  std::string peer() const override;
  void pause() override { paused_ = true; }
  void resume() override;

  const Owner* owner() const { return owner_; }
  void disown() { owner_ = nullptr; }
  void leave();  // the server ends
  void flush();

 private:
  using Code = boost::system::error_code;

  void wait_readable();
  void on_readable();
  void feed(std::span<u8> bytes);
  std::size_t give(std::span<u8> bytes);
  void change_reader();
  void on_fin();
  void push(Encoded bytes);
  void wrote(std::size_t bytes);
  void mark_dirty();
  void wait_writable();
  void queue_empty();
  void full();
  void end(int code);
  void release(int code);

  Loop& loop_;
  TcpSocket socket_;
  asio::ip::tcp::endpoint peer_;
  const QueueLimit& limit_;
  Counters& counters_;
  std::unique_ptr<Reader> reader_, next_;
  Owner* owner_;
  std::vector<u8> rest_;        // what the reader did not take
  std::vector<Encoded> queue_;  // from first_ on
  std::size_t queued_ = 0;
  u32 first_ = 0;
  u32 index_ = 0;            // in the loop's list
  std::size_t written_ = 0;  // of the first piece
  std::unique_ptr<Timer> deadline_;
  bool inside_ = false;   // the reader's data()
  bool reading_ = false;  // a wait is under way
  bool writing_ = false;
  bool dirty_ = false;
  bool paused_ = false, resuming_ = false;
  bool finishing_ = false;  // FIN behind the queue
  bool fin_sent_ = false, fin_got_ = false;
  bool deaf_ = false;  // what comes is thrown away
  bool overflowed_ = false;
  bool ended_ = false;
};

}  // namespace netpeel::net
