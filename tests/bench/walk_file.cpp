// bench_walk FILE: finds the layers of every packet of a capture file, and nothing else.
#include <cstdio>

#include "base/error.hpp"
#include "capture/source.hpp"
#include "field/walk.hpp"
#include "proto/all.hpp"

using namespace netpeel;

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "bench_walk FILE\n"), 2;
  try {
    const field::Registry registry = proto::registry();
    const auto source = capture::open_file(argv[1]);
    field::Packet packet;
    u64 packets = 0, layers = 0;
    for (auto batch = source->next(); !batch.empty(); batch = source->next()) {
      for (const base::Frame& frame : batch) {
        packet.frame = frame;
        field::walk(registry, packet);
        layers += packet.depth;
        ++packets;
      }
    }
    std::printf("%llu packets, %llu layers\n", static_cast<unsigned long long>(packets),
                static_cast<unsigned long long>(layers));
  } catch (const base::Error& e) {
    return std::fprintf(stderr, "%s\n", e.what()), e.exit_code();
  }
}
