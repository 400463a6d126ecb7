#include "net/udp_echo.hpp"

#include <boost/asio/basic_datagram_socket.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cerrno>
#include <deque>
#include <sys/socket.h>

#include "base/error.hpp"
#include "net/listen_advice.hpp"
#include "net/peer.hpp"
#include "net/resolve.hpp"

namespace netpeel::net {

namespace {

using Code = boost::system::error_code;
using Socket = asio::basic_datagram_socket<asio::ip::udp, asio::io_context::executor_type>;
constexpr int at_once = 64;  // datagrams taken in one turn of the loop
constexpr u16 echo_port = 7;

struct Late {
  i64 at;
  asio::ip::udp::endpoint to;
  std::string bytes;
};

}  // namespace

std::string_view udp_number(std::string_view datagram) {
  if (datagram.empty() || datagram[0] != '#') return {};
  std::size_t end = 1;
  u64 value = 0;
  while (end < datagram.size() && end <= 10 && datagram[end] >= '0' && datagram[end] <= '9')
    value = value * 10 + u64(datagram[end++] - '0');
  if (end == 1 || value > 0xffffffff) return {};
  if (end < datagram.size() && datagram[end] != ' ') return {};
  return datagram.substr(1, end - 1);
}

struct UdpEcho::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& on, const UdpEchoSettings& wanted, Counters& counts)
      : loop(on), settings(wanted), counters(counts), socket(on.impl().context.get_executor()),
        next(on) {}

  Loop& loop;
  UdpEchoSettings settings;
  Counters& counters;
  Socket socket;
  asio::ip::udp::endpoint at;
  std::deque<Late> waiting;
  Timer next;

  void open();
  void wait();
  void take();
  void got(const asio::ip::udp::endpoint& from, std::string_view datagram);
  void answer(const asio::ip::udp::endpoint& to, std::string_view datagram);
  void send(const asio::ip::udp::endpoint& to, std::string_view datagram);
  void send_late();
};

void UdpEcho::Impl::open() {
  at = {resolve_or_throw(settings.host), settings.port};
  const auto check = [&](const Code& problem) {
    if (!problem) return;
    throw base::Error("listen for UDP on " + endpoint_text(at.address().to_string(), at.port()),
                      problem.value(), listen_advice(problem.value(), "--udp-port", "ss -lunp"));
  };
  Code problem;
  socket.open(at.protocol(), problem), check(problem);
  socket.native_non_blocking(true, problem), check(problem);
  socket.bind(at, problem), check(problem);
  at = socket.local_endpoint(problem);
}

void UdpEcho::Impl::wait() {
  socket.async_wait(Socket::wait_read, [weak = weak_from_this()](const Code& problem) {
    const auto self = weak.lock();  // gone, the call may be under way all the same
    if (!self || problem == asio::error::operation_aborted) return;
    self->take();
    self->wait();
  });
}

void UdpEcho::Impl::take() {
  u8* const buffer = loop.impl().buffer.get();
  for (int i = 0; i < at_once; ++i) {
    asio::ip::udp::endpoint from;
    auto size = socklen_t(from.capacity());
    // An error here is an ICMP message about an earlier answer: nobody waited for that one.
    const ssize_t n = recvfrom(socket.native_handle(), buffer, Loop::Impl::buffer_size,
                               MSG_DONTWAIT, from.data(), &size);
    if (n < 0 && errno == EAGAIN) return;
    if (n < 0) continue;
    from.resize(size);
    got(from, base::as_text({buffer, std::size_t(n)}));
  }
}

void UdpEcho::Impl::got(const asio::ip::udp::endpoint& from, std::string_view datagram) {
  ++counters.datagrams_in;
  counters.bytes_in += datagram.size();
  // Another echo server would answer the answer, for ever: one forged sender is enough to begin it.
  if (from.port() == at.port() || from.port() == echo_port || from.port() == 0) {
    ++counters.refused;
  } else if (settings.delay == 0) {
    answer(from, datagram);
  } else if (waiting.size() >= settings.most_waiting) {
    ++counters.dropped;
  } else {
    waiting.push_back({Loop::now() + settings.delay, from, std::string(datagram)});
    if (waiting.size() == 1) next.at(waiting.front().at, [this] { send_late(); });
  }
}

void UdpEcho::Impl::send_late() {
  const i64 now = Loop::now();
  while (!waiting.empty() && waiting.front().at <= now) {
    answer(waiting.front().to, waiting.front().bytes);
    waiting.pop_front();
  }
  if (!waiting.empty()) next.at(waiting.front().at, [this] { send_late(); });
}

void UdpEcho::Impl::answer(const asio::ip::udp::endpoint& to, std::string_view datagram) {
  const std::string_view number = udp_number(datagram);
  if (!number.empty()) send(to, "ack " + std::string(number));
  send(to, datagram);
}

void UdpEcho::Impl::send(const asio::ip::udp::endpoint& to, std::string_view datagram) {
  const ssize_t n = sendto(socket.native_handle(), datagram.data(), datagram.size(), MSG_DONTWAIT,
                           to.data(), socklen_t(to.size()));
  if (n < 0) {
    ++counters.dropped;
  } else {
    ++counters.datagrams_out;
    counters.bytes_out += u64(n);
  }
}

UdpEcho::UdpEcho(Loop& loop, const UdpEchoSettings& settings, Counters& counters)
    : impl_(std::make_shared<Impl>(loop, settings, counters)) {
  impl_->open();
  impl_->wait();
}
UdpEcho::~UdpEcho() = default;
u16 UdpEcho::port() const { return impl_->at.port(); }
std::string UdpEcho::address() const { return impl_->at.address().to_string(); }

}  // namespace netpeel::net
