// bench_conversations FILE [alone]: the layers of every packet of a capture file, and the
// conversations they belong to; unless alone, with TCP analysis and streams put together. Says what
// the flow table closed for its bound, and the peak of resident memory.
#include <sys/resource.h>

#include <cstdio>
#include <string_view>

#include "base/error.hpp"
#include "capture/source.hpp"
#include "field/walk.hpp"
#include "flow/registry.hpp"
#include "flow/tracker.hpp"

using namespace netpeel;

int main(int argc, char** argv) {
  const bool alone = argc == 3 && std::string_view(argv[2]) == "alone";
  if (argc != 2 && !alone) return std::fprintf(stderr, "bench_conversations FILE [alone]\n"), 2;
  try {
    const field::Registry registry = flow::registry();
    const auto source = capture::open_file(argv[1]);
    flow::Tracker tracker(registry,
                          {.need = alone ? flow::Need::conversations : flow::Need::streams});
    field::Packet packet;
    u64 packets = 0;
    for (auto batch = source->next(); !batch.empty(); batch = source->next()) {
      for (const base::Frame& frame : batch) {
        packet.frame = frame;
        field::walk(registry, packet);
        tracker.see(packet);
        ++packets;
      }
    }
    const flow::TrackerCounts& c = tracker.counts();
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    std::printf("%llu packets, %llu conversations, %llu closed early, %ld MiB at most\n",
                static_cast<unsigned long long>(packets),
                static_cast<unsigned long long>(c.conversations),
                static_cast<unsigned long long>(c.closed_early), used.ru_maxrss / 1024);
  } catch (const base::Error& e) {
    return std::fprintf(stderr, "%s\n", e.what()), e.exit_code();
  }
}
