#include "base/sha1.hpp"

#include <bit>

#include "base/sha_tail.hpp"

namespace netpeel::base {

namespace {

using State = std::array<u32, 5>;

u32 big_endian(const u8* p) {
  return u32(p[0]) << 24 | u32(p[1]) << 16 | u32(p[2]) << 8 | u32(p[3]);
}

// The three functions of four times twenty rounds, and their constants.
u32 round_term(std::size_t t, u32 b, u32 c, u32 d) {
  if (t < 20) return ((b & c) | (~b & d)) + 0x5a827999u;
  if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1u;
  if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu;
  return (b ^ c ^ d) + 0xca62c1d6u;
}

void mix(State& state, const u8* block) {
  u32 w[80];
  for (std::size_t t = 0; t < 16; ++t) w[t] = big_endian(block + 4 * t);
  for (std::size_t t = 16; t < 80; ++t)
    w[t] = std::rotl(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
  auto [a, b, c, d, e] = state;
  for (std::size_t t = 0; t < 80; ++t) {
    const u32 next = std::rotl(a, 5) + round_term(t, b, c, d) + e + w[t];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  const u32 added[] = {a, b, c, d, e};
  for (std::size_t i = 0; i < 5; ++i) state[i] += added[i];
}

}  // namespace

std::array<u8, 20> sha1(Bytes message) {
  State state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  Bytes left = message;
  for (; left.size() >= sha_block; left = left.subspan(sha_block)) mix(state, left.data());
  u8 tail[2 * sha_block];
  const std::size_t size = sha_tail(left, message.size(), tail);
  for (std::size_t at = 0; at < size; at += sha_block) mix(state, tail + at);
  std::array<u8, 20> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = u8(state[i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

}  // namespace netpeel::base
