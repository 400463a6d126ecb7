// The one driver of zlib: bytes in as they come, plain bytes out, never more than asked for.
#pragma once
#include <zlib.h>

#include <vector>

#include "base/bytes.hpp"

namespace netpeel::stream {

class Inflater {
 public:
  enum class Form : u8 {
    raw,   // RFC 1951 alone, as permessage-deflate has it: streams follow one another
    zlib,  // RFC 1950
    gzip,  // RFC 1952; several members in a row count as one
  };
  enum class Verdict : u8 {
    good,   // all was read; more may come
    ended,  // the same, and the data end here
    broken,
    too_long,  // `most` bytes came out, and more would
  };

  static bool failed(Verdict v) { return v == Verdict::broken || v == Verdict::too_long; }

  explicit Inflater(Form form = Form::raw) : form_(form) {}
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater();

  // Appends to `out` what the bytes inflate to, until it holds `most` bytes. What came out before
  // the data proved broken stays. After broken and too_long, reset() before the next.
  Verdict add(Bytes in, std::vector<u8>& out, std::size_t most);
  void reset();
  // What was read ends where a block does, at a whole byte.
  bool between_blocks() const;
  // What zlib keeps while a stream is open: a window of 32 KiB, and about 10 KiB of its own.
  std::size_t memory() const { return open_ ? 42 * 1024 : 0; }

 private:
  bool begin();
  bool goes_on();

  z_stream z_{};
  Form form_;
  bool open_ = false;
  bool ended_ = false;  // a stream has ended, and no next one has begun
};

}  // namespace netpeel::stream
