// A conversation with any stream protocol: its name and a line end (no such name: its first byte
// chooses), then come chunks: two bytes with the side (0x8000), "these bytes are missing" (0x4000)
// and a size, then so many bytes, if they are not missing. Every message is expanded and put into a
// sentence; messages lie inside what was fed, in order.
#include <algorithm>
#include <cstdlib>

#include "field/expand.hpp"
#include "flow/registry.hpp"
#include "stream/all.hpp"
#include "stream/pump.hpp"

using namespace netpeel;

namespace {

[[noreturn]] void fail() { std::abort(); }

class Reader final : public stream::Out, field::Sink {
 public:
  explicit Reader(const field::Registry& registry) : registry_(registry) {}

  void message(const stream::Message& m) override {
    if (m.to < m.from || m.header > m.bytes.size() || m.bytes.size() > 0xffffffff) fail();
    for (u8 b : m.bytes) read_ = read_ + b;
    packet_ = {};
    packet_.frame.data = m.bytes.data();
    packet_.frame.size = packet_.frame.wire_size = u32(m.bytes.size());
    packet_.in = m.in.empty() ? std::string_view("tcp") : m.in;
    packet_.depth = 1;
    field::Layer& layer = packet_.layers[0];
    layer.proto = registry_.protocol(m.protocol->name);
    layer.header = u16(std::min(m.header, u32(0xffff)));
    layer.body = u32(m.bytes.size()) - layer.header;
    const field::Facts* facts[1]{m.facts};
    packet_.facts = facts;
    if (m.facts != nullptr) {
      for (char c : m.facts->trouble) read_ = read_ + u8(c);
    }
    text_.clear();
    if (m.protocol->sentence != nullptr) m.protocol->sentence(packet_, layer, text_);
    field::expand(registry_, packet_, layer, *this);
  }
  void become(std::unique_ptr<stream::Session>) override {}
  void reject() override {}

 private:
  void node(const field::Node& n) override {
    if (n.field == nullptr || (n.field->name.empty() && n.field->title.empty())) fail();
    if (u64(n.bit_at) + n.bit_size > u64(packet_.frame.size) * 8) fail();
    for (u8 b : n.bytes) read_ = read_ + b;
  }
  void problem(const field::Problem& p) override {
    if (p.says.empty()) fail();
    for (char c : p.says) read_ = read_ + u8(c);
  }

  const field::Registry& registry_;
  field::Packet packet_;
  base::Text text_;
  volatile u32 read_ = 0;
};

// Those that begin a conversation; the others (websocket, engineio, socketio) are reached through
// http.
const stream::Streamed& choose(std::string_view name) {
  static const std::vector<const stream::Streamed*> open = [] {
    std::vector<const stream::Streamed*> out;
    for (const stream::Streamed* s : stream::all()) {
      if (s->open != nullptr) out.push_back(s);
    }
    return out;
  }();
  for (const stream::Streamed* s : open) {
    if (s->name == name) return *s;
  }
  return *open[name.empty() ? 0 : u8(name[0]) % open.size()];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const field::Registry registry = flow::registry();
  if (size < 1 || size > 100'000) return 0;
  const u8* const line = std::find(data, data + std::min<std::size_t>(size, 16), '\n');
  const stream::Streamed& chosen = choose(base::as_text({data, line}));
  stream::Context context{
      .registry = registry, .limits = {.message = 64 * 1024, .body = 64 * 1024}
  };
  stream::Pump pump(context, chosen.open(context));
  Reader reader(registry);
  for (std::size_t at = std::size_t(line - data) + 1; at + 2 <= size;) {
    const u32 head = u32(data[at]) << 8 | data[at + 1];
    at += 2;
    ++context.now.frame;
    context.arena.reset();
    const stream::Side side = (head & 0x8000) != 0 ? stream::Side::server : stream::Side::client;
    if ((head & 0x4000) != 0) {
      pump.gap(side, 1 + (head & 0x3fff), reader);
      continue;
    }
    const std::size_t n = std::min<std::size_t>(head & 0x3fff, size - at);
    if (n == 0) continue;
    // From memory that is gone afterwards: who keeps a view too long is found out.
    const std::vector<u8> chunk(data + at, data + at + n);
    if (chosen.signature != nullptr) (void)chosen.signature(side, chunk);
    const u64 before = pump.position(side);
    pump.data(side, chunk, reader);
    if (pump.position(side) != before + n) fail();
    at += n;
  }
  ++context.now.frame;
  context.arena.reset();
  pump.end(stream::Side::client, reader);
  pump.end(stream::Side::server, reader);
  return 0;
}
