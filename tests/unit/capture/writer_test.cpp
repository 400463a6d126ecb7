#include "capture/writer.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.hpp"
#include "support/capture_files.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::test;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = std::string(P_tmpdir) + "/netpeel_XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  std::string file(const std::string& name) const { return path / name; }
  fs::path path;
};

struct TestClock final : base::Clock {
  i64 time = 1'767'261'600'000'000'000, passed = 0;
  i64 now() override { return time + passed; }
  i64 steady() override { return passed; }
};

base::Frame frame(std::string_view data, i64 time, u16 interface = 0,
                  std::string_view comment = {}) {
  return {.data = base::as_bytes(data).data(),
          .size = u32(data.size()),
          .wire_size = u32(data.size()) + 3,
          .time = time,
          .number = 1,
          .link_type = 1,
          .interface = interface,
          .comment = comment};
}

}  // namespace

TEST_CASE("what is written as pcapng is read as it was") {
  Folder folder;
  const std::string path = folder.file("a.pcapng");
  auto writer = capture::create_pcapng(path, "test 1");
  capture::Interface first, second;
  first.name = "lo";
  first.description = "loopback";
  second.name = "eth0";
  second.link_type = 113;
  second.snap_length = 96;
  writer->add_interface(first, "tcp port 80");
  writer->add_interface(second);
  CHECK(writer->write(frame("hello", 1'700'000'000'123'456'789)));
  CHECK(writer->write(frame("", 5, 1, "a comment\nof two lines")));
  CHECK(writer->write(frame(std::string(262144, 'x'), -5, 1)));
  capture::Interface counts;
  counts.received = 10;
  counts.dropped_by_kernel = 3;
  counts.dropped_by_us = 2;
  writer->statistics(1, counts, 1, 2);
  writer->finish();
  CHECK(writer->size() == fs::file_size(path));

  ReadAll all(capture::open_file(path));
  CHECK(all.why().empty());
  REQUIRE(all.frames.size() == 3);
  CHECK(all.frames[0].data == "hello");
  CHECK(all.frames[0].wire_size == 8);
  CHECK(all.frames[0].time == 1'700'000'000'123'456'789);
  CHECK(all.frames[0].interface_name == "lo");
  CHECK(all.frames[1].comment == "a comment\nof two lines");
  CHECK(all.frames[1].link_type == 113);
  CHECK(all.frames[2].data == std::string(262144, 'x'));
  CHECK(all.frames[2].time == 0);
  const auto interfaces = all.source->interfaces();
  REQUIRE(interfaces.size() == 2);
  CHECK(interfaces[0].description == "loopback");
  CHECK(interfaces[1].snap_length == 96);
  CHECK(interfaces[1].received == u64(10));
  CHECK(interfaces[1].dropped_by_kernel == u64(3));
  CHECK(interfaces[1].dropped_by_us == u64(2));
}

TEST_CASE("what is written as pcap is read as it was") {
  Folder folder;
  const bool nano = GENERATE(false, true);
  const std::string path = folder.file("a.pcap");
  auto writer =
      capture::create_pcap(path, nano ? capture::Precision::nano : capture::Precision::micro);
  writer->add_interface({.link_type = 113});
  base::Frame f = frame("hello", 1'700'000'000'123'456'789);
  f.link_type = 113;
  CHECK(writer->write(f));
  f.link_type = 1;
  CHECK(contains(error_of([&] { writer->write(f); }), "113 and 1"));
  writer->finish();
  ReadAll all(capture::open_file(path));
  CHECK(all.why().empty());
  REQUIRE(all.frames.size() == 1);
  CHECK(all.frames[0].data == "hello");
  CHECK(all.frames[0].wire_size == 8);
  CHECK(all.frames[0].link_type == 113);
  CHECK(all.frames[0].time == (nano ? 1'700'000'000'123'456'789 : 1'700'000'000'123'456'000));

  auto empty = capture::create_file(folder.file("empty.pcap"), "test");
  empty->finish();
  ReadAll none(capture::open_file(folder.file("empty.pcap")));
  CHECK(none.frames.empty());
  CHECK(none.why().empty());
}

TEST_CASE("files are for their owner only, and hold whole blocks at every flush") {
  Folder folder;
  const std::string path = folder.file("a.pcapng");
  const mode_t before = umask(0);
  auto writer = capture::create_pcapng(path, "test");
  umask(before);
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  writer->add_interface({});
  for (u32 i = 0; i < 30000; ++i) {
    writer->write(frame(std::string(i % 300, 'x'), i));
    if (i % 1000 != 0) continue;
    const ReadAll so_far(capture::open_file(path));
    if (fs::file_size(path) > 0) CHECK(so_far.why().empty());
  }
  writer->finish();
  CHECK(ReadAll(capture::open_file(path)).frames.size() == 30000);
}

TEST_CASE("failing writes are sentences") {
  CHECK(contains(error_of([&] { capture::create_pcapng("/nowhere/a.pcapng", "test"); }),
                 "/nowhere/a.pcapng"));
  if (access("/dev/full", W_OK) == 0) {
    auto writer = capture::create_pcapng("/dev/full", "test");
    writer->add_interface({});
    try {
      writer->finish();
      FAIL("written");
    } catch (const base::Error& error) {
      CHECK(contains(error.what(), "No space left"));
      CHECK(contains(error.advice(), "disk is full"));
    }
  }
}

TEST_CASE("a slow pipe's queue is bounded, and a closed pipe is no failure") {
  signal(SIGPIPE, SIG_IGN);
  Folder folder;
  const std::string path = folder.file("fifo");
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const int reader = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  auto writer = capture::create_pcapng(path, "test");
  writer->add_interface({});
  const std::string data(100000, 'x');
  u32 taken = 0, refused = 0;
  for (u32 i = 0; i < 200; ++i) {
    if (writer->write(frame(data, i))) {
      ++taken;
    } else {
      ++refused;
    }
  }
  CHECK(taken > 80);
  CHECK(refused > 80);
  CHECK_FALSE(writer->reader_gone());
  close(reader);
  writer->flush();
  CHECK(writer->reader_gone());
  CHECK_FALSE(writer->write(frame(data, 1)));
  writer->finish();
}

TEST_CASE("a ring goes on by size and by time, and keeps the last files") {
  Folder folder;
  setenv("TZ", "UTC", 1);
  TestClock clock;
  const auto create = [](const std::string& path) { return capture::create_pcapng(path, "test"); };
  u32 closings = 0;
  capture::RingWriter ring(folder.file("web.pcapng"),
                           {.file_bytes = 1000, .file_nanoseconds = 10'000'000'000, .files = 2},
                           create, clock);
  ring.before_next([&] { ++closings; });
  ring.add_interface({.name = "lo"}, "");
  const std::string data(200, 'x');
  for (u32 i = 0; i < 20; ++i) CHECK(ring.write(frame(data, i)));
  CHECK(ring.files_begun() == 5);  // five of 232 bytes each fill one, with what is in front
  CHECK(closings == 4);
  ring.check_time();
  CHECK(ring.files_begun() == 5);
  clock.passed = 10'000'000'000;
  CHECK(ring.next_is_due());
  ring.check_time();
  CHECK(ring.files_begun() == 6);
  ring.finish();
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"web_00005_20260101100000.pcapng",
                                          "web_00006_20260101100010.pcapng"});
  const ReadAll last(capture::open_file(folder.file(names[0])));
  CHECK(last.why().empty());
  CHECK(last.frames.size() == 4);
  CHECK(last.frames[0].interface_name == "lo");
}
