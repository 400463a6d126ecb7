#include "net/sio_placeholders.hpp"

#include <charconv>
#include <vector>

#include "stream/json_pieces.hpp"

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
  Copier(std::string_view json, const std::function<i64(u64)>& number, std::string& out)
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
      case ' ':
      case '\t':
      case '\n':
      case '\r':
      case ':': break;
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
    out_ += text;
    at_ = end + 1;
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
    if (done.object && done.placeholder) {
      u64 n = 0;
      const char* const end = done.num.data() + done.num.size();
      const auto read = std::from_chars(done.num.data(), end, n);
      if (done.num.empty() || read.ec != std::errc() || read.ptr != end) return false;
      const i64 given = number_(n);
      if (given < 0) return false;
      out_.resize(done.copied);
      write_placeholder(std::size_t(given), out_);
    } else {
      out_ += json_[at_];
    }
    ++at_;
    value("[]");  // where it is a member itself, it is neither true nor a number
    return true;
  }

  std::string_view json_;
  const std::function<i64(u64)>& number_;
  std::string& out_;
  std::size_t at_ = 0;
  std::vector<Open> open_;
};

}  // namespace

bool copy_placeholders(std::string_view json, const std::function<i64(u64)>& number,
                       std::string& out) {
  return Copier(json, number, out).run();
}

void write_placeholder(std::size_t number, std::string& out) {
  out += R"({"_placeholder":true,"num":)";
  out += std::to_string(number);
  out += '}';
}

}  // namespace netpeel::net
