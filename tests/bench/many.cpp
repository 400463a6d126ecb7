// bench_many OUT COUNT: a pcap file of COUNT TCP connections that are all open at once: all their
// SYNs, then all SYN ACKs, ACKs, questions and answers. The same on every machine.
#include <cstdio>
#include <cstdlib>

#include "base/bits.hpp"

using namespace netpeel;
using base::put_be16;
using base::put_be32;

namespace {

struct Segment {
  bool from_client;
  u32 flags, seq, ack, length;
};
// Numbers count from each side's start.
constexpr Segment story[]{
    {true,  0x02, 0, 0,  0  },
    {false, 0x12, 0, 1,  0  },
    {true,  0x10, 1, 1,  0  },
    {true,  0x18, 1, 1,  64 },
    {false, 0x18, 1, 65, 128}
};

u32 build(u8* p, u32 connection, const Segment& s) {
  constexpr u32 server = 0x0a000001, port = 50007;
  const u32 client = 0x20000000 + connection / 8, from = 40000 + connection % 8;
  std::memset(p, 0, 54);
  p[0] = p[6] = 2;
  put_be16(p + 12, 0x0800);
  p[14] = 0x45;
  put_be16(p + 16, 40 + s.length);
  p[22] = 64, p[23] = 6;
  put_be32(p + 26, s.from_client ? client : server);
  put_be32(p + 30, s.from_client ? server : client);
  put_be16(p + 34, s.from_client ? from : port);
  put_be16(p + 36, s.from_client ? port : from);
  const u32 ours = connection * 2654435761u, theirs = ~ours;
  put_be32(p + 38, (s.from_client ? ours : theirs) + s.seq);
  put_be32(p + 42, (s.flags & 0x10) != 0 ? (s.from_client ? theirs : ours) + s.ack : 0);
  p[46] = 0x50, p[47] = u8(s.flags);
  put_be16(p + 48, 502);
  std::memset(p + 54, 'x', s.length);
  return 54 + s.length;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fprintf(stderr, "bench_many OUT COUNT\n"), 2;
  std::FILE* out = std::fopen(argv[1], "wb");
  if (out == nullptr) return std::perror(argv[1]), 3;
  static char buffer[1 << 20];
  std::setvbuf(out, buffer, _IOFBF, sizeof buffer);
  const u32 head[6]{0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262'144, 1};
  std::fwrite(head, 1, sizeof head, out);
  const u32 count = u32(std::strtoul(argv[2], nullptr, 10));
  u64 microseconds = 1'700'000'000'000'000;
  u8 bytes[256];
  for (const Segment& s : story) {
    for (u32 connection = 0; connection < count; ++connection) {
      const u32 size = build(bytes, connection, s);
      const u32 record[4]{u32(++microseconds / 1'000'000), u32(microseconds % 1'000'000), size,
                          size};
      std::fwrite(record, 1, sizeof record, out);
      std::fwrite(bytes, 1, size, out);
    }
  }
  const bool bad = std::ferror(out) != 0;
  if (std::fclose(out) != 0 || bad) return std::perror(argv[1]), 3;
}
