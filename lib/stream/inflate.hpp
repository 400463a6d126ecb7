// Raw deflate (RFC 1951) whose window may span messages, as permessage-deflate has it. Bounded.
#pragma once
#include <zlib.h>

#include <vector>

#include "base/bytes.hpp"

namespace netpeel::stream {

class Inflater {
 public:
  enum class Verdict : u8 { good, broken, too_long };

  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (open_) inflateEnd(&z_);
  }

  // Appends to out what the bytes inflate to, at most `most` bytes. After anything but good, reset() before the next.
  Verdict add(Bytes in, std::vector<u8>& out, std::size_t most) {
    if (!open_) {
      if (inflateInit2(&z_, -MAX_WBITS) != Z_OK) return Verdict::broken;
      open_ = true;
    }
    u8 room[16 * 1024];
    z_.next_in = const_cast<u8*>(in.data());  // zlib does not write there
    z_.avail_in = uInt(in.size());
    for (;;) {
      z_.next_out = room;
      z_.avail_out = sizeof room;
      const int r = inflate(&z_, Z_SYNC_FLUSH);
      const std::size_t got = sizeof room - z_.avail_out;
      const std::size_t fits = got < most - out.size() ? got : most - out.size();
      out.insert(out.end(), room, room + fits);
      if (fits < got) return Verdict::too_long;
      if (r == Z_STREAM_END) {  // a final block: what follows is a new stream (RFC 7692 §7.2.3.4)
        inflateReset(&z_);
        if (z_.avail_in == 0) return Verdict::good;
        continue;
      }
      if (r == Z_BUF_ERROR || (r == Z_OK && z_.avail_in == 0 && z_.avail_out > 0)) return Verdict::good;
      if (r != Z_OK) return Verdict::broken;
    }
  }
  void reset() {
    if (open_) inflateReset(&z_);
  }

 private:
  z_stream z_{};
  bool open_ = false;
};

}  // namespace netpeel::stream
