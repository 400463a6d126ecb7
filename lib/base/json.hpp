// A streaming JSON writer (RFC 8259) over Text. It minds commas and escapes, not structure: the
// caller closes what it opens. Strings that are not UTF-8 get U+FFFD where they are not (see
// utf8_broken), so the output is always valid.
#pragma once
#include "base/text.hpp"

namespace netpeel::base {

class Json {
 public:
  explicit Json(Text& out) : out_(out) {}

  Json& open(char bracket) {  // '{' or '['
    separate();
    out_.add(bracket);
    fresh_ = true;
    return *this;
  }
  Json& close(char bracket) {
    out_.add(bracket);
    fresh_ = false;
    return *this;
  }
  Json& key(std::string_view name) {  // escapes nothing: for names of our own
    separate();
    out_.add('"').add(name).add("\":");
    fresh_ = true;
    return *this;
  }
  Json& any_key(std::string_view name) {
    text(name);
    out_.add(':');
    fresh_ = true;
    return *this;
  }
  Json& number(u64 v) { return separate(), out_.dec(v), *this; }
  Json& number_signed(i64 v) { return separate(), out_.sdec(v), *this; }
  Json& boolean(bool v) { return separate(), out_.add(v ? "true" : "false"), *this; }
  Json& null() { return separate(), out_.add("null"), *this; }
  Json& text(std::string_view v);

  // For values that need no escapes (addresses, hex, times): write between the quotes.
  Text& quoted() { return separate(), out_.add('"'); }
  Json& end_quoted() { return out_.add('"'), *this; }

  Json& member(std::string_view name, std::string_view value) { return key(name).text(value); }
  Json& member(std::string_view name, u64 value) { return key(name).number(value); }

 private:
  void separate() {
    if (!fresh_) out_.add(',');
    fresh_ = false;
  }
  Text& out_;
  bool fresh_ = true;
};

}  // namespace netpeel::base
