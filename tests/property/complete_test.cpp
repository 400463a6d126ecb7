// House rule 16, kept by a test: every protocol of protocols.def has a shape
// (tests/support/shapes.cpp), which random values against tshark come from, a golden tree and a
// golden diagram of it, and a fuzz seed. Protocols of streams.def are not single packets: each has
// its unit tests, and a fuzz seed that reaches it, split in any way.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "capture/source.hpp"
#include "field/walk.hpp"
#include "stream/all.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"
#include "support/shapes.hpp"
#include "support/stream_run.hpp"

using namespace netpeel;

namespace {

const std::string tests = NETPEEL_SOURCE_DIR "/tests/";

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Walks to the protocols of a frame.
void note(std::set<u8>& seen, Bytes bytes, u16 link_type) {
  field::Packet packet;
  const u32 size = u32(bytes.size());
  packet.frame = {
      .data = bytes.data(), .size = size, .wire_size = size, .number = 1, .link_type = link_type};
  field::walk(test::registry(), packet);
  for (const field::Layer& layer : packet.all()) seen.insert(layer.proto);
}

bool is_shapeless(u8 id) {
  for (const test::Shapeless& s : test::shapeless()) {
    if (s.id == id) return !s.why.empty();
  }
  return false;
}

}  // namespace

TEST_CASE("every protocol has a shape, and every shape a golden tree and diagram of its protocol") {
  const std::string list = content(tests + "golden/LIST");
  for (u32 id = 0; id < proto::protocols().size(); ++id) {
    u32 count = 0;
    for (const test::Shape& shape : test::shapes()) {
      if (shape.id != id) continue;
      ++count;
      CAPTURE(shape.name);
      CHECK(shape.name.starts_with(test::name_of(u8(id))));
      for (const char* form : {"-tree", "-diagram"}) {
        CAPTURE(form);
        const std::string name = "one-" + std::string(shape.name) + form;
        CHECK(list.find("\n" + name + " |") != std::string::npos);
        CHECK(content(tests + "golden/expected/" + name).find(test::registry()[u8(id)].title) !=
              std::string::npos);
      }
    }
    CAPTURE(test::name_of(u8(id)));
    CHECK((count > 0) != is_shapeless(u8(id)));
  }
}

// tests/golden/protocols.pcapng is written by build/dev/tests/shapes.
TEST_CASE("the golden capture holds what the shapes draw today") {
  const std::string file = content(tests + "golden/protocols.pcapng");
  const auto source = capture::open_memory(base::as_bytes(file));
  std::size_t next = 0;
  for (auto frames = source->next(); !frames.empty(); frames = source->next()) {
    for (const base::Frame& frame : frames) {
      REQUIRE(next < test::shapes().size());
      const test::Shape& shape = test::shapes()[next++];
      CAPTURE(shape.name);
      CHECK(frame.comment == shape.name);
      CHECK(base::as_text(frame.bytes()) == base::as_text(*test::draw(shape, 1)));
    }
  }
  CHECK(next == test::shapes().size());
}

TEST_CASE("every protocol has a fuzz seed") {
  std::set<u8> seen;
  for (const auto& entry : std::filesystem::directory_iterator(tests + "fuzz/corpus/walk")) {
    const std::string seed = content(entry.path());
    if (seed.size() < 3) continue;
    const Bytes bytes =
        base::as_bytes(seed);  // link type, a byte of settings, the frame (see walk_fuzz.cpp)
    note(seen, bytes.subspan(3), base::be16(bytes.data()));
  }
  for (u32 id = 0; id < proto::protocols().size(); ++id) {
    CAPTURE(test::name_of(u8(id)));
    CHECK((seen.count(u8(id)) > 0 || is_shapeless(u8(id))));
  }
}

namespace {

// A seed of tests/fuzz/corpus/stream: a protocol's name, then chunks behind 16 bits: the side,
// whether they are missing, the size.
struct Seed {
  std::string protocol;
  std::vector<test::Said> said;
};
Seed read_seed(const std::string& bytes) {
  Seed seed;
  std::size_t at = std::min(bytes.find('\n'), bytes.size());
  seed.protocol = bytes.substr(0, at++);
  while (at + 2 <= bytes.size()) {
    const u16 head = base::be16(base::as_bytes(bytes).data() + at);
    const stream::Side side = (head & 0x8000) != 0 ? stream::Side::server : stream::Side::client;
    const std::size_t size = head & 0x3fff;
    at += 2;
    if ((head & 0x4000) != 0) {
      seed.said.push_back({side, "", size + 1});
      continue;
    }
    seed.said.push_back({side, bytes.substr(std::min(at, bytes.size()), size)});
    at += size;
  }
  return seed;
}

constexpr const char* stream_files[]{
#define NETPEEL_STREAM(name) #name,
#include "stream/streams.def"
#undef NETPEEL_STREAM
};

}  // namespace

TEST_CASE("every protocol in streams has unit tests, and a fuzz seed that reaches it") {
  std::string told;
  for (const auto& entry : std::filesystem::directory_iterator(tests + "fuzz/corpus/stream")) {
    const Seed seed = read_seed(content(entry.path()));
    for (const stream::Streamed* s : stream::all()) {
      if (s->open == nullptr || s->name != seed.protocol) continue;
      CAPTURE(entry.path().filename().string());
      // Byte by byte the same is told, but in other frames.
      static const std::regex frame(" of frame [0-9]+");
      const std::string lines = test::StreamRun::lines(*s, seed.said, 0, false);
      const std::string slowly = test::StreamRun::lines(*s, seed.said, 1, false);
      CHECK(std::regex_replace(slowly, frame, "") == std::regex_replace(lines, frame, ""));
      told += lines;
    }
  }
  for (const stream::Streamed* s : stream::all()) {
    CAPTURE(s->name);
    CHECK(told.find(" " + std::string(s->name) + " ") != std::string::npos);
    if (s->protocol == nullptr) continue;  // lib/proto has it, with all that is asked there
    CHECK(s->protocol->sentence != nullptr);
    CHECK(!s->protocol->about.empty());
  }
  for (const char* file : stream_files) {
    CAPTURE(file);
    CHECK(std::filesystem::exists(tests + "unit/stream/" + file + "_test.cpp"));
  }
}
