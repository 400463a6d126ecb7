// netpeel demo serve: one process that speaks everything the lessons and a classroom need.
#include <csignal>

#include "cli/main.hpp"
#include "cli/options.hpp"
#include "cli/output.hpp"
#include "demo.hpp"
#include "embedded.hpp"
#include "net/demo_events.hpp"
#include "net/engine_echo.hpp"
#include "net/listener.hpp"
#include "net/peer.hpp"
#include "net/reach.hpp"
#include "net/redis_adapter.hpp"
#include "net/sio_metrics.hpp"
#include "net/site.hpp"
#include "net/tcp_echo.hpp"
#include "net/udp_echo.hpp"

namespace {

using namespace netpeel;

constexpr const char* about =
    R"(Servers to talk to and to watch, all in one: TCP and UDP echo on one port number, HTTP, Server-Sent
Events, long-polling, WebSocket, Engine.IO and Socket.IO.

  /                    a chat page (Socket.IO)
  /http/               what HTTP can do
  /http/ticker         one ticker, four ways: asked for again and again,
                       /http/ticker/wait (long-polling), /http/ticker/events
                       (Server-Sent Events), /ws/ticker (WebSocket)
  /ws/echo             WebSocket, every message back
  /ws/broadcast        WebSocket, every message to everybody
  /engine.io/          Engine.IO, every message back
  /socket.io/          Socket.IO
  /healthz, /metrics   how it is

UDP: a datagram that begins with # and a number (1 to 10 digits, at most 4294967295), then a blank or
nothing, is answered by "ack N" and then by itself; any other by itself alone. Nothing more is
promised: build the rest.

SIGUSR1 prints to standard error what /metrics shows.)";

constexpr i64 millisecond = 1'000'000;
constexpr u64 longest = 1'000'000'000;       // milliseconds
constexpr i64 good_bye = 700 * millisecond;  // for what is left when it ends

struct Asked {
  std::string host = "127.0.0.1";
  u64 port = 3000, tcp_port = 7007, udp_port = 7007;
  u64 ping_interval = 25000, ping_timeout = 20000, connect_timeout = 45000;
  u64 upgrade_timeout = 10000, max_payload = 1'000'000, recovery = 0;
  u64 max_queue = net::QueueLimit{}.bytes, max_clients = net::ListenSettings{}.most;
  std::string cors, admin_token = "netpeel", node, deflate = "off", slow = "close";
  std::string redis, redis_key = "socket.io", parser = "text";
  u64 chunk = 0, delay = 0;
  bool allow_eio3 = false;
  bool half_close = false, abort = false, quiet = false;
};

void describe(cli::Options& options, Asked& to) {
  options.text("--host", to.host, "A", "The address it listens on; 127.0.0.1 where not given");
  options.number("--port", to.port, "N", "HTTP and all over it; 3000 where not given, 0: any");
  options.number("--tcp-port", to.tcp_port, "N", "TCP echo; 7007 where not given");
  options.number("--udp-port", to.udp_port, "N", "UDP echo; 7007 where not given");
  options.number("--ping-interval", to.ping_interval, "MS", "Engine.IO's heartbeat; 25000");
  options.number("--ping-timeout", to.ping_timeout, "MS", "How long it waits for a pong; 20000");
  options.number("--connect-timeout", to.connect_timeout, "MS",
                 "Who has joined no namespace by then is closed; 45000");
  options.number("--upgrade-timeout", to.upgrade_timeout, "MS",
                 "For the change from polling to WebSocket; 10000");
  options.number("--max-payload", to.max_payload, "BYTES",
                 "The largest POST and message of Engine.IO; 1000000");
  options.number("--recovery", to.recovery, "MS",
                 "A lost Socket.IO connection may be taken up again for so long");
  options.text("--cors", to.cors, "ORIGIN",
               "Pages of this origin may use it (* for all); WebSockets of others are refused");
  options.text("--admin-token", to.admin_token, "T", "Lets into the namespace /admin; netpeel");
  options.text("--redis", to.redis, "URL",
               "One cluster with all servers at this Redis (redis://127.0.0.1:6379), npm's among "
               "them; no recovery then");
  options.text("--redis-key", to.redis_key, "K", "What its channels begin with; socket.io");
  options.text("--node", to.node, "NAME", "What whoami calls this server; node-PORT");
  options.flag("--allow-eio3", to.allow_eio3,
               "Clients of Engine.IO 3 may come too: Socket.IO 1 and 2");
  options.choice("--parser", to.parser, {"text", "msgpack"},
                 "How Socket.IO packets are written; msgpack: as npm's socket.io-msgpack-parser");
  options.choice("--deflate", to.deflate, {"on", "off"}, "permessage-deflate on /ws/");
  options.number("--max-clients", to.max_clients, "N",
                 "Connections at once, over HTTP and to the TCP echo each; 100000, who comes then "
                 "is told so (503)");
  options.number("--max-queue", to.max_queue, "BYTES", "What may wait for one client; 16777216");
  options.choice("--slow", to.slow, {"drop", "close"},
                 "What a client gets whose queue is full: not this message, or the door");
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

i64 duration(const char* option, u64 milliseconds, u64 least = 1) {
  if (milliseconds < least || milliseconds > longest) {
    cli::usage_error(std::string(option) + " wants milliseconds, " + std::to_string(least) +
                     " to " + std::to_string(longest) + ", not " + std::to_string(milliseconds));
  }
  return i64(milliseconds) * millisecond;
}

net::SocketIoSettings socketio_settings(const Asked& asked) {
  net::SocketIoSettings out;
  out.engine.ping_interval = duration("--ping-interval", asked.ping_interval);
  out.engine.ping_timeout = duration("--ping-timeout", asked.ping_timeout);
  out.engine.upgrade_timeout = duration("--upgrade-timeout", asked.upgrade_timeout);
  out.engine.max_payload = asked.max_payload;
  out.engine.cors = asked.cors;
  out.engine.allow_eio3 = asked.allow_eio3;
  out.parser = asked.parser == "msgpack" ? net::SioParser::msgpack : net::SioParser::text;
  out.queue = {asked.max_queue, asked.slow == "drop" ? net::Slow::drop : net::Slow::close};
  out.connect_timeout = duration("--connect-timeout", asked.connect_timeout);
  out.recovery = duration("--recovery", asked.recovery, 0);
  if (asked.max_clients == 0) cli::usage_error("--max-clients wants at least 1");
  if (!asked.redis.empty() && out.recovery > 0) {
    cli::usage_error(
        "--recovery does not go with --redis: publish and subscribe keep nothing that a client "
        "could have missed");
  }
  return out;
}

net::EngineSettings echo_settings(net::EngineSettings same) {
  same.path = "/engine.io/";
  return same;
}

net::SiteSettings site_settings(const Asked& asked) {
  static std::vector<net::Asset> pages;
  for (const Embedded& file : embedded_www()) pages.push_back({file.name, file.content});
  net::SiteSettings out;
  out.pages = pages;
  out.bundles = net::npm_folders(cli::program_folder());
  out.cors = asked.cors;
  out.websocket.deflate = asked.deflate == "on";
  return out;
}

net::EchoManner manner(const Asked& asked) {
  net::EchoManner out;
  out.chunk = asked.chunk;
  out.delay = duration("--delay", asked.delay, 0);
  out.half_close = asked.half_close;
  out.abort = asked.abort;
  return out;
}

net::ListenSettings listen_settings(const Asked& asked, const char* option, u64 number,
                                    const net::QueueLimit& queue) {
  net::ListenSettings out;
  out.host = asked.host;
  out.port = port(option, number);
  out.option = option;
  out.queue = queue;
  out.most = asked.max_clients;
  return out;
}

net::ListenSettings http_settings(const Asked& asked, const net::QueueLimit& queue) {
  net::ListenSettings out = listen_settings(asked, "--port", asked.port, queue);
  out.full = net::http_refusal(503, "This server has as many connections as it takes (" +
                                        std::to_string(out.most) + "). Try again in a while.\n");
  return out;
}

net::UdpEchoSettings udp_settings(const Asked& asked) {
  net::UdpEchoSettings out;
  out.host = asked.host;
  out.port = port("--udp-port", asked.udp_port);
  out.delay = duration("--delay", asked.delay, 0);
  return out;
}

net::RedisSettings redis_settings(const Asked& asked) {
  net::RedisSettings out;
  const auto address = net::read_redis_url(asked.redis);
  if (!address) {
    const auto& wrong = address.complaint();
    cli::usage_error("--redis: " + wrong.what + (wrong.hint.empty() ? "" : ". " + wrong.hint));
  }
  out.address = *address;
  out.key = asked.redis_key;
  out.most_queued = asked.max_queue;
  return out;
}

// All of it, on one loop. Members end in the reverse order: first what others point to last.
class Server {
 public:
  explicit Server(const Asked& asked)
      : quiet_(asked.quiet), usual_token_(asked.admin_token == Asked().admin_token),
        manner_(manner(asked)), settings_(socketio_settings(asked)),
        redis_(asked.redis.empty() ? nullptr : connected(asked)), io_(loop_, settings_, &counters_),
        echo_(loop_, echo_settings(settings_.engine), settings_.queue, echo_events_, counters_),
        site_(loop_, site_settings(asked), counters_),
        http_(
            loop_, http_settings(asked, settings_.queue), counters_,
            [this] { return net::make_http_reader(loop_, site_, limits_, counters_); },
            [this](const std::string& says) { note(says); }),
        tcp_(
            loop_, listen_settings(asked, "--tcp-port", asked.tcp_port, settings_.queue), counters_,
            [this] { return net::make_tcp_echo(loop_, manner_); },
            [this](const std::string& says) { note(says); }),
        udp_(loop_, udp_settings(asked), counters_), end_(loop_) {
    node_ = asked.node.empty() ? "node-" + std::to_string(http_.port()) : asked.node;
    if (redis_) io_.use_adapter(*redis_);
    net::add_demo_events(io_, {node_, asked.admin_token});
    site_.add(io_.engine());
    site_.add(echo_);
    site_.gauges([this](std::vector<net::Gauge>& to) {
      net::add_gauges(io_.counters(), to);
      if (redis_) net::add_gauges(redis_->counters(), to);
    });
  }

  void run() {
    for (const int signal : {SIGINT, SIGTERM}) loop_.on_signal(signal, [this] { shut_down(); });
    loop_.on_signal(SIGUSR1, [this] { show_metrics(); });
    announce();
    loop_.run();
    // Who is left: readers let go of the servers here while these are still there.
    http_.abort_all();
    tcp_.abort_all();
    loop_.restart();
    loop_.poll();
  }

 private:
  std::unique_ptr<net::RedisAdapter> connected(const Asked& asked) {
    auto out = std::make_unique<net::RedisAdapter>(loop_, redis_settings(asked),
                                                   [this](const std::string& says) { note(says); });
    out->connect();
    return out;
  }

  void note(const std::string& says) const {
    if (!quiet_) cli::complain(says);
  }

  void announce() const {
    cli::Output out;
    out.text()
        .add("listening on ")
        .add(net::endpoint_text(http_.address(), http_.port()))
        .add(" (")
        .escaped(node_)
        .add(")\nTCP echo on port ")
        .dec(tcp_.port())
        .add(", UDP echo on port ")
        .dec(udp_.port())
        .add('\n');
    out.flush();
    if (http_.loopback()) return;
    std::string where;
    const bool any = http_.address() == "0.0.0.0" || http_.address() == "::";
    for (const std::string& address :
         any ? net::own_addresses() : std::vector<std::string>{http_.address()}) {
      if (http_.address() == "0.0.0.0" && address.find(':') != std::string::npos) continue;
      where += (where.empty() ? "" : ", ") +
               ("http://" + net::endpoint_text(address, http_.port())) + "/";
    }
    note("everybody who can reach this machine can use these servers" +
         (where.empty() ? std::string() : ", at " + where) + "; --host 127.0.0.1 keeps them to it");
    if (any && usual_token_)
      note("whoever knows netpeel knows the token of /admin, too; --admin-token sets another");
  }

  void show_metrics() const {
    cli::Output error(2);
    error.text().add(site_.metrics());
    error.flush();
  }

  // Tells all clients, and ends when they are gone or have had their time.
  void shut_down() {
    if (ending_) return loop_.stop();
    ending_ = true;
    site_.shut_down();
    io_.shut_down();
    echo_.shut_down();
    http_.shut_down();
    tcp_.shut_down();
    until_ = net::Loop::now() + good_bye;
    wait_for_the_last();
  }
  void wait_for_the_last() {
    if (http_.connections() + tcp_.connections() == 0 || net::Loop::now() >= until_)
      return loop_.stop();
    end_.after(5 * millisecond, [this] { wait_for_the_last(); });
  }

  bool quiet_, usual_token_;
  net::EchoManner manner_;
  net::Loop loop_;
  net::Counters counters_;
  net::HttpLimits limits_;
  net::SocketIoSettings settings_;
  net::EngineEcho echo_events_;
  std::unique_ptr<net::RedisAdapter> redis_;
  net::SocketIoServer io_;
  net::EngineServer echo_;
  net::Site site_;
  net::Listener http_, tcp_;
  net::UdpEcho udp_;
  net::Timer end_;
  std::string node_;
  i64 until_ = 0;
  bool ending_ = false;
};

}  // namespace

int demo_serve(int argc, char** argv) {
  Asked asked;
  cli::Options options("demo serve", about);
  describe(options, asked);
  options.example("netpeel demo serve", "Everything, for this machine alone.");
  options.example("netpeel demo serve --host 0.0.0.0", "For a classroom: others can reach it.");
  options.example("netpeel demo serve --chunk 3 --delay 200",
                  "TCP echo in small pieces: a stream has no messages.");
  options.parse(argc, argv);
  net::raise_file_limit();
  Server(asked).run();
  return cli::done;
}
