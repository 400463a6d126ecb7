#include "base/sha256.hpp"

#include <bit>

#include "base/bits.hpp"
#include "base/sha_tail.hpp"

namespace netpeel::base {

namespace {

using State = std::array<u32, 8>;

// FIPS 180-4 §4.2.2: the first bits of the fractions of the first primes' cube roots.
constexpr u32 constants[64] {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void mix(State& state, const u8* block) {
  u32 w[64];
  for (std::size_t t = 0; t < 16; ++t) w[t] = be32(block + 4 * t);
  for (std::size_t t = 16; t < 64; ++t) {
    const u32 near = std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
    const u32 far = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
    w[t] = w[t - 16] + near + w[t - 7] + far;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t t = 0; t < 64; ++t) {
    const u32 turned = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
    const u32 one = h + turned + ((e & f) ^ (~e & g)) + constants[t] + w[t];
    const u32 two =
        (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + one;
    d = c;
    c = b;
    b = a;
    a = one + two;
  }
  const u32 added[] = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state[i] += added[i];
}

}  // namespace

std::array<u8, 32> sha256(Bytes message) {
  // FIPS 180-4 §5.3.3.
  State state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
              0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  Bytes left = message;
  for (; left.size() >= sha_block; left = left.subspan(sha_block)) mix(state, left.data());
  u8 tail[2 * sha_block];
  const std::size_t size = sha_tail(left, message.size(), tail);
  for (std::size_t at = 0; at < size; at += sha_block) mix(state, tail + at);
  std::array<u8, 32> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = u8(state[i / 4] >> (24 - 8 * (i % 4)));
  return out;
}

std::string sha256_hex(Bytes message) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const u8 byte : sha256(message)) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

}  // namespace netpeel::base
