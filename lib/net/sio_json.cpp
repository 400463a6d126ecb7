#include "net/sio_json.hpp"

#include <cmath>

#include "stream/socketio.hpp"

namespace netpeel::net {
namespace {

bool plain(std::string_view text) {  // may stand between quotes as it is
  for (const char c : text) {
    if (u8(c) < 0x20 || u8(c) >= 0x7f || c == '"' || c == '\\') return false;
  }
  return true;
}

bool has_binary(const Json& value) {
  if (value.is_binary()) return true;
  if (!value.is_structured()) return false;
  for (const Json& v : value) {
    if (has_binary(v)) return true;
  }
  return false;
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void write_with_binary(const Json& value, std::string& out, std::vector<Encoded>& attachments) {
  if (value.is_binary()) {
    const auto& bytes = value.get_binary();
    stream::write_placeholder(attachments.size(), out);
    attachments.push_back(encoded(std::string(bytes.begin(), bytes.end())));
  } else if (value.is_structured()) {
    out += value.is_object() ? '{' : '[';
    bool first = true;
    for (auto it = value.begin(); it != value.end(); ++it) {
      if (!std::exchange(first, false)) out += ',';
      if (value.is_object()) {
        write_json(it.key(), out);
        out += ':';
      }
      write_with_binary(*it, out, attachments);
    }
    out += value.is_object() ? '}' : ']';
  } else {
    out += dump(value);
  }
}

// What JSON.parse takes and the parser refuses, made what it takes: half a surrogate pair becomes
// U+FFFD, a number beyond all doubles null (JSON.stringify's word for it).
class Milder {
 public:
  explicit Milder(std::string_view text) : text_(text) {}
  std::string run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        in_string_ = !in_string_;
      } else if (in_string_ && c == '\\') {
        escape();
        continue;
      } else if (!in_string_ && (c == '-' || (c >= '0' && c <= '9'))) {
        number();
        continue;
      }
      out_ += c;
      ++at_;
    }
    return std::move(out_);
  }

 private:
  unsigned unit(std::size_t at) const {  // 0: no \u here
    if (text_.substr(at, 2) != "\\u") return 0;
    return unsigned(std::strtoul(std::string(text_.substr(at + 2, 4)).c_str(), nullptr, 16));
  }
  void escape() {
    constexpr std::size_t one = 6;
    const auto half = [](unsigned c, unsigned from) { return c >= from && c < from + 0x400; };
    const unsigned c = unit(at_);
    if (half(c, 0xd800) && half(unit(at_ + one), 0xdc00)) return copy(2 * one);
    if (!half(c, 0xd800) && !half(c, 0xdc00))
      return copy(2);  // of \u, its digits follow by themselves
    out_ += "\\ufffd";
    at_ += one;
  }
  void number() {
    const std::size_t end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    const std::string digits(text_.substr(at_, end - at_));
    out_ += std::isinf(std::strtod(digits.c_str(), nullptr)) ? "null" : digits;
    at_ = end;
  }
  void copy(std::size_t n) {
    out_ += text_.substr(at_, n);
    at_ += n;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool in_string_ = false;
  std::string out_;
};

void put_attachments(Json& value, const std::vector<Encoded>& attachments) {
  if (!value.is_structured()) return;
  if (value.is_object()) {
    const auto mark = value.find("_placeholder");
    const auto num = value.find("num");
    if (mark != value.end() && *mark == true && num != value.end() && num->is_number_unsigned() &&
        num->get<u64>() < attachments.size()) {
      const std::string& bytes = *attachments[num->get<u64>()];
      value = Json::binary(Json::binary_t::container_type(bytes.begin(), bytes.end()));
      return;
    }
  }
  for (Json& v : value) put_attachments(v, attachments);
}

}  // namespace

void write_json(std::string_view text, std::string& out) {
  if (!plain(text)) {
    out += dump(Json(std::string(text)));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void write_json(const Json& value, std::string& out, std::vector<Encoded>& attachments) {
  if (value.is_string()) {
    write_json(value.get_ref<const std::string&>(), out);
  } else if (has_binary(value)) {
    write_with_binary(value, out, attachments);
  } else {
    out += dump(value);
  }
}

std::function<i64(u64)> gathering(const std::vector<Encoded>& from, std::vector<Encoded>& to) {
  return [&, numbers = std::vector<i64>(from.size(), -1)](u64 n) mutable -> i64 {
    if (n >= numbers.size()) return -1;
    if (numbers[n] < 0) {
      numbers[n] = i64(to.size());
      to.push_back(from[n]);
    }
    return numbers[n];
  };
}

Json read_json(std::string_view text, const std::vector<Encoded>& attachments) {
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) value = Json::parse(Milder(text).run(), nullptr, false);
  if (value.is_discarded()) return nullptr;
  if (!attachments.empty()) put_attachments(value, attachments);
  return value;
}

}  // namespace netpeel::net
