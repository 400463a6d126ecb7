// Display filters (-Y, --where; also what lesson checks ask): the common subset of Wireshark 4.0's
// language over our names. An expression is compiled once into a flat program; matches() then runs
// it on one packet after another.
//
//   presence      tcp   tcp.options.mss   ip#2
//   comparisons   == != < <= > >= (eq ne lt le gt ge), === (all equal), !== (any differs),
//                 any and all in front
//   sets, text    tcp.port in {80, 443, 8000..8010}   contains   matches (~)
//   parts         eth.src[0:3]   tcp.flags & 0x02   len() count() lower() upper()
//   together      && || ^^ ! (and or xor not), parentheses
//
// A field that occurs several times matches if one occurrence does; != wants all of them to differ.
// A field that is not there matches nothing. A protocol's name stands for its bytes: the header
// where it is sliced or compared, also what it carries for contains and matches (as in 4.0). Where
// it differs from Wireshark: text needs its quotes, times without a zone are UTC, and there is
// neither arithmetic nor look-up of host names.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "field/expand.hpp"

namespace netpeel::filter {

struct Program;

// Valid as long as the registry it was compiled with. Scratch memory is inside: one thread at a
// time.
class Filter {
 public:
  Filter(Filter&&) noexcept;
  Filter& operator=(Filter&&) noexcept;
  ~Filter();

  bool matches(const field::Packet& packet, const field::Settings& settings = {}) const;

  // The expression in its canonical spelling; compiled again it gives the same filter.
  const std::string& print() const { return print_; }
  // The names it asks for, fields and protocols, each once, in the order of their first use.
  const std::vector<std::string>& names() const { return names_; }
  // The rows behind those names that are fields.
  std::span<const field::Registry::Owned> fields() const { return fields_; }

 private:
  friend base::Result<Filter> compile(std::string_view expression, const field::Registry& registry);
  Filter();

  std::unique_ptr<Program> program_;
  std::string print_;
  std::vector<std::string> names_;
  std::vector<field::Registry::Owned> fields_;
};

// An empty expression matches every packet. A complaint's `at` is a byte of the expression (see
// base::pointed).
base::Result<Filter> compile(std::string_view expression, const field::Registry& registry);

inline constexpr std::size_t most_bytes = 64 * 1024;  // of an expression
inline constexpr unsigned most_depth = 200;  // parentheses, "not" and functions inside each other
inline constexpr std::size_t most_tests = 16 * 1024;  // in one expression

}  // namespace netpeel::filter
