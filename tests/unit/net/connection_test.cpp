#include "net/connection.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ends.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using net::Connection;
using net::encoded;
using net::Ends;

namespace {

std::string numbered(int n) { return std::to_string(n) + ","; }

}  // namespace

TEST_CASE("what one turn sends is one write, in order") {
  Ends ends;
  std::string wanted;
  for (int i = 0; i < 1000; ++i) wanted += numbered(i);
  ends.server.on_open = [](Connection& c) {
    for (int i = 0; i < 1000; ++i) CHECK(c.send(encoded(numbered(i))));
    CHECK_FALSE(c.writable());
    c.finish();
    CHECK(c.closing());
    CHECK_FALSE(c.send(encoded("late")));
  };
  ends.run();
  CHECK(ends.client.got == wanted);
  CHECK(ends.server_counters.writes == 1);
  CHECK(ends.server_counters.bytes_out == wanted.size());
  CHECK(ends.client_counters.bytes_in == wanted.size());
  CHECK(ends.server_counters.queue_high == wanted.size());
  CHECK(ends.server.code == 0);
  CHECK(ends.client.code == 0);
  CHECK(ends.server_counters.connections_closed == 1);
  CHECK(ends.listener->connections() == 0);
}

TEST_CASE("more pieces than one gather write takes") {
  Ends ends;
  std::string wanted;
  ends.server.on_open = [&](Connection& c) {
    for (int i = 0; i < 5000; ++i) {
      wanted += numbered(i);
      c.send(encoded(numbered(i)));
    }
    c.finish();
  };
  ends.run();
  CHECK(ends.client.got == wanted);
  CHECK(ends.server_counters.writes == 5);
}

TEST_CASE("what a reader does not take comes again with more behind it") {
  Ends ends;
  ends.server.on_data = [](Connection& c, std::span<u8> bytes) {
    if (bytes.size() < 4) return std::size_t(0);
    const std::size_t whole = bytes.size() / 4 * 4;
    c.send(encoded(std::string(base::as_text(bytes.first(whole))) + "|"));
    return whole;
  };
  int step = 0;
  const std::vector<std::string> pieces{"ab", "c", "defg", "h"};
  net::Timer pause(ends.loop);
  std::function<void()> next = [&] {
    if (step == 4) return ends.client.connection->finish();
    ends.client.connection->send(encoded(pieces[std::size_t(step++)]));
    pause.after(20'000'000, next);
  };
  ends.client.on_open = [&](Connection&) { next(); };
  ends.run();
  CHECK(ends.client.got == "abcd|efgh|");
  CHECK(ends.server.got == "abcdefgh");
}

TEST_CASE("a large transfer with a reader that pauses arrives whole") {
  Ends ends;
  std::string wanted;
  for (int i = 0; wanted.size() < 12'000'000; ++i) wanted += numbered(i);
  ends.limit.bytes = std::size_t(-1);
  bool drained = false;
  ends.server.on_drained = [&](Connection& c) {
    drained = true;
    c.finish();
  };
  ends.server.on_open = [&](Connection& c) { c.send(encoded(wanted)); };
  net::Timer rest(ends.loop);
  int pauses = 0;
  ends.client.on_data = [&](Connection& c, std::span<u8> bytes) {
    if (++pauses < 5) {
      c.pause();
      rest.after(10'000'000, [&c] { c.resume(); });
      return bytes.size() / 2;
    }
    return bytes.size();
  };
  ends.run();
  CHECK(ends.in_time);
  CHECK(drained);
  CHECK(ends.client.got == wanted);
}

TEST_CASE("finish() ends one direction, the other goes on") {
  Ends ends;
  ends.client.on_open = [](Connection& c) {
    c.send(encoded("question"));
    c.finish();
  };
  ends.server.on_fin = [](Connection& c) {
    c.send(encoded("answer"));
    c.finish();
  };
  ends.run();
  CHECK(ends.server.got == "question");
  CHECK(ends.client.got == "answer");
  CHECK(ends.client.events == std::vector<std::string>{"opened", "fin", "ended"});
  CHECK(ends.client.code == 0);
}

TEST_CASE("abort() is a reset") {
  Ends ends;
  ends.server.on_data = [](Connection& c, std::span<u8> bytes) {
    c.abort();
    CHECK_FALSE(c.send(encoded("late")));
    return bytes.size();
  };
  ends.client.on_open = [](Connection& c) { c.send(encoded("x")); };
  ends.run();
  CHECK(ends.client.code == ECONNRESET);
  CHECK(ends.server.code == ECONNABORTED);
}

TEST_CASE("close() does not wait for a peer that does not") {
  Ends ends;
  ends.client.on_fin = [](Connection&) {};  // never finishes
  ends.server.on_open = [](Connection& c) {
    c.send(encoded("bye"));
    c.close(50'000'000);
  };
  ends.run();
  CHECK(ends.in_time);
  CHECK(ends.client.got == "bye");
  CHECK(ends.server.code == ECONNABORTED);
  CHECK(ends.client.code == EPIPE);  // Linux's word for a reset behind a FIN
}

TEST_CASE("another reader takes what the old one left") {
  Ends ends;
  net::Recorder::Log second;
  second.on_fin = [](Connection& c) { c.finish(); };
  second.on_end = [&] { ends.server.code = 0; };
  ends.server.on_data = [&](Connection& c, std::span<u8>) {
    c.become(std::make_unique<net::Recorder>(second));
    return std::size_t(3);
  };
  ends.client.on_open = [](Connection& c) {
    c.send(encoded("oneTWO"));
    c.finish();
  };
  ends.run();
  CHECK(ends.server.got == "one");
  CHECK(second.got == "TWO");
  CHECK(second.events == std::vector<std::string>{"opened", "fin", "ended"});
  CHECK(ends.server.events == std::vector<std::string>{"opened"});
}

TEST_CASE("another reader takes over later, outside of data()") {
  Ends ends;
  net::Recorder::Log second;
  second.on_end = [&] { ends.loop.stop(); };
  ends.server.on_data = [&](Connection&, std::span<u8>) { return std::size_t(0); };
  net::Timer later(ends.loop);
  ends.server.on_open = [&](Connection& c) {
    later.after(50'000'000, [&] { c.become(std::make_unique<net::Recorder>(second)); });
  };
  ends.client.on_open = [](Connection& c) { c.send(encoded("kept")); };
  second.on_data = [](Connection& c, std::span<u8> bytes) {
    c.finish();
    return bytes.size();
  };
  ends.run();
  CHECK(second.got == "kept");
}

namespace {

// A server that sends 64 kB pieces, a client that does not read until the test says so.
struct Stalled {
  explicit Stalled(net::QueueLimit queue) : ends(queue) {
    ends.client.on_open = [](Connection& c) { c.pause(); };
    ends.server.on_open = [this](Connection&) { go_on(); };
  }
  void go_on() {
    if (ends.server.connection == nullptr || refused > 10 || sent > 2000) return;
    ends.server.connection->send(encoded(std::string(65536, 'x'))) ? ++sent : ++refused;
    tick.after(100'000, [this] { go_on(); });
  }
  Ends ends;
  int sent = 0, refused = 0;
  net::Timer tick{ends.loop};
};

}  // namespace

TEST_CASE("a full queue drops: counted, bounded, and the connection lives on") {
  Stalled s({1'000'000, net::Slow::drop});
  net::Timer wake(s.ends.loop);
  wake.after(1'500'000'000, [&] {
    CHECK(s.refused > 10);
    s.ends.client.connection->resume();
  });
  s.ends.server.on_drained = [&](Connection& c) {
    if (s.refused > 10) c.finish();
  };
  s.ends.run();
  CHECK(s.ends.in_time);
  CHECK(s.ends.server_counters.dropped == u64(s.refused));
  CHECK(s.ends.server_counters.queue_high <= 1'000'000);
  CHECK(s.ends.server_counters.closed_slow == 0);
  CHECK(s.ends.client.got.size() == std::size_t(s.sent) * 65536);
}

TEST_CASE("a full queue closes, and the last words go out behind what was begun") {
  Stalled s({1'000'000, net::Slow::close});
  s.ends.server.on_overflow = [&](Connection& c) {
    c.last_words(encoded("too slow"));
    s.ends.client.connection->resume();
  };
  s.ends.run();
  CHECK(s.ends.in_time);
  CHECK(s.ends.server_counters.closed_slow == 1);
  CHECK(s.ends.server_counters.dropped >= 1);
  CHECK(s.ends.client.got.ends_with("xtoo slow"));
  CHECK((s.ends.client.got.size() - 8) % 65536 == 0);
  CHECK(s.ends.client.got.size() < std::size_t(s.sent) * 65536);
  CHECK(s.ends.server.code == 0);
}

TEST_CASE("who listens on a port that is taken is told what to do") {
  net::Loop loop;
  net::Counters counters;
  net::ListenSettings settings;
  const auto none = [] { return std::unique_ptr<net::Reader>(); };
  const net::Listener first(loop, settings, counters, none);
  settings.port = first.port();
  std::string what, advice;
  try {
    const net::Listener second(loop, settings, counters, none);
  } catch (const base::Error& e) {
    what = e.what();
    advice = e.advice();
  }
  CHECK(what == "could not listen on 127.0.0.1:" + std::to_string(first.port()) +
                    ": Address already in use");
  CHECK(advice.find("--port 0") != std::string::npos);
  CHECK(first.loopback());
}

TEST_CASE("nobody listens: the failure says so") {
  net::Loop loop;
  net::Counters counters;
  net::QueueLimit limit;
  net::Recorder::Log log;
  const int fd = socket(AF_INET, SOCK_STREAM, 0);  // bound and not listening: refuses
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  net::DialFailure failure;
  net::dial(loop, "localhost", ntohs(address.sin_port), limit, counters,
            std::make_unique<net::Recorder>(log), [&](const net::DialFailure& f) { failure = f; });
  loop.run();
  ::close(fd);
  CHECK(failure.code == ECONNREFUSED);
  CHECK(failure.problem == "connect to localhost:" + std::to_string(ntohs(address.sin_port)));
  CHECK_FALSE(failure.advice.empty());
  CHECK(log.events.empty());
}

TEST_CASE("a loop may end with connections open") {
  auto ends = std::make_unique<Ends>();
  ends->client.on_open = [&](Connection& c) {
    c.send(encoded("x"));
    ends->loop.stop();
  };
  ends->dial_now();
  ends->loop.run();
  ends.reset();
  SUCCEED();
}
