// A plain UDP socket beside the loop that serves it.
#pragma once
#include <arpa/inet.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "net/loop.hpp"

namespace netpeel::net {

// Sends these, waits for so many answers (2 s at most), and stops the loop.
inline std::vector<std::string> udp_answers(Loop& loop, u16 port, std::vector<std::string> sent,
                                            std::size_t wanted) {
  std::vector<std::string> out;
  std::thread client([&] {
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (const std::string& one : sent)
      sendto(fd, one.data(), one.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
    std::string buffer(65536, 0);
    pollfd ready{fd, POLLIN, 0};
    while (out.size() < wanted && poll(&ready, 1, 2000) > 0) {
      const ssize_t n = recv(fd, buffer.data(), buffer.size(), 0);
      if (n >= 0) out.push_back(buffer.substr(0, std::size_t(n)));
    }
    close(fd);
    loop.post([&] { loop.stop(); });
  });
  loop.run();
  loop.restart();
  client.join();
  return out;
}
inline std::vector<std::string> udp_answers(Loop& loop, u16 port, const std::string& sent,
                                            std::size_t wanted) {
  return udp_answers(loop, port, std::vector<std::string>{sent}, wanted);
}

}  // namespace netpeel::net
