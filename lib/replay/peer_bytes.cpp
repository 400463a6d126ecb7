// Peers that speak TCP or UDP as it is.
#include <sys/socket.h>

#include <cstring>

#include "replay/connection.hpp"
#include "replay/peer_kinds.hpp"

namespace netpeel::replay {
namespace {

constexpr std::size_t most_kept = 64 << 20;  // of what a server says and nobody awaits

class TcpPeer final : public Peer {
 public:
  explicit TcpPeer(const Dial& dial) : dial_(dial) {}

  void start() override { fd_ = dial_.tcp(connect_patience); }
  bool say(const Utterance& u) override {
    std::string_view left = u.wire;
    while (!left.empty() && fd_) {
      const ssize_t n = send(fd_.get(), left.data(), left.size(), MSG_NOSIGNAL);
      if (n > 0) {
        left.remove_prefix(std::size_t(n));
      } else if (errno == EAGAIN) {
        pollfd ready{fd_.get(), POLLIN | POLLOUT, 0};
        if (poll(&ready, 1, int(send_patience / 1'000'000)) <= 0) fd_ = lab::Descriptor();
        if ((ready.revents & POLLIN) != 0) read();
      } else if (errno != EINTR) {
        fd_ = lab::Descriptor();
      }
    }
    return true;
  }
  void expect(const Utterance& u) override {
    wanted_ += u.wire.size();
    cut();
  }
  void give_up() override {
    wanted_ = got_.size();
    cut();
    wanted_ = 0;
  }
  void descriptors(std::vector<pollfd>& to) const override {
    if (fd_) to.push_back({fd_.get(), POLLIN, 0});
  }
  void read() override {
    char bytes[65536];
    while (fd_) {
      const ssize_t n = recv(fd_.get(), bytes, sizeof bytes, 0);
      if (n > 0) {
        got_.append(bytes, std::size_t(n));
        if (got_.size() < most_kept) continue;
        trouble_ = "the server says more than can be kept";
        fd_ = lab::Descriptor();
      } else if (n < 0 && errno == EINTR) {
        continue;
      } else if (n < 0 && errno == EAGAIN) {
        break;
      } else {
        fd_ = lab::Descriptor();
      }
    }
    cut();
  }
  bool gone() const override { return !fd_; }

 private:
  void cut() {
    if (wanted_ == 0 || got_.size() < wanted_) return;
    heard_.push_back(bytes_said(Level::tcp, Side::server, base::as_bytes(got_).first(wanted_)));
    got_.erase(0, wanted_);
    wanted_ = 0;
  }

  const Dial& dial_;
  lab::Descriptor fd_;
  std::string got_;
  std::size_t wanted_ = 0;
};

class UdpPeer final : public Peer {
 public:
  explicit UdpPeer(const Dial& dial) : dial_(dial) {}

  void start() override { fd_ = dial_.udp(); }
  bool say(const Utterance& u) override {
    if (send(fd_.get(), u.wire.data(), u.wire.size(), MSG_NOSIGNAL) < 0)
      trouble_ = "a datagram could not be sent: " + std::string(std::strerror(errno));
    return true;
  }
  void descriptors(std::vector<pollfd>& to) const override { to.push_back({fd_.get(), POLLIN, 0}); }
  void read() override {
    u8 bytes[65536];
    for (;;) {
      const ssize_t n = recv(fd_.get(), bytes, sizeof bytes, 0);
      if (n < 0 && errno == ECONNREFUSED) trouble_ = "nobody listens there (ICMP port unreachable)";
      if (n < 0) return;
      heard_.push_back(bytes_said(Level::udp, Side::server, Bytes(bytes, std::size_t(n))));
    }
  }
  bool gone() const override { return false; }

 private:
  const Dial& dial_;
  lab::Descriptor fd_;
};

}  // namespace

std::unique_ptr<Peer> tcp_peer(const Dial& dial) { return std::make_unique<TcpPeer>(dial); }
std::unique_ptr<Peer> udp_peer(const Dial& dial) { return std::make_unique<UdpPeer>(dial); }

}  // namespace netpeel::replay
