// What is individual about a lesson: $token, $port and $k come from the student's name and the
// lesson, so that messages can be recognised and answers cannot be shared; $a, $b … are the lab's
// addresses. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "lab/topology.hpp"

namespace netpeel::lesson {

using Values = std::map<std::string, std::string, std::less<>>;

// capture: the file with the packets, for commands that look at them.
// token: five letters; port: 20000 to 29999, another for each lesson; k: 2 to 6.
// The name counts without regard to case and blanks around it.
Values values_of(std::string_view student, std::string_view lesson);
// Adds the addresses of the lab's hosts under their names.
void add_hosts(const lab::Topology& topology, Values& to);
// Level B: everything is on this machine.
void add_loopback(const lab::Topology& topology, Values& to);

// The student whose values the shipped captures were recorded with.
inline constexpr std::string_view recorder = "netpeel";

// $name becomes its value, $$ a dollar sign. A name without a value stays as it is, and goes into
// `unknown`.
std::string substitute(std::string_view text, const Values& values,
                       std::vector<std::string>* unknown = nullptr);
// The same in a display filter: a value that is no number and no address gets its quotes, unless it
// stands between some.
std::string substitute_filter(std::string_view text, const Values& values,
                              std::vector<std::string>* unknown = nullptr);

}  // namespace netpeel::lesson
