#include "replay/connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <ctime>

#include "stream/all.hpp"

namespace netpeel::replay {

Connection::Connection(const Dial& dial, stream::Context& context)
    : context_(context), pump_(context, stream::http.open(context)), utterances_(context.limits),
      fd_(dial.tcp(connect_patience)) {}

void Connection::feed(Side side, Bytes bytes) {
  ++context_.now.frame;
  context_.arena.reset();
  pump_.data(side, bytes, *this);
}

void Connection::message(const stream::Message& m) {
  if (auto said = utterances_.of(m)) said_.push_back(std::move(*said));
}

void Connection::hang_up() {
  if (!fd_) return;
  fd_ = lab::Descriptor();
  ++context_.now.frame;
  context_.arena.reset();
  pump_.end(Side::server, *this);
}

void Connection::send(std::string_view bytes) {
  feed(Side::client, base::as_bytes(bytes));
  while (!bytes.empty() && fd_) {
    const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      bytes.remove_prefix(std::size_t(n));
    } else if (errno == EAGAIN) {
      pollfd ready{fd_.get(), POLLIN | POLLOUT, 0};
      if (poll(&ready, 1, int(send_patience / 1'000'000)) <= 0) return hang_up();
      if ((ready.revents & POLLIN) != 0) read();
    } else if (errno != EINTR) {
      return hang_up();
    }
  }
}

void Connection::read() {
  u8 bytes[65536];
  while (fd_) {
    const ssize_t n = recv(fd_.get(), bytes, sizeof bytes, 0);
    if (n > 0) {
      feed(Side::server, Bytes(bytes, std::size_t(n)));
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      hang_up();
    } else {
      return;
    }
  }
}

}  // namespace netpeel::replay
