// Cuts an expression into tokens. Views into the expression, except the decoded text of strings.
#pragma once
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace netpeel::filter {

enum class Token : u8 {
  end,
  bad,   // the lexer complains
  word,  // name, number, address, bytes: letters, digits and . : - _ / between them
  string,
  raw,
  character,
  slice,  // text between [ and ]
  open,
  close,
  open_set,
  close_set,
  comma,
  range,
  layer,  // ( ) { } , .. #
  both,
  either,
  one_of,
  negate,  // && || ^^ !
  equal,
  differ,
  all_equal,
  any_differ,
  less,
  at_most,
  greater,
  at_least,
  in,
  contains,
  matches,
  mask,
  any,
  all,
};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) { next(); }

  Token token() const { return token_; }
  u32 at() const { return at_; }
  u32 length() const { return end_ - at_; }
  std::string_view spelling() const { return source_.substr(at_, end_ - at_); }
  std::string& text() { return text_; }  // of string, raw, character, slice
  const base::Complaint& complaint() const { return complaint_; }
  bool touches() const { return touches_; }  // no blank between the token before and this one

  void next();

 private:
  void word();
  void quoted(char quote, bool raw);
  void bad(u32 at, u32 length, std::string what, std::string hint = {});
  bool escape(u32& i);

  std::string_view source_;
  Token token_ = Token::end;
  u32 at_ = 0, end_ = 0;
  bool touches_ = false;
  std::string text_;
  base::Complaint complaint_;
};

}  // namespace netpeel::filter
