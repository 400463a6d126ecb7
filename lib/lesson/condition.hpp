// The check language: what a step's packets, answers and programs must have in common with what the
// lesson wants. Each line is one condition; `let` names a filter. Text in, a tree or a mistake with
// its place out; see judge.hpp for what it means on packets.
//
//   let syn = tcp.flags.syn == 1 && tcp.flags.ack == 0
//   count(syn @a) == 1                       ~ "you opened {n} connections, one is asked"
//   sum(tcp.len; tcp.dstport == $port) == 6000
//   first(synack).tcp.ack_raw == first(syn).tcp.seq_raw + 1
//   order(syn, synack, tcp.len > 0 @a)
//
//   count(F)  count(field; F)  sum(field; F)  distinct(field; F)  first(F).field  last(F).field
//   order(F, F …)  same(field; F, F)  gap(F)  lost(F)  dup(F)  late(F)  bent(F)  bytes(F)
//   state(path)  answer(id)  numbers, "texts", $values, {sets}, + - *, == != < <= > >=
//
// F is a display filter (filter/filter.hpp) and perhaps @TAP: the host at whose end of the wire it
// is asked, @* for all. Without one it is the lab's first host (of a room the server); in order()
// and same() the last filter's tap counts for those that name none.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "filter/ast.hpp"
#include "lesson/lesson.hpp"

namespace netpeel::lesson {

// A filter at a tap.
struct Aim {
  std::string filter{};  // lets put in; values still as $names
  std::string tap{};     // empty: the usual one
  bool operator<(const Aim& other) const {
    return std::tie(filter, tap) < std::tie(other.filter, other.tap);
  }
};

enum class Function : u8 {
  count,
  sum,
  distinct,
  first,
  last,
  order,
  same,
  gap,
  lost,
  dup,
  late,
  bent,
  bytes,
  state,
  answer,
};

struct Expr {
  enum class Kind : u8 { number, text, value, set, add, subtract, multiply, call };
  Kind kind = Kind::number;
  Place at{};
  u32 length = 1;
  double number = 0;
  std::string text{};  // text; value: its name; call of state, answer: the path or id
  std::vector<Expr> children{};
  Function function = Function::count;  // of a call:
  std::string field{};
  std::vector<Aim> aims{};
};

struct Condition {
  Place at{};
  std::string text{};     // as it stands there, without its message
  std::string message{};  // for whoever fails; {n} is the value on the left
  Expr left{};
  std::optional<filter::Compare> compare{};  // none: left must be true
  Expr right{};
};

using Lets = std::map<std::string, std::string, std::less<>>;

// Lines of a check fence. `lets` keeps what they name.
std::vector<Condition> parse_conditions(const std::vector<Line>& lines, Lets& lets,
                                        std::vector<Mistake>& mistakes);
// What stands behind "=" in a question.
Expr parse_expected(const Line& line, const Lets& lets, std::vector<Mistake>& mistakes);
// A filter with its tap.
Aim parse_aim(std::string_view text, const Lets& lets);

}  // namespace netpeel::lesson
