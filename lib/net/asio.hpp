// Loop's inside, for the .cpp files of this folder; other floors see net/loop.hpp alone.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <deque>

#include "net/loop.hpp"

namespace netpeel::net {

namespace asio = boost::asio;

struct Loop::Impl {
  asio::io_context context{1};  // one thread: no locks
  std::deque<asio::signal_set> signals;
};

}  // namespace netpeel::net
