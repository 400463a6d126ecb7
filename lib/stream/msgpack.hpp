// msgpack (github.com/msgpack/msgpack, spec.md) as npm's notepack.io 2 and 3 write it, read one
// head at a time and turned into JSON text and back without making values of it: what a client
// sends may be large, and is only passed on most of the time. Views into the bytes.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::stream {

struct MsgpackHead {
  enum class Kind : u8 {
    nil,
    undefined,  // notepack's: extension 0 of one byte
    boolean,
    integer,
    natural,  // beyond i64
    real,
    text,
    bytes,  // binary; extension 0 as well, which is notepack's ArrayBuffer
    list,
    map,
    date,
    extension,
  };
  Kind kind = Kind::nil;
  bool yes = false;
  i64 integer = 0;
  u64 natural = 0;          // of list and map: how many values or pairs follow
  double real = 0;          // of date: milliseconds since 1970
  std::string_view data{};  // text, bytes, extension
};

// Reads one head at `at`, and goes behind it. False: cut short, or no msgpack.
bool read_msgpack(std::string_view bytes, std::size_t& at, MsgpackHead& out);
// Whether it is a number that Number.isInteger() calls one: 5.0 is, too.
bool msgpack_integer(const MsgpackHead& head, i64* out = nullptr);
// Goes behind one whole value, nested at most `deepest`. False: it is none, or deeper, and `at` is
// anywhere.
bool skip_msgpack(std::string_view bytes, std::size_t& at, std::size_t deepest);
// One whole value, and nothing behind it.
bool msgpack_is_whole(std::string_view bytes, std::size_t deepest);

// Appends one value as JSON, and goes behind it; it was skipped well before. Binary becomes a
// placeholder, its bytes (views into `bytes`) are added to `attachments`; null: it becomes null. A
// date becomes the text that JSON has for it; undefined, other extensions and what is no number
// become null. False: it holds more than `most` binaries, and what was written is of no use.
bool msgpack_to_json(std::string_view bytes, std::size_t& at, std::string& out,
                     std::vector<std::string_view>* attachments,
                     std::size_t most = std::size_t(-1));
// Appends what the JSON says, which was checked to be JSON: one value. A placeholder becomes the
// attachment it speaks of.
void json_to_msgpack(std::string_view json, std::span<const std::string_view> attachments,
                     std::string& out);

// "2026-11-21T22:30:00.000Z"; nullopt: beyond the years that have four digits.
std::optional<std::string> iso_date(double milliseconds);

// ---- Single heads, to write ----

void put_msgpack_text(std::string_view text, std::string& out);
void put_msgpack_bytes(std::string_view bytes, std::string& out);
void put_msgpack_natural(u64 value, std::string& out);
void put_msgpack_list(std::size_t count, std::string& out);
void put_msgpack_map(std::size_t pairs, std::string& out);

}  // namespace netpeel::stream
