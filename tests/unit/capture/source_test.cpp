#include "capture/source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "base/random.hpp"
#include "support/capture_files.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using namespace netpeel::test;

namespace {

std::vector<u8> gzip(Bytes bytes, int level = 6) {
  std::vector<u8> out(bytes.size() + 1024);
  z_stream z{};
  REQUIRE(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::vector<u8> in(bytes.begin(), bytes.end());
  z.next_in = in.data();
  z.avail_in = uInt(in.size());
  z.next_out = out.data();
  z.avail_out = uInt(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  return out;
}

// Something of everything, small enough to be cut at every byte.
FileBytes mixed_pcapng(bool big) {
  FileBytes f(big);
  f.section();
  f.interface(1, f.body().option(2, "eth0").option(3, "the cable").option8(9, 9).end_options());
  f.block(0x0bad, f.body().text("unknown!"));
  f.packet(0, 1'700'000'000'123'456'789, "first");
  f.interface(101, f.body().option(2, "tun0").end_options());
  f.packet(1, 1'700'000'000'000'000, "second",
           f.body().option(1, "one").option(2, "\1\0\0\0").option(1, "two").end_options(), 100);
  f.block(3, f.body().put32(5).text("third").pad());
  f.block(2, f.body().put16(1).put16(0).put32(0).put32(7).put32(6).put32(6).text("fourth").pad());
  f.block(4, f.body().put32(0));                     // names
  f.block(10, f.body().put32(0x544c534b).put32(0));  // secrets
  f.block(5,
          f.body().put32(0).put64(0).option64(4, 10).option64(7, 2).option64(8, 7).end_options());
  f.section();
  f.interface(113);
  f.packet(0, 5, "fifth");
  return f;
}

}  // namespace

TEST_CASE("an input that is no capture gives no frames and says so") {
  const u8 bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};
  for (std::size_t n = 0; n <= 8; ++n) {
    const auto source = capture::open_memory(Bytes(bytes, n));
    CHECK(source->next().empty());
    REQUIRE(source->damage());
    CHECK(source->damage()->at == 0);
    CHECK(contains(source->damage()->why, n == 0 ? "empty" : "no capture file"));
  }
}

TEST_CASE("pcap: both byte orders, micro- and nanoseconds, the link type's lower half") {
  const bool big = GENERATE(false, true);
  const bool nano = GENERATE(false, true);
  FileBytes f(big);
  f.pcap(nano ? 0xa1b23c4d : 0xa1b2c3d4, 0xf4000071);
  f.record(1'700'000'000, 123'456, "hello", 60).record(0xffffffff, 1, "").record(2, 3, "x", 0);
  ReadAll all(f.view());
  CHECK(all.why().empty());
  REQUIRE(all.frames.size() == 3);
  CHECK(all.frames[0].data == "hello");
  CHECK(all.frames[0].wire_size == 60);
  CHECK(all.frames[0].time == 1'700'000'000'000'000'000 + (nano ? 123'456 : 123'456'000));
  CHECK(all.frames[0].link_type == 113);
  CHECK(all.frames[0].number == 1);
  CHECK(all.frames[1].data.empty());
  CHECK(all.frames[1].time == i64(0xffffffff) * 1'000'000'000 + (nano ? 1 : 1000));
  CHECK(all.frames[2].number == 3);
  CHECK(all.source->interfaces().size() == 1);
  CHECK(all.source->position() == f.size());
  CHECK(all.source->size() == f.size());
}

TEST_CASE(
    "pcap: longer record headers, swapped lengths of old files, more captured than there was") {
  FileBytes modified;
  modified.pcap(0xa1b2cd34).put32(1).put32(2).put32(3).put32(3).put64(0).text("abc");
  ReadAll a(modified.view());
  REQUIRE(a.frames.size() == 1);
  CHECK(a.frames[0].data == "abc");
  CHECK(a.why().empty());

  FileBytes old;
  old.put32(0xa1b2c3d4)
      .put16(2)
      .put16(2)
      .put32(0)
      .put32(0)
      .put32(68)
      .put32(1)
      .put32(1)
      .put32(2)
      .put32(60)
      .put32(3)
      .text("abc");
  ReadAll b(old.view());
  REQUIRE(b.frames.size() == 1);
  CHECK(b.frames[0].data == "abc");
  CHECK(b.frames[0].wire_size == 60);

  FileBytes odd;
  odd.pcap().put32(1).put32(2).put32(3).put32(1).text("abc");
  ReadAll c(odd.view());
  REQUIRE(c.frames.size() == 1);
  CHECK(c.frames[0].wire_size == 3);
}

TEST_CASE("damage is told with its place, after all frames before it") {
  FileBytes f;
  f.pcap().record(1, 2, "good");
  const std::size_t here = f.size();
  SECTION("a frame that is too large") {
    f.put32(1).put32(2).put32(262145).put32(262145).text(std::string(300000, 'x'));
    ReadAll all(f.view());
    CHECK(all.frames.size() == 1);
    CHECK(all.at() == here);
    CHECK(contains(all.why(), "262145"));
  }
  SECTION("the largest frame that is believed") {
    f.put32(1).put32(2).put32(262144).put32(262144).text(std::string(262144, 'x'));
    ReadAll all(f.view());
    CHECK(all.frames.size() == 2);
    CHECK(all.why().empty());
  }
  SECTION("pcapng") {
    const bool big = GENERATE(false, true);
    FileBytes g(big);
    g.section().interface().packet(0, 1, "good");
    const std::size_t at = g.size();
    const auto broken = [&](FileBytes tail, const char* says) {
      FileBytes whole = g;
      whole.add(tail).packet(0, 2, "never seen");
      ReadAll all(whole.view());
      INFO(says);
      CHECK(all.frames.size() == 1);
      CHECK(all.at() == at);
      CHECK(contains(all.why(), says));
    };
    broken(g.body().put32(6).put32(0).put32(0), "0 bytes long");
    broken(g.body().put32(0x99).put32(11).put32(0), "11 bytes long");
    broken(g.body().put32(0x99).put32(0xfffffff0), "4294967280");
    broken(g.body().put32(0x99).put32(0xffffffff), "4294967295");
    broken(g.body().put32(0x99).put32(16).put32(0).put32(20), "at its end 20");
    broken(g.body().packet(7, 1, "x"), "interface 7");
    broken(g.body().block(6, g.body().put32(0).put64(0).put32(100).put32(100).text("short!!!")),
           "has only 8 left");
    broken(g.body().block(6, g.body().put32(0).put64(0).put32(0x7fffffff).put32(100)),
           "not believed");
    broken(g.body().block(6, g.body().put32(0)), "too short");
    broken(g.body().block(1, g.body().put32(0)), "too short");
    broken(g.body().block(3, g.body()), "too short");
    broken(g.body().block(5, g.body().put32(3).put64(0)), "not described");
    broken(g.body().block(0x0a0d0d0a, g.body().put32(0x12345678).put64(0).put64(0)),
           "byte-order mark");
    broken(g.body().block(0x0a0d0d0a, g.body().put32(0x1a2b3c4d).put16(2).put16(0).put64(0)),
           "version 2");
  }
}

TEST_CASE("pcapng: all blocks, several sections, names, comments, statistics") {
  const FileBytes f = mixed_pcapng(GENERATE(false, true));
  ReadAll all(f.view());
  CHECK(all.why().empty());
  REQUIRE(all.frames.size() == 5);
  CHECK(all.frames[0].data == "first");
  CHECK(all.frames[0].time == 1'700'000'000'123'456'789);
  CHECK(all.frames[0].interface_name == "eth0");
  CHECK(all.frames[1].data == "second");
  CHECK(all.frames[1].time == 1'700'000'000'000'000'000);
  CHECK(all.frames[1].comment == "one\ntwo");
  CHECK(all.frames[1].wire_size == 100);
  CHECK(all.frames[1].link_type == 101);
  CHECK(all.frames[1].interface == 1);
  CHECK(all.frames[2].data == "third");
  CHECK(all.frames[2].time == 0);
  CHECK(all.frames[3].data == "fourth");
  CHECK(all.frames[3].interface_name == "tun0");
  CHECK(all.frames[3].time == 7000);
  CHECK(all.frames[4].data == "fifth");
  CHECK(all.frames[4].interface == 2);
  CHECK(all.frames[4].link_type == 113);
  CHECK(all.frames[4].number == 5);
  const auto interfaces = all.source->interfaces();
  REQUIRE(interfaces.size() == 3);
  CHECK(interfaces[0].description == "the cable");
  CHECK(interfaces[0].received == u64(10));
  CHECK(interfaces[0].dropped_by_kernel == u64(2));
  CHECK(interfaces[0].dropped_by_us == u64(1));
  CHECK_FALSE(interfaces[1].received);
}

TEST_CASE("pcapng: a comment alone is a view, and several sections may change the byte order") {
  FileBytes f;
  f.section().interface().packet(0, 1, "a", f.body().option(1, "only").end_options());
  FileBytes big(true);
  big.section().interface(9).packet(0, 1, "b");
  f.add(big);
  FileBytes again;
  again.section().interface(9).packet(0, 1, "c");
  f.add(again);
  ReadAll all(f.view());
  CHECK(all.why().empty());
  REQUIRE(all.frames.size() == 3);
  CHECK(all.frames[0].comment == "only");
  CHECK(all.frames[1].data == "b");
  CHECK(all.frames[2].data == "c");
}

TEST_CASE("pcapng: timestamps of every resolution, without overflow") {
  const auto time = [](u8 resolution, u64 ticks, i64 offset) {
    FileBytes f;
    f.section()
        .interface(1, f.body().option8(9, resolution).option64(14, u64(offset)).end_options())
        .packet(0, ticks, "x");
    ReadAll all(f.view());
    REQUIRE(all.frames.size() == 1);
    return all.frames[0].time;
  };
  CHECK(time(0, 5, 0) == 5'000'000'000);
  CHECK(time(3, 5, 0) == 5'000'000);
  CHECK(time(6, 5, 10) == 10'000'005'000);
  CHECK(time(9, 5, -1) == -999'999'995);
  CHECK(time(12, 5'999, 0) == 5);
  CHECK(time(20, ~u64(0), 0) == 184'467'440);
  CHECK(time(127, ~u64(0), 0) == 0);
  CHECK(time(0x80, 3, 0) == 3'000'000'000);
  CHECK(time(0x80 | 1, 3, 0) == 1'500'000'000);
  CHECK(time(0x80 | 32, u64(7) << 32 | 0x80000000, 2) == 9'500'000'000);
  CHECK(time(0x80 | 63, u64(1) << 62, 0) == 500'000'000);
  CHECK(time(0x80 | 64, u64(1) << 63, 0) == 500'000'000);
  CHECK(time(0x80 | 127, ~u64(0), 0) == 0);
  // Far ends are clamped.
  CHECK(time(0, ~u64(0), 0) == INT64_MAX);
  CHECK(time(6, ~u64(0), 0) == INT64_MAX);
  CHECK(time(9, ~u64(0), 0) == INT64_MAX);
  CHECK(time(6, 0, INT64_MIN) == INT64_MIN);
  CHECK(time(6, ~u64(0), INT64_MAX) == INT64_MAX);
  CHECK(time(0x80, ~u64(0), INT64_MAX) == INT64_MAX);
}

TEST_CASE("pcapng: blocks larger than any buffer") {
  const u32 huge = 5'000'000;
  FileBytes f;
  f.section().interface();
  f.packet(0, 1, "before");
  f.block(0x0bad, f.body().text(std::string(huge, 'u')));
  // A frame with an endless option: the frame is there, the option is passed over.
  f.packet(0, 2, "middle", f.body().put16(2988).put16(0xffff).text(std::string(huge, 'o')));
  f.packet(0, 3, "after");
  ReadAll all(f.view());
  CHECK(all.why().empty());
  REQUIRE(all.frames.size() == 3);
  CHECK(all.frames[1].data == "middle");
  CHECK(all.frames[2].data == "after");
}

TEST_CASE("pcapng: hostile numbers of interfaces and lengths of names stay bounded") {
  FileBytes f;
  f.section();
  for (u32 i = 0; i < 400; ++i)
    f.interface(1, f.body().option(2, std::string(20000, 'n')).end_options());
  f.packet(399, 1, "x");
  ReadAll all(f.view());
  REQUIRE(all.frames.size() == 1);
  std::size_t names = 0;
  for (const auto& i : all.source->interfaces()) names += i.name.size();
  CHECK(names <= 4u << 20);
  FileBytes many;
  many.section();
  for (u32 i = 0; i < 65537; ++i) many.interface();
  CHECK(contains(ReadAll(many.view()).why(), "65,536"));
}

TEST_CASE("snoop") {
  FileBytes f(true);
  f.text(std::string_view("snoop\0\0\0", 8)).put32(2).put32(4);
  f.put32(60)
      .put32(5)
      .put32(24 + 8)
      .put32(0)
      .put32(1000)
      .put32(7)
      .text("hello")
      .put8(0)
      .put8(0)
      .put8(0);
  f.put32(3).put32(3).put32(24 + 4).put32(0).put32(1001).put32(0).text("abc").put8(0);
  ReadAll all(f.view());
  CHECK(all.why().empty());
  REQUIRE(all.frames.size() == 2);
  CHECK(all.frames[0].data == "hello");
  CHECK(all.frames[0].wire_size == 60);
  CHECK(all.frames[0].time == 1'000'000'007'000);
  CHECK(all.frames[0].link_type == 1);
  f.put32(3).put32(300).put32(24 + 4).put32(0).put32(1001).put32(0).text("abcd");
  ReadAll bad(f.view());
  CHECK(bad.frames.size() == 2);
  CHECK(bad.at() == f.size() - 28);
}

TEST_CASE("cut anywhere, a file gives the frames before the cut and tells the place") {
  std::vector<FileBytes> files{mixed_pcapng(false), mixed_pcapng(true)};
  FileBytes pcap;
  pcap.pcap().record(1, 1, "one").record(2, 2, "two").record(3, 3, "three");
  files.push_back(pcap);
  FileBytes snoop(true);
  snoop.text(std::string_view("snoop\0\0\0", 8)).put32(2).put32(4);
  for (u32 i = 0; i < 3; ++i)
    snoop.put32(4).put32(4).put32(28).put32(0).put32(i).put32(0).text("abcd");
  files.push_back(snoop);
  for (const FileBytes& file : files) {
    const ReadAll whole(file.view());
    REQUIRE(whole.why().empty());
    std::size_t before = 0;
    for (std::size_t n = 0; n <= file.size(); ++n) {
      // Exactly so many bytes, so that a sanitizer sees a read beyond.
      const std::vector<u8> bytes(file.vector().begin(), file.vector().begin() + std::ptrdiff_t(n));
      const ReadAll cut(bytes);
      CHECK(cut.frames.size() >= before);
      before = cut.frames.size();
      REQUIRE(before <= whole.frames.size());
      for (std::size_t i = 0; i < before; ++i) REQUIRE(cut.frames[i].data == whole.frames[i].data);
      if (cut.source->damage()) {
        REQUIRE(cut.at() <= n);
      }
      // gzip of the cut file, and the cut gzip of the file, too.
      const ReadAll zipped(gzip(bytes));
      CHECK(zipped.frames.size() == before);
      CHECK(zipped.at() == cut.at());
    }
    const std::vector<u8> packed = gzip(file.view());
    for (std::size_t n = 0; n < packed.size(); ++n) {
      const ReadAll cut(Bytes(packed).first(n));
      CHECK(cut.source->damage());
      CHECK(cut.frames.size() <= whole.frames.size());
    }
  }
}

TEST_CASE("bent anywhere, a file never hurts") {
  base::Random random(20260101);
  for (u32 round = 0; round < 4000; ++round) {
    std::vector<u8> bytes = mixed_pcapng(round % 2 != 0).vector();
    for (u32 i = 0; i < 1 + round % 4; ++i) {
      bytes[random.below(bytes.size())] = u8(random.chance(0.3) ? 0xff : random.next());
    }
    const ReadAll all(bytes);
    INFO("round " << round);
    u64 number = 0;
    for (const Kept& f : all.frames) {
      REQUIRE(f.number == ++number);
      REQUIRE(f.data.size() <= bytes.size());
      REQUIRE(f.wire_size >= f.data.size());
    }
  }
}

TEST_CASE("gzip: several members, padding behind them, damage inside") {
  FileBytes f;
  f.pcap().record(1, 1, "one").record(2, 2, "two");
  const Bytes bytes = f.view();
  std::vector<u8> packed = gzip(bytes.first(30));
  const std::vector<u8> second = gzip(bytes.subspan(30));
  packed.insert(packed.end(), second.begin(), second.end());
  CHECK(ReadAll(packed).frames.size() == 2);
  CHECK(ReadAll(packed).why().empty());
  packed.insert(packed.end(), 100, 0);
  CHECK(ReadAll(packed).why().empty());
  packed.resize(packed.size() - 100);
  packed[packed.size() - 6] ^= 0xff;  // the checksum
  CHECK(contains(ReadAll(packed).why(), "gzip data is damaged"));
}

TEST_CASE("large files come in batches, and frames across the edge of a block are whole") {
  base::Random random(7);
  FileBytes ng, pcap;
  ng.section().interface();
  pcap.pcap();
  std::vector<std::string> sent;
  for (u32 i = 0; i < 6000; ++i) {
    std::string data(random.chance(0.02) ? random.below(70000) : random.below(200), char(i));
    ng.packet(0, i, data,
              i % 50 == 0 ? ng.body().option(1, "c" + std::to_string(i)).end_options()
                          : FileBytes());
    pcap.record(i, 0, data);
    sent.push_back(std::move(data));
  }
  REQUIRE(pcap.size() > 3u << 20);
  const std::vector<u8> zipped = gzip(ng.view(), 1);
  for (Bytes bytes : {ng.view(), pcap.view(), Bytes(zipped)}) {
    const ReadAll all(bytes);
    CHECK(all.why().empty());
    CHECK(all.largest_batch == 32);
    REQUIRE(all.frames.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) REQUIRE(all.frames[i].data == sent[i]);
    if (!all.frames[50].comment.empty()) CHECK(all.frames[50].comment == "c50");
  }
}

TEST_CASE("a pipe gives what it has without waiting for a whole batch") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  FileBytes f;
  f.section().interface().packet(0, 1, "one").packet(0, 2, "two");
  const std::size_t two = f.size();
  f.packet(0, 3, "three");
  const u8* bytes = f.view().data();
  REQUIRE(write(ends[1], bytes, two + 9) == ssize_t(two + 9));
  const auto source = capture::open_descriptor(ends[0]);
  auto batch = source->next();
  REQUIRE(batch.size() == 2);
  CHECK(source->size() == 0);
  std::size_t written = two + 9;
  std::thread later([&] {
    // The rest byte by byte. Assertions are only for the main thread.
    while (written < f.size() && write(ends[1], bytes + written, 1) == 1) ++written;
    close(ends[1]);
  });
  batch = source->next();
  REQUIRE(batch.size() == 1);
  CHECK(base::as_text(batch[0].bytes()) == "three");
  CHECK(batch[0].number == 3);
  CHECK(source->next().empty());
  CHECK_FALSE(source->damage());
  later.join();
  CHECK(written == f.size());
}

TEST_CASE("reading stops between two frames when asked to") {
  FileBytes f;
  f.pcap().record(1, 1, "one");
  const std::string path = std::string(P_tmpdir) + "/netpeel_stop_" + std::to_string(getpid());
  std::FILE* file = std::fopen(path.c_str(), "w");
  std::fwrite(f.view().data(), 1, f.size(), file);
  std::fclose(file);
  capture::stop_reading();
  CHECK(capture::open_file(path)->next().empty());
  capture::allow_reading();
  CHECK(capture::open_file(path)->next().size() == 1);
  std::filesystem::remove(path);
}

TEST_CASE("what cannot be opened is said in a sentence, with what to do") {
  try {
    capture::open_file("/nowhere/x.pcap");
    FAIL("opened");
  } catch (const base::Error& error) {
    CHECK(error.what() == std::string("could not open /nowhere/x.pcap: No such file or directory"));
    CHECK_FALSE(error.advice().empty());
    CHECK(error.exit_code() == 3);
  }
  CHECK(contains(error_of([&] { capture::open_file("/tmp"); }), "Is a directory"));
}

namespace {

struct Copy {
  u64 number;
  i64 time;
  std::string bytes, comment, interface;
  bool operator==(const Copy&) const = default;
};

std::vector<Copy> copied(std::span<const base::Frame> batch) {
  std::vector<Copy> out;
  for (const base::Frame& f : batch)
    out.push_back({f.number, f.time, std::string(base::as_text(f.bytes())), std::string(f.comment),
                   std::string(f.interface_name)});
  return out;
}

// All batches once, each once more from the last to the first, then all from the first.
void read_again(const FileBytes& file) {
  const auto source = capture::open_memory(file.view());
  std::vector<capture::Place> places;
  std::vector<std::vector<Copy>> batches;
  for (auto batch = source->next(); !batch.empty(); batch = source->next()) {
    places.push_back(source->place());
    batches.push_back(copied(batch));
  }
  REQUIRE(source->repeatable());
  REQUIRE(batches.size() > 2);
  const std::size_t interfaces = source->interfaces().size();
  for (std::size_t i = batches.size(); i-- > 0;) {
    source->again(places[i]);
    CHECK(copied(source->next()) == batches[i]);
  }
  source->again(places[0]);
  std::vector<Copy> all, once;
  for (auto batch = source->next(); !batch.empty(); batch = source->next())
    for (Copy& copy : copied(batch)) all.push_back(std::move(copy));
  for (const auto& batch : batches) once.insert(once.end(), batch.begin(), batch.end());
  CHECK(all == once);
  CHECK(source->interfaces().size() == interfaces);
  CHECK(!source->damage());
}

}  // namespace

TEST_CASE("Batches of a file are read again, in any order") {
  FileBytes pcap;
  pcap.put32(0xa1b2c3d4).put16(2).put16(4).put64(0).put32(262144).put32(1);
  FileBytes pcapng;
  pcapng.section();
  pcapng.interface(1, pcapng.body().option(2, "one").end_options());
  for (u32 i = 0; i < 1000; ++i) {
    const std::string bytes(1 + i * 7 % 1500, char('a' + i % 26));
    pcap.put32(i).put32(1).put32(bytes.size()).put32(bytes.size()).text(bytes);
    if (i == 500) pcapng.interface(1, pcapng.body().option(2, "two").end_options());
    if (i % 300 == 299)  // longer than the window
      pcapng.block(0x0bad, pcapng.body().put32(0).text(std::string(2'000'000, 'x')));
    pcapng.packet(i > 500 ? 1 : 0, i, bytes,
                  pcapng.body().option(1, "a").option(1, std::to_string(i)).end_options());
  }
  read_again(pcap);
  read_again(pcapng);
}

TEST_CASE("Batches of a file with several sections are read again, each in its own byte order") {
  FileBytes little;
  for (const bool big : {false, true, false}) {
    FileBytes section(big);
    section.section();
    section.interface(1, section.body().option(2, big ? "big" : "little").end_options());
    section.section();  // with nothing in it
    section.section();
    section.interface(1, section.body().option(2, "one").end_options());
    section.interface(1, section.body().option(2, big ? "BIG" : "LITTLE").end_options());
    for (u32 i = 0; i < 300; ++i) section.packet(i % 2, i, std::string(i, 'x'));
    little.add(section);
  }
  read_again(little);
}

// As several processes do: each reads its own pieces of the file ahead, and is told by the one
// before where its first frame begins. All frames, and how far they were all that there is.
std::pair<std::vector<Copy>, u64> in_pieces(const FileBytes& file, u64 piece, u32 readers) {
  std::vector<std::unique_ptr<capture::FrameSource>> sources;
  std::vector<Copy> all;
  capture::Place at;
  for (u32 i = 0; i < readers; ++i) {
    sources.push_back(capture::open_memory(file.view()));
    const auto first = sources.back()->next();
    if (i == 0) all = copied(first);
    at = sources.back()->place();
    at.at += at.size;
    at.number += first.size();
  }
  const u64 first = at.at / piece;
  for (u64 i = first; i * piece < file.size(); ++i) {
    capture::FrameSource& source = *sources[i % readers];
    source.ahead(std::max(i * piece, at.at), (i + 1) * piece);
    const capture::Place behind = source.behind(at, (i + 1) * piece);
    source.again(at);
    for (u64 n = at.number; n < behind.number;) {
      auto batch = source.next();
      batch = batch.first(std::min<u64>(batch.size(), behind.number - n));
      n += batch.size();
      for (Copy& copy : copied(batch)) all.push_back(std::move(copy));
    }
    at = behind;
  }
  CHECK(all.size() == at.number);
  return {all, at.at};
}

TEST_CASE("A file is read in pieces by several who tell each other where frames begin") {
  const u64 piece = GENERATE(3000, 65'536, 262'144);
  const u32 readers = GENERATE(1, 2, 3);
  FileBytes pcap, pcapng, special;
  pcap.pcap(0xa1b2c3d4, 1);
  for (FileBytes* f : {&pcapng, &special}) {
    f->section();
    f->interface(1, f->body().option(2, "one").end_options());
  }
  u64 until = 0;
  for (u32 i = 0; i < 3000; ++i) {
    // Also larger than a piece, and than two.
    const std::string bytes(i % 1000 == 999 ? 262'144 : 1 + i * 7 % 1500, char('a' + i % 26));
    pcap.record(i, 1, bytes);
    pcapng.packet(0, i, bytes);
    if (i == 2000) until = special.size();
    if (i == 2000) special.interface(1, special.body().option(2, "two").end_options());
    special.packet(i > 2000 ? 1 : 0, i, bytes);
  }
  for (const FileBytes* f : {&pcap, &pcapng}) {
    const auto [all, end] = in_pieces(*f, piece, readers);
    CHECK(all.size() == 3000);
    CHECK(end == f->size());
    const auto source = capture::open_memory(f->view());
    std::vector<Copy> once;
    for (auto batch = source->next(); !batch.empty(); batch = source->next())
      for (Copy& copy : copied(batch)) once.push_back(std::move(copy));
    CHECK(all == once);
  }
  const auto [before, end] = in_pieces(special, piece, readers);
  CHECK(before.size() == 2000);
  CHECK(end == until);
}

TEST_CASE("pcapng: a block's two lengths are compared, however long it is and whatever it holds") {
  const u32 type = GENERATE(0x0bad, 6);
  const u32 size = GENERATE(64, 300'000, 2'000'000);
  FileBytes file;
  file.section();
  file.interface(1);
  file.packet(0, 1, "first");
  const std::size_t at = file.size();
  // As an enhanced packet block: a small frame, and options that nobody knows.
  file.block(type, file.body().put64(0).put32(0).put32(4).put32(4).text("data").text(
                       std::string(size, 'o')));
  FileBytes good = file;
  good.packet(0, 2, "last");
  ReadAll all(good.view());
  CHECK(all.why().empty());
  CHECK(all.frames.size() == (type == 6 ? 3 : 2));
  std::vector<u8> bad(file.view().begin(), file.view().end());
  bad.back() ^= 1;
  ReadAll cut(bad);
  CHECK(cut.at() == at);
  CHECK(contains(cut.why(), "at its end"));
}

TEST_CASE("What cannot be read again says so") {
  const FileBytes sections = mixed_pcapng(false);
  const std::vector<u8> packed = gzip(sections.view());
  const auto compressed = capture::open_memory(packed);
  CHECK(!compressed->next().empty());
  CHECK(!compressed->repeatable());
}
