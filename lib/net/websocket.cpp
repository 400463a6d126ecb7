#include "net/websocket.hpp"

#include <algorithm>
#include <string>

#include "net/ws_handshake.hpp"

namespace netpeel::net {

namespace {

// §5.5.3 allows to answer only the last of several pings: so many pongs wait at most.
constexpr u32 most_pongs = 64;
// For the peer's FIN, once both have said close, and for all when the server ends.
constexpr i64 fin_within = 1'000'000'000, leave_within = 300'000'000;
constexpr u8 compressed_bit = 4;

bool is_data(const std::string& frame) { return !frame.empty() && (u8(frame[0]) & 8) == 0; }

class Session final : public Reader, public WebSocket, private WsReceiver {
 public:
  Session(Loop& loop, Connection& connection, const WsLimits& limits, Counters& counters,
          std::unique_ptr<WsEvents> events)
      : loop_(loop), connection_(connection), counters_(counters), events_(std::move(events)),
        decoder_(WsRole::server, limits.message), close_within_(limits.close_within) {}

  void compress(const WsDeflateTerms& terms) {
    deflate_ = std::make_unique<WsDeflate>(terms.server_max_window_bits,
                                           !terms.server_no_context_takeover);
    decoder_.inflate_with(std::make_unique<WsInflate>(!terms.client_no_context_takeover));
  }

  // ---- What the connection says. ----

  void opened(Connection&) override {
    told_ = false;
    events_->opened(*this);
  }

  std::size_t data(Connection&, std::span<u8> bytes) override {
    decoder_.read(bytes, *this);
    return bytes.size();
  }

  void half_closed(Connection& connection) override {
    connection.close();
    over(WsClose::no_close_frame, "The client ended the connection without a close frame.");
  }

  void ended(Connection&, int) override { over(WsClose::no_close_frame, "The connection broke."); }

  void drained(Connection&) override {
    pongs_ = 0;
    if (last_ping_) pong_for(*std::exchange(last_ping_, nullptr));
    if (state_ == State::open) events_->drained(*this);
  }

  void overflow(Connection& connection) override {
    connection.last_words(close_frame(
        WsClose::try_later, "You read more slowly than others write: too much was waiting."));
    over(WsClose::no_close_frame, "The client reads too slowly.");
  }

  void leaving(Connection& connection) override {
    if (state_ == State::open) events_->leaving(*this);
    if (state_ != State::closing) return connection.close(leave_within);
    wait_for_close(leave_within);
  }

  // ---- What the program says. ----

  bool send(Encoded frame) override {
    if (state_ != State::open) return false;
    const bool data = is_data(*frame);
    if (!connection_.send(std::move(frame))) return false;
    if (data) ++counters_.messages_out;
    return true;
  }

  bool send(WsOpcode opcode, std::string_view payload) override {
    if (state_ != State::open) return false;
    const bool data = opcode == WsOpcode::text || opcode == WsOpcode::binary;
    if (!deflate_ || !data) return send(encoded(ws_frame(opcode, payload)));
    const WsHead head{.opcode = opcode, .reserved = compressed_bit};
    if (send(encoded(ws_frame(head, deflate_->message(payload))))) return true;
    deflate_->forget();
    return false;
  }

  bool compresses() const override { return deflate_ != nullptr; }
  bool writable() const override { return state_ == State::open && connection_.writable(); }
  std::size_t queued() const override { return connection_.queued(); }
  std::string peer() const override { return connection_.peer(); }

  void close(u16 code, std::string_view reason) override {
    if (state_ != State::open) return;
    state_ = State::closing;
    say_close(code, reason);
    wait_for_close(close_within_);
  }

  void abort() override {
    state_ = State::closed;
    decoder_.stop();
    connection_.abort();
  }

 private:
  enum class State : u8 {
    open,
    closing,  // our close frame is sent, the peer's has not come
    closed,
  };

  // ---- What the peer says. ----

  void message(bool binary, std::span<u8> payload) override {
    if (state_ != State::open) return;
    ++counters_.messages_in;
    events_->message(*this, binary, payload);
  }

  void ping(Bytes payload) override {
    if (state_ != State::open) return;
    if (connection_.writable()) pongs_ = 0;
    if (pongs_ < most_pongs) {
      pong_for(base::as_text(payload));
    } else {
      last_ping_ = std::make_unique<std::string>(base::as_text(payload));
    }
    events_->ping(*this, payload);
  }

  void pong(Bytes payload) override {
    if (state_ == State::open) events_->pong(*this, payload);
  }

  // Both sides have said close then; the server is who ends TCP (§7.1.1).
  void said_close(u16 code, std::string_view reason) override {
    if (state_ == State::open) say_close(code, {});
    connection_.close(fin_within);
    over(code, reason);
  }

  void broken(u16 code, std::string_view why) override {
    if (state_ == State::open) {
      say_close(code, why);
      events_->failed(*this, code, why);
    }
    connection_.close(fin_within);
    over(WsClose::no_close_frame, why);
  }

  // ---- Parts. ----

  static Encoded close_frame(u16 code, std::string_view reason) {
    return encoded(ws_frame(WsOpcode::close, ws_close_payload(code, reason)));
  }

  void say_close(u16 code, std::string_view reason) {
    const Encoded frame = close_frame(code, reason);
    if (!connection_.send(frame)) connection_.last_words(frame);
  }

  void wait_for_close(i64 within) {
    timer_ = std::make_unique<Timer>(loop_);
    timer_->after(within, [this] {
      connection_.close(fin_within);
      over(WsClose::no_close_frame, "The client did not answer the close frame.");
    });
  }

  void pong_for(std::string_view payload) {
    if (state_ != State::open) return;
    ++pongs_;
    connection_.send(encoded(ws_frame(WsOpcode::pong, payload)));
  }

  void over(u16 code, std::string_view reason) {
    state_ = State::closed;
    decoder_.stop();
    timer_.reset();
    if (std::exchange(told_, true)) return;
    events_->closed(*this, code, reason);
  }

  Loop& loop_;
  Connection& connection_;
  Counters& counters_;
  std::unique_ptr<WsEvents> events_;
  WsDecoder decoder_;
  std::unique_ptr<WsDeflate> deflate_;
  std::unique_ptr<Timer> timer_;
  std::unique_ptr<std::string> last_ping_;  // not answered yet
  i64 close_within_;
  u32 pongs_ = 0;  // that may still be waiting
  State state_ = State::open;
  bool told_ = true;  // of the end, or never of the beginning
};

std::optional<WsDeflateTerms> deflate_terms(const HttpRequest& request, const WsLimits& limits) {
  if (!limits.deflate) return std::nullopt;
  const auto offers = ws_extensions(ws_header(request, "Sec-WebSocket-Extensions"));
  return offers ? ws_deflate_accept(*offers, limits.deflate_terms) : std::nullopt;
}

}  // namespace

void accept_websocket(Loop& loop, const HttpRequest& request, HttpReplyPtr reply,
                      Connection& connection, const WsLimits& limits, Counters& counters,
                      std::unique_ptr<WsEvents> events, std::vector<HttpHeader> extra) {
  if (reply->gone()) return;
  const std::string key = ws_header(request, "Sec-WebSocket-Key");
  HttpAnswer answer{
      101,
      {{"Upgrade", "websocket"},
        {"Connection", "Upgrade"},
        {"Sec-WebSocket-Accept", ws_accept(key)}},
      {                                       }
  };
  auto session = std::make_unique<Session>(loop, connection, limits, counters, std::move(events));
  if (const auto terms = deflate_terms(request, limits)) {
    session->compress(*terms);
    answer.headers.push_back({"Sec-WebSocket-Extensions", terms->answer()});
  }
  std::move(extra.begin(), extra.end(), std::back_inserter(answer.headers));
  reply->send(std::move(answer));
  connection.become(std::move(session));
}

}  // namespace netpeel::net
