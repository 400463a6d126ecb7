// Stands in for libFuzzer where the compiler has none: gives the target every file of the folders
// named, all their cuts, and some bent forms of them, always the same.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  using netpeel::u8;
  std::vector<std::filesystem::path> seeds;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i]))
      seeds.push_back(entry.path());
  }
  std::sort(seeds.begin(), seeds.end());
  if (seeds.empty()) {
    std::fprintf(stderr, "no seeds: nothing would be tested\n");
    return 1;
  }
  std::size_t runs = 0;
  const auto run = [&](const std::vector<u8>& bytes) {
    // A copy of exactly this size, so that a sanitizer sees one byte too far.
    const std::vector<u8> exact(bytes);
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
    ++runs;
  };
  constexpr std::size_t most_cuts = 2000;
  constexpr int bent_forms = 200;
  for (const auto& seed : seeds) {
    std::ifstream file(seed, std::ios::binary);
    const std::vector<u8> bytes{std::istreambuf_iterator<char>(file), {}};
    run(bytes);
    for (std::size_t cut = 0; cut < std::min(bytes.size(), most_cuts); ++cut)
      run({bytes.begin(), bytes.begin() + std::ptrdiff_t(cut)});
    netpeel::base::Random random(bytes.size());
    for (int i = 0; i < bent_forms && !bytes.empty(); ++i) {
      std::vector<u8> bent = bytes;
      for (netpeel::u64 n = 1 + random.below(4); n > 0; --n)
        bent[random.below(bent.size())] = u8(random.next());
      run(bent);
    }
  }
  std::printf("%zu seeds, %zu runs\n", seeds.size(), runs);
}
