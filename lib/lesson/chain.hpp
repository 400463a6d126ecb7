// Which steps ended, in which order and with what: each link holds a digest of what the step left,
// and a hash over that, the student, the lesson and the link before. There is no secret in it: it
// shows that something was changed by somebody who did not know it, or mixed from two hand-ins.
// What proves a step is its packets. A step that was done again has several links; the last counts.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace netpeel::lesson {

struct Link {
  std::string step{}, digest{}, hash{};
};

inline constexpr std::size_t most_links = 5000;  // later ones are not added

// state: as step_json() spells it. packets: the pcapng file; empty: none.
std::string digest_of(std::string_view step, std::string_view state, std::string_view packets);
// The hash of a link behind one whose hash is `before` (the first: empty).
std::string link_hash(std::string_view before, std::string_view student, std::string_view lesson,
                      const Link& link);
// Number of the first link, from 1, whose hash is not what it has to be; 0: all are good.
std::size_t broken_link(const std::vector<Link>& chain, std::string_view student,
                        std::string_view lesson);

// A file of lines "step digest hash"; lines that are none are left out. What is not there has none.
std::vector<Link> read_chain(const std::string& path);
// Adds a link at its end. Throws base::Error.
void add_link(const std::string& path, std::string_view student, std::string_view lesson,
              std::string_view step, std::string digest);

}  // namespace netpeel::lesson
