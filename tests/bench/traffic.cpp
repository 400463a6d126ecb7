#include "bench/traffic.hpp"

#include "base/bits.hpp"
#include "base/checksum.hpp"

namespace netpeel::bench {

using base::put_be16;
using base::put_be32;

Traffic::Traffic(Mix mix, u64 seed, u32 flows) : random_(seed), mix_(mix), flows_(flows) {
  for (Flow& f : flows_) {
    const u64 r = random_.below(100);
    f.shape = r < 45   ? tcp4
              : r < 60 ? udp4_vlan
              : r < 75 ? udp4
              : r < 90 ? tcp6
              : r < 95 ? udp6
                       : tcp4_stacked;
    f.from = u16(40'000 + random_.below(10'000));
    f.to = u16(50'000 + random_.below(9'000));
    f.source = u32(0x0a000000 | random_.below(0x10000));
    f.destination = u32(0x0a010000 | random_.below(0x10000));
    f.sequence = u32(random_.next());
  }
}

base::Frame Traffic::next() {
  Flow& f = flows_[random_.below(flows_.size())];
  u32 payload = u32(random_.below(129));
  if (mix_ == Mix::imix) payload = random_.below(12) < 7 ? 6 : random_.below(5) < 4 ? 520 : 1440;
  const bool v6 = f.shape == tcp6 || f.shape == udp6;
  const bool udp = f.shape == udp4 || f.shape == udp4_vlan || f.shape == udp6;
  const u32 options = !udp && number_ % 3 == 0 ? 12 : 0;
  const u32 transport = (udp ? 8 : 20 + options) + payload;

  std::memset(bytes_, 0, 128);
  bytes_[0] = bytes_[6] = bytes_[11] = 2;
  bytes_[5] = 1;
  u8* p = bytes_ + 12;
  const u8* addresses = nullptr;
  const auto tag = [&](u32 type, u32 vlan) {
    put_be16(p, type);
    put_be16(p + 2, vlan);
    p += 4;
  };
  if (f.shape == tcp4_stacked) tag(0x88a8, 200);
  if (f.shape == tcp4_stacked || f.shape == udp4_vlan) tag(0x8100, 100);
  put_be16(p, v6 ? 0x86dd : 0x0800);
  p += 2;
  if (v6) {
    p[0] = 0x60;
    put_be16(p + 4, transport);
    p[6] = udp ? 17 : 6;
    p[7] = 64;
    put_be32(p + 8, 0x20010db8);
    put_be32(p + 20, f.source);
    put_be32(p + 24, 0x20010db8);
    put_be32(p + 36, f.destination);
    addresses = p + 8;
    p += 40;
  } else {
    p[0] = 0x45;
    put_be16(p + 2, 20 + transport);
    put_be16(p + 4, number_ & 0xffff);
    p[6] = 0x40;
    p[8] = 64;
    p[9] = udp ? 17 : 6;
    put_be32(p + 12, f.source);
    put_be32(p + 16, f.destination);
    put_be16(p + 10, base::Checksum().add({p, 20}).value());
    addresses = p + 12;
    p += 20;
  }
  u8* const segment = p;
  put_be16(p, f.from);
  put_be16(p + 2, f.to);
  if (udp) {
    put_be16(p + 4, 8 + payload);
    p += 8;
  } else {
    put_be32(p + 4, f.sequence);
    put_be32(p + 8, 1);
    p[12] = u8((20 + options) / 4 << 4);
    p[13] = 0x18;
    put_be16(p + 14, 502);
    if (options != 0) {  // two fillers, then timestamps
      p[20] = p[21] = 1;
      p[22] = 8;
      p[23] = 10;
      put_be32(p + 24, u32(number_));
      put_be32(p + 28, u32(number_));
    }
    f.sequence += payload;
    p += 20 + options;
  }
  std::memset(p, 'x', payload);
  base::Checksum sum;
  sum.add({addresses, v6 ? 32u : 8u})
      .add16(udp ? 17 : 6)
      .add32(transport)
      .add({segment, transport});
  put_be16(segment + (udp ? 6 : 16), sum.value());
  const u32 size = u32(p - bytes_) + payload;
  time_ += i64(1000 * (1 + random_.below(3)));
  return {.data = bytes_, .size = size, .wire_size = size, .time = time_, .number = ++number_};
}

Packets::Packets(Mix mix, u32 count) {
  Traffic traffic(mix);
  std::vector<std::size_t> starts;
  for (u32 i = 0; i < count; ++i) {
    const base::Frame f = traffic.next();
    starts.push_back(bytes_.size());
    bytes_.insert(bytes_.end(), f.data, f.data + f.size);
    frames_.push_back(f);
  }
  for (u32 i = 0; i < count; ++i) frames_[i].data = bytes_.data() + starts[i];
}

}  // namespace netpeel::bench
