// A lesson tried by machine, as every lesson is in continuous integration: all of it parses; a
// student who does nothing passes no step; the solutions pass; each answer that the lesson calls
// wrong is refused; its views can be looked at; at level A in a lab, at level C on the shipped
// capture, at level B but for the steps whose faults loopback cannot have. One thread.
#pragma once
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "lesson/session.hpp"

namespace netpeel::lesson {

struct LintOptions {
  std::string levels = "AC";
  std::string record{};  // a file: the run at level A becomes the capture of level C
  std::string folder{};  // for what the run leaves; it exists
  // Of claims.tsv (known_claims): what covers and trial may list; empty: anything.
  std::set<std::string> claims{};
};

// Tells each complaint through `say`; their number.
std::size_t lint(const Lesson& lesson, const Setting& setting, const field::Registry& registry,
                 const LintOptions& options, const std::function<void(const std::string&)>& say);

// The ids in a file of claims: what stands before the first tab of each line without a # in front.
std::set<std::string> known_claims(const std::string& text);

// Words in capitals (SYN, MTU) that neither the glossary nor any protocol or field explains.
std::vector<std::string> unexplained(const Lesson& lesson, const field::Registry& registry);

}  // namespace netpeel::lesson
