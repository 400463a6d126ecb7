// bench_traffic OUT COUNT small|imix: a pcap file of made-up traffic.
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bench/traffic.hpp"

using namespace netpeel;

int main(int argc, char** argv) {
  const std::string_view mix = argc == 4 ? argv[3] : "";
  if (mix != "small" && mix != "imix") {
    std::fprintf(stderr, "bench_traffic OUT COUNT small|imix\n");
    return 2;
  }
  std::FILE* out = std::fopen(argv[1], "wb");
  if (out == nullptr) return std::perror(argv[1]), 3;
  static char buffer[1 << 20];
  std::setvbuf(out, buffer, _IOFBF, sizeof buffer);
  const u32 head[6]{0xa1b2c3d4, 2 | 4 << 16, 0, 0, 262'144, 1};
  std::fwrite(head, 1, sizeof head, out);
  bench::Traffic traffic(mix == "imix" ? bench::Mix::imix : bench::Mix::small);
  for (u64 left = std::strtoull(argv[2], nullptr, 10); left > 0; --left) {
    const base::Frame f = traffic.next();
    const u32 record[4]{u32(f.time / 1'000'000'000), u32(f.time / 1000 % 1'000'000), f.size,
                        f.size};
    std::fwrite(record, 1, sizeof record, out);
    std::fwrite(f.data, 1, f.size, out);
  }
  const bool bad = std::ferror(out) != 0;
  if (std::fclose(out) != 0 || bad) return std::perror(argv[1]), 3;
}
