// The two designs of architecture §7 ("Writes are joined"), measured against each other before one
// was built on: (a) Beast's websocket::stream over a layer that joins what one turn of the loop
// writes; (b) frames encoded once by ourselves and written together with writev. Each is a server
// of its own process; the clients are in this one. Prints a table in Markdown.
//   ws_designs [SECONDS] [CLIENTS] [PID PORT]
// With the process and the port of a `netpeel demo serve`: that one instead, by the same clients.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/uuid/detail/sha1.hpp>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using netpeel::u8;
using Code = boost::system::error_code;
using Shared = std::shared_ptr<const std::string>;

constexpr std::size_t payload = 64;

tcp::acceptor listening(asio::io_context& context) {
  return {
      context, {asio::ip::make_address("127.0.0.1"), 0}
  };
}

// ---- (a) Beast frames, a layer below it joins --------------------------------------------------

class Joining {
 public:
  using executor_type = tcp::socket::executor_type;
  explicit Joining(tcp::socket socket) : state_(std::make_shared<State>(std::move(socket))) {}
  executor_type get_executor() { return state_->socket.get_executor(); }
  tcp::socket& socket() { return state_->socket; }

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return state_->socket.async_read_some(buffers, std::forward<Handler>(handler));
  }

  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return asio::async_initiate<Handler, void(Code, std::size_t)>(
        [this](auto done, const Buffers& what) {
          const std::size_t n = state_->take(what);
          asio::post(get_executor(), beast::bind_front_handler(std::move(done), Code{}, n));
        },
        handler, buffers);
  }

 private:
  // Outlives the stream while a write is under way.
  struct State : std::enable_shared_from_this<State> {
    explicit State(tcp::socket s) : socket(std::move(s)) {}
    template <class Buffers>
    std::size_t take(const Buffers& what) {
      const std::size_t before = waiting.size();
      for (auto at = asio::buffer_sequence_begin(what); at != asio::buffer_sequence_end(what);
           ++at) {
        const asio::const_buffer part(*at);
        waiting.append(static_cast<const char*>(part.data()), part.size());
      }
      if (!flushing) flush_later();
      return waiting.size() - before;
    }
    // Twice: Beast's own next write stands behind the first.
    void flush_later() {
      flushing = true;
      asio::post(socket.get_executor(), [self = shared_from_this()] {
        asio::post(self->socket.get_executor(), [self] { self->flush(); });
      });
    }
    void flush() {
      sending.clear();
      sending.swap(waiting);
      asio::async_write(socket, asio::buffer(sending),
                        [self = shared_from_this()](Code error, std::size_t) {
                          self->flushing = false;
                          if (!error && !self->waiting.empty()) self->flush_later();
                        });
    }
    tcp::socket socket;
    std::string waiting, sending;
    bool flushing = false;
  };
  std::shared_ptr<State> state_;
};

void beast_close_socket(Joining& layer) { layer.socket().close(); }
void teardown(beast::role_type, Joining& layer, Code& error) { layer.socket().close(error); }
template <class Handler>
void async_teardown(beast::role_type, Joining& layer, Handler&& handler) {
  Code ignored;
  layer.socket().close(ignored);
  asio::post(layer.get_executor(),
             beast::bind_front_handler(std::forward<Handler>(handler), Code{}));
}

struct BeastClient;
using BeastClients = std::set<std::shared_ptr<BeastClient>>;

struct BeastClient : std::enable_shared_from_this<BeastClient> {
  BeastClient(tcp::socket socket, BeastClients& all, bool broadcast)
      : stream(std::move(socket)), all(all), broadcast(broadcast) {}
  void run() {
    stream.async_accept([self = shared_from_this()](Code error) {
      if (error) return;
      self->all.insert(self);
      self->read();
    });
  }
  void read() {
    stream.async_read(buffer, [self = shared_from_this()](Code error, std::size_t) {
      if (error) return void(self->all.erase(self));
      const auto data = self->buffer.data();
      const Shared message =
          std::make_shared<const std::string>(static_cast<const char*>(data.data()), data.size());
      self->buffer.consume(data.size());
      if (self->broadcast) {
        for (const auto& other : self->all) other->send(message);
      } else {
        self->send(message);
      }
      self->read();
    });
  }
  void send(const Shared& message) {
    queue.push_back(message);
    if (queue.size() == 1) write();
  }
  void write() {
    stream.async_write(asio::buffer(*queue.front()),
                       [self = shared_from_this()](Code error, std::size_t) {
                         if (error) return;
                         self->queue.pop_front();
                         if (!self->queue.empty()) self->write();
                       });
  }
  beast::websocket::stream<Joining> stream;
  beast::flat_buffer buffer;
  std::deque<Shared> queue;
  BeastClients& all;
  bool broadcast;
};

template <class Client, class All>
void accept(tcp::acceptor& acceptor, All& all, bool broadcast) {
  acceptor.async_accept([&, broadcast](Code error, tcp::socket socket) {
    if (!error) {
      socket.set_option(tcp::no_delay(true));
      std::make_shared<Client>(std::move(socket), all, broadcast)->run();
    }
    accept<Client>(acceptor, all, broadcast);
  });
}

// ---- (b) our own frames, gather writes ---------------------------------------------------------

struct OwnClient;
struct OwnClients : std::set<std::shared_ptr<OwnClient>> {
  std::vector<std::shared_ptr<OwnClient>> dirty;  // have something to write in this turn
  bool flushing = false;
};

struct OwnClient : std::enable_shared_from_this<OwnClient> {
  OwnClient(tcp::socket s, OwnClients& all, bool broadcast)
      : socket(std::move(s)), all(all), broadcast(broadcast) {
    socket.non_blocking(true);
  }
  void run() { wait(); }
  void wait() {
    socket.async_wait(tcp::socket::wait_read, [self = shared_from_this()](Code error) {
      if (!error && self->read()) self->wait();
    });
  }
  bool read() {
    static u8 room[64 * 1024];
    std::memcpy(room, rest.data(), rest.size());
    const ssize_t n =
        ::recv(socket.native_handle(), room + rest.size(), sizeof room - rest.size(), MSG_DONTWAIT);
    if (n <= 0) {
      if (n < 0 && errno == EAGAIN) return true;
      all.erase(shared_from_this());
      return false;
    }
    const std::size_t have = rest.size() + std::size_t(n),
                      used = open ? frames(room, have) : handshake(room, have);
    rest.assign(room + used, room + have);
    return true;
  }
  std::size_t handshake(const u8* bytes, std::size_t n) {
    const std::string_view head(static_cast<const char*>(static_cast<const void*>(bytes)), n);
    const auto end = head.find("\r\n\r\n"), key = head.find("Sec-WebSocket-Key: ");
    if (end == head.npos) return 0;
    const std::string input =
        std::string(head.substr(key + 19, 24)) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    boost::uuids::detail::sha1 sha;
    sha.process_bytes(input.data(), input.size());
    unsigned digest[5];
    sha.get_digest(digest);
    for (unsigned& d : digest) d = htonl(d);
    char text[32];
    const std::size_t size = beast::detail::base64::encode(text, digest, sizeof digest);
    send(std::make_shared<const std::string>(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        std::string(text, size) + "\r\n\r\n"));
    open = true;
    all.insert(shared_from_this());
    return end + 4;
  }
  // Frames of 64 masked bytes alone: the client here sends nothing else.
  std::size_t frames(u8* bytes, std::size_t n) {
    std::size_t at = 0;
    for (; n - at >= 6 + payload; at += 6 + payload) {
      auto message = std::make_shared<std::string>("\x81\x40");
      message->resize(2 + payload);
      for (std::size_t i = 0; i < payload; ++i)
        (*message)[2 + i] = char(bytes[at + 6 + i] ^ bytes[at + 2 + i % 4]);
      if (!broadcast) {
        send(message);
        continue;
      }
      for (const auto& other : all) other->send(message);
    }
    return at;
  }
  void send(const Shared& message) {
    if (queue.empty()) {
      all.dirty.push_back(shared_from_this());
      if (!all.flushing) {
        all.flushing = true;
        asio::post(socket.get_executor(), [&all = all] {
          all.flushing = false;
          for (const auto& client : all.dirty) client->write();
          all.dirty.clear();
        });
      }
    }
    queue.push_back(message);
  }
  void write() {
    iovec parts[64];
    const std::size_t n = std::min<std::size_t>(queue.size(), 64);
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t skip = i == 0 ? written : 0;
      parts[i] = {const_cast<char*>(queue[i]->data()) + skip, queue[i]->size() - skip};
      bytes += parts[i].iov_len;
    }
    const ssize_t w = ::writev(socket.native_handle(), parts, int(n));
    if (w < 0 && errno != EAGAIN) return;
    std::size_t left = std::size_t(std::max<ssize_t>(w, 0));
    while (left > 0) {
      const std::size_t of_first = queue.front()->size() - written;
      if (left < of_first) {
        written += left;
        break;
      }
      left -= of_first;
      written = 0;
      queue.pop_front();
    }
    if (queue.empty()) return;
    if (std::size_t(w) == bytes) return write();
    socket.async_wait(tcp::socket::wait_write, [self = shared_from_this()](Code error) {
      if (!error) self->write();
    });
  }
  tcp::socket socket;
  OwnClients& all;
  std::string rest;
  std::deque<Shared> queue;
  std::size_t written = 0;
  bool broadcast, open = false;
};

// ---- the clients -------------------------------------------------------------------------------

struct Server {
  pid_t pid = 0;
  int port = 0;
  const char* path = "/";
};

Server start(char design, bool broadcast) {
  int ends[2];
  if (pipe(ends) != 0) std::abort();
  const pid_t pid = fork();
  if (pid == 0) {
    asio::io_context context{1};
    auto acceptor = listening(context);
    const int port = acceptor.local_endpoint().port();
    if (::write(ends[1], &port, sizeof port) != sizeof port) _exit(1);
    BeastClients theirs;
    OwnClients ours;
    if (design == 'a') {
      accept<BeastClient>(acceptor, theirs, broadcast);
    } else {
      accept<OwnClient>(acceptor, ours, broadcast);
    }
    context.run();
    _exit(0);
  }
  Server out{.pid = pid};
  if (::read(ends[0], &out.port, sizeof out.port) != sizeof out.port) std::abort();
  close(ends[0]);
  close(ends[1]);
  return out;
}

double seconds(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return double(t.tv_sec) + double(t.tv_nsec) / 1e9;
}

double resident_kb(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  double size = 0, resident = 0;
  file >> size >> resident;
  return resident * double(sysconf(_SC_PAGESIZE)) / 1024;
}

int dial(const Server& server) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(netpeel::u16(server.port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, static_cast<sockaddr*>(static_cast<void*>(&to)), sizeof to) != 0) std::abort();
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::string ask =
      "GET " + std::string(server.path) +
      " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  if (write(fd, ask.data(), ask.size()) != ssize_t(ask.size())) std::abort();
  std::string answer;
  char c = 0;
  while (!answer.ends_with("\r\n\r\n")) {
    if (read(fd, &c, 1) != 1) std::abort();
    answer += c;
  }
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

struct Measured {
  double operations = 0, seconds = 0, cpu_us = 0;
};

// Echo: every client has one message under way. Broadcast: the first one has four.
Measured load(const Server& server, bool broadcast, std::size_t clients, double for_seconds) {
  std::string frame("\x81\xc0\x01\x02\x03\x04", 6);
  frame.append(payload, 'x');
  const int poll = epoll_create1(0);
  std::vector<int> fds;
  std::vector<std::size_t> bytes(clients);
  for (std::size_t i = 0; i < clients; ++i) {
    fds.push_back(dial(server));
    epoll_event e{.events = EPOLLIN, .data = {.u64 = i}};
    epoll_ctl(poll, EPOLL_CTL_ADD, fds.back(), &e);
  }
  const auto say = [&](std::size_t i) {
    if (write(fds[i], frame.data(), frame.size()) != ssize_t(frame.size())) std::abort();
  };
  for (std::size_t i = 0; i < (broadcast ? 4 : clients); ++i) say(broadcast ? 0 : i);
  clockid_t clock{};
  clock_getcpuclockid(server.pid, &clock);
  Measured out;
  double begin = 0, cpu = 0;
  const double warm = seconds(CLOCK_MONOTONIC) + for_seconds / 5;
  std::vector<char> room(256 * 1024);
  epoll_event ready[256];
  for (;;) {
    const double now = seconds(CLOCK_MONOTONIC);
    if (begin == 0 && now > warm) {
      begin = now;
      cpu = seconds(clock);
      out.operations = 0;
    }
    if (begin != 0 && now > begin + for_seconds) {
      out.seconds = now - begin;
      out.cpu_us = (seconds(clock) - cpu) * 1e6 / out.operations;
      break;
    }
    const int n = epoll_wait(poll, ready, 256, 100);
    for (int k = 0; k < n; ++k) {
      const std::size_t i = ready[k].data.u64;
      const ssize_t got = read(fds[i], room.data(), room.size());
      if (got <= 0) continue;
      const std::size_t before = bytes[i] / (2 + payload);
      bytes[i] += std::size_t(got);
      const std::size_t whole = bytes[i] / (2 + payload) - before;
      out.operations += double(whole);
      if (!broadcast || i == 0) {
        for (std::size_t m = 0; m < whole; ++m) say(i);
      }
    }
  }
  for (const int fd : fds) close(fd);
  close(poll);
  return out;
}

double idle_kb(const Server& server, std::size_t clients) {
  const double before = resident_kb(server.pid);
  std::vector<int> fds;
  for (std::size_t i = 0; i < clients; ++i) fds.push_back(dial(server));
  const double out = (resident_kb(server.pid) - before) / double(clients);
  for (const int fd : fds) close(fd);
  return out;
}

void end(const Server& server) {
  kill(server.pid, SIGKILL);
  waitpid(server.pid, nullptr, 0);
}

// The demo's server as it is.
void built(Server server, std::size_t clients, double for_seconds) {
  server.path = "/ws/echo";
  std::printf("idle: %.1f kB a connection\n", idle_kb(server, clients));
  for (const bool broadcast : {false, true}) {
    server.path = broadcast ? "/ws/broadcast" : "/ws/echo";
    const Measured m = load(server, broadcast, clients, for_seconds);
    std::printf("%s: %.0f/s; %.2f us\n", server.path, m.operations / m.seconds, m.cpu_us);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const double for_seconds = argc > 1 ? std::atof(argv[1]) : 5;
  const std::size_t clients = argc > 2 ? std::size_t(std::atoi(argv[2])) : 1000;
  if (argc > 4) return built({std::atoi(argv[3]), std::atoi(argv[4])}, clients, for_seconds), 0;
  std::printf("| | (a) Beast, joined below | (b) own frames, writev |\n|---|---|---|\n");
  for (const bool broadcast : {false, true}) {
    std::printf("| %s, %zu clients: operations/s; server CPU |", broadcast ? "broadcast" : "echo",
                clients);
    for (const char design : {'a', 'b'}) {
      const Server server = start(design, broadcast);
      const Measured m = load(server, broadcast, clients, for_seconds);
      end(server);
      std::printf(" %.0f; %.2f us |", m.operations / m.seconds, m.cpu_us);
      std::fflush(stdout);
    }
    std::printf("\n");
  }
  std::printf("| idle, resident a connection |");
  for (const char design : {'a', 'b'}) {
    const Server server = start(design, false);
    std::printf(" %.1f kB |", idle_kb(server, clients));
    end(server);
  }
  std::printf("\n");
}
