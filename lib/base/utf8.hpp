// UTF-8 (RFC 3629): shortest forms only, no surrogates, nothing beyond U+10FFFF.
#pragma once
#include "base/bytes.hpp"

namespace netpeel::base {

// Length (1 to 4) of the well-formed sequence that begins the text; 0 if none does. The text is not
// empty.
u32 utf8_length(std::string_view text);

// Where none begins: how many bytes to replace by one U+FFFD, as Unicode §3.9 advises: a sequence
// cut short is replaced as one, any other byte alone.
u32 utf8_broken(std::string_view text);

bool is_utf8(std::string_view text);

// Text that comes in pieces, cut anywhere, also amid a character.
class Utf8Check {
 public:
  // False from the first byte on that no UTF-8 text can have at its place.
  bool add(Bytes piece);
  bool whole() const { return missing_ == 0; }  // no character is left unfinished

 private:
  bool lead(u8 byte);
  u8 missing_ = 0;                     // bytes until the character is whole; broken: it never is
  u8 lowest_ = 0x80, highest_ = 0xbf;  // that the next one may be
  static constexpr u8 broken = 0xff;
};

}  // namespace netpeel::base
