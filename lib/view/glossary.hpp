// The words of networking that are neither a field nor a protocol of ours: what each means, in one
// plain paragraph, and the standard that says so.
#pragma once
#include <span>
#include <string_view>

namespace netpeel::view {

struct Term {
  std::string_view names;  // the term, then other spellings, "|" between: "LAN|local area network"
  std::string_view answer;
  std::string_view standard;  // "RFC 9293 §4"; empty where no standard speaks of it
  std::string_view see;       // other terms, fields or protocols, commas between
};

std::span<const Term> glossary();

// The term of that name, in any spelling of case and with blanks, hyphens and underscores alike;
// null if there is none.
const Term* find_term(std::string_view word);
// The term whose name is nearest, or nothing.
std::string_view nearest_term(std::string_view word);

}  // namespace netpeel::view
