#include "net/client_tcp.hpp"

namespace netpeel::net {

namespace {

// A connection may live a little longer than its client, so that these belong to nobody.
const QueueLimit client_limit{.bytes = 256 * 1024 * 1024};
Counters& client_counters() {
  thread_local Counters counters;
  return counters;
}

}  // namespace

class TcpClient::End final : public Reader {
 public:
  explicit End(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  void opened(Connection& connection) override {
    if (shared_->to == nullptr) return connection.abort();
    shared_->connection = &connection;
    shared_->to->opened();
  }
  std::size_t data(Connection&, std::span<u8> bytes) override {
    const auto kept = shared_;
    return kept->to == nullptr ? bytes.size() : kept->to->data(bytes);
  }
  void half_closed(Connection&) override {
    const auto kept = shared_;
    if (kept->to != nullptr) kept->to->half_closed();
  }
  void ended(Connection&, int code) override {
    const auto kept = shared_;
    kept->connection = nullptr;
    if (kept->to != nullptr) kept->to->ended(code);
  }
  void drained(Connection&) override {
    if (shared_->to != nullptr) shared_->to->drained();
  }

 private:
  std::shared_ptr<Shared> shared_;
};

void TcpClient::open(const std::string& host, u16 port, i64 within, const std::string& from) {
  let_go();
  shared_ = std::make_shared<Shared>(Shared{.to = &hears_});
  dial(
      loop_, host, port, client_limit, client_counters(), std::make_unique<End>(shared_),
      [shared = shared_](const DialFailure& why) {
        if (shared->to != nullptr) shared->to->failed(why);
      },
      within, from);
}

bool TcpClient::is_open() const { return shared_ && shared_->connection != nullptr; }

bool TcpClient::send(Encoded bytes) {
  return is_open() && shared_->connection->send(std::move(bytes));
}
std::size_t TcpClient::queued() const { return is_open() ? shared_->connection->queued() : 0; }
void TcpClient::finish() {
  if (is_open()) shared_->connection->finish();
}
void TcpClient::abort() {
  if (is_open()) shared_->connection->abort();
}
void TcpClient::pause() {
  if (is_open()) shared_->connection->pause();
}
void TcpClient::resume() {
  if (is_open()) shared_->connection->resume();
}
std::string TcpClient::peer() const { return is_open() ? shared_->connection->peer() : ""; }

void TcpClient::let_go() {
  if (!shared_) return;
  shared_->to = nullptr;
  if (shared_->connection != nullptr) shared_->connection->close();
  shared_.reset();
}

}  // namespace netpeel::net
