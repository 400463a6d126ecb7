// What a field is: one row. Tree, JSON, filter, diagram, glossary and builder are all printed from
// it. Rows are constants with static storage; everything else points at them. The only templates of
// the project live here.
#pragma once
#include <algorithm>
#include <array>
#include <limits>

#include "base/bits.hpp"
#include "base/hash.hpp"

namespace netpeel::field {

// How a value is kept in a Node and shown.
enum class Show : u8 {
  mark,     // no value: it is there, or it is a heading
  flag,     // true or false
  dec,      // unsigned number, shown decimal
  sdec,     // signed number (Node::number holds its two's complement)
  hex,      // unsigned number, shown hexadecimal
  mac,      // 48 bits
  ipv4,     // 32 bits
  ipv6,     // 128 bits
  bytes,    // opaque
  text,     // text from the packet; may hold anything, also what is not UTF-8
  time,     // nanoseconds since 1970 (i64)
  seconds,  // a duration in nanoseconds (i64)
};

// The meaning of one value, or of all from value to last.
struct Value {
  u32 value;
  std::string_view text;
  u32 last = 0;  // 0: only value
  constexpr u32 end() const { return last > value ? last : value; }
};

// Sorts a value table at compile time, so that look-up is a binary search. Ranges must not overlap.
template <std::size_t N>
consteval std::array<Value, N> values(const Value (&in)[N]) {
  std::array<Value, N> out{};
  std::copy(in, in + N, out.begin());
  std::sort(out.begin(), out.end(),
            [](const Value& a, const Value& b) { return a.value < b.value; });
  for (std::size_t i = 1; i < N; ++i) {
    if (out[i].value <= out[i - 1].end()) throw "a value stands twice in the table";
  }
  return out;
}

// Which end of the conversation a field names; views and flow tables ask for it instead of knowing
// protocols.
enum class Role : u8 { none, source, destination, source_port, destination_port };

// What few rows need. Written as {.values = types, .scale = 4} behind the sentence.
struct More {
  std::span<const Value> values{};
  std::string_view ref{};      // where the protocol's reference speaks of it: "§3.1"
  std::string_view aliases{};  // other names for filters, blank between them: "ip.addr ip.src_host"
  u16 scale = 1;               // the wire counts in units of so many: ip.hdr_len 4
  Role role = Role::none;
  bool covers =
      false;  // its bits are those of the rows behind it: a heading with a value (tcp.flags)
  bool computed = false;   // has no bits of its own: ip.checksum.status
  bool payload = false;    // the bytes carried, not described: JSON has it only with --payload
  bool hidden = false;     // filters know it; views do not print it
  bool sometimes = false;  // in the fixed header, but expand() leaves it out of some packets:
                           // eth.type of an 802.3 frame
};

constexpr u32 unplaced = 0xffffffff;

// What a row shown as time holds where the sender tells that it knows none (NTP's zero). Views
// print Wireshark's "NULL".
constexpr i64 no_time = std::numeric_limits<i64>::min();

// How the value of a placed row is read: whole integers with one load.
enum class Reading : u8 { bits, byte, two_bytes, four_bytes, eight_bytes, bytes, mark };

struct Field {
  std::string_view name;  // Wireshark's; empty: unused bits between others
  std::string_view title;
  u32 width;  // bits; 0: differs from packet to packet
  Show show;
  std::string_view about;  // one plain sentence
  More more{};
  u32 at = unplaced;  // bits from the header's start, where wire() placed it
  u8 depth = 0;       // how many rows of its table cover it
  u32 key = 0;        // hash of the name: equal names have equal keys (a test guards it)
  u8 together =
      1;  // so many rows of its table, from this one on, share whole bytes with no others …
  u8 shared = 0;  // … of so many bits, 64 at most
  Reading reading = Reading::bits;

  constexpr bool placed() const { return at != unplaced; }
  constexpr u32 end() const { return at + width; }
  constexpr bool wide() const {
    return width > 64 || show == Show::bytes || show == Show::text;
  }  // kept as bytes
};

using Table = std::span<const Field>;

consteval Reading reading_of(const Field& f) {
  if (f.show == Show::mac || f.show == Show::ipv4 || f.show == Show::ipv6 || f.wide())
    return Reading::bytes;
  if (f.show == Show::mark) return Reading::mark;
  if (f.at % 8 != 0) return Reading::bits;
  switch (f.width) {
    case 8: return Reading::byte;
    case 16: return Reading::two_bytes;
    case 32: return Reading::four_bytes;
    case 64: return Reading::eight_bytes;
    default: return Reading::bits;
  }
}

// A header's rows in wire order; positions are summed here and typed nowhere. A row that covers
// others takes no room itself. Rows of width 0 or computed ones stay unplaced.
template <std::size_t N>
consteval std::array<Field, N> wire(const Field (&in)[N]) {
  std::array<Field, N> out{};
  u32 at = 0;
  std::array<u32, 8> covered{};  // ends of the rows that cover the present one
  u8 depth = 0;
  for (std::size_t i = 0; i < N; ++i) {
    Field& f = out[i] = in[i];
    f.key = base::fnv32(f.name);
    if (f.width == 0 || f.more.computed) continue;
    while (depth > 0 && covered[depth - 1] <= at) --depth;
    f.at = at;
    f.depth = depth;
    f.reading = reading_of(f);
    if (f.more.covers) {
      covered[depth++] = at + f.width;
    } else {
      at += f.width;
    }
  }
  if (at % 8 != 0) throw "the header is not a whole number of bytes";
  for (std::size_t i = 0, next = 0; i < N; i = next) {
    next = i + 1;
    Field& f = out[i];
    if (!f.placed() || f.depth != 0 || f.at % 8 != 0) continue;
    u32 end = f.end();
    bool always = !f.more.sometimes;
    for (; next < N && out[next].placed() && (out[next].depth != 0 || out[next].at % 8 != 0);
         ++next) {
      end = std::max(end, out[next].end());
      always = always && !out[next].more.sometimes;
    }
    if (!always || end % 8 != 0 || end - f.at > 64) continue;
    f.together = u8(next - i);
    f.shared = u8(end - f.at);
  }
  return out;
}

// Rows that expand() places one by one, in no order.
template <std::size_t N>
consteval std::array<Field, N> loose(const Field (&in)[N]) {
  std::array<Field, N> out{};
  for (std::size_t i = 0; i < N; ++i) {
    out[i] = in[i];
    out[i].key = base::fnv32(in[i].name);
  }
  return out;
}

// A name as a template argument.
template <std::size_t N>
struct Name {
  char text[N]{};
  consteval Name(const char (&t)[N]) { std::copy(t, t + N, text); }
  constexpr std::string_view view() const { return {text, N - 1}; }
};

// For row() and part() alone; not consteval, as Clang 14 refuses such a call with part()'s own
// argument.
template <std::size_t Size>
constexpr const Field& named(const std::array<Field, Size>& table, std::string_view name) {
  for (const Field& f : table) {
    if (f.name == name) return f;
  }
  throw "no row of that name";
}

// The row of that name, as a reference into the table; a wrong name does not compile.
template <Name N, std::size_t Size>
consteval const Field& row(const std::array<Field, Size>& table) {
  return named(table, N.view());
}

// The rows from one to another of the table, both included.
template <Name First, Name Last, std::size_t Size>
consteval Table part(const std::array<Field, Size>& table) {
  const Field* const first = &named(table, First.view());
  const Field* const last = &named(table, Last.view());
  return {first, last + 1};
}

// Typed access: P is a struct with `static constexpr auto fields = wire({...})`. The raw bits,
// scale not applied.
template <class P, Name N>
[[gnu::always_inline]] inline u64 get(const u8* header) {
  constexpr const Field& f = row<N>(P::fields);
  static_assert(f.placed() && f.width <= 64);
  return base::bits<f.at, f.width>(header);
}
template <class P, Name N>
inline void put(u8* header, u64 value) {
  constexpr const Field& f = row<N>(P::fields);
  static_assert(f.placed() && f.width <= 64);
  base::put_bits(header, f.at, f.width, value);
}
// Where the field's bytes begin.
template <class P, Name N>
inline const u8* place(const u8* header) {
  constexpr const Field& f = row<N>(P::fields);
  static_assert(f.placed() && f.at % 8 == 0);
  return header + f.at / 8;
}
template <class P, Name N>
inline u8* place(u8* header) {
  return const_cast<u8*>(place<P, N>(static_cast<const u8*>(header)));
}

constexpr u32 bytes_of(Table table) {
  u32 end = 0;
  for (const Field& f : table) {
    if (f.placed()) end = std::max(end, f.end());
  }
  return end / 8;
}
template <class P>
constexpr u32 fixed_bytes = bytes_of(P::fields);

// The meaning of a value, or nothing.
std::string_view meaning(const Field& field, u64 value);

}  // namespace netpeel::field
