#include "net/client_udp.hpp"

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <cerrno>

#include "base/error.hpp"
#include "net/peer.hpp"
#include "net/resolve.hpp"

namespace netpeel::net {

using UdpSocket = asio::ip::udp::socket;

struct UdpClient::Impl : std::enable_shared_from_this<UdpClient::Impl> {
  explicit Impl(Loop& loop) : socket(loop.impl().context) {}
  UdpSocket socket;
  asio::ip::udp::endpoint peer;
  std::function<void(Bytes)> datagram;
  std::function<void(int)> trouble;
  std::array<u8, 65536> buffer{};

  void receive() {
    socket.async_receive(
        asio::buffer(buffer),
        [self = shared_from_this()](const boost::system::error_code& problem, std::size_t size) {
          if (!self->socket.is_open()) return;
          self->heard(problem.value(), size);
          if (self->socket.is_open()) self->receive();
        });
  }
  void heard(int code, std::size_t size) {
    if (code == 0 && datagram) datagram({buffer.data(), size});
    if (code != 0 && trouble) trouble(code);
  }
};

UdpClient::UdpClient(Loop& loop, const std::string& host, u16 port)
    : impl_(std::make_shared<Impl>(loop)) {
  const auto found = resolve(host);
  if (!found) {
    throw base::Error::sentence("the name \"" + host +
                                "\" leads nowhere: " + found.complaint().what);
  }
  impl_->peer = {found->front(), port};
  boost::system::error_code problem;
  impl_->socket.open(impl_->peer.protocol(), problem);
  if (!problem) impl_->socket.connect(impl_->peer, problem);
  if (problem) throw base::Error("use UDP to " + peer(), problem.value());
  impl_->receive();
}

UdpClient::~UdpClient() { close(); }

void UdpClient::on_datagram(std::function<void(Bytes)> heard) {
  impl_->datagram = std::move(heard);
}
void UdpClient::on_trouble(std::function<void(int)> heard) { impl_->trouble = std::move(heard); }

int UdpClient::send(Bytes datagram) {
  boost::system::error_code problem;
  impl_->socket.send(asio::buffer(datagram.data(), datagram.size()), 0, problem);
  return problem.value();
}

std::string UdpClient::peer() const {
  return endpoint_text(impl_->peer.address().to_string(), impl_->peer.port());
}

void UdpClient::close() {
  boost::system::error_code ignored;
  impl_->socket.close(ignored);
  impl_->datagram = nullptr;
  impl_->trouble = nullptr;
}

}  // namespace netpeel::net
