#include "replay/load.hpp"

#include "base/bits.hpp"
#include "base/checksum.hpp"
#include "base/error.hpp"
#include "field/build.hpp"
#include "flow/registry.hpp"
#include "replay/permission.hpp"
#include "support/catch.hpp"

using namespace netpeel;

namespace {

const field::Registry& registry() {
  static const field::Registry r = flow::registry();
  return r;
}

std::vector<u8> udp(std::size_t payload) {
  field::Builder b(registry());
  b.layer("eth").layer("ip").set("ip.src", "10.0.0.1").set("ip.dst", "10.0.0.2");
  b.layer("udp").set("udp.dstport", 7).payload(std::vector<u8>(payload, 'x'));
  auto frame = b.finish();
  REQUIRE(frame.ok());
  return *frame;
}

// Gives each of these once.
class Given final : public capture::FrameSource {
 public:
  explicit Given(std::vector<base::Frame> frames) : frames_(std::move(frames)) {}
  std::span<const base::Frame> next() override {
    if (std::exchange(given_, true)) return {};
    return frames_;
  }
  std::span<const capture::Interface> interfaces() const override { return {}; }
  const std::optional<capture::Damage>& damage() const override { return damage_; }
  u64 position() const override { return 0; }
  u64 size() const override { return 0; }

 private:
  std::vector<base::Frame> frames_;
  std::optional<capture::Damage> damage_;
  bool given_ = false;
};

base::Frame frame(const std::vector<u8>& bytes, u64 number) {
  return {.data = bytes.data(),
          .size = u32(bytes.size()),
          .wire_size = u32(bytes.size()),
          .time = i64(number) * 1000,
          .number = number};
}

}  // namespace

TEST_CASE("what cannot be sent is left out, and counted") {
  const replay::Link lo("lo");
  CHECK(lo.loopback());
  const std::vector<u8> good = udp(10), huge(lo.mtu() + 15), tagged = [&] {
    std::vector<u8> t(lo.mtu() + 18);
    t[12] = 0x81;
    return t;
  }();
  base::Frame cooked = frame(good, 4), cut = frame(good, 5);
  cooked.link_type = 113;
  cut.wire_size += 1;
  Given source({frame(good, 1), frame(huge, 2), frame(tagged, 3), cooked, cut, frame(good, 6)});
  replay::Load load(lo, nullptr);
  REQUIRE(load.fill(source));
  CHECK(load.seen() == 6);
  REQUIRE(load.items().size() == 3);
  CHECK(load.items()[1].number == 3);
  CHECK(load.items()[2].number == 6);
  CHECK(load.left_out().too_long == 1);
  CHECK(load.left_out().first_too_long == 2);
  CHECK(load.left_out().longest == huge.size());
  CHECK(load.left_out().cut == 1);
  CHECK(load.left_out().other_link_type == 1);
  CHECK(load.left_out().link_type == 113);
  CHECK_FALSE(load.fill(source));
  CHECK(load.items().size() == 3);  // for the next loop
}

TEST_CASE("changes are written, and the checksums mended") {
  const replay::Link lo("lo");
  auto changes = replay::Changes::parse(
      registry(), "ip.dst=127.0.0.1,udp.dstport=9,eth.dst=02:00:00:00:00:09,tcp.dstport=1");
  REQUIRE(changes.ok());
  const std::vector<u8> before = udp(10);
  Given source({frame(before, 1)});
  replay::Load load(lo, &*changes);
  REQUIRE(load.fill(source));
  const Bytes after = load.bytes(load.items()[0]);
  REQUIRE(after.size() == before.size());
  CHECK(after[5] == 9);
  CHECK(base::be32(&after[30]) == 0x7f000001);
  CHECK(base::be16(&after[36]) == 9);
  CHECK(base::Checksum{}.add(after.subspan(14, 20)).verifies());
  base::Checksum udp;
  udp.add(after.subspan(26, 8)).add16(17).add16(18).add(after.subspan(34));
  CHECK(udp.verifies());
  CHECK(changes->unused() == std::vector<std::string>{"tcp.dstport"});
}

TEST_CASE("changes that cannot be are complained of") {
  const auto name = replay::Changes::parse(registry(), "ip.dst=1.2.3.4,ip.dts=5");
  REQUIRE_FALSE(name.ok());
  CHECK(name.complaint().at == 15);
  CHECK(name.complaint().hint == "did you mean ip.dst?");
  CHECK_FALSE(replay::Changes::parse(registry(), "").ok());
  CHECK_FALSE(replay::Changes::parse(registry(), "ip.dst").ok());
  CHECK_FALSE(replay::Changes::parse(registry(), "ip.dst=").ok());
  CHECK_FALSE(replay::Changes::parse(registry(), "ip.dst=1.2.3.4,").ok());
  auto value = replay::Changes::parse(registry(), "ip.dst=nowhere");
  REQUIRE(value.ok());
  std::vector<u8> bytes = udp(1);
  CHECK_THROWS_AS(value->apply(bytes, 1, u32(bytes.size())), base::Error);
}

TEST_CASE("recorded traffic stays at home unless the target is named twice") {
  CHECK_NOTHROW(replay::allow_interface("lo", true, ""));
  if (!replay::in_lab()) {
    CHECK_THROWS_AS(replay::allow_interface("eth0", false, ""), base::Error);
    CHECK_THROWS_AS(replay::allow_interface("eth0", false, "eth1"), base::Error);
  }
  CHECK_NOTHROW(replay::allow_interface("eth0", false, "eth0"));
  const u8 home[]{127, 0, 0, 5}, away[]{10, 0, 0, 1};
  u8 home6[16]{}, mapped[16]{}, away6[16]{0xfd};
  home6[15] = 1;
  mapped[10] = mapped[11] = 0xff, mapped[12] = 127;
  for (const Bytes address : {Bytes(home), Bytes(home6), Bytes(mapped)})
    CHECK_NOTHROW(replay::allow_host("h", address, ""));
  for (const Bytes address : {Bytes(away), Bytes(away6)}) {
    if (!replay::in_lab()) CHECK_THROWS_AS(replay::allow_host("h", address, "other"), base::Error);
    CHECK_NOTHROW(replay::allow_host("h", address, "h"));
  }
}
