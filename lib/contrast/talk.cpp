#include "contrast/talk.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/time.hpp"
#include "contrast/events.hpp"

namespace netpeel::contrast {
namespace {

constexpr i64 milli = 1'000'000;
i64 now() { return base::system_clock().steady(); }

class Socket {
 public:
  Socket(const Talk& how, int kind) {
    addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = kind;
    addrinfo* list = nullptr;
    const std::string tried = "reach " + how.host + " port " + how.port;
    if (const int code = getaddrinfo(how.host.c_str(), how.port.c_str(), &hints, &list); code != 0)
      throw base::Error::sentence("could not " + tried + ": " + gai_strerror(code));
    fd_ = ::socket(list->ai_family, list->ai_socktype | SOCK_CLOEXEC, 0);
    // Linux bounds connect() by what bounds send().
    const timeval patience{time_t(how.patience / 1000), 0};
    if (fd_ >= 0) setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const bool connected = fd_ >= 0 && ::connect(fd_, list->ai_addr, list->ai_addrlen) == 0;
    const int code = errno == EINPROGRESS ? ETIMEDOUT : errno;
    freeaddrinfo(list);
    if (!connected) {
      if (fd_ >= 0) ::close(fd_);
      throw base::Error(tried, code);
    }
    const int yes = 1;
    if (kind == SOCK_STREAM) setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool send(std::string_view text) {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == ssize_t(text.size());
  }
  void finish() { ::shutdown(fd_, SHUT_WR); }
  // What comes until then; false: nothing did, or (`over`) it is at its end.
  bool receive(std::string& to, i64 until) {
    const i64 left = std::max<i64>(0, until - now());
    pollfd one{fd_, POLLIN, 0};
    if (::poll(&one, 1, int((left + milli - 1) / milli)) <= 0) return false;
    char bytes[65536];
    const ssize_t n = ::recv(fd_, bytes, sizeof bytes, 0);
    if (n <= 0) over_ = true;
    if (n > 0) to.append(bytes, std::size_t(n));
    return n > 0;
  }
  bool over() const { return over_; }

 private:
  int fd_ = -1;
  bool over_ = false;
};

std::string message(u64 i, u64 of) {
  return "message " + std::to_string(i) + " of " + std::to_string(of) + "\n";
}

bool echoes(const Talk& how) {
  const bool tcp = how.kind == "tcp";
  Socket socket(how, tcp ? SOCK_STREAM : SOCK_DGRAM);
  std::string got;
  std::set<u64> known;
  const auto count = [&] {
    each_event(got, [&](const Telling& told) { known.insert(told.number); });
    return known.size();
  };
  i64 next = now();
  for (u64 i = 1; i <= how.events; ++i) {
    socket.send(message(i, how.events));
    next += i64(how.every) * milli;
    while (now() < next && !socket.over()) socket.receive(got, next);
  }
  // A datagram that is lost is never echoed: a second is enough to know.
  const i64 until = now() + (tcp ? i64(how.patience) : 1000) * milli;
  while (count() < how.events && now() < until && !socket.over()) socket.receive(got, until);
  if (tcp) {
    socket.finish();
    while (!socket.over() && now() < until) socket.receive(got, until);
  }
  return count() == how.events;
}

std::string request(const Talk& how, const std::string& method, const std::string& path,
                    const std::string& more = {}, const std::string& body = {}) {
  std::string out = method + " " + path + " HTTP/1.1\r\nHost: " + how.host + ":" + how.port +
                    "\r\nUser-Agent: netpeel-contrast\r\n" + more;
  if (method == "POST")
    out += "Content-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return out + "\r\n" + body;
}

// One answer with a length, or none (204); false: it did not come.
bool answer(Socket& socket, std::string& kept, std::string& body, i64 until) {
  for (;;) {
    const std::size_t end = kept.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::size_t length = 0;
      std::string head = kept.substr(0, end);
      std::transform(head.begin(), head.end(), head.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 32) : c; });
      if (const std::size_t at = head.find("\r\ncontent-length:"); at != std::string::npos)
        length = std::size_t(std::strtoul(head.c_str() + at + 17, nullptr, 10));
      if (kept.size() >= end + 4 + length) {
        body = kept.substr(end + 4, length);
        kept.erase(0, end + 4 + length);
        return true;
      }
    }
    if (!socket.receive(kept, until) && (socket.over() || now() >= until)) return false;
  }
}

bool requests(const Talk& how) {
  Socket socket(how, SOCK_STREAM);
  std::string kept, body;
  i64 next = now();
  for (u64 i = 1; i <= how.events; ++i) {
    socket.send(request(how, "POST", "/http/echo", {}, message(i, how.events)));
    if (!answer(socket, kept, body, now() + i64(how.patience) * milli)) return false;
    next += i64(how.every) * milli;
    if (i < how.events && now() < next) socket.receive(kept, next);
  }
  return true;
}

bool polling(const Talk& how) {
  const bool waits = how.kind == "longpoll";
  Socket socket(how, SOCK_STREAM);
  std::string kept, body;
  std::set<u64> known;
  i64 next = now();
  const i64 until = next + i64(how.patience + how.events * 1000) * milli;
  // What the clock says at first is old: it is no event of ours, though it counts as one told.
  while (known.size() < how.events && now() < until) {
    std::string path = "/http/ticker";
    if (waits) path += "/wait";
    if (waits && !known.empty()) path += "?after=" + std::to_string(*known.rbegin());
    socket.send(request(how, "GET", path, waits ? "Prefer: wait=25\r\n" : ""));
    if (!answer(socket, kept, body, until)) return false;
    each_event(body, [&](const Telling& told) { known.insert(told.number); });
    next += i64(how.every) * milli;
    if (!waits && known.size() < how.events && now() < next) socket.receive(kept, next);
  }
  return known.size() >= how.events;
}

bool stream(const Talk& how) {
  Socket socket(how, SOCK_STREAM);
  socket.send(request(how, "GET", "/http/ticker/events", "Accept: text/event-stream\r\n"));
  std::string got;
  std::set<u64> known;
  const i64 until = now() + i64(how.patience + how.events * 1000) * milli;
  while (known.size() < how.events && now() < until && !socket.over()) {
    socket.receive(got, until);
    each_event(got, [&](const Telling& told) { known.insert(told.number); });
  }
  return known.size() >= how.events;
}

}  // namespace

bool talk(const Talk& how) {
  if (how.kind == "tcp" || how.kind == "udp") return echoes(how);
  if (how.kind == "http") return requests(how);
  if (how.kind == "poll" || how.kind == "longpoll") return polling(how);
  if (how.kind == "sse") return stream(how);
  throw base::Error::sentence("there is no client \"" + how.kind + "\"").with_exit(2);
}

}  // namespace netpeel::contrast
