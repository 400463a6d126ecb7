// Writes the packets of shapes.hpp into a capture, each with its name as comment; or as fuzz seeds,
// one file each.
//   shapes OUT.pcapng [SEED [ROUNDS]]
//   shapes seeds FOLDER
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include "capture/writer.hpp"
#include "support/shapes.hpp"

using namespace netpeel;

int main(int argc, char** argv) {
  if (argc < 2)
    return std::fputs("shapes OUT.pcapng [SEED [ROUNDS]] | shapes seeds FOLDER\n", stderr), 2;
  const std::string_view first = argv[1];
  if (first == "seeds" && argc == 3) {
    for (const test::Shape& shape : test::shapes()) {
      std::string seed{char(shape.link_type >> 8), char(shape.link_type), '\0'};
      seed += base::as_text(*test::draw(shape, 1));
      std::ofstream(std::string(argv[2]) + "/shape_" + std::string(shape.name), std::ios::binary)
          << seed;
    }
    return 0;
  }
  const u64 seed = argc > 2 ? std::strtoull(argv[2], nullptr, 0) : 1;
  const u64 rounds = argc > 3 ? std::strtoull(argv[3], nullptr, 0) : 1;
  const auto out = capture::create_pcapng(argv[1], "netpeel");
  std::map<u16, u16> interfaces;
  for (const test::Shape& shape : test::shapes()) {
    if (!interfaces.emplace(shape.link_type, u16(interfaces.size())).second) continue;
    capture::Interface interface;
    interface.link_type = shape.link_type;
    out->add_interface(interface);
  }
  u64 number = 0;
  for (u64 round = 0; round < rounds; ++round) {
    for (const test::Shape& shape : test::shapes()) {
      const auto frame = test::draw(shape, seed + round);
      if (!frame)
        return std::fprintf(stderr, "%s: %s\n", shape.name.data(), frame.complaint().what.c_str()),
               1;
      const u32 size = u32(frame->size());
      out->write({.data = frame->data(),
                  .size = size,
                  .wire_size = size,
                  .time = i64(1700000000 + number) * 1'000'000'000,
                  .number = ++number,
                  .link_type = shape.link_type,
                  .interface = interfaces[shape.link_type],
                  .comment = shape.name});
    }
  }
  out->finish();
}
