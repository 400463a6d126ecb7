// A reader for the variable parts of a message. Its error is sticky: after a read past the end
// every further read gives zero or nothing, so a parser checks once, at the end. It owns nothing;
// the bytes outlive it.
#pragma once
#include "base/bits.hpp"

namespace netpeel::base {

class Cursor {
 public:
  explicit Cursor(Bytes bytes, u32 start = 0)
      : bytes_(bytes), at_(start), failed_(start > bytes.size()) {}

  bool ok() const { return !failed_; }
  u32 at() const { return at_; }  // bytes from the start of the view
  u32 left() const { return failed_ ? 0 : u32(bytes_.size()) - at_; }

  u8 u8_() { return take(1) ? bytes_[at_ - 1] : u8(0); }
  u16 be16() { return take(2) ? base::be16(&bytes_[at_ - 2]) : u16(0); }
  u32 be24() { return take(3) ? base::be24(&bytes_[at_ - 3]) : 0; }
  u32 be32() { return take(4) ? base::be32(&bytes_[at_ - 4]) : 0; }
  u64 be64() { return take(8) ? base::be64(&bytes_[at_ - 8]) : 0; }
  Bytes bytes(u32 n) { return take(n) ? bytes_.subspan(at_ - n, n) : Bytes{}; }
  Bytes rest() { return bytes(left()); }
  void skip(u32 n) { take(n); }

 private:
  bool take(u32 n) {
    if (failed_ || n > bytes_.size() - at_) {
      failed_ = true;
      return false;
    }
    at_ += n;
    return true;
  }

  Bytes bytes_;
  u32 at_;
  bool failed_;
};

}  // namespace netpeel::base
