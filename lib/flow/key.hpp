// What names a conversation: two ends and a kind, the lower end first, so that both directions have
// the same key. Five words without padding, that are made, compared and hashed as words: a key that
// were put together from smaller members could not be read as words before all of them are stored.
#pragma once
#include <utility>

#include "base/bits.hpp"
#include "flow/mix.hpp"
#include "flow/tracker.hpp"

namespace netpeel::flow {

struct Key {
  u64 low[2]{}, high[2]{};  // addresses as big-endian numbers; IPv4: the first word
  u64 rest = 0;             // see rest_of()

  // tap: with TrackerSettings::taps, the interface.
  static constexpr u64 rest_of(u16 low_port, u16 high_port, u16 tap, u8 kind, bool v6) {
    return u64(tap) << 48 | u64(low_port) << 32 | u64(high_port) << 16 | u64(kind) << 8 | u64(v6);
  }
  u16 tap() const { return u16(rest >> 48); }
  u16 low_port() const { return u16(rest >> 32); }
  u16 high_port() const { return u16(rest >> 16); }
  u8 kind() const { return u8(rest >> 8); }
  bool v6() const { return (rest & 1) != 0; }
  Key at_tap(u16 tap) const {
    Key out = *this;
    out.rest = rest_of(low_port(), high_port(), tap, kind(), v6());
    return out;
  }

  // One answer for all words: each by itself would be a jump.
  bool operator==(const Key& other) const {
    return ((low[0] ^ other.low[0]) | (low[1] ^ other.low[1]) | (high[0] ^ other.high[0]) |
            (high[1] ^ other.high[1]) | (rest ^ other.rest)) == 0;
  }
  End end(bool lower) const {
    End out;
    const u64* address = lower ? low : high;
    if (v6()) {
      for (u32 i = 0; i < 4; ++i)
        base::put_be32(out.address + 4 * i, address[i / 2] >> (i % 2 == 0 ? 32 : 0));
    } else {
      base::put_be32(out.address, address[0]);
    }
    out.port = lower ? low_port() : high_port();
    out.v6 = v6();
    return out;
  }
};
static_assert(sizeof(Key) == 40);

// `from_low`: the sender is the lower end. Addresses of 4 or 16 bytes.
struct Directed {
  Key key;
  bool from_low;
};
// Without a jump but for v6: which end sends is anybody's guess, and a processor guesses wrong half
// of the time.
inline Directed key_of(Conversation::Kind kind, bool v6, const u8* source, u16 from,
                       const u8* destination, u16 to, u16 tap = 0) {
  if (!v6) {
    const u64 a = u64(base::be32(source)) << 16 | from, b = u64(base::be32(destination)) << 16 | to;
    const u64 swap = (a ^ b) & (u64(0) - u64(a > b)), low = a ^ swap, high = b ^ swap;
    return {
        {{low >> 16, 0}, {high >> 16, 0}, Key::rest_of(u16(low), u16(high), tap, u8(kind), v6)},
        a <= b
    };
  }
  u64 low[2]{base::be64(source), base::be64(source + 8)};
  u64 high[2]{base::be64(destination), base::be64(destination + 8)};
  const bool higher =
      (low[0] > high[0]) |
      ((low[0] == high[0]) & ((low[1] > high[1]) | ((low[1] == high[1]) & (from > to))));
  const u64 swap = u64(0) - u64(higher);
  const u64 first = (low[0] ^ high[0]) & swap, second = (low[1] ^ high[1]) & swap;
  const u16 port = u16((from ^ to) & swap);
  return {
      {{low[0] ^ first, low[1] ^ second},
       {high[0] ^ first, high[1] ^ second},
       Key::rest_of(from ^ port, to ^ port, tap, u8(kind), v6)},
      !higher
  };
}

inline u32 hash_of(const Key& key, u64 seed) {
  const bool short_ones = ((key.low[0] | key.high[0]) >> 32 | (key.rest & 1)) == 0;
  // Of the long ones both ends at a time, so that one need not wait for the other.
  const u64 h = short_ones ? mixed(seed, key.low[0] << 32 | key.high[0])
                           : mixed(mixed(seed, key.low[0]), key.low[1]) +
                                 mixed(mixed(~seed, key.high[0]), key.high[1]);
  return u32(mixed(h, key.rest));
}

}  // namespace netpeel::flow
