#include "contrast/plan.hpp"

namespace netpeel::contrast {
namespace {

enum class Way { tcp, udp, http, ws_echo, poll, longpoll, sse, ws, sio };

struct Pair {
  const char *id, *title;
  Way a, b;
};
constexpr Pair pairs[]{
    {"tcp-udp",     "The same messages over TCP and over UDP",                        Way::tcp,
     Way::udp    },
    {"http-ws",     "An HTTP exchange and the upgrade to WebSocket",                  Way::http,
     Way::ws_echo},
    {"poll-ws",     "The same events: asked for again and again, and over WebSocket", Way::poll,
     Way::ws     },
    {"longpoll-ws", "The same events: by long-polling, and over WebSocket",           Way::longpoll,
     Way::ws     },
    {"sse-ws",      "The same events: as Server-Sent Events, and over WebSocket",     Way::sse,
     Way::ws     },
    {"sio-ws",      "The same messages: over Socket.IO, and over a bare WebSocket",   Way::sio,
     Way::ws_echo},
};

std::string talk(const char* kind, const char* port, const PlanSettings& s) {
  return std::string("netpeel-contrast talk ") + kind + " b " + port + " " +
         std::to_string(s.events) + " " + std::to_string(s.every);
}
// A line for each message, so far apart.
std::string feed(const std::string& before, const std::string& after, const PlanSettings& s) {
  const std::string n = std::to_string(s.events);
  const std::string pause =
      std::to_string(s.every / 1000) + "." + std::to_string(1000 + s.every % 1000).substr(1);
  return "(i=1; while [ $i -le " + n + " ]; do echo '" + before + "message '$i' of " + n + after +
         "'; sleep " + pause + "; i=$((i+1)); done)";
}

Run run_of(Way way, const PlanSettings& s) {
  const std::string n = std::to_string(s.events), ms = std::to_string(s.every) + " ms";
  switch (way) {
    case Way::tcp:
      return {"TCP", "tcp", talk("tcp", "7007", s), n + " messages, one each " + ms + ", echoed"};
    case Way::udp:
      return {"UDP", "udp", talk("udp", "7007", s), n + " messages, one each " + ms + ", echoed"};
    case Way::http:
      return {"HTTP", "http", talk("http", "3000", s),
              n + " requests on one connection, one each " + ms + ", each echoed"};
    case Way::ws_echo:
      return {"WebSocket", "ws-echo",
              feed("", "", s) + " | netpeel-demo ws b:3000/ws/echo >/dev/null",
              n + " messages, one each " + ms + ", each echoed"};
    case Way::poll:
      return {"polling", "poll", talk("poll", "3000", s),
              "asks each " + ms + " until " + n + " ticks of the server's clock were seen"};
    case Way::longpoll:
      return {"long-polling", "longpoll", talk("longpoll", "3000", s),
              "asks, and the server answers when it ticks; " + n + " ticks"};
    case Way::sse: return {"SSE", "sse", talk("sse", "3000", s), "asks once; " + n + " ticks come"};
    case Way::ws:
      return {"WebSocket", "ws", "netpeel-demo ws --count " + n + " b:3000/ws/ticker >/dev/null",
              "one upgrade; " + n + " ticks come"};
    case Way::sio:
      return {"Socket.IO", "sio",
              feed("emit echo \"", "\" ack", s) +
                  " | netpeel-demo sio --transport websocket b:3000 >/dev/null",
              n + " events, one each " + ms + ", each acknowledged with an echo"};
  }
  return {};
}

}  // namespace

std::vector<std::string> plan_names() {
  std::vector<std::string> out;
  for (const Pair& pair : pairs) out.emplace_back(pair.id);
  return out;
}

base::Result<Plan> plan(const std::string& id, const PlanSettings& settings) {
  for (const Pair& pair : pairs) {
    if (pair.id != id) continue;
    return Plan{
        .id = id,
        .title = pair.title,
        .runs = {run_of(pair.a, settings), run_of(pair.b, settings)},
        .recorded = pair.a == Way::tcp ? "a>b drop data#3" : "",
        .datagrams = {pair.a == Way::udp,    pair.b == Way::udp            }
    };
  }
  return base::Complaint{.what = "there is no contrast \"" + id + "\""};
}

std::string translated(const std::string& fault, bool datagrams) {
  const std::string from = datagrams ? "data" : "datagram", to = datagrams ? "datagram" : "data";
  std::string out = fault;
  for (std::size_t at = 0; (at = out.find(from, at)) != std::string::npos;) {
    const char before = at == 0 ? ' ' : out[at - 1];
    const char after = at + from.size() < out.size() ? out[at + from.size()] : ' ';
    const bool word = before == ' ' && (after == ' ' || after == '#');
    if (word) out.replace(at, from.size(), to);
    at += word ? to.size() : from.size();
  }
  return out;
}

}  // namespace netpeel::contrast
