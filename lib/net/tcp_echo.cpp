#include "net/tcp_echo.hpp"

#include <algorithm>
#include <optional>

namespace netpeel::net {

namespace {

constexpr std::size_t most = 256 * 1024;  // kept for a client; then its window fills

class TcpEcho final : public Reader {
 public:
  TcpEcho(Loop& loop, const EchoManner& manner) : loop_(loop), manner_(manner) {}

  std::size_t data(Connection& connection, std::span<u8> bytes) override {
    if (manner_.abort) {
      connection.abort();
    } else if (!connection.closing()) {
      waiting_ += base::as_text(bytes);
      go_on(connection);
      if (waiting_.size() + connection.queued() > most) connection.pause();
    }
    return bytes.size();
  }
  void half_closed(Connection& connection) override {
    fin_ = true;
    if (waiting_.empty()) connection.finish();
  }
  void ended(Connection&, int) override { pace_.reset(); }
  void drained(Connection& connection) override {
    go_on(connection);
    if (waiting_.size() <= most / 2) connection.resume();
  }

 private:
  bool paced() const { return manner_.chunk > 0 || manner_.delay > 0; }

  // Answers where the last answer is gone, so that a full queue never costs a byte: what comes
  // meanwhile goes together.
  void go_on(Connection& connection) {
    if (waiting_.empty()) return;
    if (paced()) {
      if (!pace_) wait(connection);
    } else if (connection.writable()) {
      answer(connection);
    }
  }

  void wait(Connection& connection) {
    if (!pace_) pace_.emplace(loop_);
    pace_->after(manner_.delay, [this, &connection] {
      if (!connection.writable()) return pace_.reset();  // drained() goes on
      answer(connection);
      if (waiting_.empty())
        pace_.reset();
      else
        wait(connection);
    });
  }

  void answer(Connection& connection) {
    const std::size_t size =
        manner_.chunk > 0 ? std::min(manner_.chunk, waiting_.size()) : waiting_.size();
    connection.send(encoded(waiting_.substr(0, size)));
    waiting_.erase(0, size);
    if (manner_.half_close && waiting_.empty()) connection.finish();
    if (fin_ && waiting_.empty()) connection.finish();
  }

  Loop& loop_;
  const EchoManner& manner_;
  std::string waiting_;
  std::optional<Timer> pace_;
  bool fin_ = false;
};

}  // namespace

std::unique_ptr<Reader> make_tcp_echo(Loop& loop, const EchoManner& manner) {
  return std::make_unique<TcpEcho>(loop, manner);
}

}  // namespace netpeel::net
