#include "net/sio_copy.hpp"

#include <charconv>
#include <vector>

#include "stream/json_pieces.hpp"
#include "stream/socketio.hpp"

namespace netpeel::net {
namespace {

// An object or array that is open.
struct Open {
  bool object = false, placeholder = false;
  std::size_t copied = 0;         // where it begins in the copy
  std::string_view key{}, num{};  // of the member under way; of "num"
};

class Copier {
 public:
  Copier(std::string_view json, const PlaceholderNumber& number, std::string& out)
      : json_(json), number_(number), out_(out) {}

  bool run() {
    while (at_ < json_.size()) {
      if (!step(json_[at_])) return false;
    }
    return true;
  }

 private:
  bool step(char c) {
    switch (c) {
      case '{':
      case '[': open_.push_back({.object = c == '{', .copied = out_.size()}); break;
      case '}':
      case ']': return close();
      case '"': string(); return true;
      case ',':
        if (!open_.empty()) open_.back().key = {};
        break;
      case ':': break;
      case ' ':
      case '\t':
      case '\n':
      case '\r': ++at_; return true;
      default: scalar(); return true;
    }
    out_ += c;
    ++at_;
    return true;
  }

  void string() {
    std::size_t end = at_ + 1;
    while (json_[end] != '"') end += json_[end] == '\\' ? 2 : 1;
    const std::string_view text = json_.substr(at_, end + 1 - at_);
    if (!open_.empty() && open_.back().object && open_.back().key.empty()) {
      open_.back().key = text;
    } else {
      value(text);
    }
    write(text);
    at_ = end + 1;
  }

  // Escapes only what has to be, in the shortest way.
  void write(std::string_view quoted) {
    for (std::size_t i = 0; i < quoted.size(); ++i) {
      if (quoted[i] != '\\') {
        out_ += quoted[i];
      } else if (quoted[i + 1] == '/') {
        out_ += quoted[++i];
      } else if (quoted[i + 1] != 'u') {
        out_.append(quoted, i++, 2);
      } else {
        i += unit(quoted.substr(i)) - 1;
      }
    }
  }

  // \u00e9, or a pair of them; returns how much of the text it was.
  std::size_t unit(std::string_view text) {
    constexpr std::size_t one = 6, pair = 12;
    u32 c = 0;
    std::from_chars(text.data() + 2, text.data() + one, c, 16);
    constexpr std::string_view short_names = "bfnrt\"\\";
    constexpr std::string_view short_codes = "\b\f\n\r\t\"\\";
    if (const auto at = short_codes.find(char(c)); c < 0x80 && at != std::string_view::npos) {
      out_ += '\\';
      out_ += short_names[at];
      return one;
    }
    u32 low = 0;
    if (c >= 0xd800 && c < 0xdc00 && text.substr(one, 2) == "\\u")
      std::from_chars(text.data() + one + 2, text.data() + pair, low, 16);
    const std::size_t size = low >= 0xdc00 && low < 0xe000 ? pair : one;
    if (c < 0x20 || (c >= 0xd800 && c < 0xe000 && size == one)) {
      for (const char digit : text.substr(0, one))
        out_ += digit >= 'A' && digit <= 'F' ? char(digit - 'A' + 'a') : digit;
      return one;
    }
    std::string plain;
    stream::json_string('"' + std::string(text.substr(0, size)) + '"', plain);
    out_ += plain;
    return size;
  }

  void scalar() {
    const std::size_t end = std::min(json_.find_first_of(",]} \t\r\n", at_), json_.size());
    const std::string_view text = json_.substr(at_, end - at_);
    value(text);
    out_ += text;
    at_ = end;
  }

  static bool is(std::string_view key, std::string_view name) {
    if (key.find('\\') == std::string_view::npos) return key.substr(1, key.size() - 2) == name;
    std::string plain;
    return stream::json_string(key, plain) && plain == name;
  }

  void value(std::string_view text) {
    if (open_.empty() || !open_.back().object) return;
    Open& in = open_.back();
    if (is(in.key, "_placeholder")) in.placeholder = text == "true";
    if (is(in.key, "num")) in.num = text;
  }

  bool close() {
    const Open done = open_.back();
    open_.pop_back();
    if (number_ && done.object && done.placeholder) {
      u64 n = 0;
      const char* const end = done.num.data() + done.num.size();
      const auto read = std::from_chars(done.num.data(), end, n);
      if (done.num.empty() || read.ec != std::errc() || read.ptr != end) return false;
      const i64 given = number_(n);
      if (given < 0) return false;
      out_.resize(done.copied);
      stream::write_placeholder(std::size_t(given), out_);
    } else {
      out_ += json_[at_];
    }
    ++at_;
    value("[]");  // where it is a member itself, it is neither true nor a number
    return true;
  }

  std::string_view json_;
  const PlaceholderNumber& number_;
  std::string& out_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
};

}  // namespace

bool copy_json(std::string_view json, const PlaceholderNumber& number, std::string& out) {
  return Copier(json, number, out).run();
}

}  // namespace netpeel::net
