// RESP, the language of Redis: what a value is, where it ends, and how to write one. For the stream
// protocol resp and for those who speak it themselves. Values are views into the bytes they were
// read from. Source: Redis serialization protocol specification (RESP2 and RESP3).
#pragma once
#include "base/text.hpp"

namespace netpeel::stream::resp_codec {

enum class Status : u8 { whole, more, wrong };

// How deep arrays may lie in each other, and how many elements one message may have in all.
inline constexpr u32 most_depth = 32;
inline constexpr u32 most_elements = 1'000'000;
inline constexpr u32 most_line = 64 * 1024;

// One element's first line and, for those with a length, its content.
struct Element {
  char type = 0;         // the first byte: + - : $ * _ # , ( ! = % ~ > |; 0: an inline command
  Bytes line{};          // behind the type, without the line end
  Bytes value{};         // of $ ! =: the content
  i64 length = -1;       // of those and of aggregates: what the line says; -1: null
  u64 children = 0;      // elements that follow and belong to it; a map counts twice
  std::size_t size = 0;  // all bytes, line ends included; children not included
};

// The element at the front of `have`. more: `need` bytes are wanted at least.
Status read(Bytes have, Element& out, std::size_t& need);

// Walks one message element by element, however its bytes are cut: keeps its place over calls.
class Walker {
 public:
  // Looks on in `have`, which begins where the message does. whole: size() bytes are the message.
  Status go(Bytes have);
  std::size_t size() const { return at_; }
  std::size_t need() const { return need_; }
  void reset() { *this = Walker(); }

 private:
  std::size_t at_ = 0, need_ = 1;
  u64 open_ = 1;  // elements still to come
  u32 elements_ = 0;
};

// A command as clients send it: an array of bulk strings.
void write_command(base::Text& out, std::span<const std::string_view> words);
void write_bulk(base::Text& out, std::string_view value);

}  // namespace netpeel::stream::resp_codec
