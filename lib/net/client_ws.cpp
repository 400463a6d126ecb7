#include "net/client_ws.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "net/client_http.hpp"
#include "net/client_ws_frames.hpp"
#include "net/peer.hpp"
#include "net/websocket.hpp"
#include "stream/engineio.hpp"
#include "stream/http.hpp"

namespace netpeel::net {

namespace {

constexpr std::size_t most_refusal = 65536;  // kept of what a server says instead of 101

std::string random_key() {
  std::string bytes, out;
  for (int i = 0; i < 4; ++i) {
    for (const u8 b : ws_random_mask()) bytes += char(b);
  }
  stream::to_base64(base::as_bytes(bytes), out);
  return out;
}

}  // namespace

// What the decoder calls; the client may be gone behind any of these.
class WsClient::Receiver final : public WsReceiver {
 public:
  explicit Receiver(WsClient& client) : client_(client) {}
  void message(bool binary, std::span<u8> payload) override {
    client_.hears_.message(binary, payload);
  }
  void ping(Bytes payload) override {
    client_.send(WsOpcode::pong, base::as_text(payload));
    client_.hears_.ping(payload);
  }
  void pong(Bytes payload) override { client_.hears_.pong(payload); }
  void said_close(u16 code, std::string_view reason) override { client_.peer_closes(code, reason); }
  void broken(u16 code, std::string_view why) override {
    client_.reason_ = "the server broke the protocol: " + std::string(why);
    client_.close(code, why);
  }

 private:
  WsClient& client_;
};

class WsClient::Frames : public WsFrameCutter {
  using WsFrameCutter::WsFrameCutter;
};

WsClient::WsClient(Loop& loop, WsClientSettings settings, Hears& hears)
    : settings_(std::move(settings)), hears_(hears), timer_(loop), tcp_(loop, *this) {}
WsClient::~WsClient() = default;

void WsClient::open() {
  state_ = State::shaking;
  code_ = WsClose::no_close_frame;
  reason_.clear();
  reader_.next(false);
  got_ = {};
  decoder_.reset();
  deflate_.reset();
  key_ = settings_.key.empty() ? random_key() : settings_.key;
  if (settings_.tap != nullptr) frames_ = std::make_unique<Frames>(*settings_.tap, Way::in);
  timer_.after(settings_.timeout, [this] { refuse("no answer to the handshake"); });
  tcp_.open(settings_.host, settings_.port, settings_.timeout);
}

void WsClient::opened() {
  HttpAsk ask{.target = settings_.path};
  ask.headers = {
      {"Upgrade",           "websocket"},
      {"Connection",        "Upgrade"  },
      {"Sec-WebSocket-Key", key_       }
  };
  if (!settings_.version.empty())
    ask.headers.push_back({"Sec-WebSocket-Version", settings_.version});
  if (settings_.deflate)
    ask.headers.push_back({"Sec-WebSocket-Extensions", WsDeflateTerms{}.offer()});
  for (const HttpHeader& h : settings_.headers) ask.headers.push_back(h);
  std::string head = http_head_of(ask, endpoint_text(settings_.host, settings_.port));
  if (settings_.tap != nullptr) settings_.tap->http(Way::out, head, {});
  tcp_.send(std::move(head));
}

std::size_t WsClient::data(std::span<u8> bytes) {
  const std::size_t all = bytes.size();
  if (state_ == State::shaking && !read_handshake(bytes)) return all;
  if (decoder_ && !bytes.empty()) {
    if (frames_) frames_->read(bytes);
    Receiver receiver(*this);
    decoder_->read(bytes, receiver);
  }
  return all;
}

bool WsClient::read_handshake(std::span<u8>& bytes) {
  const std::size_t taken = reader_.read(base::as_text(bytes), [this](auto piece) {
    got_.body.append(piece.substr(0, most_refusal - std::min(most_refusal, got_.body.size())));
  });
  bytes = bytes.subspan(taken);
  using Read = HttpAnswerReader::State;
  if (reader_.state() == Read::upgraded) return check_handshake();
  if (reader_.state() == Read::broken) return refuse(reader_.why());
  if (reader_.state() == Read::done)
    return refuse("the server answered " + std::to_string(reader_.answer().status) +
                  " instead of 101");
  return true;
}

bool WsClient::check_handshake() {
  got_ = reader_.answer();
  if (settings_.tap != nullptr) settings_.tap->http(Way::in, got_.head, {});
  const std::string* upgrade = got_.header("upgrade");
  const std::string* accept = got_.header("sec-websocket-accept");
  if (upgrade == nullptr || !stream::http_same(*upgrade, "websocket"))
    return refuse("the server agreed to an upgrade, but not to WebSocket");
  if (accept == nullptr || *accept != ws_accept(key_))
    return refuse("the server's Sec-WebSocket-Accept does not fit the key: it did not read it");
  decoder_.emplace(WsRole::client, settings_.message);
  if (!agree_deflate()) return refuse("the server agreed to an extension that was not offered");
  timer_.cancel();
  state_ = State::open;
  hears_.opened(got_);
  return true;
}

bool WsClient::agree_deflate() {
  const std::string* said = got_.header("sec-websocket-extensions");
  if (said == nullptr) return true;
  if (!settings_.deflate) return false;
  const auto terms = ws_deflate_agreed(*said, WsDeflateTerms{});
  if (!terms) return false;
  deflate_ = std::make_unique<WsDeflate>(terms->client_max_window_bits,
                                         !terms->client_no_context_takeover);
  decoder_->inflate_with(std::make_unique<WsInflate>(!terms->server_no_context_takeover));
  return true;
}

bool WsClient::send(WsOpcode opcode, std::string_view payload) {
  WsHead head{.opcode = opcode};
  if (settings_.mask) head.mask = ws_random_mask();
  if (!deflate_ || u8(opcode) >= u8(WsOpcode::close)) return send_frame(head, payload);
  head.reserved = 4;
  return send_frame(head, deflate_->message(payload));
}

bool WsClient::send_frame(const WsHead& head, std::string_view payload) {
  if (state_ != State::open) return false;
  std::string frame = ws_frame(head, payload);
  if (settings_.tap != nullptr) settings_.tap->frame(Way::out, base::as_bytes(frame));
  return tcp_.send(std::move(frame));
}

void WsClient::close(u16 code, std::string_view reason) {
  if (state_ == State::shaking) return abort();
  if (state_ != State::open) return;
  send(WsOpcode::close, ws_close_payload(code, reason));
  state_ = State::closing;
  timer_.after(settings_.timeout, [this] { end(code_, "the server did not close"); });
}

// The server ends the TCP connection first (§7.1.1): it waits for its last segment.
void WsClient::peer_closes(u16 code, std::string_view reason) {
  code_ = code;
  reason_ = reason;
  if (state_ == State::open) close(code, {});
  if (tcp_.is_open())
    timer_.after(std::min<i64>(settings_.timeout, 1'000'000'000), [this] { end(code_, reason_); });
}

void WsClient::abort() {
  state_ = State::closed;
  timer_.cancel();
  tcp_.abort();
  tcp_.let_go();
  if (decoder_) decoder_->stop();
}

bool WsClient::refuse(const std::string& why) {
  if (state_ != State::shaking) return true;
  HttpGot got = reader_.answer();
  got.body = std::move(got_.body);
  if (settings_.tap != nullptr && got.status != 101 && !got.head.empty())
    settings_.tap->http(Way::in, got.head, base::as_bytes(got.body));
  state_ = State::closed;
  timer_.cancel();
  tcp_.let_go();
  hears_.refused(got, why);
  return false;
}

void WsClient::half_closed() { ended(0); }

void WsClient::ended(int code) {
  if (state_ == State::shaking) {
    reader_.end();
    using Read = HttpAnswerReader::State;
    refuse(reader_.state() == Read::done
               ? "the server answered " + std::to_string(reader_.answer().status) +
                     " instead of 101"
           : code == 0 ? reader_.why()
                       : "the connection broke: " + std::string(std::strerror(code)));
    return;
  }
  if (reason_.empty() && code_ == WsClose::no_close_frame)
    reason_ = code == 0 ? "the connection ended without a close frame"
                        : "the connection broke: " + std::string(std::strerror(code));
  end(code_, reason_);
}

void WsClient::end(u16 code, std::string reason) {
  if (state_ == State::closed || state_ == State::idle) return;
  state_ = State::closed;
  timer_.cancel();
  tcp_.let_go();
  if (decoder_) decoder_->stop();
  hears_.closed(code, reason);
}

void WsClient::failed(const DialFailure& why) {
  state_ = State::closed;
  timer_.cancel();
  hears_.failed(why);
}

}  // namespace netpeel::net
