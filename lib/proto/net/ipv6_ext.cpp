#include "proto/net/ipv6_ext.hpp"

namespace netpeel::proto {

Bytes find_option(Bytes header, u8 type) {
  Cursor c(header, 2);
  while (c.left() > 0) {
    const u8 kind = c.u8_();
    if (kind == 0) continue;  // Pad1 has no length
    const Bytes value = c.bytes(c.u8_());
    if (c.ok() && kind == type) return value;
  }
  return {};
}

u32 jumbo_length(u64 next, Bytes behind) {
  if (next != 0 || behind.size() < 8) return 0;
  const std::size_t header = (behind[1] + 1u) * 8;
  const Bytes value = find_option(behind.first(std::min(header, behind.size())), jumbo_option);
  return value.size() == 4 ? be32(value.data()) : 0;
}

LastStop last_stop(const u8* p, u32 len) {
  if (len < 8 || p[3] == 0) return {};
  const u8 type = p[2];
  LastStop out{.ahead = true};
  if (type == 0) {
    const u32 addresses = (len - 8) / 16;
    if (addresses > 0) out.address = p + 8 + (addresses - 1) * 16;
  } else if ((type == 2 || type == 4) && len >= 24) {
    out.address = p + 8;  // a segment list is written backwards (RFC 8754 §2)
  }
  return out;
}

}  // namespace netpeel::proto
