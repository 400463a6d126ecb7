// A whole capture file, as decode reads it: frames, walk, the flow table with its streams, then
// every layer of every packet and of its parts expanded and put into a sentence. Who listens is
// told each byte of a stream once, in order.
#include <cstdlib>
#include <map>

#include "capture/source.hpp"
#include "field/expand.hpp"
#include "field/walk.hpp"
#include "flow/registry.hpp"
#include "flow/tracker.hpp"

using namespace netpeel;

namespace {

[[noreturn]] void fail() { std::abort(); }

// Reads every value, so that a sanitizer sees a view that points too far, and holds nodes to their
// layer.
class Reader final : field::Sink {
 public:
  explicit Reader(const field::Registry& registry) : registry_(registry) {}

  void read(const field::Packet& packet) {
    read_layers(packet);
    for (const field::Packet& part : packet.others()) {
      if (part.under == nullptr || part.depth == 0) fail();
      for (u64 frame : part.frames) {
        if (frame == 0 || frame > packet.frame.number) fail();
      }
      read_layers(part);
    }
    char room[256];
    field::protocol_chain(registry_, packet, room);
  }

 private:
  void read_layers(const field::Packet& packet) {
    packet_ = &packet;
    for (const field::Layer& layer : packet.all()) {
      if (layer.end() < layer.at || layer.end() > packet.frame.size) fail();
      field::expand(registry_, packet, layer, *this, {.checksums = (packet.frame.number & 1) != 0});
      text_.clear();
      const field::Protocol& protocol = registry_[layer.proto];
      if (protocol.sentence != nullptr) protocol.sentence(packet, layer, text_);
    }
  }
  void node(const field::Node& n) override {
    if (n.field == nullptr || (n.field->name.empty() && n.field->title.empty())) fail();
    if (u64(n.bit_at) + n.bit_size > u64(packet_->frame.size) * 8) fail();
    for (u8 b : n.bytes) sum_ = sum_ + b;
  }
  void problem(const field::Problem& p) override {
    if (p.says.empty()) fail();
    for (char c : p.says) sum_ = sum_ + u8(c);
  }

  const field::Registry& registry_;
  const field::Packet* packet_ = nullptr;
  base::Text text_;
  volatile u32 sum_ = 0;
};

class Listener final : public flow::Listener {
 public:
  void end() const {
    if (!open_.empty()) fail();
  }

 private:
  struct Streams {
    u64 told[2]{};
  };
  using Key = std::pair<u8, u32>;
  static Key key(const flow::Conversation& c) { return {u8(c.kind), c.stream}; }

  void opened(const flow::Conversation& c) override {
    if (!open_.emplace(key(c), Streams{}).second) fail();
  }
  void packet(const flow::Conversation& c, flow::Side side, const field::Packet&) override {
    if (!open_.contains(key(c)) || c.frames[u8(side)] == 0) fail();
  }
  void data(const flow::Conversation& c, flow::Side side, Bytes bytes, u64 at, u64 frame) override {
    const auto found = open_.find(key(c));
    if (found == open_.end() || bytes.empty() || frame == 0) fail();
    for (u8 b : bytes) sum_ = sum_ + b;
    if (c.kind == flow::Conversation::Kind::udp) return;
    u64& told = found->second.told[u8(side)];
    if (at != told) fail();
    told += bytes.size();
  }
  void gap(const flow::Conversation& c, flow::Side side, u64 n) override {
    const auto found = open_.find(key(c));
    if (found == open_.end() || n == 0) fail();
    found->second.told[u8(side)] += n;
  }
  void message(const flow::Conversation& c, const stream::Message& m,
               std::span<const u64> frames) override {
    const auto found = open_.find(key(c));
    if (found == open_.end() || m.to < m.from || m.protocol == nullptr || m.header > m.bytes.size())
      fail();
    for (u8 b : m.bytes) sum_ = sum_ + b;
    for (std::size_t i = 1; i < frames.size(); ++i) {
      if (frames[i] == frames[i - 1]) fail();
    }
  }
  void closed(const flow::Conversation& c) override {
    if (open_.erase(key(c)) != 1) fail();
  }

  std::map<Key, Streams> open_;
  volatile u32 sum_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const field::Registry registry = flow::registry();
  if (size > 200'000) return 0;
  const auto source = capture::open_memory({data, size});
  Listener listener;
  // Small bounds, so that they are met.
  flow::Tracker tracker(
      registry,
      {
          .memory = 16 * 1024, .limits = {.message = 64 * 1024, .body = 64 * 1024}
  },
      &listener);
  Reader reader(registry);
  field::Packet packet;
  // A small gzip file may hold gigabytes of empty frames; reading on for ever is not what is
  // tested.
  for (int batches = 0; batches < 8; ++batches) {
    const auto frames = source->next();
    if (frames.empty()) break;
    for (const base::Frame& frame : frames) {
      packet.frame = frame;
      field::walk(registry, packet);
      tracker.see(packet);
      reader.read(packet);
    }
  }
  tracker.finish();
  listener.end();
  return 0;
}
