// Regular expressions for `matches`: the everyday part of Perl's (classes, \d \w \s \b, groups,
// alternation, * + ? {m,n} and their lazy forms, ^ $, (?i) (?-i) in front). Bytes, not characters;
// letters match in either case unless (?-i). Runs all alternatives side by side, so that time is
// bounded by pattern times text, whatever a packet holds; no back-references and no look-around for
// that reason. Nothing is allocated while matching.
#pragma once
#include <bitset>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace netpeel::filter {

class Regex {
 public:
  // A complaint's place counts from the pattern's first byte.
  static base::Result<Regex> compile(std::string_view pattern);

  // Somewhere in the text. Scratch memory is inside: one thread at a time.
  bool found_in(Bytes text);

  static constexpr std::size_t most_bytes = 4096;    // of a pattern
  static constexpr std::size_t most_steps = 20'000;  // of a compiled pattern
  static constexpr u32 most_repeats = 1000;

 private:
  friend class RegexCompiler;
  struct Step {
    enum class Kind : u8 { set, split, go, begin, end, edge, no_edge, match } kind;
    u32 a = 0, b = 0;  // set: index; split: both ways; go: where
  };
  void follow(u32 step, Bytes text, std::size_t at);

  std::vector<Step> steps_;
  std::vector<std::bitset<256>> sets_;
  std::bitset<256> first_;     // bytes a match can begin with
  bool may_be_empty_ = false;  // or needs no byte of its own: first_ says nothing
  bool anchored_ = false;
  // Scratch: the steps alive before the next byte, those after it, and in which round a step was
  // added last.
  std::vector<u32> now_, then_, stack_;
  std::vector<u32> round_of_;
  u32 round_ = 0;
  bool matched_ = false;
};

}  // namespace netpeel::filter
