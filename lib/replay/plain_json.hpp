// JSON written in one way, so that texts that mean the same are the same: members by name, no
// blanks, escapes only where they must be.
#pragma once
#include <set>
#include <string>
#include <string_view>

namespace netpeel::replay {

// What is not JSON stays as it is. unordered: an array that holds one of these strings has no order
// of its own (random names that were sorted), and is sorted.
std::string plain_json(std::string_view text, const std::set<std::string>& unordered = {});

}  // namespace netpeel::replay
