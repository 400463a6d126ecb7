#include "stream/engineio3.hpp"

#include "base/utf8.hpp"

namespace netpeel::stream {
namespace {

constexpr std::size_t most_digits = 9;  // of a length; no payload is that long
constexpr u8 last_type = u8(EioType::noop);
constexpr char end_of_length = char(0xff);

// Lengths in text are JavaScript's: UTF-16 units, of which a character of four bytes has two.
std::size_t units_of(char byte) {
  if ((u8(byte) & 0xc0) == 0x80) return 0;
  return u8(byte) >= 0xf0 ? 2 : 1;
}

std::size_t units(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += units_of(c);
  return n;
}

// How many bytes so many units have; npos: there are fewer, or the last is half a character.
std::size_t bytes_of_units(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t u = units_of(text[at]);
    if (u > n) break;
    n -= u;
    ++at;
  }
  return n == 0 ? at : std::string_view::npos;
}

}  // namespace

bool decode_eio3(std::string_view text, EioPacket& out) {
  if (text.empty() || text[0] != 'b') return decode_eio(text, out);
  const bool known = text.size() > 1 && text[1] >= '0' && text[1] <= char('0' + last_type);
  out = {.type = known ? EioType(text[1] - '0') : EioType::noop,
         .binary = true,
         .data = text.substr(std::min<std::size_t>(2, text.size()))};
  return true;
}

EioPacket decode_eio3_bytes(std::string_view bytes) {
  if (bytes.empty() || u8(bytes[0]) > last_type) return {.type = EioType::noop, .binary = true};
  return {.type = EioType(bytes[0]), .binary = true, .data = bytes.substr(1)};
}

Eio3Payload::Eio3Payload(std::string_view payload, bool in_bytes)
    : rest_(payload), in_bytes_(in_bytes), broken_(payload.empty() && !in_bytes) {
  if (!in_bytes) return;
  bool text = false;
  std::string_view record;
  while (!rest_.empty() && !broken_) broken_ = !next_record(text, record);
  rest_ = payload;
}

Eio3Payload::Found Eio3Payload::next(EioPacket& out, std::string_view& record) {
  if (broken_) return Found::broken;
  if (rest_.empty()) return Found::end;
  return in_bytes_ ? next_bytes(out, record) : next_text(out, record);
}

Eio3Payload::Found Eio3Payload::next_text(EioPacket& out, std::string_view& record) {
  broken_ = true;  // unless all is well
  do {             // an empty one is no packet, and no harm
    std::size_t length = 0, at = 0;
    while (at < rest_.size() && at < most_digits && rest_[at] >= '0' && rest_[at] <= '9')
      length = length * 10 + std::size_t(rest_[at++] - '0');
    if (at == 0 || at >= rest_.size() || rest_[at] != ':') return Found::broken;
    rest_.remove_prefix(at + 1);
    const std::size_t size = bytes_of_units(rest_, length);
    if (size == std::string_view::npos) return Found::broken;
    record = rest_.substr(0, size);
    rest_.remove_prefix(size);
  } while (record.empty() && !rest_.empty());
  if (!record.empty() && !decode_eio3(record, out)) return Found::broken;
  broken_ = false;
  return record.empty() ? Found::end : Found::packet;
}

bool Eio3Payload::next_record(bool& text, std::string_view& record) {
  text = rest_[0] == 0;
  std::size_t length = 0, at = 1;
  while (at < rest_.size() && at <= most_digits && u8(rest_[at]) <= 9)
    length = length * 10 + u8(rest_[at++]);
  if (at == 1 || at >= rest_.size() || rest_[at] != end_of_length) return false;
  rest_.remove_prefix(at + 1);
  record = rest_.substr(0, length);  // a last one that is cut short is taken as far as it goes
  rest_.remove_prefix(record.size());
  return true;
}

Eio3Payload::Found Eio3Payload::next_bytes(EioPacket& out, std::string_view& record) {
  bool text = false;
  next_record(text, record);
  if (!text) {
    out = decode_eio3_bytes(record);
    return Found::packet;
  }
  broken_ = !base::is_utf8(record) || !decode_eio3(record, out);
  return broken_ ? Found::broken : Found::packet;
}

void put_eio3(std::string_view packet, std::string& out) {
  out += std::to_string(units(packet));
  out += ':';
  out += packet;
}

void put_eio3_bytes(bool text, std::string_view packet, std::string& out) {
  out += text ? '\0' : '\1';
  for (const char digit : std::to_string(packet.size())) out += char(digit - '0');
  out += end_of_length;
  out += packet;
}

}  // namespace netpeel::stream
