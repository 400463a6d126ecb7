#include "net/client_engine.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "stream/engineio.hpp"

namespace netpeel::net {

namespace {

constexpr i64 millisecond = 1'000'000;
constexpr double most_said = 1e12;  // of a number in a handshake: no server means more

}  // namespace

EngineClient::EngineClient(Loop& loop, EngineClientSettings settings, Hears& hears)
    : loop_(loop), settings_(std::move(settings)), hears_(hears),
      self_(std::make_shared<EngineClient*>(this)), heartbeat_(loop) {}

EngineClient::~EngineClient() { *self_ = nullptr; }

std::string EngineClient::target(std::string_view transport) const {
  std::string out = settings_.path + "?EIO=4&transport=" + std::string(transport);
  if (!settings_.query.empty()) out += "&" + settings_.query;
  if (!sid_.empty()) out += "&sid=" + sid_;
  return out;
}

HttpClient::Settings EngineClient::http() const {
  return {.host = settings_.host, .port = settings_.port, .timeout = 0, .tap = settings_.tap};
}

void EngineClient::open() {
  state_ = State::opening;
  upgrade_ = Upgrade::none;
  on_websocket_ = polling_ = posting_ = false;
  sid_.clear();
  queue_.clear();
  queued_ = 0;
  heartbeat_.after(settings_.timeout, [this] { end("transport error", "no answer in time"); });
  if (settings_.way == EngineWay::websocket) {
    on_websocket_ = true;
    return dial_websocket();
  }
  get_ = std::make_unique<HttpClient>(loop_, http());
  post_ = std::make_unique<HttpClient>(loop_, http());
  poll();
}

void EngineClient::dial_websocket() {
  WsClientSettings ws{.host = settings_.host,
                      .port = settings_.port,
                      .path = target("websocket"),
                      .headers = settings_.headers,
                      .timeout = settings_.timeout,
                      .tap = settings_.tap};
  WsClient::Hears& hears = *this;
  ws_ = std::make_unique<WsClient>(loop_, std::move(ws), hears);
  ws_->open();
}

// ---- Polling. ----

void EngineClient::poll() {
  polling_ = true;
  HttpAsk ask{.target = target("polling"), .headers = settings_.headers};
  get_->ask(std::move(ask),
            {.done = [this](HttpGot got, const std::string& problem, const DialFailure& failure) {
              polled(std::move(got), problem, failure);
            }});
}

void EngineClient::polled(HttpGot got, const std::string& problem, const DialFailure& failure) {
  polling_ = false;
  if (state_ == State::closed) return;
  if (!problem.empty()) return end("transport error", problem, failure);
  if (got.status != 200) {
    return end("transport error",
               "a poll was answered with " + std::to_string(got.status) + ": " + got.body);
  }
  read_payload(got.body);
  if (state_ == State::opening) return end("transport error", "the handshake is not Engine.IO's");
  if (state_ == State::closed || on_websocket_) return;
  if (upgrade_ == Upgrade::pausing) return switch_over();
  if (state_ == State::closing) return;  // the server lets the poll go before it answers the close
  poll();
}

void EngineClient::read_payload(std::string_view payload) {
  while (state_ != State::closed) {
    const std::size_t end = payload.find(stream::eio_separator);
    const std::string_view record = payload.substr(0, end);
    if (record.starts_with('b')) {
      std::string bytes;
      stream::from_base64(record.substr(1), bytes);
      hears_.binary(base::as_bytes(bytes));
    } else if (!record.empty()) {
      packet(record);
    }
    if (end == std::string_view::npos) return;
    payload.remove_prefix(end + 1);
  }
}

void EngineClient::flush_polling() {
  if (posting_ || queue_.empty()) return;
  std::string body;
  while (!queue_.empty()) {
    std::string record;
    const Waiting& first = queue_.front();
    if (first.binary) {
      record = "b";
      stream::to_base64(base::as_bytes(first.bytes), record);
    } else {
      record = first.bytes;
    }
    if (!body.empty() && body.size() + 1 + record.size() > max_payload_) break;
    if (!body.empty()) body += stream::eio_separator;
    body += record;
    queued_ -= first.bytes.size();
    queue_.pop_front();
  }
  posting_ = true;
  HttpAsk ask{.method = "POST", .target = target("polling"), .headers = settings_.headers};
  ask.headers.push_back({"Content-Type", "text/plain;charset=UTF-8"});
  ask.body = std::move(body);
  post_->ask(std::move(ask),
             {.done = [this](HttpGot got, const std::string& problem, const DialFailure& failure) {
               posting_ = false;
               if (state_ == State::closed) return;
               if (!problem.empty()) return end("transport error", problem, failure);
               if (got.status != 200) {
                 return end("transport error", "a POST was answered with " +
                                                   std::to_string(got.status) + ": " + got.body);
               }
               if (state_ == State::closing && queue_.empty()) return end("forced close", "");
               if (upgrade_ == Upgrade::pausing && !polling_) return switch_over();
               flush();
             }});
}

// ---- WebSocket, and the way there. ----

void EngineClient::opened(const HttpGot&) {
  if (on_websocket_) return;
  ws_->send(WsOpcode::text, "2probe");
}

void EngineClient::begin_upgrade() {
  upgrade_ = Upgrade::probing;
  dial_websocket();
}

void EngineClient::switch_over() {
  if (polling_ || posting_) return;  // what is under way over polling comes in first
  upgrade_ = Upgrade::done;
  on_websocket_ = true;
  ws_->send(WsOpcode::text, "5");
  loop_.later([get = std::shared_ptr<HttpClient>(std::move(get_)),
               post = std::shared_ptr<HttpClient>(std::move(post_))] {});
  hears_.upgraded();
  flush_soon();
}

void EngineClient::give_up_upgrade() {
  const bool paused = upgrade_ == Upgrade::pausing;
  upgrade_ = Upgrade::none;
  bury(std::move(ws_));
  if (paused && !polling_ && state_ == State::open) poll();
  flush_soon();
}

// It may be the one that calls: it goes in a turn of its own.
void EngineClient::bury(std::unique_ptr<WsClient> ws) {
  if (!ws) return;
  ws->abort();
  loop_.later([ws = std::shared_ptr<WsClient>(std::move(ws))] {});
}

void EngineClient::message(bool binary, std::span<u8> payload) {
  const std::string_view text = base::as_text(payload);
  if (on_websocket_) {
    if (binary) return hears_.binary(payload);
    return packet(text);
  }
  if (text != "3probe" || upgrade_ != Upgrade::probing) return;
  upgrade_ = Upgrade::pausing;
  switch_over();
}

void EngineClient::closed(u16 code, std::string_view reason) {
  if (!on_websocket_) return give_up_upgrade();
  if (state_ == State::closing) return end("forced close", "");
  end("transport close", "the WebSocket closed with " + std::to_string(code) +
                             (reason.empty() ? "" : ", " + std::string(reason)));
}

void EngineClient::refused(const HttpGot& answer, const std::string& why) {
  if (!on_websocket_) return give_up_upgrade();
  end("transport error", why + (answer.body.empty() ? "" : ": " + answer.body));
}

void EngineClient::failed(const DialFailure& why) {
  if (!on_websocket_) return give_up_upgrade();
  end("transport error", "could not " + why.problem, why);
}

void EngineClient::flush_websocket() {
  while (!queue_.empty() && state_ != State::closed) {
    const Waiting& first = queue_.front();
    if (!ws_->send(first.binary ? WsOpcode::binary : WsOpcode::text, first.bytes)) return;
    queued_ -= first.bytes.size();
    queue_.pop_front();
  }
  if (state_ == State::closing) ws_->close(WsClose::none_said, {});
}

// ---- Both. ----

bool EngineClient::handshake(std::string_view json) {
  const auto said = nlohmann::json::parse(json, nullptr, false);
  if (!said.is_object() || !said.contains("sid") || !said["sid"].is_string()) return false;
  const auto number = [&](const char* name, i64 otherwise) {
    const auto found = said.find(name);
    if (found == said.end() || !found->is_number()) return otherwise;
    return i64(std::clamp(found->get<double>(), 0.0, most_said));
  };
  sid_ = said["sid"].get<std::string>();
  ping_interval_ = number("pingInterval", 25000) * millisecond;
  ping_timeout_ = number("pingTimeout", 20000) * millisecond;
  max_payload_ = std::size_t(std::max<i64>(number("maxPayload", 1'000'000), 1));
  state_ = State::open;
  expect_ping();
  hears_.opened();
  const auto upgrades = said.find("upgrades");
  const bool can = upgrades != said.end() && upgrades->is_array() &&
                   std::find(upgrades->begin(), upgrades->end(), "websocket") != upgrades->end();
  if (can && settings_.way == EngineWay::both && state_ == State::open) begin_upgrade();
  flush_soon();
  return true;
}

void EngineClient::packet(std::string_view text) {
  stream::EioPacket packet;
  if (!stream::decode_eio(text, packet)) return end("parse error", "that is no Engine.IO packet");
  using enum stream::EioType;
  if (state_ == State::opening) {
    if (packet.type != open || !handshake(packet.data))
      end("transport error", "the handshake is not Engine.IO's");
    return;
  }
  switch (packet.type) {
    case close: return end("transport close", "the server closed the session");
    case ping:
      expect_ping();
      queue("3" + std::string(packet.data), false);
      return;
    case message: return hears_.text(packet.data);
    default: return;
  }
}

void EngineClient::expect_ping() {
  heartbeat_.after(ping_interval_ + ping_timeout_,
                   [this] { end("ping timeout", "no ping came from the server in time"); });
}

bool EngineClient::queue(std::string bytes, bool binary) {
  if (state_ != State::open || queued_ + bytes.size() > settings_.most_queued) return false;
  queued_ += bytes.size();
  queue_.push_back({std::move(bytes), binary});
  flush_soon();
  return true;
}

bool EngineClient::send_text(std::string_view message) {
  return queue("4" + std::string(message), false);
}
bool EngineClient::send_binary(Bytes message) {
  return queue(std::string(base::as_text(message)), true);
}

bool EngineClient::writable() const {
  return state_ == State::open && queue_.empty() && upgrade_ != Upgrade::pausing &&
         (on_websocket_ ? ws_->queued() == 0 : !posting_);
}

void EngineClient::flush_soon() {
  if (flushing_) return;
  flushing_ = true;
  loop_.later([self = self_] {
    if (*self == nullptr) return;
    (*self)->flushing_ = false;
    (*self)->flush();
  });
}

void EngineClient::flush() {
  if (state_ != State::open && state_ != State::closing) return;
  if (upgrade_ == Upgrade::pausing) return;
  if (on_websocket_) return flush_websocket();
  flush_polling();
}

void EngineClient::close() {
  if (state_ != State::open) return drop();
  if (upgrade_ == Upgrade::probing) bury(std::move(ws_)), upgrade_ = Upgrade::none;
  if (!on_websocket_ && upgrade_ != Upgrade::pausing) queue("1", false);
  state_ = State::closing;
  heartbeat_.after(2'000 * millisecond, [this] { end("forced close", ""); });
  flush_soon();
}

void EngineClient::drop() { end("transport close", "given up here"); }

void EngineClient::end(const std::string& reason, const std::string& why,
                       const DialFailure& failure) {
  if (state_ == State::closed || state_ == State::idle) return;
  state_ = State::closed;
  heartbeat_.cancel();
  const bool reset = reason != "forced close";
  if (get_) get_->abort(reset);
  if (post_) post_->abort(reset);
  bury(std::move(ws_));
  queue_.clear();
  queued_ = 0;
  loop_.later([self = self_, reason, why, failure] {
    if (*self != nullptr) (*self)->hears_.closed(reason, why, failure);
  });
}

}  // namespace netpeel::net
