// House rule 16, kept by a test: every protocol of protocols.def has a shape (tests/support/shapes.cpp), which random values
// against tshark come from, a golden tree and a golden diagram of it, and a fuzz seed. (Protocols that live in streams,
// which the registry has behind these, are not single packets.)
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "capture/source.hpp"
#include "field/walk.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"
#include "support/shapes.hpp"

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
  packet.frame = {.data = bytes.data(), .size = size, .wire_size = size, .number = 1, .link_type = link_type};
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
        CHECK(content(tests + "golden/expected/" + name).find(test::registry()[u8(id)].title) != std::string::npos);
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
    const Bytes bytes = base::as_bytes(seed);  // link type, a byte of settings, the frame (see walk_fuzz.cpp)
    note(seen, bytes.subspan(3), base::be16(bytes.data()));
  }
  for (u32 id = 0; id < proto::protocols().size(); ++id) {
    CAPTURE(test::name_of(u8(id)));
    CHECK((seen.count(u8(id)) > 0 || is_shapeless(u8(id))));
  }
}
