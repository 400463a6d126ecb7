// Any bytes given to any protocol: what it says of them lies within them. Run under asan, this also
// finds reads beyond.
#include <memory>
#include <string>

#include "base/random.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

using namespace netpeel;
using field::Show;

namespace {

constexpr u16 borrowed_link_type =
    147;  // LINKTYPE_USER0: nobody binds it, so each protocol in turn gets it
constexpr u32 longest = 200;

struct Watch final : field::Sink {
  const field::Packet& packet;
  const field::Layer* layer = nullptr;
  std::string wrong;
  u32 nodes = 0;

  explicit Watch(const field::Packet& p) : packet(p) {}

  void complain(const field::Field* f, std::string_view what) {
    if (wrong.empty()) wrong = std::string(f != nullptr ? f->name : "") + ": " + std::string(what);
  }
  void node(const field::Node& n) override {
    ++nodes;
    if (n.field == nullptr) return complain(nullptr, "a node without a row");
    const u64 end = u64(n.bit_at) + n.bit_size;
    if (end > u64(packet.frame.size) * 8) complain(n.field, "bits beyond the frame");
    if (n.bit_size > 0 && n.bit_at < layer->at * 8) complain(n.field, "bits in front of its layer");
    if (n.field->show == Show::mac && n.bytes.size() != 6)
      complain(n.field, "a MAC address without six bytes");
    if (n.field->show == Show::ipv4 && n.bytes.size() != 4)
      complain(n.field, "an IPv4 address without four bytes");
    if (n.field->show == Show::ipv6 && n.bytes.size() != 16)
      complain(n.field, "an IPv6 address without sixteen bytes");
    for (u8 b : n.bytes) sum += b;  // every byte promised can be read
  }
  void problem(const field::Problem& p) override {
    if (p.says.empty()) complain(p.field, "a problem without words");
    if (p.says.ends_with('.')) complain(p.field, "a problem with a full stop");
    told.append(p.says).push_back('\n');
  }
  void remark(const field::Remark& r) override { told.append(r.says).push_back('\n'); }
  u64 sum = 0;
  std::string told;
};

// Who wants no nodes hears of the same problems.
struct Listening final : field::Sink {
  std::string told;
  bool disturbed = false;

  bool wants_nodes() const override { return false; }
  void node(const field::Node&) override { disturbed = true; }
  void problem(const field::Problem& p) override { told.append(p.says).push_back('\n'); }
  void remark(const field::Remark& r) override { told.append(r.says).push_back('\n'); }
};

// One frame of exactly these bytes on the heap. "" or what is wrong.
std::string peel(const field::Registry& all, const std::vector<u8>& bytes, u32 lost,
                 bool checksums) {
  const std::unique_ptr<u8[]> heap(new u8[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), heap.get());
  field::Packet packet;
  packet.frame = {.data = heap.get(),
                  .size = u32(bytes.size()),
                  .wire_size = u32(bytes.size()) + lost,
                  .number = 1,
                  .link_type = borrowed_link_type};
  field::walk(all, packet);
  Watch watch(packet);
  Listening listening;
  base::Text text;
  u32 end = packet.frame.size;
  for (const field::Layer& layer : packet.all()) {
    if (layer.end() > end) return "a layer beyond the one below it";
    if ((layer.flags & field::Layer::short_of) != 0) return "short_of left over";
    end = layer.end();
    watch.layer = &layer;
    field::expand(all, packet, layer, watch, {.checksums = checksums});
    field::expand(all, packet, layer, listening, {.checksums = checksums});
    if (all[layer.proto].sentence != nullptr) all[layer.proto].sentence(packet, layer, text);
    if (!watch.wrong.empty()) return std::string(all[layer.proto].name) + ", " + watch.wrong;
  }
  if (listening.disturbed) return "nodes for one who wants none";
  if (listening.told != watch.told) return "other problems for one who wants no nodes";
  return {};
}

}  // namespace

TEST_CASE("no bytes make a protocol speak of what is not there") {
  field::Registry all = proto::registry();
  base::Random random(411);
  // Small numbers are likelier to be valid types and lengths than large ones.
  const auto any = [&] { return u8(random.next()); };
  const auto small = [&] { return u8(random.below(9)); };
  const auto mixed = [&] { return random.chance(0.6) ? small() : any(); };
  for (u32 id = 0; id < all.size(); ++id) {
    all.decode_as(field::Space::link, borrowed_link_type, u8(id));
    for (u32 length = 0; length <= longest; ++length) {
      for (u32 way = 0; way < 20; ++way) {
        std::vector<u8> bytes(length);
        for (u8& b : bytes)
          b = way == 0       ? 0
              : way == 1     ? 0xff
              : way % 3 == 0 ? any()
              : way % 3 == 1 ? small()
                             : mixed();
        const u32 lost = random.chance(0.3) ? u32(random.below(100)) : 0;
        const std::string wrong = peel(all, bytes, lost, random.chance(0.5));
        if (!wrong.empty()) {
          std::string hex;
          for (u8 b : bytes) hex += "0123456789abcdef"[b >> 4], hex += "0123456789abcdef"[b & 15];
          FAIL_CHECK(all[u8(id)].name << " of " << length << " bytes, " << lost
                                      << " lost: " << wrong << "\n"
                                      << hex);
          break;
        }
      }
    }
  }
}

TEST_CASE("a protocol that speaks of what is not there is found out") {
  static constexpr auto rows = field::loose({
      {"bad.mac", "Address", 48, Show::mac, "Not there."}
  });
  const auto nodes_beyond = [](field::Expansion& x) { x.mark(rows[0], 0, x.layer.header + 1); };
  const auto half_an_address = [](field::Expansion& x) { x.value(rows[0], 0, 0, {x.header(), 0}); };
  const auto takes_more = [](const u8*, u32 len, field::Layer& out) {
    return field::accept(len, 1, out);
  };
  const auto takes_all = [](const u8*, u32 len, field::Layer& out) {
    return field::accept(len, 0, out);
  };
  const auto verdict = [](field::Dissect dissect, field::Expand expand) {
    const field::Protocol bad{.name = "bad",
                              .title = "Bad",
                              .label = "bad",
                              .osi = field::Osi::link,
                              .ref = "",
                              .about = "",
                              .tables = {},
                              .binds = {},
                              .dissect = dissect,
                              .expand = expand};
    const field::Protocol* const list[]{&proto::data, &bad};
    field::Registry all(list);
    all.decode_as(field::Space::link, borrowed_link_type, 1);
    return peel(all, std::vector<u8>(40), 0, false);
  };
  CHECK(verdict(takes_all, nullptr).empty());
  CHECK(verdict(takes_all, nodes_beyond) == "bad, bad.mac: bits beyond the frame");
  CHECK(verdict(takes_all, half_an_address) == "bad, bad.mac: a MAC address without six bytes");
  CHECK(verdict(takes_more, nullptr) == "a layer beyond the one below it");
}
