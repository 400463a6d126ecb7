#include "net/loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "net/asio.hpp"

namespace netpeel::net {

namespace {

using Error = boost::system::error_code;

void wait(asio::signal_set& set, const std::shared_ptr<std::function<void()>>& what) {
  set.async_wait([&set, what](Error error, int) {
    if (error) return;
    (*what)();
    wait(set, what);
  });
}

}  // namespace

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() { impl_->context.run(); }
void Loop::poll() {
  impl_->context.restart();
  impl_->context.poll();
  impl_->context.restart();  // having had nothing to do counts as stopped
}
void Loop::stop() { impl_->context.stop(); }
void Loop::restart() { impl_->context.restart(); }
void Loop::later(std::function<void()> what) { asio::post(impl_->context, std::move(what)); }
void Loop::post(std::function<void()> what) { asio::post(impl_->context, std::move(what)); }

void Loop::on_signal(int number, std::function<void()> what) {
  auto& set = impl_->signals.emplace_back(impl_->context, number);
  wait(set, std::make_shared<std::function<void()>>(std::move(what)));
}

i64 Loop::now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Shared with the wait under way: one that had already ended when the timer was set anew, cancelled
// or destroyed finds another number, and calls nothing.
struct Timer::Impl {
  explicit Impl(Loop& loop) : timer(loop.impl().context) {}
  asio::steady_timer timer;
  std::shared_ptr<u64> setting = std::make_shared<u64>(0);
};

Timer::Timer(Loop& loop) : impl_(std::make_unique<Impl>(loop)) {}
Timer::~Timer() {
  if (impl_) cancel();
}
Timer::Timer(Timer&&) noexcept = default;
Timer& Timer::operator=(Timer&& other) noexcept {
  if (impl_ && impl_ != other.impl_) cancel();
  impl_ = std::move(other.impl_);
  return *this;
}

void Timer::at(i64 steady, std::function<void()> what) {
  const u64 mine = ++*impl_->setting;
  impl_->timer.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(steady)));
  impl_->timer.async_wait([setting = impl_->setting, mine, what = std::move(what)](Error error) {
    if (!error && *setting == mine) what();
  });
}

void Timer::after(i64 nanoseconds, std::function<void()> what) {
  at(Loop::now() + nanoseconds, std::move(what));
}

void Timer::cancel() {
  ++*impl_->setting;
  impl_->timer.cancel();
}

}  // namespace netpeel::net
