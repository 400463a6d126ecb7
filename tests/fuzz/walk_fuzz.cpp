// A frame of any link type: walk, fields, problems, sentences. The first two bytes are the link
// type, or choose among those that are bound; the third says whether the capture cut the frame.
#include <cstdlib>
#include <vector>

#include "field/expand.hpp"
#include "field/walk.hpp"
#include "flow/registry.hpp"
#include "proto/all.hpp"

using namespace netpeel;

namespace {

[[noreturn]] void fail() { std::abort(); }

// Reads every value, so that a sanitizer sees a view that points too far, and holds nodes to their
// layer.
struct Reader final : field::Sink {
  const field::Packet& packet;
  volatile u32 read = 0;
  explicit Reader(const field::Packet& p) : packet(p) {}
  void node(const field::Node& n) override {
    if (n.field == nullptr || (n.field->name.empty() && n.field->title.empty())) fail();
    if (u64(n.bit_at) + n.bit_size > u64(packet.frame.size) * 8) fail();
    for (u8 b : n.bytes) read = read + b;
  }
  void problem(const field::Problem& p) override {
    if (p.says.empty()) fail();
    for (char c : p.says) read = read + u8(c);
  }
};

std::vector<u16> bound_link_types() {
  std::vector<u16> out;
  for (const field::Protocol* p : proto::protocols()) {
    for (field::Bind b : p->binds) {
      if (b.space == field::Space::link) out.push_back(b.key);
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const field::Registry registry = flow::registry();
  static const std::vector<u16> link_types = bound_link_types();
  if (size < 3 || size > 70000) return 0;
  u16 link_type = u16(data[0] << 8 | data[1]);
  if (registry.lookup(field::Space::link, link_type) == 0)
    link_type = link_types[link_type % link_types.size()];
  const u32 length = u32(size) - 3;
  field::Packet packet;
  packet.frame = {.data = data + 3,
                  .size = length,
                  .wire_size = length + (data[2] & 1) * 1000,
                  .number = 1,
                  .link_type = link_type};
  field::walk(registry, packet);
  Reader reader(packet);
  base::Text text;
  u32 at = 0;
  for (const field::Layer& layer : packet.all()) {
    if (layer.at < at || layer.end() > packet.frame.size) fail();
    if ((layer.flags & field::Layer::short_of) != 0) fail();
    at = layer.at;
    field::expand(registry, packet, layer, reader, {.checksums = (data[2] & 2) != 0});
    const field::Protocol& protocol = registry[layer.proto];
    if (protocol.sentence != nullptr) protocol.sentence(packet, layer, text);
  }
  char room[256];
  field::protocol_chain(registry, packet, room);
  return 0;
}
