#include "contrast/idle.hpp"

#include <algorithm>
#include <charconv>

#include "stream/engineio.hpp"
#include "stream/http.hpp"
#include "stream/json_pieces.hpp"

namespace netpeel::contrast {
namespace {

using stream::Side;

// A ping and a pong over WebSocket: one digit each, behind a head of two bytes; a client's has four
// of a mask too.
constexpr u64 ping_bytes = 3, pong_bytes = 7;

template <class T>
T median(std::vector<T> values) {
  if (values.empty()) return T{};
  const auto middle = values.begin() + long(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

u64 number(std::string_view text) {
  u64 out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

}  // namespace

std::string_view idle_name(Idle::Kind kind) {
  constexpr std::string_view names[]{"quiet", "unsaid", "asks", "waits", "beats"};
  return names[u8(kind)];
}

void IdleMeter::exchange(u64 bytes, bool news) {
  std::vector<u64>& all = exchanges_[news ? 0 : 1];
  if (all.size() < most) all.push_back(bytes);
}

void IdleMeter::message(const stream::Message& m, u64 connection, u64 frame, i64 time) {
  const std::string_view name = m.protocol->name;
  if (name == "http") {
    const stream::HttpHead head = stream::http_head(m.bytes.first(m.header));
    if (head.request() && head.upgrade.empty()) request(connection, frame, time);
    if (head.response()) response(m.bytes.first(m.header), frame);
  } else if (name == "eio" && m.side == Side::server) {
    const auto* f = static_cast<const stream::EioFacts*>(m.facts);
    if (f == nullptr || !f->binary) engineio(m.bytes, f != nullptr && f->polling, frame);
  }
}

void IdleMeter::request(u64 connection, u64 frame, i64 time) {
  if (questions_.size() < most) questions_.push_back({connection, frame, time});
}

// How long a question may wait, as the server said: "Preference-Applied: wait=25".
void IdleMeter::response(Bytes bytes, u64 frame) {
  const stream::HttpHead head = stream::http_head(bytes);
  stream::HttpHeaders all(bytes, head.start + head.line);
  for (stream::HttpHeader h; all.next(h);) {
    constexpr std::string_view wait = "wait=";
    if (!stream::http_same(h.name, "preference-applied") || !h.value.starts_with(wait)) continue;
    granted_ = i64(std::min<u64>(number(h.value.substr(wait.size())), 86'400)) * 1'000'000'000;
    if (granted_frame_ == 0) granted_frame_ = frame;
    granted_answers_ += head.code == 204;
  }
}

void IdleMeter::engineio(Bytes packet, bool polling, u64 frame) {
  stream::EioPacket p;
  const std::string_view text = base::as_text(packet);
  if (!(polling ? stream::decode_eio_polling(text, p) : stream::decode_eio(text, p))) return;
  polling_ = polling;
  if (p.type == stream::EioType::ping) ++pings_;
  if (p.type != stream::EioType::open || p.binary || interval_ != 0) return;
  stream::JsonPieces pieces(p.data);
  std::string_view key, value;
  while (pieces.next(key, value)) {
    if (key != "\"pingInterval\"") continue;
    interval_ = i64(std::min<u64>(number(value), 86'400'000)) * 1'000'000;
    interval_frame_ = frame;
  }
}

Idle IdleMeter::finish() const {
  using Kind = Idle::Kind;
  std::vector<u64> both = exchanges_[0];
  both.insert(both.end(), exchanges_[1].begin(), exchanges_[1].end());
  if (interval_ > 0) {
    Idle out{.kind = Kind::beats, .every = interval_, .seen = pings_, .frames = {interval_frame_}};
    if (polling_) {
      out.bytes = 2 * median(both);  // one exchange brings the ping, another the pong
    } else {
      out.ping = head_[u8(Side::server)] + ping_bytes;
      out.pong = head_[u8(Side::client)] + pong_bytes;
      out.acknowledgment = head_[u8(Side::server)];
      out.bytes = out.ping + out.pong + out.acknowledgment;
    }
    return out;
  }
  if (granted_ > 0 && !both.empty()) {
    return {.kind = Kind::waits,
            .every = granted_,
            .bytes = median(exchanges_[1].empty() ? both : exchanges_[1]),
            .seen = granted_answers_,
            .frames = {granted_frame_}};
  }
  if (questions_.size() < 2) return {};
  std::vector<i64> apart;
  for (std::size_t i = 1; i < questions_.size(); ++i) {
    if (questions_[i].connection == questions_[i - 1].connection)
      apart.push_back(questions_[i].time - questions_[i - 1].time);
  }
  if (exchanges_[1].empty() || apart.empty()) return {.kind = Kind::unsaid};
  return {
      .kind = Kind::asks,
      .every = median(apart),
      .bytes = median(exchanges_[1]),
      .seen = exchanges_[1].size(),
      .frames = {questions_.front().frame, questions_.back().frame}
  };
}

}  // namespace netpeel::contrast
