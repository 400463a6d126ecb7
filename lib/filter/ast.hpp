// What an expression says, before anyone looks up its names: nodes in one vector, children by
// index. Made by parse(), printed by print(); check() gives it meaning. Owns its strings.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace netpeel::filter {

enum class Kind : u8 {
  // Tests.
  any_of,    // || over all children
  all_of,    // &&
  differ,    // ^^, two children
  negate,    // !
  presence,  // one operand: it is there (a number: it is not zero)
  compare,   // two operands
  member,    // operand, then words, strings, characters and ranges
  contains,  // two operands
  matches,   // operand, string
  // Operands.
  word,       // a name, a number, an address …: check() finds out
  string,     // "…", decoded
  raw,        // r"…"
  character,  // 'a', decoded: one byte
  range,      // two of the above, only in member
  slice,      // operand and its parts
  call,       // text is the function's name; operands
  mask,       // operand & operand
};

enum class Compare : u8 { equal, differ, less, at_most, greater, at_least };
enum class Over : u8 { any, all };

// [from:length], [from-to], [at], [from:]
struct Part {
  enum class Form : u8 { length, until, one, rest };
  Form form;
  i32 from;
  i32 to;
};

struct Node {
  Kind kind{};
  u32 at = 0, length = 0;  // where it stands in the expression, for carets
  std::string text{};
  Compare compare{};
  Over over = Over::any;
  u32 layers = 0;  // ip.src#2: bit n-1 for the n-th layer of that protocol; 0: all
  std::vector<Part> parts{};
  std::vector<u32> children{};
};

struct Ast {
  std::vector<Node> nodes;
  u32 root = 0;
  const Node& operator[](u32 i) const { return nodes[i]; }
};

// An expression that is empty or blank has no nodes.
base::Result<Ast> parse(std::string_view expression);
std::string print(const Ast& ast);
// The same of one operand, for sentences.
std::string print(const Ast& ast, u32 node);

}  // namespace netpeel::filter
