// Packets in pieces, told as stories, and by lot: in any order, twice, overlapping, contradicting,
// and far too many.
#include "flow/defrag.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "field/build.hpp"
#include "field/walk.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

namespace netpeel {
namespace {

constexpr i64 second = 1'000'000'000;

std::vector<u8> counting(u32 n, u32 from = 0) {
  std::vector<u8> out(n);
  for (u32 i = 0; i < n; ++i) out[i] = u8((from + i) * 7 + (from + i) / 256);
  return out;
}

class Story {
 public:
  Story() : tracker(test::registry(), {}) {}

  // A piece of an unknown protocol's packet (or of `proto`) that begins at byte `from`. Returns
  // what came whole with it.
  Bytes v4(u32 from, Bytes bytes, bool more, u32 id = 1, u32 proto = 253,
           std::string_view source = "10.0.0.1") {
    field::Builder b(test::registry());
    b.layer("eth")
        .layer("ip")
        .set("ip.src", source)
        .set("ip.dst", "10.0.0.2")
        .set("ip.id", id)
        .set("ip.proto", proto);
    b.set("ip.flags.mf", more ? 1 : 0)
        .set("ip.frag_offset", from / 8)
        .payload({bytes.begin(), bytes.end()});
    return see(b);
  }
  Bytes v6(u32 from, Bytes bytes, bool more, u32 id = 1, u32 next = 253) {
    field::Builder b(test::registry());
    b.layer("eth")
        .layer("ipv6")
        .set("ipv6.src", "fd00::1")
        .set("ipv6.dst", "fd00::2")
        .layer("ipv6.fraghdr")
        .set("ipv6.fraghdr.nxt", next);
    b.set("ipv6.fraghdr.ident", id)
        .set("ipv6.fraghdr.more", more ? 1 : 0)
        .set("ipv6.fraghdr.offset", from / 8)
        .payload({bytes.begin(), bytes.end()});
    return see(b);
  }
  Bytes see(field::Builder& b) {
    auto bytes = b.finish();
    REQUIRE(bytes);
    frame_ = std::move(*bytes);
    return see();
  }
  Bytes see() {
    packet.frame = {.data = frame_.data(),
                    .size = u32(frame_.size()) - cut,
                    .wire_size = u32(frame_.size()),
                    .time = now,
                    .number = ++number};
    field::walk(test::registry(), packet);
    tracker.see(packet);
    return packet.part_count == 0 ? Bytes{} : packet.parts[0].frame.bytes();
  }
  // All values of that field in the packet, and its problems.
  std::string value(std::string_view name) const {
    Finder found(name);
    for (const field::Layer& layer : packet.all())
      field::expand(test::registry(), packet, layer, found);
    for (const field::Packet& part : packet.others()) {
      for (const field::Layer& layer : part.all())
        field::expand(test::registry(), part, layer, found);
    }
    return found.text;
  }
  bool whole(Bytes got, Bytes wanted) const {
    return got.size() == wanted.size() && std::equal(got.begin(), got.end(), wanted.begin());
  }

  flow::Tracker tracker;
  field::Packet packet;
  u64 number = 0;
  i64 now = 0;
  u32 cut = 0;

 private:
  struct Finder final : field::Sink {
    explicit Finder(std::string_view n) : name(n) {}
    void node(const field::Node& n) override {
      if (n.field->name == name) text += (text.empty() ? "" : " ") + std::to_string(n.number);
    }
    void problem(const field::Problem& p) override {
      if (name == "problems") text += std::string(p.says.substr(0, 40)) + ";";
    }
    std::string_view name;
    std::string text;
  };
  std::vector<u8> frame_;
};

}  // namespace

TEST_CASE("a datagram in three pieces is decoded where the last one missing comes") {
  // UDP from port 1000 to 53, with a question for the name "a".
  const std::vector<u8> datagram =
      test::unhex("03e8 0035 001b 0000 1234 0100 0001 0000 0000 0000 0161 00 0001 0001");
  REQUIRE(datagram.size() == 27);
  const Bytes all = datagram;
  Story s;
  CHECK(s.v4(16, all.subspan(16), false, 7, 17).empty());
  CHECK(s.packet.depth == 3);  // eth, ip, and bytes that nobody decodes
  CHECK(s.v4(0, all.first(8), true, 7, 17).empty());
  CHECK(s.whole(s.v4(8, all.subspan(8, 8), true, 7, 17), all));
  CHECK(s.packet.depth == 2);
  CHECK(s.packet.parts[0].in == "ip");
  CHECK(s.packet.parts[0].depth == 2);
  CHECK(s.packet.parts[0].find(proto::id::dns) != nullptr);
  CHECK(s.packet.may_have(proto::id::dns));
  CHECK(std::vector<u64>(s.packet.parts[0].frames.begin(), s.packet.parts[0].frames.end()) ==
        std::vector<u64>{1, 2, 3});
  CHECK(s.value("ip.fragment") == "2 3 1");
  CHECK(s.value("ip.fragment.count") == "3");
  CHECK(s.value("ip.reassembled.length") == "27");
  CHECK(s.value("udp.stream") == "0");
  CHECK(s.value("udp.checksum.status") == "3");
  CHECK(s.value("problems").empty());
  s.tracker.finish();
  CHECK(s.tracker.counts().conversations == 1);
  CHECK(s.tracker.counts().defragmented == 1);
  CHECK(s.tracker.counts().never_whole == 0);
}

TEST_CASE("over IPv6 the checksum of the whole is right") {
  const auto text = counting(20);
  field::Builder b(test::registry());
  b.layer("eth")
      .layer("ipv6")
      .set("ipv6.src", "fd00::1")
      .set("ipv6.dst", "fd00::2")
      .layer("udp")
      .set("udp.srcport", 1000)
      .set("udp.dstport", 2000);
  b.payload(text);
  const auto frame = b.finish();
  REQUIRE(frame);
  const Bytes datagram = Bytes(*frame).subspan(54);
  Story s;
  CHECK(s.v6(0, datagram.first(16), true, 9, 17).empty());
  CHECK(s.whole(s.v6(16, datagram.subspan(16), false, 9, 17), datagram));
  const field::Packet& part = s.packet.parts[0];
  CHECK(part.in == "ipv6");
  CHECK(s.value("ipv6.fragment") == "1 2");
  struct Status final : field::Sink {
    void node(const field::Node& n) override {
      if (n.field->name == "udp.checksum.status") value = n.number;
    }
    u64 value = 99;
  } status;
  field::expand(test::registry(), part, part.layers[0], status, {.checksums = true});
  CHECK(status.value == 1);
}

TEST_CASE("what does not belong together stays apart") {
  const auto a = counting(16);
  Story s;
  s.v4(0, Bytes(a).first(8), true, 1);
  CHECK(s.v4(8, Bytes(a).subspan(8), false, 2).empty());                   // another packet's
  CHECK(s.v4(8, Bytes(a).subspan(8), false, 1, 254).empty());              // another protocol's
  CHECK(s.v4(8, Bytes(a).subspan(8), false, 1, 253, "10.0.0.3").empty());  // another sender's
  CHECK(s.v6(8, Bytes(a).subspan(8), false, 1).empty());
  CHECK(s.whole(s.v4(8, Bytes(a).subspan(8), false, 1), a));
  CHECK(s.v4(8, Bytes(a).subspan(8), false, 1).empty());  // a late copy begins anew
  s.tracker.finish();
  CHECK(s.tracker.counts().never_whole == 5);
}

TEST_CASE("a piece that the capture cut does not count") {
  const auto a = counting(16);
  Story s;
  s.v4(0, Bytes(a).first(8), true);
  s.cut = 1;
  CHECK(s.v4(8, Bytes(a).subspan(8), false).empty());
  s.cut = 0;
  CHECK(s.whole(s.v4(8, Bytes(a).subspan(8), false), a));
}

TEST_CASE("pieces wait for 30 seconds, over IPv6 for 60") {
  const auto a = counting(16);
  Story s;
  s.v4(0, Bytes(a).first(8), true), s.v6(0, Bytes(a).first(8), true);
  s.now = 31 * second;
  CHECK(s.v4(8, Bytes(a).subspan(8), false).empty());
  CHECK(s.whole(s.v6(8, Bytes(a).subspan(8), false), a));
  CHECK(s.tracker.counts().never_whole == 1);
  CHECK(s.whole(s.v4(0, Bytes(a).first(8), true),
                a));  // with the piece that came too late for the first
  s.v6(0, Bytes(a).first(8), true, 2);
  s.now = 92 * second;
  CHECK(s.v6(8, Bytes(a).subspan(8), false, 2).empty());
}

TEST_CASE("overlaps: the bytes that came first are kept, a contradiction is told") {
  const auto a = counting(24);
  std::vector<u8> bent = a;
  bent[10] = u8(bent[10] + 1);
  Story same;
  same.v4(0, Bytes(a).first(16), true);
  CHECK(same.whole(same.v4(8, Bytes(a).subspan(8), false), a));
  CHECK(same.value("ip.fragment.overlap") == "1");
  CHECK(same.value("ip.fragment.overlap.conflict").empty());
  CHECK(same.value("problems").empty());

  Story other;
  other.v4(0, Bytes(a).first(16), true);
  CHECK(other.whole(other.v4(8, Bytes(bent).subspan(8), false), a));
  CHECK(other.value("ip.fragment.overlap.conflict") == "1");
  CHECK(other.value("problems").starts_with("pieces of this packet hold different"));

  Story late;  // the later one lies in front
  late.v4(8, Bytes(bent).subspan(8), false);
  CHECK(late.whole(late.v4(0, Bytes(a).first(16), true), bent));
  CHECK(late.value("ip.fragment.overlap.conflict") == "1");

  Story six;
  six.v6(0, Bytes(a).first(16), true);
  CHECK(six.whole(six.v6(8, Bytes(a).subspan(8), false), a));
  CHECK(six.value("problems").starts_with("pieces of this packet overlap, which IPv"));
}

TEST_CASE("ends that contradict each other: the first counts") {
  const auto a = counting(40);
  Story s;
  s.v4(16, Bytes(a).subspan(16, 8), false);
  s.v4(24, Bytes(a).subspan(24, 16), false);
  s.v4(32, Bytes(a).subspan(32, 8), true);
  CHECK(s.whole(s.v4(0, Bytes(a).first(16), true), Bytes(a).first(24)));
  CHECK(s.value("ip.fragment.multipletails") == "1");
  CHECK(s.value("ip.fragment.toolongfragment") == "1 1");
  CHECK(s.value("problems").starts_with("the pieces of this packet do not agree"));
}

TEST_CASE("a packet in pieces inside another in pieces") {
  const auto a = counting(16);
  // Two IP packets, pieces of one; each comes in two pieces itself.
  const auto inner = [&](u32 from, bool more) {
    field::Builder b(test::registry());
    b.layer("ip")
        .set("ip.src", "192.0.2.1")
        .set("ip.dst", "192.0.2.2")
        .set("ip.proto", 253)
        .set("ip.flags.mf", more ? 1 : 0)
        .set("ip.frag_offset", from / 8);
    const Bytes part = Bytes(a).subspan(from, 8);
    b.payload({part.begin(), part.end()});
    auto bytes = b.finish();
    REQUIRE(bytes);
    return *bytes;
  };
  const auto first = inner(0, true), last = inner(8, false);
  Story s;
  s.v4(0, Bytes(first).first(8), true, 1, 4), s.v4(8, Bytes(first).subspan(8), false, 1, 4);
  CHECK(s.packet.part_count == 1);
  s.v4(0, Bytes(last).first(8), true, 2, 4), s.v4(8, Bytes(last).subspan(8), false, 2, 4);
  REQUIRE(s.packet.part_count == 2);
  CHECK(s.whole(s.packet.parts[1].frame.bytes(), a));
  CHECK(s.packet.parts[1].under == &s.packet.parts[0]);
  CHECK(s.value("ip.fragment") == "3 4 2 4");
}

TEST_CASE("in any order, with copies and overlaps, the whole is the same") {
  base::Random random(20261121);
  for (u32 round = 0; round < 400; ++round) {
    INFO("round " << round);
    const u32 size = 1 + u32(random.below(3000));
    const auto whole = counting(size, round);
    struct Cut {
      u32 from, to;
    };
    std::vector<Cut> cuts;
    for (u32 at = 0; at < size;) {
      const u32 end = std::min(size, at + 8 * (1 + u32(random.below(40))));
      cuts.push_back({at, end});
      at = end;
    }
    if (cuts.size() == 1) continue;
    std::vector<Cut> extra;
    for (u32 n = u32(random.below(4)); n > 0; --n) {
      const u32 from = 8 * u32(random.below((size + 7) / 8));
      extra.push_back({from, std::min(size, from + 8 * (1 + u32(random.below(60))))});
    }
    const std::size_t needed = cuts.size();
    cuts.insert(cuts.end(), extra.begin(), extra.end());
    for (std::size_t i = cuts.size(); i > 1; --i) std::swap(cuts[i - 1], cuts[random.below(i)]);
    const bool six = random.below(2) == 1;
    Story s;
    u32 wholes = 0;
    for (Cut c : cuts) {
      if (c.from == 0 && c.to == size) continue;  // would be no piece
      const Bytes bytes = Bytes(whole).subspan(c.from, c.to - c.from);
      const Bytes got =
          six ? s.v6(c.from, bytes, c.to < size, round) : s.v4(c.from, bytes, c.to < size, round);
      if (got.empty()) continue;
      ++wholes;
      CHECK(s.whole(got, whole));
      CHECK(
          s.value(six ? "ipv6.fragment.overlap.conflict" : "ip.fragment.overlap.conflict").empty());
    }
    CHECK(wholes >= 1);  // what comes late may make another
    CHECK(s.number + 1 >= needed);
  }
}

TEST_CASE("floods of pieces stay within the bounds") {
  const field::Registry& registry = test::registry();
  base::Arena arena;
  flow::TrackerCounts counts;
  flow::Parts parts(arena);
  field::Builder b(registry);
  b.layer("eth").layer("ip").set("ip.flags.mf", 1).payload(std::vector<u8>(1000, 'x'));
  auto frame = *b.finish();
  flow::Defrag defrag(registry, arena, counts, 1024 * 1024);
  const field::Facts* facts[field::Packet::most_layers]{};
  const auto piece = [&](u32 id, u32 offset) {
    base::put_be16(&frame[14 + 4], u16(id));
    base::put_be16(&frame[14 + 6], u16(0x2000 | (offset & 0x1fff)));
    field::Packet packet;
    packet.frame = {.data = frame.data(),
                    .size = u32(frame.size()),
                    .wire_size = u32(frame.size()),
                    .number = 1,
                    .link_type = 1};
    field::walk(registry, packet);
    return defrag.piece(packet, facts, parts);
  };
  // First pieces of ever new packets: the oldest are given up.
  for (u32 i = 0; i < 10'000; ++i) CHECK_FALSE(piece(i, 0));
  CHECK(counts.never_whole > 8000);
  CHECK(defrag.kept() <= 1024 * 1024);
  // The same piece of one packet over and over.
  const u64 before = counts.never_whole;
  for (u32 i = 0; i < 10'000; ++i) piece(5, 0);
  CHECK(counts.never_whole > before);
  CHECK(defrag.kept() <= 1024 * 1024);
  defrag.finish();
  CHECK(defrag.kept() == 0);
}

}  // namespace netpeel
