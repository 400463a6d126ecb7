#include "net/ticker.hpp"

#include <algorithm>
#include <charconv>
#include <list>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "base/time.hpp"
#include "net/ws_codec.hpp"

namespace netpeel::net {

namespace {

constexpr i64 reconnect_after = 2000;  // milliseconds; what EventSource is told

std::optional<u64> number(const std::string& text) {
  u64 value = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, problem] = std::from_chars(text.data(), end, value);
  if (problem != std::errc{} || stopped != end || text.empty()) return std::nullopt;
  return value;
}

// "wait=25" among what the client prefers: RFC 7240 §4.3.
std::optional<u64> preferred_wait(const HttpRequest& request) {
  const std::string* const all = request.header("Prefer");
  const std::size_t at = all == nullptr ? std::string::npos : all->find("wait=");
  if (at == std::string::npos) return std::nullopt;
  return number(all->substr(at + 5, all->find_first_not_of("0123456789", at + 5) - at - 5));
}

HttpAnswer json(const std::string& text) {
  return {
      200, {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
       text + "\n"
  };
}

HttpAnswer granting(std::optional<u64> seconds, HttpAnswer answer) {
  if (seconds) answer.headers.push_back({"Preference-Applied", "wait=" + std::to_string(*seconds)});
  return answer;
}

}  // namespace

struct Ticker::Impl {
  Impl(Loop& on, i64 every) : loop(on), interval(every), timer(on) {
    begin_steady = Loop::now();
    begin_time = base::system_clock().now();
  }

  struct Poll {
    HttpReplyPtr reply;
    u64 after;
    i64 until;
    std::optional<u64> granted;  // seconds
  };
  struct Stream {
    HttpReplyPtr reply;
    u64 told;
  };
  class Socket;

  Loop& loop;
  i64 interval, begin_steady, begin_time;
  Timer timer;
  bool running = false, ending = false;
  std::list<Poll> polls;
  std::list<Stream> streams;
  std::vector<Socket*> sockets;
  Encoded last_frame;
  u64 last_frame_of = 0;

  u64 now() const { return u64((Loop::now() - begin_steady) / interval); }
  std::string text(u64 tick) const;
  std::string list(u64 after, u64 last) const;
  std::string events(u64 after, u64 last) const;
  void run();
  const Encoded& frame(u64 tick);
  void tell(u64 last);
};

class Ticker::Impl::Socket final : public WsEvents {
 public:
  explicit Socket(Impl& ticker) : ticker_(ticker) {}
  void opened(WebSocket& socket) override {
    socket_ = &socket;
    told_ = ticker_.now();
    ticker_.sockets.push_back(this);
    ticker_.run();
  }
  void message(WebSocket&, bool, std::span<u8>) override {}
  void closed(WebSocket&, u16, std::string_view) override { std::erase(ticker_.sockets, this); }
  void tell(u64 last) {
    while (told_ < last) socket_->send(ticker_.frame(++told_));
  }

 private:
  Impl& ticker_;
  WebSocket* socket_ = nullptr;
  u64 told_ = 0;
};

std::string Ticker::Impl::text(u64 tick) const {
  base::Text at;
  at.iso_time((begin_time + i64(tick) * interval) / 1'000'000 * 1'000'000);
  const std::string_view whole = at.view();  // nine decimals: three are enough
  return "{\"tick\":" + std::to_string(tick) + ",\"at\":\"" +
         std::string(whole.substr(0, whole.size() - 7)) + "Z\"}";
}

std::string Ticker::Impl::list(u64 after, u64 last) const {
  std::string out = "[";
  for (u64 tick = after + 1; tick <= last; ++tick) out += (out.size() > 1 ? "," : "") + text(tick);
  return out + "]";
}

std::string Ticker::Impl::events(u64 after, u64 last) const {
  std::string out;
  for (u64 tick = after + 1; tick <= last; ++tick)
    out += "id: " + std::to_string(tick) + "\nevent: tick\ndata: " + text(tick) + "\n\n";
  return out;
}

// While somebody listens: called at each tick.
void Ticker::Impl::run() {
  if (running || ending || (polls.empty() && streams.empty() && sockets.empty())) return;
  running = true;
  timer.at(begin_steady + i64(now() + 1) * interval, [this] {
    running = false;
    tell(now());
    run();
  });
}

// Encoded once for all who get it.
const Encoded& Ticker::Impl::frame(u64 tick) {
  if (!last_frame || tick != last_frame_of) {
    last_frame = encoded(ws_frame(WsOpcode::text, text(tick)));
    last_frame_of = tick;
  }
  return last_frame;
}

void Ticker::Impl::tell(u64 last) {
  // Calls may take members out of the lists.
  for (auto one = streams.begin(); one != streams.end();) {
    const auto next = std::next(one);
    if (one->told < last) one->reply->chunk(events(std::exchange(one->told, last), last));
    one = next;
  }
  const auto to_sockets = sockets;
  for (Socket* const socket : to_sockets) socket->tell(last);
  std::list<Poll> due;
  const i64 time = Loop::now();
  for (auto one = polls.begin(); one != polls.end();) {
    const auto next = std::next(one);
    if (last > one->after || time >= one->until) due.splice(due.end(), polls, one);
    one = next;
  }
  for (const Poll& poll : due) {
    if (last <= poll.after)
      poll.reply->send(granting(poll.granted, {204, {}, {}}));
    else
      poll.reply->send(granting(poll.granted, json(list(poll.after, last))));
  }
}

Ticker::Ticker(Loop& loop, i64 interval) : impl_(std::make_unique<Impl>(loop, interval)) {}
Ticker::~Ticker() = default;

std::string Ticker::latest() const { return impl_->text(impl_->now()); }

std::size_t Ticker::listeners() const {
  return impl_->polls.size() + impl_->streams.size() + impl_->sockets.size();
}

std::unique_ptr<WsEvents> Ticker::make_websocket() {
  return std::make_unique<Impl::Socket>(*impl_);
}

void Ticker::wait(const HttpRequest& request, HttpReplyPtr reply) {
  const u64 last = impl_->now();
  const auto asked = request.parameter("after");
  const auto after = asked ? number(*asked) : last;
  if (!after) {
    return reply->send({400,
                        {{"Content-Type", "text/plain; charset=UTF-8"}},
                        "?after= wants the number of a tick.\n"});
  }
  constexpr i64 second = 1'000'000'000;
  auto granted = preferred_wait(request);
  if (granted) *granted = std::min(*granted, u64(patience / second));
  if (*after < last || impl_->ending) {
    const u64 from = last > most_missed ? std::max(*after, last - most_missed) : *after;
    return reply->send(granting(granted, json(impl_->list(std::min(from, last), last))));
  }
  const i64 most = granted ? i64(*granted) * second : patience;
  impl_->polls.push_back({reply, *after, Loop::now() + most, granted});
  reply->on_gone([impl = impl_.get(), reply = reply.get()] {
    impl->polls.remove_if([&](const Impl::Poll& one) { return one.reply.get() == reply; });
  });
  impl_->run();
}

void Ticker::events(const HttpRequest& request, HttpReplyPtr reply) {
  const u64 last = impl_->now();
  const std::string* const seen = request.header("Last-Event-ID");
  const auto after = seen == nullptr ? std::nullopt : number(*seen);
  std::string missed;
  if (after && *after < last) {
    const u64 from = last > most_missed ? std::max(*after, last - most_missed) : *after;
    missed = impl_->events(from, last);
  }
  reply->begin({
      200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}},
       {                                     }
  });
  reply->chunk("retry: " + std::to_string(reconnect_after) + "\n\n" + missed);
  if (reply->gone()) return;
  if (impl_->ending) return reply->end();
  impl_->streams.push_back({reply, last});
  reply->on_gone([impl = impl_.get(), reply = reply.get()] {
    impl->streams.remove_if([&](const Impl::Stream& one) { return one.reply.get() == reply; });
  });
  impl_->run();
}

void Ticker::shut_down() {
  impl_->ending = true;
  impl_->timer.cancel();
  std::list<Impl::Stream> streams;
  std::list<Impl::Poll> polls;
  streams.swap(impl_->streams);
  polls.swap(impl_->polls);
  for (const Impl::Stream& stream : streams) stream.reply->end();
  for (const Impl::Poll& poll : polls) poll.reply->send({204, {}, {}});
}

}  // namespace netpeel::net
