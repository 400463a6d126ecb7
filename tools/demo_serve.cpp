// netpeel demo serve: one process that speaks everything the lessons and a classroom need.
#include <csignal>

#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "demo.hpp"
#include "net/listener.hpp"
#include "net/tcp_echo.hpp"
#include "net/udp_echo.hpp"

namespace {

using namespace netpeel;

constexpr const char* about =
    R"(Servers to talk to and to watch: TCP and UDP echo on one port number.

UDP: a datagram that begins with # and a number (1 to 10 digits, at most 4294967295), then a blank or
nothing, is answered by "ack N" and then by itself; any other by itself alone. Nothing more is
promised: build the rest.)";

constexpr i64 millisecond = 1'000'000;

struct Asked {
  std::string host = "127.0.0.1";
  u64 tcp_port = 7007, udp_port = 7007;
  u64 chunk = 0, delay = 0;
  bool half_close = false, abort = false, quiet = false;
};

void describe(cli::Options& options, Asked& to) {
  options.text("--host", to.host, "A", "The address it listens on; 127.0.0.1 where not given");
  options.number("--tcp-port", to.tcp_port, "N", "TCP echo; 7007 where not given");
  options.number("--udp-port", to.udp_port, "N", "UDP echo; 7007 where not given");
  options.number("--chunk", to.chunk, "N", "TCP echo answers in pieces of N bytes");
  options.number("--delay", to.delay, "MS", "TCP and UDP echo wait before each answer or piece");
  options.flag("--half-close", to.half_close,
               "TCP echo sends FIN behind its first answer, and reads on");
  options.flag("--abort", to.abort, "TCP echo resets the connection instead of answering");
  options.flag("-q,--quiet", to.quiet, "No notes");
}

u16 port(const char* option, u64 value) {
  if (value > 65535) {
    cli::usage_error(std::string(option) + " wants a port, 0 to 65535, not " +
                     std::to_string(value));
  }
  return u16(value);
}

void say(const std::string& line) {
  cli::Output out;
  out.text().add(line).add('\n');
  out.flush();
}

}  // namespace

int demo_serve(int argc, char** argv) {
  Asked asked;
  cli::Options options("demo serve", about);
  describe(options, asked);
  options.example("netpeel demo serve", "Everything, for this machine alone.");
  options.example("netpeel demo serve --host 0.0.0.0", "For a classroom.");
  options.example("netpeel demo serve --chunk 3 --delay 200",
                  "TCP echo in small pieces: a stream has no messages.");
  options.parse(argc, argv);

  net::Loop loop;
  net::Counters counters;
  net::EchoManner manner;
  manner.chunk = asked.chunk;
  manner.delay = i64(asked.delay) * millisecond;
  manner.half_close = asked.half_close;
  manner.abort = asked.abort;
  net::ListenSettings tcp;
  tcp.host = asked.host;
  tcp.port = port("--tcp-port", asked.tcp_port);
  tcp.option = "--tcp-port";
  const auto note = [&](const std::string& says) {
    if (!asked.quiet) cli::complain(says);
  };
  net::Listener tcp_echo(
      loop, tcp, counters, [&] { return net::make_tcp_echo(loop, manner); }, note);
  net::UdpEchoSettings udp;
  udp.host = asked.host;
  udp.port = port("--udp-port", asked.udp_port);
  udp.delay = manner.delay;
  const net::UdpEcho udp_echo(loop, udp, counters);
  say("TCP echo on port " + std::to_string(tcp_echo.port()) + ", UDP echo on port " +
      std::to_string(udp_echo.port()));
  for (const int signal : {SIGINT, SIGTERM}) loop.on_signal(signal, [&] { loop.stop(); });
  loop.run();
  return cli::done;
}
