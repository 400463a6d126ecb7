// Two ends of a TCP connection on one loop, for the tests of this folder.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "net/dial.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"

namespace netpeel::net {

// A reader that writes down what it is told, and does what the test wants.
struct Recorder : Reader {
  struct Log {
    std::string got;
    std::vector<std::string> events;
    Connection* connection = nullptr;
    int code = -1;  // of ended()
    std::function<void(Connection&)> on_open, on_fin, on_drained, on_overflow;
    std::function<std::size_t(Connection&, std::span<u8>)> on_data;
    std::function<void()> on_end;
  };
  explicit Recorder(Log& to) : log(to) {}
  Log& log;

  void opened(Connection& c) override {
    log.connection = &c;
    log.events.push_back("opened");
    if (log.on_open) log.on_open(c);
  }
  std::size_t data(Connection& c, std::span<u8> bytes) override {
    const std::size_t taken = log.on_data ? log.on_data(c, bytes) : bytes.size();
    log.got += base::as_text(bytes.first(taken));
    return taken;
  }
  void half_closed(Connection& c) override {
    log.events.push_back("fin");
    if (log.on_fin) return log.on_fin(c);
    c.finish();
  }
  void ended(Connection&, int code) override {
    log.events.push_back("ended");
    log.code = code;
    log.connection = nullptr;
    if (log.on_end) log.on_end();
  }
  void drained(Connection& c) override {
    if (log.on_drained) log.on_drained(c);
  }
  void overflow(Connection& c) override {
    log.events.push_back("overflow");
    if (log.on_overflow) log.on_overflow(c);
  }
};

// A server with one kind of reader, and a client; the loop stops when both have ended, or late.
struct Ends {
  Loop loop;
  Counters server_counters, client_counters;
  QueueLimit limit;
  Recorder::Log server, client;
  std::unique_ptr<Listener> listener;
  Timer late{loop};
  bool in_time = true;

  explicit Ends(QueueLimit queue = {}) : limit(queue) {
    ListenSettings settings;
    settings.queue = queue;
    listener = std::make_unique<Listener>(loop, settings, server_counters,
                                          [this] { return std::make_unique<Recorder>(server); });
  }
  void dial_now() {
    dial(loop, "127.0.0.1", listener->port(), limit, client_counters,
         std::make_unique<Recorder>(client), [this](const DialFailure&) { loop.stop(); });
  }
  void run() {
    const auto both = [this] {
      if (server.code >= 0 && client.code >= 0) loop.stop();
    };
    server.on_end = both;
    client.on_end = both;
    dial_now();
    late.after(5'000'000'000, [this] {
      in_time = false;
      loop.stop();
    });
    loop.run();
  }
};

}  // namespace netpeel::net
