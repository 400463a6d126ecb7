#include "net/fd_watch.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <sys/epoll.h>

#include "base/error.hpp"
#include "net/asio.hpp"

namespace netpeel::net {

// Asio would make the descriptor non-blocking, for every process that shares it. It is given an
// epoll of its own around it instead.
struct FdWatch::Impl {
  explicit Impl(Loop& on) : loop(on), around(on.impl().context) {}
  Loop& loop;
  asio::posix::stream_descriptor around;
  bool always = false;
  u64 asked = 0;
};

FdWatch::FdWatch(Loop& loop, int fd) : impl_(std::make_shared<Impl>(loop)) {
  const int inner = epoll_create1(EPOLL_CLOEXEC);
  if (inner < 0) throw base::Error("wait for input", errno);
  impl_->around.assign(inner);
  epoll_event event{};
  event.events = EPOLLIN;
  if (epoll_ctl(inner, EPOLL_CTL_ADD, fd, &event) == 0) return;
  if (errno != EPERM) throw base::Error("wait for input", errno);
  impl_->always = true;
}

FdWatch::~FdWatch() { cancel(); }

void FdWatch::when_readable(std::function<void()> what) {
  const u64 mine = ++impl_->asked;
  auto call = [impl = impl_, mine, what = std::move(what)] {
    if (impl->asked == mine) what();
  };
  if (impl_->always) return impl_->loop.later(std::move(call));
  impl_->around.async_wait(asio::posix::stream_descriptor::wait_read,
                           [call = std::move(call)](const boost::system::error_code& problem) {
                             if (!problem) call();
                           });
}

void FdWatch::cancel() {
  ++impl_->asked;
  boost::system::error_code ignored;
  impl_->around.cancel(ignored);
}

}  // namespace netpeel::net
