// What names a conversation: two ends and a kind, the lower end first, so that both directions have
// the same key. Forty bytes without padding: compared and hashed as words.
#pragma once
#include <utility>

#include "base/bits.hpp"
#include "flow/mix.hpp"
#include "flow/tracker.hpp"

namespace netpeel::flow {

struct Key {
  u64 low[2]{}, high[2]{};  // addresses as big-endian numbers; IPv4: the first word
  u16 low_port = 0, high_port = 0;
  u8 kind = 0, v6 = 0;
  u16 tap = 0;  // with TrackerSettings::taps: the interface

  // One answer for all words: each by itself would be a jump.
  bool operator==(const Key& other) const {
    u64 mine[5], its[5];
    std::memcpy(mine, this, sizeof mine);
    std::memcpy(its, &other, sizeof its);
    u64 differ = 0;
    for (u32 i = 0; i < 5; ++i) differ |= mine[i] ^ its[i];
    return differ == 0;
  }
  End end(bool lower) const {
    End out;
    const u64* address = lower ? low : high;
    if (v6 != 0) {
      for (u32 i = 0; i < 4; ++i)
        base::put_be32(out.address + 4 * i, address[i / 2] >> (i % 2 == 0 ? 32 : 0));
    } else {
      base::put_be32(out.address, address[0]);
    }
    out.port = lower ? low_port : high_port;
    out.v6 = v6 != 0;
    return out;
  }
};
static_assert(sizeof(Key) == 40);

// `from_low`: the sender is the lower end. Addresses of 4 or 16 bytes.
struct Directed {
  Key key;
  bool from_low;
};
inline Directed key_of(Conversation::Kind kind, bool v6, const u8* source, u16 from,
                       const u8* destination, u16 to) {
  Directed out{.key = {}, .from_low = true};
  Key& k = out.key;
  k.kind = u8(kind);
  k.v6 = v6;
  if (v6) {
    k.low[0] = base::be64(source), k.low[1] = base::be64(source + 8);
    k.high[0] = base::be64(destination), k.high[1] = base::be64(destination + 8);
  } else {
    k.low[0] = base::be32(source), k.high[0] = base::be32(destination);
  }
  k.low_port = from, k.high_port = to;
  const bool higher = k.low[0] != k.high[0]   ? k.low[0] > k.high[0]
                      : k.low[1] != k.high[1] ? k.low[1] > k.high[1]
                                              : from > to;
  // Without a jump: which end sends is anybody's guess, and a processor guesses wrong half of the
  // time.
  const u64 swap = u64(0) - u64(higher);
  for (u32 i = 0; i < 2; ++i) {
    const u64 differ = (k.low[i] ^ k.high[i]) & swap;
    k.low[i] ^= differ, k.high[i] ^= differ;
  }
  const u16 differ = u16((k.low_port ^ k.high_port) & swap);
  k.low_port ^= differ, k.high_port ^= differ;
  out.from_low = !higher;
  return out;
}

inline u32 hash_of(const Key& key, u64 seed) {
  const bool short_ones = ((key.low[0] | key.high[0]) >> 32 | key.v6) == 0;
  const u64 h = short_ones ? mixed(seed, key.low[0] << 32 | key.high[0])
                           : mixed(mixed(mixed(mixed(seed, key.low[0]), key.high[0]), key.low[1]),
                                   key.high[1]);
  return u32(mixed(h, u64(key.tap) << 48 | u64(key.low_port) << 32 | u64(key.high_port) << 16 |
                          u64(key.kind) << 8 | key.v6));
}

}  // namespace netpeel::flow
