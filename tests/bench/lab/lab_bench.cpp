// Traffic for the lab's benchmark, and the limit it is measured against: two hosts on one veth
// pair, offloads off, no wire.
//   bench_lab serve                what the others talk to, until it is killed
//   bench_lab blast HOST SECONDS   one TCP stream; prints Mbit/s and segments sent again
//   bench_lab ping HOST N          N small datagrams there and back; prints the median and the 99th
//   percentile in µs bench_lab direct -- CMD…       CMD on a of a bare pair, with `serve` on b
#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "lab/processes.hpp"

namespace {

using namespace netpeel;

constexpr u16 port = 7100;

sockaddr_in address(const char* host) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  if (host == nullptr || inet_pton(AF_INET, host, &out.sin_addr) == 1) return out;
  addrinfo hints{}, *found = nullptr;
  hints.ai_family = AF_INET;
  if (getaddrinfo(host, nullptr, &hints, &found) != 0) std::exit(3);
  std::memcpy(&out.sin_addr, static_cast<const u8*>(static_cast<const void*>(found->ai_addr)) + 4,
              4);
  return out;
}

const sockaddr* generic(const sockaddr_in& in) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&in));
}

i64 now() { return base::system_clock().steady(); }

int serve() {
  const sockaddr_in here = address(nullptr);
  const int datagrams = socket(AF_INET, SOCK_DGRAM, 0), listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(datagrams, generic(here), sizeof here) != 0 ||
      bind(listener, generic(here), sizeof here) != 0)
    return 3;
  listen(listener, 4);
  std::vector<char> room(1 << 18);
  int stream = -1;
  for (;;) {
    pollfd ready[]{
        {datagrams,                       POLLIN, 0},
        {stream >= 0 ? stream : listener, POLLIN, 0}
    };
    poll(ready, 2, -1);
    if (ready[0].revents != 0) {
      sockaddr_storage from{};
      socklen_t size = sizeof from;
      auto* const who = static_cast<sockaddr*>(static_cast<void*>(&from));
      const ssize_t n = recvfrom(datagrams, room.data(), room.size(), 0, who, &size);
      if (n > 0) sendto(datagrams, room.data(), std::size_t(n), 0, who, size);
    }
    if (ready[1].revents == 0) continue;
    if (stream < 0) {
      stream = accept(listener, nullptr, nullptr);
    } else if (read(stream, room.data(), room.size()) <= 0) {
      close(stream);
      stream = -1;
    }
  }
}

int blast(const char* host, double seconds) {
  const sockaddr_in to = address(host);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, generic(to), sizeof to) != 0) return 3;
  const std::vector<char> room(1 << 17, 'x');
  const i64 began = now(), end = began + i64(seconds * 1e9);
  double bytes = 0;
  i64 at = began;
  for (; at < end; at = now()) {
    const ssize_t n = write(fd, room.data(), room.size());
    if (n <= 0) return 3;
    bytes += double(n);
  }
  tcp_info info{};
  socklen_t size = sizeof info;
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size);
  std::printf("%.0f %u\n", bytes * 8e3 / double(at - began), info.tcpi_total_retrans);
  return 0;
}

int ping(const char* host, int count) {
  const sockaddr_in to = address(host);
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (connect(fd, generic(to), sizeof to) != 0) return 3;
  std::vector<double> took;
  char room[64]{};
  for (int i = 0; i < count + 100; ++i) {
    const i64 began = now();
    if (send(fd, room, sizeof room, 0) < 0) return 3;
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, 1000) <= 0 || recv(fd, room, sizeof room, 0) < 0) continue;
    if (i >= 100) took.push_back(double(now() - began) / 1e3);
    usleep(200);  // one at a time, as a person's programs talk
  }
  if (took.empty()) return 3;
  std::sort(took.begin(), took.end());
  std::printf("%.1f %.1f %zu\n", took[took.size() / 2], took[took.size() * 99 / 100], took.size());
  return 0;
}

lab::Space host(std::vector<lab::Netlink>& links) {
  if (unshare(CLONE_NEWNET) != 0) throw base::Error("make a network", errno);
  links.emplace_back();
  links.back().up(1);
  return {lab::here("net"), lab::here("uts")};
}

int direct(const std::vector<std::string>& command, const std::string& self) {
  lab::enter_enclosure();
  const pid_t child = fork();
  if (child > 0) {
    int status = 0;
    waitpid(child, &status, 0);
    return lab::exit_code(status);
  }
  std::vector<lab::Netlink> links;
  const lab::Space a = host(links), b = host(links);
  lab::move_to(a);
  links[0].make_cable(
      {
          "eth0", 2, {2, 0, 0, 0, 1, 1}
  },
      {"eth0", 3, {2, 0, 0, 0, 1, 2}, b.net.get()}, 1500);
  const u8 first[]{10, 0, 1, 1}, second[]{10, 0, 1, 2};
  for (u32 i = 0; i < 2; ++i) {
    lab::move_to(i == 0 ? a : b);
    const lab::Descriptor control(socket(AF_INET, SOCK_DGRAM, 0));
    lab::no_offloads(control.get(), "eth0");
    links[i].up(2 + i);
    links[i].add_address(2 + i, i == 0 ? first : second, 24);
  }
  lab::spawn(
      {
          .words = {self, "serve"},
            .background = true
  },
      &b);
  usleep(300'000);
  const int program = lab::spawn({.words = command}, &a);
  int status = 0;
  waitpid(program, &status, 0);
  return lab::exit_code(
      status);  // as the first process of its namespace it takes the server with it
}

}  // namespace

int main(int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  try {
    if (word == "serve") return serve();
    if (word == "blast" && argc == 4) return blast(argv[2], std::atof(argv[3]));
    if (word == "ping" && argc == 4) return ping(argv[2], std::atoi(argv[3]));
    if (word == "direct" && argc > 3) return direct({argv + 3, argv + argc}, argv[0]);
  } catch (const base::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
  std::fprintf(stderr,
               "usage: bench_lab serve | blast HOST SECONDS | ping HOST N | direct -- CMD…\n");
  return 2;
}
