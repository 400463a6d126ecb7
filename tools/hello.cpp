// netpeel hello: the first look. A client and a server talk on loopback, in a private network where
// the system allows one; what they say is captured and decoded live, and then one packet is peeled
// layer by layer.
#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "cli/main.hpp"
#include "cli/options.hpp"
#include "device/machine.hpp"

namespace {

using netpeel::base::Error;

constexpr std::uint16_t talk_port = 7007;
constexpr std::uint16_t silent_port = 7008;
constexpr int patience_ms = 5000;
constexpr char greeting[] = "hello over a wire\n";

void heading(const std::string& text) {
  std::printf("\n== %s\n\n", text.c_str());
  std::fflush(stdout);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* generic(const sockaddr_in& address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

class Socket {
 public:
  explicit Socket(int fd, const char* tried) : fd_(fd) {
    if (fd_ < 0) throw Error(tried, errno);
    const timeval limit{patience_ms / 1000, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  operator int() const { return fd_; }

 private:
  int fd_;
};

void check(bool fine, const std::string& tried) {
  if (!fine)
    throw Error(tried, errno, "Try again; if it stays, another program may be using port 7007.");
}

// One thread is enough: the kernel completes the handshake and queues what was sent before anybody
// asks.
void talk_tcp() {
  const Socket server(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a TCP socket");
  const sockaddr_in here = loopback(talk_port);
  const int on = 1;
  setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  check(bind(server, generic(here), sizeof here) == 0, "bind TCP port 7007 on loopback");
  check(listen(server, 1) == 0, "listen on TCP port 7007");
  const Socket client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a TCP socket");
  check(connect(client, generic(here), sizeof here) == 0, "connect to TCP port 7007");
  const Socket peer(accept4(server, nullptr, nullptr, SOCK_CLOEXEC), "accept the connection");
  char text[64];
  check(send(client, greeting, sizeof greeting - 1, MSG_NOSIGNAL) > 0, "send over TCP");
  const ssize_t n = recv(peer, text, sizeof text, 0);
  check(n > 0, "receive over TCP");
  check(send(peer, text, std::size_t(n), MSG_NOSIGNAL) == n, "answer over TCP");
  check(recv(client, text, sizeof text, 0) > 0, "receive the answer over TCP");
}

void talk_udp() {
  const Socket server(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "make a UDP socket");
  sockaddr_in here = loopback(talk_port);
  check(bind(server, generic(here), sizeof here) == 0, "bind UDP port 7007 on loopback");
  const Socket client(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "make a UDP socket");
  check(sendto(client, greeting, sizeof greeting - 1, 0, generic(here), sizeof here) > 0,
        "send over UDP");
  char text[64];
  sockaddr_in from{};
  socklen_t size = sizeof from;
  auto* out = static_cast<sockaddr*>(static_cast<void*>(&from));
  const ssize_t n = recvfrom(server, text, sizeof text, 0, out, &size);
  check(n > 0, "receive over UDP");
  check(sendto(server, text, std::size_t(n), 0, out, size) == n, "answer over UDP");
  check(recv(client, text, sizeof text, 0) > 0, "receive the answer over UDP");
  // Nobody listens there; the kernel says so in an ICMP message.
  here = loopback(silent_port);
  sendto(client, greeting, sizeof greeting - 1, 0, generic(here), sizeof here);
}

pid_t start(std::vector<std::string> words, int standard_error) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child < 0) throw Error("start " + words[0], errno);
  if (child == 0) {
    if (standard_error >= 0) dup2(standard_error, 2);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execv(words[0].c_str(), arguments.data());
    std::fprintf(stderr, "could not start %s: %s\n", words[0].c_str(), std::strerror(errno));
    _exit(3);
  }
  return child;
}

int finish(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return 3;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

// Passes on what the decoder says on standard error until it says that it listens. False: it ended
// before.
bool wait_until_listening(int from) {
  std::string said;
  const std::int64_t start_time = netpeel::base::system_clock().steady();
  for (;;) {
    const std::int64_t waited = (netpeel::base::system_clock().steady() - start_time) / 1'000'000;
    pollfd ready{from, POLLIN, 0};
    if (waited >= patience_ms || poll(&ready, 1, int(patience_ms - waited)) <= 0) return true;
    char text[512];
    const ssize_t n = read(from, text, sizeof text);
    if (n <= 0) {
      std::fputs(said.c_str(), stderr);
      return false;
    }
    said.append(text, std::size_t(n));
    if (said.find("listening on") != std::string::npos) return true;
  }
}

// Shows one frame of the capture; the arguments say how.
void show(const std::string& decode, const std::string& file, std::vector<std::string> how) {
  std::vector<std::string> words{decode, "-r", file};
  words.insert(words.end(), how.begin(), how.end());
  finish(start(words, -1));
}

// A client and a server talk while the decoder watches. False: nothing can be captured here, and
// the decoder said why.
bool watch_live(const std::string& decode, const std::string& file) {
  const bool isolated = netpeel::device::enter_private_network();
  const std::string where =
      isolated ? "in a private network of this program's own" : "on this machine's loopback";
  heading("A client and a server talk " + where + "; every line is a packet, as it passes");

  int said[2];
  if (pipe2(said, O_CLOEXEC) != 0) throw Error("make a pipe", errno);
  const std::string ports =
      "port " + std::to_string(talk_port) + " or port " + std::to_string(silent_port) + " or icmp";
  const pid_t decoder = start({decode, "-i", "lo", "-f", ports, "-w", file, "-T", "line"}, said[1]);
  close(said[1]);
  const bool listening = wait_until_listening(said[0]);
  if (listening) {
    talk_tcp();
    talk_udp();
    usleep(400'000);  // the last packets are on their way through the capture
    kill(decoder, SIGINT);
  }
  close(said[0]);
  finish(decoder);
  return listening;
}

int hello(int argc, char** argv) {
  netpeel::cli::Options options(
      "hello", "The first look: real traffic, captured and decoded live, then one packet peeled.");
  std::string file = "netpeel-hello.pcapng";
  options.text("-w,--write", file, "FILE", "Where the packets are kept");
  options.example("netpeel hello", "talk, capture, decode");
  options.example("netpeel hello -w first.pcapng", "keep the packets under that name");
  options.example("netpeel decode -r netpeel-hello.pcapng", "look at them again");
  options.parse(argc, argv);

  const std::string decode = netpeel::cli::program_folder() + "/netpeel-decode";
  if (!watch_live(decode, file)) {
    file = NETPEEL_CAPTURES "/tcp.pcapng";
    if (access(file.c_str(), R_OK) != 0) {
      throw Error::sentence(
          "live capture is not possible here, and no capture file came with this program",
          "netpeel doctor   says why, and what mends it");
    }
    heading("Live capture is not possible here (netpeel doctor says why); so these packets were "
            "recorded elsewhere");
    show(decode, file, {});
  }

  heading("One of them, peeled: the first segment that carries data");
  show(decode, file, {"-Y", "tcp.len > 0", "-c", "1", "-V"});
  heading("The same TCP header, bit by bit");
  show(decode, file, {"-Y", "tcp.len > 0", "-c", "1", "-T", "diagram", "--layer", "4"});
  heading("Next");
  std::printf("The packets are in %s (it opens in Wireshark, too).\n\n", file.c_str());
  const std::string read = "netpeel decode " + file;
  for (const auto& [command, what] : {
           std::pair{read,                                         "every packet, a line each"        },
           std::pair{read + " -Y udp -T hex",                      "the UDP ones, which byte is which"},
           std::pair{std::string("netpeel explain tcp.flags.syn"), "what a field means"               },
           std::pair{std::string("netpeel doctor"),                "what this machine allows"         }
  }) {
    std::printf("  %-52s %s\n", command.c_str(), what);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return netpeel::cli::main("hello", argc, argv, hello); }
