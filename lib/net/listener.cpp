#include "net/listener.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <sys/socket.h>

#include "base/error.hpp"
#include "net/listen_advice.hpp"
#include "net/peer.hpp"
#include "net/tcp_connection.hpp"

namespace netpeel::net {

namespace {

using Code = boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type>;

constexpr int backlog = 4096;
constexpr int at_once = 64;  // connections taken in one turn of the loop
constexpr i64 patience = 100'000'000;
constexpr i64 note_again = 60'000'000'000;
constexpr std::size_t most_away = 256;  // who is being told that there are too many

// Says its sentence, and waits a while for the other side to have read it.
class Refusal final : public Reader {
 public:
  explicit Refusal(const std::string& says) : says_(says) {}
  void opened(Connection& connection) override { connection.last_words(encoded(says_)); }
  std::size_t data(Connection&, std::span<u8> bytes) override { return bytes.size(); }
  void half_closed(Connection&) override {}
  void ended(Connection&, int) override {}

 private:
  const std::string& says_;
};

}  // namespace

struct Listener::Impl final : TcpConnection::Owner, std::enable_shared_from_this<Listener::Impl> {
  Impl(Loop& on, ListenSettings wanted, Counters& counts, Factory factory, Note tell)
      : loop(on), settings(std::move(wanted)), counters(counts), reader(std::move(factory)),
        note(std::move(tell)), acceptor(on.impl().context.get_executor()), again(on) {}

  Loop& loop;
  ListenSettings settings;
  Counters& counters;
  Factory reader;
  Note note;
  Acceptor acceptor;
  Timer again;
  asio::ip::tcp::endpoint at;
  std::size_t open = 0;
  bool waits = false;  // for a file descriptor
  i64 told_until = 0;

  // Those that are sent away are no connections of this listener.
  struct Away final : TcpConnection::Owner {
    explicit Away(Impl& all) : listener(all) {}
    void gone() override {
      --count;
      listener.one_less();
    }
    Impl& listener;
    std::size_t count = 0;
  } away{*this};

  void gone() override {
    --open;
    one_less();
  }
  void one_less() {
    if (waits) again.after(0, [this] { take(); });
  }

  void listen();
  void wait();
  void take();
  void tell(const std::string& says);
  void turn_away(TcpSocket socket);
  void short_of(int code);
  template <class What>
  void each(What what);
};

void Listener::Impl::listen() {
  at = {resolve_or_throw(settings.host), settings.port};
  const auto check = [&](const Code& problem) {
    if (!problem) return;
    throw base::Error("listen on " + endpoint_text(at.address().to_string(), at.port()),
                      problem.value(), listen_advice(problem.value(), settings.option, "ss -ltnp"));
  };
  Code problem;
  acceptor.open(at.protocol(), problem), check(problem);
  acceptor.set_option(asio::socket_base::reuse_address(true), problem), check(problem);
  acceptor.native_non_blocking(true, problem), check(problem);
  acceptor.bind(at, problem), check(problem);
  acceptor.listen(backlog, problem), check(problem);
  at = acceptor.local_endpoint(problem);
}

void Listener::Impl::wait() {
  acceptor.async_wait(Acceptor::wait_read, [self = shared_from_this()](const Code& problem) {
    if (!problem && self->acceptor.is_open()) self->take();
  });
}

void Listener::Impl::take() {
  waits = false;
  for (int i = 0; i < at_once; ++i) {
    const int fd =
        accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
        return short_of(errno);
      if (errno == EAGAIN) break;
      continue;  // that one is gone before it was taken
    }
    TcpSocket socket(loop.impl().context.get_executor());
    Code problem;
    socket.assign(at.protocol(), fd, problem);
    if (problem) {
      ::close(fd);
      continue;
    }
    if (open >= settings.most) {
      turn_away(std::move(socket));
      continue;
    }
    ++open;
    TcpConnection::start(loop, std::move(socket), settings.queue, counters, reader(), this);
  }
  if (acceptor.is_open()) wait();
}

void Listener::Impl::tell(const std::string& says) {
  const i64 now = Loop::now();
  if (!note || now < told_until) return;
  told_until = now + note_again;
  note(says);
}

void Listener::Impl::turn_away(TcpSocket socket) {
  ++counters.connections_refused;
  tell("as many connections to port " + std::to_string(at.port()) + " are open as are allowed (" +
       std::to_string(settings.most) + "): who comes now is refused.");
  if (settings.full.empty() || away.count >= most_away) {
    Code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);  // a reset
    return;
  }
  ++away.count;
  TcpConnection::start(loop, std::move(socket), settings.queue, counters,
                       std::make_unique<Refusal>(settings.full), &away);
}

void Listener::Impl::short_of(int code) {
  ++counters.shortages;
  tell(code == EMFILE || code == ENFILE
           ? "no file descriptor is left for another connection (" + std::to_string(open) +
                 " are open): new ones wait. `ulimit -n` says how many there may be."
           : "the kernel has no memory for another connection: new ones wait.");
  waits = true;
  again.after(patience, [this] { take(); });
}

template <class What>
void Listener::Impl::each(What what) {
  // Calls may open and end connections, but lists change only in later turns.
  std::vector<std::shared_ptr<TcpConnection>> mine;
  for (const auto& one : loop.impl().connections) {
    if (one->owner() == this || one->owner() == &away) mine.push_back(one);
  }
  for (const auto& one : mine) what(*one);
}

Listener::Listener(Loop& loop, const ListenSettings& settings, Counters& counters, Factory reader,
                   Note note)
    : impl_(std::make_shared<Impl>(loop, settings, counters, std::move(reader), std::move(note))) {
  impl_->listen();
  impl_->wait();
}

Listener::~Listener() {
  stop();
  impl_->each([](TcpConnection& one) { one.disown(); });
}

u16 Listener::port() const { return impl_->at.port(); }
std::string Listener::address() const { return impl_->at.address().to_string(); }
bool Listener::loopback() const { return impl_->at.address().is_loopback(); }
std::size_t Listener::connections() const { return impl_->open; }

void Listener::stop() {
  Code ignored;
  impl_->again.cancel();
  impl_->waits = false;
  impl_->acceptor.close(ignored);
}

void Listener::shut_down() {
  stop();
  impl_->each([](TcpConnection& one) { one.leave(); });
}

void Listener::abort_all() {
  impl_->each([](TcpConnection& one) { one.abort(); });
}

}  // namespace netpeel::net
