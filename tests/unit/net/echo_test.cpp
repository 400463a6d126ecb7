#include <sys/socket.h>

#include "ends.hpp"
#include "net/tcp_echo.hpp"
#include "net/udp_echo.hpp"
#include "support/catch.hpp"
#include "udp_client.hpp"

using namespace netpeel;
using net::Connection;
using net::encoded;

namespace {

// A client that sends `said`, and perhaps ends its direction; what it got, piece by piece.
struct EchoRun {
  net::Loop loop;
  net::Counters counters;
  net::QueueLimit limit;
  net::Recorder::Log client;
  std::vector<std::string> pieces;
  i64 took = 0;

  EchoRun(const net::EchoManner& manner, const std::string& said, bool finish = true,
          const net::QueueLimit& queue = {}, i64 stalls = 0) {
    net::ListenSettings settings;
    settings.queue = queue;
    net::Listener listener(loop, settings, counters,
                           [&] { return net::make_tcp_echo(loop, manner); });
    net::Timer stalled(loop);
    client.on_open = [&](Connection& c) {
      c.send(encoded(said));
      if (finish) c.finish();
      if (stalls == 0) return;
      c.pause();
      stalled.after(stalls, [&c] { c.resume(); });
    };
    client.on_data = [&](Connection&, std::span<u8> bytes) {
      pieces.emplace_back(base::as_text(bytes));
      return bytes.size();
    };
    client.on_end = [&] { loop.stop(); };
    net::Timer late(loop);
    late.after(5'000'000'000, [&] { loop.stop(); });
    const i64 begin = net::Loop::now();
    net::dial(loop, "127.0.0.1", listener.port(), limit, counters,
              std::make_unique<net::Recorder>(client), [&](const auto&) { loop.stop(); });
    loop.run();
    took = net::Loop::now() - begin;
  }
};

}  // namespace

TEST_CASE("TCP echo gives back what came, and ends when the client does") {
  const EchoRun run({}, "hello");
  CHECK(run.client.got == "hello");
  CHECK(run.client.code == 0);
}

TEST_CASE("TCP echo keeps little for a client that does not read, and loses nothing") {
  std::string much;
  for (int i = 0; much.size() < 20'000'000; ++i) much += std::to_string(i) + " ";
  const EchoRun run({}, much);
  CHECK(run.client.got == much);
  CHECK(run.counters.dropped == 0);
}

TEST_CASE("TCP echo loses nothing where its queue is small, whatever is done with slow clients") {
  std::string much;
  for (int i = 0; much.size() < 15'000'000; ++i) much += std::to_string(i) + " ";
  for (const net::Slow slow : {net::Slow::drop, net::Slow::close}) {
    const EchoRun run({}, much, true, {.bytes = 1000, .slow = slow}, 300'000'000);
    CHECK(run.client.got.size() == much.size());
    CHECK(run.client.got == much);
    CHECK(run.counters.dropped == 0);
  }
  net::EchoManner chunks;
  chunks.chunk = 40'000;
  const EchoRun run(chunks, much, true, {.bytes = 1000, .slow = net::Slow::drop}, 300'000'000);
  CHECK(run.client.got == much);
}

TEST_CASE("TCP echo in chunks, with a delay before each") {
  net::EchoManner manner;
  manner.chunk = 4;
  manner.delay = 20'000'000;
  const EchoRun run(manner, "abcdefghij");
  CHECK(run.pieces == std::vector<std::string>{"abcd", "efgh", "ij"});
  CHECK(run.took >= 60'000'000);
  CHECK(run.client.code == 0);
}

TEST_CASE("TCP echo that half-closes, and one that aborts") {
  net::EchoManner manner;
  manner.half_close = true;
  const EchoRun half(manner, "hello", false);
  CHECK(half.client.got == "hello");
  CHECK(half.client.events == std::vector<std::string>{"opened", "fin", "ended"});
  CHECK(half.client.code == 0);
  manner = {};
  manner.abort = true;
  const EchoRun reset(manner, "hello", false);
  CHECK(reset.client.got.empty());
  CHECK(reset.client.code == ECONNRESET);
}

TEST_CASE("which datagrams bear a number") {
  CHECK(net::udp_number("#7 text") == "7");
  CHECK(net::udp_number("#007") == "007");
  CHECK(net::udp_number("#4294967295 ") == "4294967295");
  for (const char* const none :
       {"", "#", "# 7", "#7x", "#-7 a", "7 a", "#4294967296", "#12345678901 a", "#7\n"})
    CHECK(net::udp_number(none).empty());
}

TEST_CASE("UDP echo: the same datagram back, an ack in front where it bears a number") {
  net::Loop loop;
  net::Counters counters;
  const net::UdpEcho echo(loop, {}, counters);
  CHECK(net::udp_answers(loop, echo.port(), "text", 1) == std::vector<std::string>{"text"});
  CHECK(net::udp_answers(loop, echo.port(), "", 1) == std::vector<std::string>{""});
  CHECK(net::udp_answers(loop, echo.port(), "#7 text", 2) ==
        std::vector<std::string>{"ack 7", "#7 text"});
  const std::string largest(65507, 'x');
  CHECK(net::udp_answers(loop, echo.port(), largest, 1) == std::vector<std::string>{largest});
  CHECK(counters.datagrams_in == 4);
  CHECK(counters.datagrams_out == 5);
}

TEST_CASE("UDP echo with a delay answers late, and loses what is too much") {
  net::Loop loop;
  net::Counters counters;
  net::UdpEchoSettings settings;
  settings.delay = 30'000'000;
  settings.most_waiting = 2;
  const net::UdpEcho echo(loop, settings, counters);
  const i64 begin = net::Loop::now();
  CHECK(net::udp_answers(loop, echo.port(), {"a", "b", "c"}, 2) ==
        std::vector<std::string>{"a", "b"});
  CHECK(net::Loop::now() - begin >= 30'000'000);
  CHECK(counters.dropped == 1);
}
