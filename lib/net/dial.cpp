#include "net/dial.hpp"

#include <boost/asio/post.hpp>
#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>

#include "net/peer.hpp"
#include "net/resolve.hpp"
#include "net/tcp_connection.hpp"

namespace netpeel::net {

namespace {

struct Dial : std::enable_shared_from_this<Dial> {
  Dial(Loop& on, const QueueLimit& queue, Counters& counts)
      : loop(on), limit(queue), counters(counts), socket(on.impl().context.get_executor()),
        deadline(on) {}

  Loop& loop;
  const QueueLimit& limit;
  Counters& counters;
  std::string host;
  u16 port = 0;
  std::unique_ptr<Reader> reader;
  std::function<void(const DialFailure&)> failed;
  std::vector<asio::ip::address> addresses;
  std::string from;
  std::size_t next = 0;
  TcpSocket socket;
  Timer deadline;
  bool done = false;

  void fail(int code, std::string advice) {
    if (done) return;
    done = true;
    deadline.cancel();
    boost::system::error_code ignored;
    socket.close(ignored);
    failed({"connect to " + endpoint_text(host, port), code, std::move(advice)});
  }

  static std::string advice(int code) {
    if (code == ECONNREFUSED) return "Nothing listens on that port. Is the server running?";
    if (code == ETIMEDOUT) return "No answer: is that machine up, and is a firewall in between?";
    if (code == ENETUNREACH || code == EHOSTUNREACH) return "There is no way to that address.";
    return {};
  }

  void try_next() {
    boost::system::error_code ignored;
    socket.close(ignored);
    if (!from.empty()) bind_from(addresses[next]);
    socket.async_connect({addresses[next++], port},
                         [self = shared_from_this()](const boost::system::error_code& problem) {
                           self->tried(problem);
                         });
  }

  // The port is chosen when the other end is known, so that one may serve several.
  void bind_from(const asio::ip::address& to) {
    boost::system::error_code ignored;
    const asio::ip::tcp::endpoint end{asio::ip::make_address(from, ignored), 0};
    socket.open(asio::ip::tcp::endpoint{to, port}.protocol(), ignored);
    const int on = 1;
    setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    socket.bind(end, ignored);
  }

  void tried(const boost::system::error_code& problem) {
    if (done) return;
    if (problem) {
      if (next < addresses.size()) return try_next();
      return fail(problem.value(), advice(problem.value()));
    }
    done = true;
    deadline.cancel();
    TcpConnection::start(loop, std::move(socket), limit, counters, std::move(reader));
  }
};

}  // namespace

void dial(Loop& loop, const std::string& host, u16 port, const QueueLimit& limit,
          Counters& counters, std::unique_ptr<Reader> reader,
          std::function<void(const DialFailure&)> failed, i64 within, const std::string& from) {
  auto dial = std::make_shared<Dial>(loop, limit, counters);
  dial->host = host;
  dial->port = port;
  dial->from = from;
  dial->reader = std::move(reader);
  dial->failed = std::move(failed);
  auto found = resolve(host);
  if (!found) {
    asio::post(loop.impl().context, [dial, what = found.complaint().what] {
      dial->fail(0, "The name \"" + dial->host + "\" leads nowhere: " + what + ".");
    });
    return;
  }
  dial->addresses = std::move(*found);
  dial->deadline.after(within,
                       [dial = dial.get()] { dial->fail(ETIMEDOUT, Dial::advice(ETIMEDOUT)); });
  dial->try_next();
}

}  // namespace netpeel::net
