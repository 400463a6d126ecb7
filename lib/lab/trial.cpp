#include "lab/trial.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "base/error.hpp"
#include "flow/registry.hpp"
#include "lab/forward.hpp"

namespace netpeel::lab {
namespace {

constexpr u16 port = 7;
constexpr i64 patience = 1'500'000'000;

sockaddr_in address_of(const Port& where) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  std::memcpy(&out.sin_addr, where.ipv4.data(), 4);
  return out;
}

// A datagram socket on that host.
Descriptor socket_on(const Space& host, const Space& home) {
  move_to(host);
  Descriptor out(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  move_to(home);
  return out;
}

// In the first process of the enclosure.
void send_one_across() {
  const auto topology = make_topology({});
  std::vector<std::string> notes = furnish(*topology);
  const Space home{here("net"), here("uts")};
  const std::vector<Space> hosts = build_hosts(*topology, notes);
  const field::Registry registry = flow::registry();
  Medium medium(*topology, registry);
  Forwarder forwarder(*topology, medium, nullptr, {});

  const sockaddr_in to = address_of(topology->ports[1]);
  const auto* where = static_cast<const sockaddr*>(static_cast<const void*>(&to));
  const Descriptor a = socket_on(hosts[0], home), b = socket_on(hosts[1], home);
  if (bind(b.get(), where, sizeof to) != 0 || sendto(a.get(), "?", 1, 0, where, sizeof to) != 1) {
    throw base::Error("send a datagram from one host to the other", errno);
  }
  const i64 until = Forwarder::now() + patience;
  char room[8];
  while (recv(b.get(), room, sizeof room, 0) != 1) {
    if (Forwarder::now() > until) {
      throw base::Error::sentence(
          "two hosts can be made here, but nothing that one sends reaches the other");
    }
    pollfd ready[]{
        {b.get(),                             POLLIN, 0},
        {forwarder.sockets()[0].descriptor(), POLLIN, 0},
        {forwarder.sockets()[1].descriptor(), POLLIN, 0}
    };
    poll(ready, 3, 100);
    forwarder.turn();
  }
}

// "why\nmend" into the pipe; nothing where all is well.
[[noreturn]] void report(int pipe) {
  std::string says;
  try {
    enter_enclosure();
    const pid_t child = fork();
    if (child > 0) {
      waitpid(child, nullptr, 0);
      _exit(0);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    send_one_across();
    says = "+";
  } catch (const base::Error& error) {
    says = std::string(error.what()) + "\n" + error.advice();
  }
  const ssize_t n = write(pipe, says.data(), says.size());
  _exit(n < 0 ? 3 : 0);
}

}  // namespace

Trial try_lab() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {false, "no pipe can be made here", ""};
  const pid_t child = fork();
  if (child == 0) report(ends[1]);
  close(ends[1]);
  const Descriptor answer(ends[0]);
  std::string says;
  char room[1024];
  for (ssize_t n; (n = read(answer.get(), room, sizeof room)) != 0;) {
    if (n < 0 && errno != EINTR) break;
    if (n > 0) says.append(room, std::size_t(n));
  }
  if (child > 0) waitpid(child, nullptr, 0);
  if (says == "+") return {true, "", ""};
  if (says.empty()) return {false, "the lab's first process did not live to say what is wrong", ""};
  const std::size_t line = says.find('\n');
  return {false, says.substr(0, line), line == std::string::npos ? "" : says.substr(line + 1)};
}

}  // namespace netpeel::lab
