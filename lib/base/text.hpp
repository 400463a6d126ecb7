// An append-only text buffer: what every view writes into. It grows and is reused; after the first
// few packets appending allocates nothing. Numbers and addresses are written in their usual
// spellings (RFC 5952 for IPv6).
#pragma once
#include <cstring>
#include <memory>

#include "base/bytes.hpp"

namespace netpeel::base {

// Writes the number's digits at `out`, 20 at most, and returns their end.
char* put_dec(char* out, u64 value);
char* put_hex(char* out, u64 value, u32 digits);  // at least so many digits; 16 at most
char* put_ipv4(char* out, const u8* p);           // 15 at most
char* put_ipv6(char* out, const u8* p);           // 39 at most
char* put_seconds(char* out, i64 nanoseconds);    // 31 at most

class Text {
 public:
  std::string_view view() const { return {data_.get(), size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }
  void shorten(std::size_t size) { size_ = size; }  // size <= size()

  Text& add(std::string_view text) {
    if (!text.empty()) std::memcpy(room(text.size()), text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  Text& add(char c) {
    *room(1) = c;
    ++size_;
    return *this;
  }
  Text& fill(char c, std::size_t times) {
    if (times > 0) std::memset(room(times), c, times);
    size_ += times;
    return *this;
  }
  Text& dec(u64 value) {
    char* const start = room(20);
    size_ += std::size_t(put_dec(start, value) - start);
    return *this;
  }
  Text& sdec(i64 value);
  Text& dec(u64 value, u32 digits);      // at least so many digits, zeros in front
  Text& hex(u64 value, u32 digits = 1);  // lower case, no prefix
  Text& bin(u64 value, u32 digits);
  Text& hex_bytes(Bytes bytes, char between = 0);
  Text& mac(const u8* p);  // 6 bytes, colons
  Text& ipv4(const u8* p);
  Text& ipv6(const u8* p);
  Text& seconds(i64 nanoseconds);   // "-0.000120000": nine decimals, as tshark prints durations
  Text& iso_time(i64 nanoseconds);  // "2023-11-14T22:13:20.123456789Z"

  // Text from a packet or a file, made harmless for a terminal: control characters, line ends,
  // bidirectional marks and bytes that are not UTF-8 become visible escapes such as \n, \x1b,
  // \u202e. At most `most` bytes are read; a cut is shown as "…".
  Text& escaped(std::string_view text, std::size_t most = std::size_t(-1));

  // For writers that know how much they will need at most: get room, write, then take what was
  // written.
  char* room(std::size_t n) {
    if (n > capacity_ - size_) grow(n);
    return data_.get() + size_;
  }
  void took(std::size_t n) { size_ += n; }

 private:
  void grow(std::size_t n);

  std::unique_ptr<char[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace netpeel::base
