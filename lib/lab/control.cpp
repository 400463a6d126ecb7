#include "lab/control.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace netpeel::lab {
namespace {

constexpr std::size_t most_bytes = 100'000, most_guests = 16;
constexpr std::size_t most_spaces = 5;

struct Address {
  sockaddr_un where{};
  socklen_t size = 0;
  const sockaddr* pointer() const {
    return static_cast<const sockaddr*>(static_cast<const void*>(&where));
  }
};

std::string prefix() { return "netpeel-lab/" + std::to_string(geteuid()) + "/"; }

Address address_of(const std::string& name) {
  Address out;
  const std::string path = prefix() + name;
  out.where.sun_family = AF_UNIX;
  std::memcpy(out.where.sun_path + 1, path.data(),
              path.size());  // the zero in front makes it abstract
  out.size = socklen_t(offsetof(sockaddr_un, sun_path) + 1 + path.size());
  return out;
}

// The kernel says who is at the other end.
bool same_user(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

bool send_reply(int fd, const Reply& reply) {
  const std::string bytes = char('0' + reply.code) + reply.text.substr(0, most_bytes - 1);
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int) * most_spaces)]{};
  if (!reply.spaces.empty()) {
    int all[most_spaces];
    const std::size_t n = std::min(reply.spaces.size(), most_spaces);
    for (std::size_t i = 0; i < n; ++i) all[i] = reply.spaces[i].get();
    message.msg_control = room;
    message.msg_controllen = CMSG_SPACE(sizeof(int) * n);
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * n);
    std::memcpy(CMSG_DATA(header), all, sizeof(int) * n);
  }
  return sendmsg(fd, &message, MSG_NOSIGNAL) >= 0;
}

Reply receive_reply(int fd, const std::string& name) {
  std::string bytes(most_bytes, '\0');
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int) * most_spaces)]{};
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  ssize_t n;
  do {
    n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  if (n <= 0) throw base::Error::sentence("the lab \"" + name + "\" ended without an answer");
  Reply out;
  out.code = bytes[0] - '0';
  out.text = bytes.substr(1, std::size_t(n) - 1);
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int descriptor;
      std::memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      out.spaces.emplace_back(descriptor);
    }
  }
  return out;
}

}  // namespace

bool is_lab_name(std::string_view name) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !name.empty() && name.size() <= 32 && std::all_of(name.begin(), name.end(), fine);
}

std::vector<std::string> labs_up() {
  std::vector<std::string> out;
  const Descriptor file(open("/proc/net/unix", O_RDONLY | O_CLOEXEC));
  std::string table;
  char room[65536];
  for (ssize_t n; file && (n = read(file.get(), room, sizeof room)) > 0;)
    table.append(room, std::size_t(n));
  const std::string wanted = "@" + prefix();
  for (std::size_t at = table.find(wanted); at != std::string::npos;
       at = table.find(wanted, at + 1)) {
    const std::size_t from = at + wanted.size();
    const std::string name = table.substr(from, table.find('\n', from) - from);
    if (is_lab_name(name) && std::find(out.begin(), out.end(), name) == out.end())
      out.push_back(name);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Reply ask_lab(const std::string& name, const std::string& question, bool until_end) {
  const Descriptor fd(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!fd) throw base::Error("talk to the lab \"" + name + "\"", errno);
  const Address to = address_of(name);
  if (connect(fd.get(), to.pointer(), to.size) != 0 || !same_user(fd.get())) {
    std::string others;
    for (const std::string& other : labs_up())
      others.append(others.empty() ? "Up are: " : ", ").append(other);
    throw base::Error::sentence("no lab \"" + name + "\" is up",
                                others.empty() ? "netpeel lab up starts one."
                                               : others + ". Choose one with --name.");
  }
  if (send(fd.get(), question.data(), question.size(), MSG_NOSIGNAL) < 0)
    throw base::Error("talk to the lab \"" + name + "\"", errno);
  Reply out = receive_reply(fd.get(), name);
  char more;
  while (until_end && recv(fd.get(), &more, 1, 0) > 0) {
  }
  return out;
}

ControlServer::ControlServer(const std::string& name)
    : listener_(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  const Address at = address_of(name);
  if (!listener_ || bind(listener_.get(), at.pointer(), at.size) != 0 ||
      listen(listener_.get(), 8) != 0) {
    if (errno != EADDRINUSE) throw base::Error("listen for questions to the lab", errno);
    throw base::Error::sentence(
        "a lab \"" + name + "\" is up already",
        "Give this one another --name, or end that one: netpeel lab down --name " + name);
  }
}

std::vector<int> ControlServer::descriptors() const {
  std::vector<int> out{listener_.get()};
  for (const Descriptor& guest : guests_) out.push_back(guest.get());
  return out;
}

ControlServer::Question ControlServer::next() {
  for (int fd;
       (fd = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;) {
    Descriptor guest(fd);
    if (guests_.size() >= most_guests) guests_.erase(guests_.begin());
    if (same_user(fd)) guests_.push_back(std::move(guest));
  }
  for (std::size_t i = 0; i < guests_.size(); ++i) {
    std::string text(most_bytes, '\0');
    const int fd = guests_[i].get();
    const ssize_t n = recv(fd, text.data(), text.size(), 0);
    if (n > 0) return {fd, text.substr(0, std::size_t(n))};
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    guests_.erase(guests_.begin() + long(i--));
  }
  return {};
}

void ControlServer::last_answer(int to, const Reply& reply) { send_reply(to, reply); }

void ControlServer::answer(int to, const Reply& reply) {
  send_reply(to, reply);  // whoever does not wait for it does not want it
  std::erase_if(guests_, [&](const Descriptor& guest) { return guest.get() == to; });
}

}  // namespace netpeel::lab
