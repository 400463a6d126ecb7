#include "net/ws_codec.hpp"

#include <algorithm>
#include <cstring>

#include "base/unforeseen.hpp"
#include "net/ws_deflate.hpp"

namespace netpeel::net {

namespace {

constexpr std::size_t most_control = 125;
constexpr u8 length_16 = 126, length_64 = 127;

bool is_control(WsOpcode opcode) { return u8(opcode) >= 8; }
bool is_known(u8 opcode) { return opcode <= 2 || (opcode >= 8 && opcode <= 10); }

}  // namespace

// ---- Writing. ----

bool ws_close_code_allowed(u16 code) {
  if (code >= 3000) return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

std::string ws_close_payload(u16 code, std::string_view reason) {
  if (code == WsClose::none_said) return {};
  std::string out{char(code >> 8), char(code & 0xff)};
  std::size_t n = std::min(reason.size(), most_control - out.size());
  while (n > 0 && n < reason.size() && (u8(reason[n]) & 0xc0) == 0x80) --n;
  return out.append(reason.substr(0, n));
}

WsMask ws_random_mask() {
  // The system is asked once for many.
  thread_local std::array<u8, 1024> pool;
  thread_local std::size_t used = pool.size();
  WsMask out{};
  if (used == pool.size()) {
    base::unforeseen(pool);
    used = 0;
  }
  std::copy_n(pool.begin() + i64(used), out.size(), out.begin());
  used += out.size();
  return out;
}

void ws_mask(std::span<u8> bytes, const WsMask& mask, std::size_t at) {
  u8 turned[8];
  for (std::size_t i = 0; i < 8; ++i) turned[i] = mask[(at + i) % 4];
  u64 eight = 0, word = 0;
  std::memcpy(&eight, turned, sizeof eight);
  u8* p = bytes.data();
  std::size_t n = bytes.size();
  for (; n >= sizeof word; n -= sizeof word, p += sizeof word) {
    std::memcpy(&word, p, sizeof word);
    word ^= eight;
    std::memcpy(p, &word, sizeof word);
  }
  for (std::size_t i = 0; i < n; ++i) p[i] = u8(p[i] ^ turned[i]);
}

void ws_put_head(const WsHead& head, u64 payload, std::string& out) {
  const u8 masked = head.mask ? 0x80 : 0;
  out += char((head.fin ? 0x80 : 0) | (head.reserved & 7) << 4 | u8(head.opcode));
  const auto length = [&](std::size_t bytes) {
    for (std::size_t i = bytes; i > 0; --i) out += char(payload >> (8 * (i - 1)) & 0xff);
  };
  if (payload < length_16) {
    out += char(masked | payload);
  } else if (payload <= 0xffff) {
    out += char(masked | length_16);
    length(2);
  } else {
    out += char(masked | length_64);
    length(8);
  }
  if (!head.mask) return;
  for (const u8 b : *head.mask) out += char(b);
}

std::string ws_frame(const WsHead& head, std::string_view payload) {
  std::string out;
  out.reserve(14 + payload.size());
  ws_put_head(head, payload.size(), out);
  const std::size_t begin = out.size();
  out.append(payload);
  if (!head.mask) return out;
  u8* const bytes = static_cast<u8*>(static_cast<void*>(out.data()));
  ws_mask({bytes + begin, payload.size()}, *head.mask);
  return out;
}

std::string ws_frame(WsOpcode opcode, std::string_view payload) {
  return ws_frame(WsHead{.opcode = opcode}, payload);
}

// ---- Reading. ----

WsDecoder::WsDecoder(WsRole role, std::size_t message_limit) : limit_(message_limit), role_(role) {}
WsDecoder::~WsDecoder() = default;
WsDecoder::WsDecoder(WsDecoder&&) noexcept = default;
WsDecoder& WsDecoder::operator=(WsDecoder&&) noexcept = default;

void WsDecoder::inflate_with(std::unique_ptr<WsInflate> inflate) { inflate_ = std::move(inflate); }

void WsDecoder::fail(WsReceiver& to, u16 code, std::string_view why) {
  stopped_ = true;
  held_ = {};
  to.broken(code, why);
}

void WsDecoder::read(std::span<u8> bytes, WsReceiver& to) {
  while (!stopped_ && !bytes.empty()) {
    if (!in_payload_) bytes = read_head(bytes, to);
    if (stopped_ || !in_payload_) continue;
    const std::size_t n = std::size_t(std::min<u64>(left_, bytes.size()));
    const std::span<u8> part = bytes.first(n);
    bytes = bytes.subspan(n);
    if (role_ == WsRole::server) ws_mask(part, mask_, std::size_t(done_ % 4));
    left_ -= n;
    read_payload(part, to);
    done_ += n;
    if (left_ == 0) in_payload_ = false;
  }
}

// Collects the head, whose length shows byte by byte, and begins the payload. Gives back what
// stands behind.
std::span<u8> WsDecoder::read_head(std::span<u8> bytes, WsReceiver& to) {
  for (;;) {
    const std::size_t n = std::min<std::size_t>(head_needed_ - head_size_, bytes.size());
    std::copy_n(bytes.begin(), n, head_.begin() + head_size_);
    head_size_ = u8(head_size_ + n);
    bytes = bytes.subspan(n);
    if (head_size_ < head_needed_) return bytes;
    if (head_needed_ == 2 && !begin(to)) return bytes;
    if (head_size_ < head_needed_) continue;
    const std::size_t mask_bytes = role_ == WsRole::server ? 4 : 0;
    if (!check_length(head_size_ - 2 - mask_bytes, to)) return bytes;
    std::copy_n(head_.begin() + (head_size_ - mask_bytes), mask_bytes, mask_.begin());
    head_size_ = 0;
    head_needed_ = 2;
    done_ = 0;
    in_payload_ = true;
    if (left_ == 0) {
      in_payload_ = false;
      read_payload({}, to);
    }
    return bytes;
  }
}

// The first two bytes: what kind of frame, and how long its head is.
bool WsDecoder::begin(WsReceiver& to) {
  const u8 first = head_[0], second = head_[1];
  fin_ = (first & 0x80) != 0;
  const bool compressed = (first & 0x40) != 0;
  const auto no = [&](std::string_view why) { return fail(to, WsClose::protocol, why), false; };
  if ((first & 0x30) != 0) return no("Reserved bits are set that no extension was agreed for.");
  if (compressed && !inflate_) return no("A reserved bit is set, but compression was not agreed.");
  if (!is_known(first & 0x0f)) return no("The opcode is reserved.");
  opcode_ = WsOpcode(first & 0x0f);
  const bool masked = (second & 0x80) != 0;
  if (masked && role_ == WsRole::client) return no("A server must not mask its frames.");
  if (!masked && role_ == WsRole::server) return no("A client must mask its frames.");
  const u8 length = second & 0x7f;
  if (is_control(opcode_)) {
    if (!fin_) return no("A control frame must not be fragmented.");
    if (compressed) return no("A control frame must not be compressed.");
    if (length > most_control) return no("A control frame carries at most 125 bytes.");
  } else if (opcode_ == WsOpcode::more) {
    if (message_ == WsOpcode::more) return no("A continuation frame continues no message.");
    if (compressed) return no("Only a message's first frame says that it is compressed.");
  } else {
    if (message_ != WsOpcode::more) return no("A new message begins inside an unfinished one.");
    message_ = opcode_;
    compressed_ = compressed;
  }
  head_needed_ = u8(2 + (length == length_16 ? 2 : length == length_64 ? 8 : 0) + (masked ? 4 : 0));
  return true;
}

bool WsDecoder::check_length(std::size_t length_bytes, WsReceiver& to) {
  left_ = head_[1] & 0x7f;
  if (length_bytes > 0) {
    left_ = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) left_ = left_ << 8 | head_[2 + i];
    const u64 least = length_bytes == 2 ? length_16 : 0x10000;
    if (left_ < least)
      return fail(to, WsClose::protocol, "The length is not in its shortest form."), false;
    if (left_ >> 63 != 0)
      return fail(to, WsClose::protocol, "The highest bit of a length is zero."), false;
  }
  // What is compressed is counted as it comes out.
  const bool counts = !is_control(opcode_) && !compressed_;
  if (counts && (held_.size() > limit_ || left_ > limit_ - held_.size()))
    return fail(to, WsClose::too_big, "The message is larger than this end takes."), false;
  return true;
}

void WsDecoder::read_payload(std::span<u8> part, WsReceiver& to) {
  if (is_control(opcode_)) return read_control(part, to);
  if (compressed_) return read_compressed(part, to);
  read_data(part, to);
}

bool WsDecoder::text_good(Bytes part, bool end, WsReceiver& to) {
  if (!is_text() || (utf8_.add(part) && (!end || utf8_.whole()))) return true;
  fail(to, WsClose::not_utf8, "The text is not UTF-8.");
  return false;
}

void WsDecoder::read_data(std::span<u8> part, WsReceiver& to) {
  const bool end = left_ == 0 && fin_;
  if (!text_good(part, end, to)) return;
  if (end && held_.empty()) return deliver(part, to);
  // A length is only a claim: no memory for it beforehand but this.
  constexpr u64 most_at_once = 64 * 1024;
  if (held_.empty()) held_.reserve(part.size() + std::size_t(std::min(left_, most_at_once)));
  held_.insert(held_.end(), part.begin(), part.end());
  if (end) deliver_held(to);
}

void WsDecoder::read_compressed(std::span<u8> part, WsReceiver& to) {
  const bool end = left_ == 0 && fin_;
  const std::size_t before = held_.size();
  const WsInflate::Verdict verdict = inflate_->add(part, end, held_, limit_);
  const bool good = verdict == WsInflate::Verdict::good;
  if (!text_good(Bytes(held_).subspan(before), good && end, to)) return;
  if (verdict == WsInflate::Verdict::broken)
    return fail(to, WsClose::not_utf8, "The compressed data are damaged.");
  if (!good) return fail(to, WsClose::too_big, "The message is larger than this end takes.");
  if (end) deliver_held(to);
}

void WsDecoder::deliver_held(WsReceiver& to) {
  std::vector<u8> whole;
  whole.swap(held_);
  deliver(whole, to);
}

void WsDecoder::deliver(std::span<u8> payload, WsReceiver& to) {
  const bool binary = !is_text();
  message_ = WsOpcode::more;
  to.message(binary, payload);
}

void WsDecoder::read_control(std::span<u8> part, WsReceiver& to) {
  if (left_ > 0 || control_) {
    if (!control_) control_ = std::make_unique<std::string>();
    control_->append(base::as_text(part));
    if (left_ > 0) return;
  }
  const std::unique_ptr<std::string> kept = std::move(control_);
  const std::string_view payload = kept ? std::string_view(*kept) : base::as_text(part);
  if (opcode_ == WsOpcode::ping) return to.ping(base::as_bytes(payload));
  if (opcode_ == WsOpcode::pong) return to.pong(base::as_bytes(payload));
  read_close(payload, to);
}

void WsDecoder::read_close(std::string_view payload, WsReceiver& to) {
  const auto no = [&](std::string_view why) { fail(to, WsClose::protocol, why); };
  if (payload.size() == 1) return no("A close frame has no payload, or a code of two bytes.");
  u16 code = WsClose::none_said;
  if (!payload.empty()) {
    code = u16(u8(payload[0]) << 8 | u8(payload[1]));
    if (!ws_close_code_allowed(code)) return no("The close code must not be sent.");
    payload.remove_prefix(2);
    if (!base::is_utf8(payload))
      return fail(to, WsClose::not_utf8, "The reason for closing is not UTF-8.");
  }
  stopped_ = true;
  held_ = {};
  to.said_close(code, payload);
}

}  // namespace netpeel::net
