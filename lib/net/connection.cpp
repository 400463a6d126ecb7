#include "net/connection.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <climits>
#include <sys/socket.h>
#include <sys/uio.h>

#include "net/peer.hpp"
#include "net/tcp_connection.hpp"

namespace netpeel::net {

namespace {

constexpr std::size_t piece_cost =
    sizeof(Encoded) + 48;           // what a queued piece costs beside its bytes
constexpr std::size_t small = 512;  // buffers up to this size are kept

template <class T>
void forget(std::vector<T>& buffer) {
  buffer.clear();
  if (buffer.capacity() * sizeof(T) > small) std::vector<T>().swap(buffer);
}

void flush_all(Loop::Impl& loop) {
  std::vector<TcpConnection*> dirty;
  dirty.swap(loop.dirty);
  for (TcpConnection* connection : dirty) connection->flush();
  if (loop.dirty.empty()) {  // the memory is used again
    dirty.clear();
    dirty.swap(loop.dirty);
  }
}

}  // namespace

Loop::Impl::~Impl() = default;

TcpConnection::TcpConnection(Loop& loop, TcpSocket socket, const QueueLimit& limit,
                             Counters& counters, std::unique_ptr<Reader> reader, Owner* owner)
    : loop_(loop), socket_(std::move(socket)), limit_(limit), counters_(counters),
      reader_(std::move(reader)), owner_(owner) {
  Code ignored;
  peer_ = socket_.remote_endpoint(ignored);
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

TcpConnection& TcpConnection::start(Loop& loop, TcpSocket socket, const QueueLimit& limit,
                                    Counters& counters, std::unique_ptr<Reader> reader,
                                    Owner* owner) {
  auto& list = loop.impl().connections;
  auto& connection = *list.emplace_back(std::make_shared<TcpConnection>(
      loop, std::move(socket), limit, counters, std::move(reader), owner));
  connection.index_ = u32(list.size() - 1);
  ++counters.connections_opened;
  connection.reader_->opened(connection);
  connection.wait_readable();
  return connection;
}

std::string TcpConnection::peer() const {
  return endpoint_text(peer_.address().to_string(), peer_.port());
}

// ---- Reading. ----

void TcpConnection::wait_readable() {
  if (reading_ || paused_ || ended_ || fin_got_) return;
  reading_ = true;
  socket_.async_wait(TcpSocket::wait_read, [self = shared_from_this()](const Code& problem) {
    self->reading_ = false;
    if (self->ended_ || self->paused_) return;
    if (problem) return self->end(problem.value());
    self->on_readable();
    self->wait_readable();
  });
}

void TcpConnection::on_readable() {
  u8* const buffer = loop_.impl().buffer.get();
  const ssize_t n = recv(socket_.native_handle(), buffer, Loop::Impl::buffer_size, MSG_DONTWAIT);
  if (n < 0) {
    if (errno != EAGAIN && errno != EINTR) end(errno);
  } else if (n == 0) {
    on_fin();
  } else {
    counters_.bytes_in += u64(n);
    if (!deaf_) feed({buffer, std::size_t(n)});
  }
}

void TcpConnection::feed(std::span<u8> bytes) {
  if (rest_.empty()) {
    const std::size_t taken = give(bytes);
    if (!ended_ && !deaf_) rest_.assign(bytes.begin() + i64(taken), bytes.end());
    return;
  }
  rest_.insert(rest_.end(), bytes.begin(), bytes.end());
  const std::size_t taken = give(rest_);
  if (taken == rest_.size() || ended_ || deaf_) {
    forget(rest_);
  } else {
    rest_.erase(rest_.begin(), rest_.begin() + i64(taken));
  }
}

std::size_t TcpConnection::give(std::span<u8> bytes) {
  change_reader();
  std::size_t taken = 0;
  for (;;) {
    inside_ = true;
    taken += std::min(reader_->data(*this, bytes.subspan(taken)), bytes.size() - taken);
    inside_ = false;
    if (!next_) return taken;
    change_reader();
    if (taken == bytes.size() || ended_ || deaf_ || paused_) return taken;
  }
}

void TcpConnection::become(std::unique_ptr<Reader> next) {
  next_ = std::move(next);
  if (inside_ || ended_) return;
  // The old reader may be the one that called: it is destroyed behind its call.
  asio::post(loop_.impl().context, [self = shared_from_this()] {
    if (!self->next_) return;
    self->change_reader();
    if (!self->ended_ && !self->rest_.empty()) self->feed({});
    if (!self->ended_ && self->fin_got_) self->reader_->half_closed(*self);
  });
}

void TcpConnection::change_reader() {
  while (next_) {
    reader_ = std::move(next_);
    if (!ended_) reader_->opened(*this);
  }
}

void TcpConnection::resume() {
  if (resuming_ || ended_ || (!paused_ && rest_.empty())) return;
  paused_ = false;
  resuming_ = true;
  asio::post(loop_.impl().context, [self = shared_from_this()] {
    self->resuming_ = false;
    if (self->ended_ || self->paused_) return;
    if (!self->rest_.empty() && !self->deaf_) self->feed({});
    self->wait_readable();
  });
}

void TcpConnection::on_fin() {
  fin_got_ = true;
  change_reader();
  if (!deaf_) reader_->half_closed(*this);
  if (fin_sent_) return end(0);
  // Nothing can be read any more that would tell of a reset.
  socket_.async_wait(TcpSocket::wait_error, [self = shared_from_this()](const Code& problem) {
    if (problem || self->ended_) return;
    int reset = 0;
    socklen_t size = sizeof reset;
    getsockopt(self->socket_.native_handle(), SOL_SOCKET, SO_ERROR, &reset, &size);
    self->end(reset);
  });
}

// ---- Writing. ----

bool TcpConnection::send(Encoded bytes) {
  if (ended_ || finishing_) return false;
  if (queued_ > 0) {
    const std::size_t cost = (queue_.size() - first_ + 1) * piece_cost + queued_ + bytes->size();
    if (overflowed_ || cost > limit_.bytes) return full(), false;
  }
  push(std::move(bytes));
  return true;
}

void TcpConnection::push(Encoded bytes) {
  if (!bytes || bytes->empty()) return;
  queued_ += bytes->size();
  counters_.queue_high = std::max(counters_.queue_high, u64(queued_));
  queue_.push_back(std::move(bytes));
  mark_dirty();
}

void TcpConnection::full() {
  ++counters_.dropped;
  if (overflowed_ || limit_.slow == Slow::drop) return;
  overflowed_ = true;
  ++counters_.closed_slow;
  asio::post(loop_.impl().context, [self = shared_from_this()] {
    if (self->ended_) return;
    self->change_reader();
    self->reader_->overflow(*self);
    if (!self->deaf_) self->last_words({});
  });
}

void TcpConnection::last_words(Encoded bytes) {
  if (ended_ || fin_sent_) return;
  const std::size_t begun = written_ > 0 ? 1 : 0;
  if (queue_.size() > first_ + begun) queue_.resize(first_ + begun);
  queued_ = begun ? queue_[first_]->size() - written_ : 0;
  push(std::move(bytes));
  close(2'000'000'000);
}

void TcpConnection::mark_dirty() {
  if (dirty_ || writing_ || ended_) return;
  dirty_ = true;
  Loop::Impl& loop = loop_.impl();
  loop.dirty.push_back(this);
  if (loop.dirty.size() == 1) asio::post(loop.context, [&loop] { flush_all(loop); });
}

void TcpConnection::flush() {
  dirty_ = false;
  if (ended_ || writing_) return;
  if (queued_ == 0) return queue_empty();
  iovec pieces[IOV_MAX];
  std::size_t count = 0, wanted = 0;
  for (std::size_t i = first_; i < queue_.size() && count < IOV_MAX; ++i, ++count) {
    const std::size_t skip = i == first_ ? written_ : 0;
    const std::string& piece = *queue_[i];
    pieces[count] = {const_cast<char*>(piece.data()) + skip, piece.size() - skip};
    wanted += piece.size() - skip;
  }
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = count;
  ++counters_.writes;
  const ssize_t n = sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN && errno != EINTR) return end(errno);
  const std::size_t done = n < 0 ? 0 : std::size_t(n);
  wrote(done);
  if (done < wanted) {
    wait_writable();
  } else if (queued_ > 0) {
    mark_dirty();
  } else {
    queue_empty();
  }
}

void TcpConnection::wrote(std::size_t bytes) {
  counters_.bytes_out += bytes;
  queued_ -= bytes;
  written_ += bytes;
  while (first_ < queue_.size() && written_ >= queue_[first_]->size()) {
    written_ -= queue_[first_]->size();
    queue_[first_++].reset();
  }
  if (first_ == queue_.size()) {
    forget(queue_);
    first_ = 0;
  } else if (first_ >= 1024 && first_ * 2 >= queue_.size()) {
    queue_.erase(queue_.begin(), queue_.begin() + first_);
    first_ = 0;
  }
}

void TcpConnection::wait_writable() {
  if (writing_) return;
  writing_ = true;
  socket_.async_wait(TcpSocket::wait_write, [self = shared_from_this()](const Code& problem) {
    self->writing_ = false;
    if (self->ended_) return;
    if (problem) return self->end(problem.value());
    self->flush();
  });
}

void TcpConnection::queue_empty() {
  if (!finishing_) return reader_->drained(*this);
  if (!fin_sent_) {
    fin_sent_ = true;
    ::shutdown(socket_.native_handle(), SHUT_WR);
  }
  if (fin_got_) end(0);
}

// ---- The end. ----

void TcpConnection::finish() {
  if (finishing_ || ended_) return;
  finishing_ = true;
  mark_dirty();  // the FIN goes with the turn, behind the queue
}

void TcpConnection::close(i64 within) {
  if (ended_ || deaf_) return;
  deaf_ = true;
  if (!inside_) forget(rest_);
  finish();
  deadline_ = std::make_unique<Timer>(loop_);
  deadline_->after(within, [this] { abort(); });
  if (paused_) resume();  // the peer's FIN stands behind what is thrown away
}

void TcpConnection::abort() {
  if (ended_) return;
  Code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  end(ECONNABORTED);
}

void TcpConnection::leave() {
  if (ended_) return;
  change_reader();
  reader_->leaving(*this);
}

void TcpConnection::end(int code) {
  if (ended_) return;
  ended_ = true;
  Code ignored;
  socket_.close(ignored);
  deadline_.reset();
  queue_.clear();
  first_ = 0;
  queued_ = written_ = 0;
  asio::post(loop_.impl().context, [self = shared_from_this(), code] { self->release(code); });
}

void TcpConnection::release(int code) {
  change_reader();
  reader_->ended(*this, code);
  ++counters_.connections_closed;
  auto& list = loop_.impl().connections;
  list.back()->index_ = index_;
  std::swap(list[index_], list.back());
  list.pop_back();
  if (owner_ != nullptr) owner_->gone();
}

}  // namespace netpeel::net
