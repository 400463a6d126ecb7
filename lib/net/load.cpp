#include "net/load.hpp"

#include <algorithm>
#include <deque>
#include <vector>

#include "net/client_http.hpp"
#include "net/load_client.hpp"
#include "net/load_process.hpp"
#include "net/peer.hpp"
#include "net/ws_codec.hpp"

namespace netpeel::net {

namespace {

constexpr i64 second = 1'000'000'000;
constexpr i64 settle = second / 2;    // until what connecting caused is over
constexpr u64 a_port_range = 25'000;  // connections from one address to one port

std::string default_path(const LoadSettings& s) {
  if (s.socketio) return "/socket.io/?EIO=4&transport=websocket";
  return s.kind == LoadKind::broadcast ? "/ws/broadcast" : "/ws/echo";
}

Encoded masked(std::string_view text) {
  return encoded(ws_frame(WsHead{.mask = ws_random_mask()}, text));
}

LoadFrames frames_of(const LoadSettings& s) {
  HttpAsk ask{.target = s.path.empty() ? default_path(s) : s.path};
  ask.headers = {
      {"Upgrade",               "websocket"               },
      {"Connection",            "Upgrade"                 },
      {"Sec-WebSocket-Key",     "bmV0cGVlbCBkZW1vIGxvZA=="},
      {"Sec-WebSocket-Version", "13"                      }
  };
  std::string text(s.size, 'x');
  if (s.socketio) {
    const char* const event = s.kind == LoadKind::broadcast ? "broadcast:all" : "echo";
    text = "42[\"" + std::string(event) + "\",\"" + text + "\"]";
  }
  return {.socketio = s.socketio,
          .handshake = encoded(http_head_of(ask, endpoint_text(s.host, s.port))),
          .join = masked("40"),
          .pong = masked("3"),
          .message = masked(text)};
}

}  // namespace

struct Load::Impl final : LoadClient::Owner {
  enum class Phase : u8 { connecting, settling, running, over };

  Impl(Loop& on, LoadSettings with)
      : loop(on), settings(std::move(with)), frames(frames_of(settings)), clock(on), tick(on),
        watch(on) {}

  Loop& loop;
  LoadSettings settings;
  LoadFrames frames;
  std::function<void(const LoadResult&)> done;
  std::vector<std::unique_ptr<LoadClient>> clients;
  std::vector<u32> closed;          // to be opened
  std::deque<LoadClient*> resting;  // echo at a given rate: those without a message under way
  struct Sent {
    i64 at;
    u64 due;  // deliveries that have not come
  };
  std::deque<Sent> broadcasts;  // under way; the first is number `first`
  u64 first = 0;
  LoadResult result;
  Phase phase = Phase::connecting;
  u64 opening = 0, standing = 0, opened_ever = 0;
  i64 began = 0, begin_cpu = 0, last_heard = 0;
  Timer clock, tick, watch;

  // ---- Connecting. ----

  void start() {
    began = last_heard = Loop::now();
    const auto found =
        settings.pid > 0 ? std::optional(settings.pid) : process_that_listens(settings.port);
    result.pid = found.value_or(0);
    if (result.pid > 0) result.memory_before = resident_memory(result.pid);
    for (u64 i = 0; i < settings.clients; ++i) {
      clients.push_back(std::make_unique<LoadClient>(loop, *this, frames));
      closed.push_back(u32(settings.clients - 1 - i));
    }
    begin_cpu = cpu();
    look_for_silence();
    open_more();
  }

  i64 cpu() const { return result.pid > 0 ? processor_time(result.pid).value_or(0) : 0; }

  // Beyond a range of ports another address of this machine is the source.
  std::string source() const {
    if (settings.host != "127.0.0.1" && settings.host != "localhost") return {};
    if (settings.kind != LoadKind::churn && settings.clients <= a_port_range) return {};
    const u64 n =
        settings.kind == LoadKind::churn ? opened_ever / 2000 % 50 : opened_ever / a_port_range;
    return "127.0.0." + std::to_string(1 + n % 250);
  }

  bool wants_more() const {
    if (phase == Phase::over || closed.empty()) return false;
    if (settings.kind != LoadKind::churn) return phase == Phase::connecting;
    return opened_ever - result.failed < settings.messages;
  }

  void open_more() {
    while (opening < settings.connecting && wants_more()) {
      LoadClient& client = *clients[closed.back()];
      closed.pop_back();
      ++opening;
      const std::string from = source();
      ++opened_ever;
      client.open(settings.host, settings.port, from);
    }
  }

  void ready(LoadClient& client) override {
    --opening;
    ++standing;
    ++result.connected;
    last_heard = Loop::now();
    if (settings.kind == LoadKind::churn) return churned(client);
    open_more();
    if (phase == Phase::connecting && standing == settings.clients) all_ready();
  }

  void gone(LoadClient& client, const std::string& why, const DialFailure& failure) override {
    if (phase == Phase::over) return;
    const bool was_standing = client.heard > 0 || phase != Phase::connecting;
    if (phase == Phase::connecting || settings.kind == LoadKind::churn) {
      --opening;
      ++result.failed;
      result.failure = failure;
    } else if (was_standing) {
      --standing;
      ++result.lost;
    }
    finish(why);
  }

  void all_ready() {
    phase = Phase::settling;
    result.connect_seconds = double(Loop::now() - began) / 1e9;
    clock.after(settle, [this] { begin(); });
  }

  // ---- Running. ----

  void begin() {
    phase = Phase::running;
    began = last_heard = Loop::now();
    begin_cpu = cpu();
    if (settings.kind != LoadKind::idle && result.pid > 0)
      result.memory_before = resident_memory(result.pid);
    if (settings.seconds > 0) clock.after(i64(settings.seconds * 1e9), [this] { finish({}); });
    if (settings.kind == LoadKind::idle) return;
    if (settings.rate > 0) {
      for (auto& client : clients) resting.push_back(client.get());
      return at_rate();
    }
    if (settings.kind == LoadKind::broadcast) {
      for (u64 i = 0; i < settings.window; ++i) send_broadcast();
    } else {
      for (auto& client : clients) send_echo(*client);
    }
  }

  bool more_to_send() const {
    return phase == Phase::running && (settings.messages == 0 || result.sent < settings.messages);
  }

  void at_rate() {
    const u64 due = u64(double(Loop::now() - began) / 1e9 * settings.rate);
    while (result.sent < due && more_to_send()) {
      if (settings.kind == LoadKind::broadcast) {
        if (broadcasts.size() >= 1000) break;
        send_broadcast();
      } else {
        if (resting.empty()) break;
        LoadClient& client = *resting.front();
        resting.pop_front();
        send_echo(client);
      }
    }
    if (phase == Phase::running) tick.after(1'000'000, [this] { at_rate(); });
  }

  void send_echo(LoadClient& client) {
    if (!more_to_send()) return;
    ++result.sent;
    client.send_message();
  }

  void send_broadcast() {
    if (!more_to_send()) return;
    ++result.sent;
    broadcasts.push_back({Loop::now(), standing});
    clients.front()->send_message();
  }

  void received(LoadClient& client) override {
    if (phase != Phase::running) return;
    last_heard = Loop::now();
    ++result.received;
    if (settings.kind == LoadKind::broadcast) return delivered(client);
    if (!client.awaits) return finish("an answer came that nobody waited for");
    client.awaits = false;
    result.waits.add(u64(last_heard - client.since));
    if (settings.rate > 0) {
      resting.push_back(&client);
    } else {
      send_echo(client);
    }
    if (settings.messages > 0 && result.received == settings.messages) finish({});
  }

  void delivered(const LoadClient& client) {
    const u64 number = client.heard - 1;
    if (number < first || number - first >= broadcasts.size())
      return finish("a broadcast came more than once");
    Sent& sent = broadcasts[number - first];
    result.waits.add(u64(last_heard - sent.at));
    --sent.due;
    while (!broadcasts.empty() && broadcasts.front().due == 0) {
      broadcasts.pop_front();
      ++first;
      if (settings.rate == 0) send_broadcast();
    }
    if (broadcasts.empty() && settings.messages > 0 && result.sent == settings.messages) finish({});
  }

  // ---- Churn. ----

  void churned(LoadClient& client) {
    result.waits.add(u64(last_heard - client.since));
    // The first round makes what a server of this size keeps: memory is compared with that.
    if (result.connected == std::min(settings.messages / 10, 4 * settings.clients) &&
        result.pid > 0)
      result.memory_before = resident_memory(result.pid);
    ++result.received;
    // It is in the middle of its call.
    loop.later([this, &client] {
      client.leave();
      --standing;
      const auto at = std::find_if(clients.begin(), clients.end(),
                                   [&](const auto& c) { return c.get() == &client; });
      closed.push_back(u32(at - clients.begin()));
      open_more();
      if (standing == 0 && opening == 0 && !wants_more()) finish({});
    });
  }

  // ---- The end. ----

  void look_for_silence() {
    watch.after(second, [this] {
      if (settings.kind == LoadKind::idle && phase == Phase::running) return;
      if (Loop::now() - last_heard > settings.patience) {
        return finish("nothing came for " + std::to_string(settings.patience / second) + " s");
      }
      look_for_silence();
    });
  }

  void finish(const std::string& problem) {
    if (phase == Phase::over) return;
    const bool ran = phase == Phase::running || settings.kind == LoadKind::churn;
    phase = Phase::over;
    result.problem = problem;
    if (ran) result.seconds = double(Loop::now() - began) / 1e9;
    if (result.pid > 0 && ran) result.processor = cpu() - begin_cpu;
    if (settings.kind == LoadKind::broadcast) {
      for (const Sent& s : broadcasts) result.unanswered += s.due;
    } else {
      for (const auto& c : clients) result.unanswered += c->awaits ? 1 : 0;
    }
    tick.cancel();
    watch.cancel();
    if (settings.kind != LoadKind::churn) measure_memory();
    // What the server still has to give back, it gives back now.
    clock.after(settings.kind == LoadKind::churn ? 2 * second : 1, [this] { close_all(); });
  }

  void measure_memory() {
    if (result.pid > 0) result.memory_after = resident_memory(result.pid);
  }

  void close_all() {
    if (settings.kind == LoadKind::churn) measure_memory();
    for (auto& client : clients) client->leave();
    loop.later([this] { done(result); });
  }
};

Load::Load(Loop& loop, LoadSettings settings)
    : impl_(std::make_unique<Impl>(loop, std::move(settings))) {}
Load::~Load() = default;

void Load::run(std::function<void(const LoadResult&)> done) {
  impl_->done = std::move(done);
  impl_->start();
}
void Load::stop() { impl_->finish({}); }
u64 Load::connected() const { return impl_->result.connected; }
u64 Load::received() const { return impl_->result.received; }

}  // namespace netpeel::net
