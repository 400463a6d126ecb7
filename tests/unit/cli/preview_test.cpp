#include "cli/preview.hpp"

#include <csignal>
#include <unistd.h>

#include "field/walk.hpp"
#include "flow/registry.hpp"
#include "support/capture_files.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::test;

namespace {

// UDP datagrams of many conversations; every hundredth frame is of one.
FileBytes datagrams(u32 frames) {
  FileBytes file;
  file.pcap(0xa1b2c3d4, 101);  // raw IP
  for (u32 i = 0; i < frames; ++i) {
    std::string ip("\x45\0\0\x1c\0\0\0\0\x40\x11\0\0\x0a\0\0\1\x0a\0\0\2\0\0\0\7\0\x08\0\0", 28);
    const u32 port = i % 100 == 7 ? 5000 : 10'000 + i % 8000;
    ip[20] = char(port >> 8);
    ip[21] = char(port);
    file.record(i, 0, ip + std::string(600, 'x'));
  }
  return file;
}

struct Run {
  const FileBytes file = datagrams(10'000);
  const field::Registry registry = flow::registry();
  std::unique_ptr<capture::FrameSource> source = capture::open_memory(file.view());
  field::Packet packet;
  std::function<void(u64 number)> also;  // when a frame was looked at

  bool look_over(cli::Preview& preview) {
    return preview.read(*source, [&](std::span<const base::Frame> frames, cli::Preview::Which) {
      for (const base::Frame& frame : frames) {
        packet.frame = frame;
        field::walk(registry, packet);
        preview.frame(packet);
        if (frame.data[20] == 5000 >> 8 && frame.data[21] == (5000 & 0xff)) preview.want(packet);
        if (also) also(frame.number);
      }
    });
  }
};

}  // namespace

TEST_CASE("Several processes find together what one finds") {
  const u32 processes = GENERATE(1, 2, 3, 4);
  Run run;
  cli::Preview preview(processes);
  REQUIRE(run.look_over(preview));
  u64 wanted = 0, given = 0;
  for (auto batch = preview.next(*run.source); !batch.empty(); batch = preview.next(*run.source)) {
    given += batch.size();
    u64 number = preview.number_before();
    i64 before = preview.time_before();
    for (std::size_t i = 0; i < batch.size(); ++i) {
      CHECK(batch[i].number == ++number);
      CHECK(before == (number == 1 ? 0 : i64(number - 2) * 1'000'000'000));
      before = batch[i].time;
      CHECK(preview.wanted(i) == (number % 100 == 8));
      wanted += preview.wanted(i) ? 1 : 0;
    }
  }
  CHECK(wanted == 100);
  CHECK(given >= wanted);
}

TEST_CASE("A helper that fails or is killed costs the first look alone") {
  std::signal(SIGPIPE, SIG_IGN);
  const bool killed = GENERATE(false, true);
  const u64 at = GENERATE(1000, 9000);
  Run run;
  const pid_t self = getpid();
  run.also = [&](u64 number) {
    if (getpid() == self || number < at) return;
    if (killed) raise(SIGKILL);
    throw std::bad_alloc();
  };
  cli::Preview preview(2);
  CHECK(!run.look_over(preview));
  const auto batch = run.source->next();
  REQUIRE(!batch.empty());
  CHECK(batch[0].number == 1);
}

TEST_CASE("Where most would have to be followed there is no second reading") {
  Run run;
  cli::Preview preview(GENERATE(1, 2));
  run.also = [&](u64) { preview.want(run.packet); };
  CHECK(!run.look_over(preview));
  CHECK(run.source->next()[0].number == 1);
}
