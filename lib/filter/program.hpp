// What a filter became: tests that jump to one another until one says yes or no, the operands they
// ask for, and constants as ranges. Built by check() from an Ast and a registry; run by Machine.
// Flat vectors, indices between them.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/arena.hpp"
#include "field/expand.hpp"
#include "filter/ast.hpp"
#include "filter/regex.hpp"

namespace netpeel::filter {

struct Span {
  u32 begin = 0, end = 0;
};

// Values are kept as numbers or as bytes; so are the constants they are compared with.
struct NumberRange {
  u64 from, to;  // both included, after `flip` was applied
};
struct BytesRange {
  std::string from, to;  // both included, in lexical order
  bool below = false;    // everything up to `to`, which is excluded if `open`
  bool above = false;    // everything from `from`
  bool open = false;     // the one bound there is does not belong to it
};

// A row at a constant place in its protocol's header.
struct Placed {
  const field::Field* field;
  u32 at, width;  // bits
  u32 scale;
};

// Where values of an operand come from.
struct Source {
  enum class How : u8 {
    placed,    // numbers: rows in placed
    view,      // bytes: rows in placed
    expanded,  // rows of these keys, from expand()
    frame,     // a number of the frame itself
    protocol,  // the layer's own bytes, from its header to its end
    capture,   // the whole frame's bytes
  };
  How how;
  u8 proto = 0;
  u8 number = 0;  // for frame: which
  Span rows{};    // in placed or keys
};

enum class FrameNumber : u8 {
  number,
  wire_size,
  size,
  time,
  delta,
  delta_shown,
  relative,
  interface
};

struct Operand {
  enum class Kind : u8 {
    field,
    constant,
    slice,
    length,
    count,
    lower,
    upper,
    mask_number,
    mask_bytes,
    mask_both
  };
  Kind kind;
  bool bytes = false;  // form of its values
  bool own = false;  // of a protocol only its header: what slices and comparisons see; contains and
                     // matches see the rest too
  u32 child = 0, other = 0;
  Span sources{};
  u32 layers = 0;      // as in Node
  u64 number = 0;      // mask_number: the mask
  std::string text{};  // constant, mask_bytes
  std::vector<Part> parts{};
};

struct Test {
  enum class Kind : u8 {
    layer,     // one of the sources' protocols is there
    always,    // yes
    fast,      // placed numbers, masked, in ranges
    one,       // one of them, in one range: ones[other]
    present,   // the operand has a value
    truth,     // … one that is not zero
    numbers,   // operand in number ranges
    texts,     // operand in bytes ranges
    contains,  // operand (bytes) contains the constant, or other operand
    matches,   // operand (bytes) matches regexes[other]
    pairs,     // operand compared with operand
    remember,  // flag number `operand` becomes `other`
    recall,    // what flag number `operand` is
  };
  Kind kind;
  Over over = Over::any;
  bool invert = false;  // each value's answer is turned round
  bool size_first =
      false;  // shorter bytes come before longer ones; text is ordered as in a dictionary
  Compare compare = Compare::equal;
  u32 operand = 0, other = 0;
  Span ranges{}, sources{};
  u32 layers = 0;
  u64 mask = ~u64(0);
  u64 flip = 0;  // xor that brings signed numbers into unsigned order
  u64 seen = 0;  // a packet with none of these bits has no value here
  u32 yes = 0, no = 0;
};

// What is asked most, such as tcp.port == 80, with nothing to look up on the way. Any such value in
// the range says yes, or with `invert` any that is not.
struct One {
  u64 from = 0, span = 0;  // the range
  u64 mask = 0, flip = 0;
  u32 at = 0, width = 0, scale = 1;  // as in Placed
  u16 header = 0;                    // with so many bytes the row is whole
  u8 proto = 0;
  bool invert = false;
};

struct Value {
  u64 number = 0;
  Bytes bytes{};
};

struct Program {
  static constexpr u32 yes = 0xffffffff, no = 0xfffffffe;

  const field::Registry* registry = nullptr;
  u8 frame_proto = 0;  // the pseudo protocol of frame.*
  u32 start = yes;
  std::vector<Test> tests;
  std::vector<Operand> operands;
  std::vector<Source> sources;
  std::vector<Placed> placed;
  std::vector<One> ones;
  std::vector<u32> keys;
  std::vector<NumberRange> numbers;
  std::vector<BytesRange> texts;
  std::vector<Regex> regexes;
  std::vector<u32> wanted;  // all keys that any operand takes from expand(), sorted

  // When all is there: finds what can be done with less.
  void simplify();

  bool run(const field::Packet& packet, const field::Settings& settings);

  // For tests: read placed rows through expand() as well.
  void forget_places();

 private:
  friend class Collector;
  struct Found {
    u32 layer, key;
    bool is_bytes;
    Value value;
  };

  bool test(const Test& t);
  bool fast(const Test& t) const;
  bool one(const One& o) const;
  void forget_packet();
  void evaluate(u32 operand);  // appends to values_
  void field(const Operand& o);
  void expanded(const Source& s, u32 layer, bool bytes);
  void expand(u32 layer);
  bool judge(const Test& t, std::size_t from);  // over values_[from..]
  bool pairs(const Test& t);
  u64 frame_number(FrameNumber which) const;

  const field::Packet* packet_ = nullptr;
  const field::Settings* settings_ = nullptr;
  std::vector<Value> values_;
  std::vector<Found> found_;         // of the layers expanded for this packet
  std::vector<u32> expanded_parts_;  // the same for layers of parts, by number
  u32 expanded_ = 0;    // bit per layer; the frame's own is the one behind the last possible layer
  u64 flags_ = 0;       // what remember keeps
  bool light_ = false;  // no test keeps anything of a packet
  base::Arena arena_;   // copies of decoded values
};

// Looks up names, checks types, turns constants into ranges.
base::Result<std::unique_ptr<Program>> check(const Ast& ast, std::string_view expression,
                                             const field::Registry& registry,
                                             std::vector<std::string>& names,
                                             std::vector<field::Registry::Owned>& fields);

}  // namespace netpeel::filter
