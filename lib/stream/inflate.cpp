#include "stream/inflate.hpp"

#include <algorithm>

namespace netpeel::stream {

Inflater::~Inflater() {
  if (open_) inflateEnd(&z_);
}

void Inflater::reset() {
  if (open_) inflateReset(&z_);
  ended_ = false;
}

bool Inflater::begin() {
  if (open_) return true;
  const int window = form_ == Form::raw    ? -MAX_WBITS
                     : form_ == Form::zlib ? MAX_WBITS
                                           : MAX_WBITS + 16;
  open_ = inflateInit2(&z_, window) == Z_OK;
  return open_;
}

// zlib keeps it in data_type: 128 behind a block, the unused bits of the last byte below.
bool Inflater::between_blocks() const {
  return ended_ || ((z_.data_type & 128) != 0 && (z_.data_type & 7) == 0);
}

// Whether what stands behind the end of a stream begins another.
bool Inflater::goes_on() {
  if (z_.avail_in == 0) return false;
  if (form_ == Form::zlib || (form_ == Form::gzip && z_.next_in[0] != 0x1f)) return false;
  inflateReset(&z_);
  ended_ = false;
  return true;
}

Inflater::Verdict Inflater::add(Bytes in, std::vector<u8>& out, std::size_t most) {
  if (!begin()) return Verdict::broken;
  u8 room[16 * 1024];
  z_.next_in = const_cast<u8*>(in.data());  // zlib does not write there
  z_.avail_in = uInt(in.size());
  for (;;) {
    if (ended_ && !goes_on()) return Verdict::ended;
    z_.next_out = room;
    z_.avail_out = sizeof room;
    const int r = inflate(&z_, Z_SYNC_FLUSH);
    const std::size_t got = sizeof room - z_.avail_out;
    const std::size_t fits = std::min(got, most - std::min(most, out.size()));
    out.insert(out.end(), room, room + fits);
    if (fits < got) return Verdict::too_long;
    if (r == Z_STREAM_END) {
      ended_ = true;
      continue;
    }
    const bool starved = r == Z_BUF_ERROR || (r == Z_OK && z_.avail_in == 0 && z_.avail_out > 0);
    if (starved) return Verdict::good;
    if (r != Z_OK) return Verdict::broken;
  }
}

}  // namespace netpeel::stream
