// netpeel demo load: many clients at once, and what that costs the server.
#include <cstdio>

#include "demo.hpp"
#include "demo_client.hpp"
#include "net/load.hpp"
#include "net/reach.hpp"

namespace {

using namespace netpeel;
using namespace netpeel::demo;

constexpr const char* about =
    R"(A load generator: many clients against one server, over WebSocket or Socket.IO, from one thread.
Rates depend on what else the machine does; the server's processor time for one operation hardly does,
and is given where the server runs here and may be looked at.)";

struct Asked {
  ClientOptions client{.timeout = 15000};
  std::string kind = "echo", proto = "ws";
  u64 clients = 100, messages = 0, seconds = 5, rate = 0, size = 64, window = 4, pid = 0;
};

void describe(cli::Options& options, Asked& to) {
  options.words("TARGET", to.client.words, "HOST:PORT/PATH, 127.0.0.1:3000 if not given");
  options.choice(
      "--test", to.kind, {"echo", "broadcast", "idle", "churn"},
      "echo: each client waits for its message before the next; broadcast: one sends, all "
      "get it; idle: connections alone; churn: connect and go, again and again");
  options.choice("--proto", to.proto, {"ws", "sio"}, "WebSocket, or Socket.IO over it");
  options.number("--clients", to.clients, "N", "Connections at once; 100");
  options.number("--messages", to.messages, "N",
                 "Ends when so many were sent (churn: connections; 10000)");
  options.number("--seconds", to.seconds, "N",
                 "Ends after that time; 5, 0: only --messages ends it");
  options.number("--rate", to.rate, "N", "Messages a second, all clients together; 0: what goes");
  options.number("--size", to.size, "BYTES", "Of a message's text; 64");
  options.number("--window", to.window, "N", "broadcast: messages under way; 4");
  options.number("--pid", to.pid, "PID", "The server; whoever listens there if not given");
  options.number("--timeout", to.client.timeout, "MS",
                 "Gives up when nothing came for so long; 15000");
  options.flag("--json", to.client.json, "One object");
  options.flag("-q,--quiet", to.client.quiet, "No notes");
  options.example("netpeel demo load localhost:3000",
                  "A hundred WebSockets, five seconds of echo.");
  options.example("netpeel demo load localhost:3000 --proto sio --test broadcast --clients 1000",
                  "One Socket.IO client speaks to a thousand.");
  options.example("netpeel demo load localhost:3000 --test idle --clients 5000 --json",
                  "What 5000 connections cost in memory.");
}

net::LoadSettings settings(const Asked& asked, const net::Target& target) {
  net::LoadSettings out{.host = target.host,
                        .port = target.port,
                        .socketio = asked.proto == "sio",
                        .path = target.path,
                        .clients = asked.clients,
                        .messages = asked.messages,
                        .seconds = double(asked.seconds),
                        .rate = double(asked.rate),
                        .size = asked.size,
                        .window = asked.window,
                        .pid = int(asked.pid),
                        .patience = asked.client.within()};
  using enum net::LoadKind;
  out.kind = asked.kind == "broadcast" ? broadcast
             : asked.kind == "idle"    ? idle
             : asked.kind == "churn"   ? churn
                                       : echo;
  if (out.kind == churn) {
    out.seconds = 0;
    if (out.messages == 0) out.messages = 10'000;
  }
  return out;
}

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

// Echoes and deliveries for one, connections for the other.
double operations(const net::LoadResult& r) { return double(r.received); }

double kilobytes_each(const net::LoadResult& r) {
  return (double(*r.memory_after) - double(*r.memory_before)) / 1000 / double(r.connected);
}

void tell(const Asked& asked, const net::LoadResult& r, Screen& screen) {
  const auto line = [&](const std::string& name, const std::string& value) {
    screen.line(name + std::string(22 - std::min<std::size_t>(name.size(), 21), ' ') + value);
  };
  const bool churn = asked.kind == "churn";
  line("connections",
       std::to_string(r.connected) +
           (churn ? ""
                  : ", opened in " + fixed(r.connect_seconds, 3) + " s (" +
                        fixed(double(r.connected) / std::max(r.connect_seconds, 1e-9), 0) + "/s)"));
  if (r.failed + r.lost > 0)
    line("failed, lost", std::to_string(r.failed) + ", " + std::to_string(r.lost));
  if (asked.kind != "idle" && r.seconds > 0) {
    line(asked.kind == "broadcast" ? "deliveries"
         : churn                   ? "came and went"
                                   : "round trips",
         std::to_string(r.received) + " in " + fixed(r.seconds, 3) +
             " s: " + fixed(operations(r) / r.seconds, 0) + "/s");
    const auto ms = [&](double p) { return fixed(double(r.waits.percentile(p)) / 1e6, 3); };
    line("ms at 50, 90, 99, 100 %", ms(50) + ", " + ms(90) + ", " + ms(99) + ", " + ms(100));
    if (r.processor && r.received > 0) {
      line("server's processor",
           fixed(double(*r.processor) / 1000 / operations(r), 2) + " us each (" +
               fixed(100 * double(*r.processor) / 1e9 / r.seconds, 0) + " %)");
    }
  }
  if (r.memory_before && r.memory_after) {
    line("server's memory", fixed(double(*r.memory_before) / 1e6, 1) + " MB, then " +
                                fixed(double(*r.memory_after) / 1e6, 1) + " MB" +
                                (asked.kind == "idle" && r.connected > 0
                                     ? ": " + fixed(kilobytes_each(r), 2) + " kB a connection"
                                     : ""));
  }
}

void tell_json(const Asked& asked, const net::LoadResult& r, Screen& screen) {
  screen.object("load", [&](base::Json& json, base::Text& out) {
    const auto real = [&](std::string_view name, double value) {
      add_json(json, out, name, fixed(value, 6));
    };
    json.member("test", asked.kind).member("proto", asked.proto).member("clients", asked.clients);
    json.member("size", asked.size).member("connected", r.connected).member("failed", r.failed);
    json.member("lost", r.lost).member("sent", r.sent).member("received", r.received);
    json.member("unanswered", r.unanswered);
    real("connect_seconds", r.connect_seconds);
    real("seconds", r.seconds);
    if (r.seconds > 0) real("per_second", operations(r) / r.seconds);
    for (const auto& [name, percent] : {
             std::pair{"ms_p50",  50.0 },
             {"ms_p90",  90.0 },
             {"ms_p99",  99.0 },
             {"ms_p999", 99.9 },
             {"ms_max",  100.0}
    })
      real(name, double(r.waits.percentile(percent)) / 1e6);
    if (r.pid > 0) json.member("pid", u64(r.pid));
    if (r.processor && r.received > 0)
      real("server_us", double(*r.processor) / 1000 / operations(r));
    if (r.memory_before && r.memory_after) {
      json.member("memory_before", *r.memory_before).member("memory_after", *r.memory_after);
      if (asked.kind == "idle" && r.connected > 0) real("kb_a_connection", kilobytes_each(r));
    }
    if (!r.problem.empty()) json.member("problem", r.problem);
  });
}

}  // namespace

int demo_load(int argc, char** argv) {
  Asked asked;
  cli::Options options("demo load", about);
  describe(options, asked);
  options.parse(argc, argv);
  const net::Target target = take_target(asked.client.words, {.port = 3000});
  if (!asked.client.words.empty())
    cli::usage_error("there is one TARGET, and \"" + asked.client.words[0] + "\" is one too many");
  if (asked.clients == 0 || asked.clients > 1'000'000)
    cli::usage_error("--clients wants 1 to 1000000");
  constexpr u64 longest = 64 * 1024 * 1024;
  if (asked.size > longest)
    cli::usage_error("--size wants at most " + std::to_string(longest) + " bytes");
  if (asked.seconds == 0 && asked.messages == 0 && asked.kind != "churn")
    cli::usage_error("without --seconds and --messages it would never end");

  net::raise_file_limit();
  net::Loop loop;
  Screen screen(asked.client);
  net::Load load(loop, settings(asked, target));
  net::LoadResult result;
  stop_on_signals(loop, [&] { load.stop(); });
  load.run([&](const net::LoadResult& r) {
    result = r;
    loop.stop();
  });
  loop.run();
  if (result.connected == 0 && !result.failure.problem.empty()) could_not(result.failure, target);
  if (asked.client.json) {
    tell_json(asked, result, screen);
  } else {
    tell(asked, result, screen);
  }
  if (!result.problem.empty()) screen.note(result.problem);
  return result.problem.empty() ? cli::done : cli::check_said_no;
}
