// Loop's inside, for the .cpp files of this folder; other floors see net/loop.hpp alone.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <deque>
#include <memory>
#include <vector>

#include "net/loop.hpp"

namespace netpeel::net {

namespace asio = boost::asio;

class TcpConnection;

struct Loop::Impl {
  static constexpr std::size_t buffer_size = 64 * 1024;

  asio::io_context context{1};  // one thread: no locks
  std::deque<asio::signal_set> signals;
  // What all connections read into: an idle one needs no buffer of its own.
  std::unique_ptr<u8[]> buffer = std::make_unique<u8[]>(buffer_size);
  std::vector<TcpConnection*> dirty;  // have something to write when this turn ends
  std::vector<std::shared_ptr<TcpConnection>> connections;

  ~Impl();
};

}  // namespace netpeel::net
