// The new conversation beside the recorded one: what the server said again, otherwise, not, or
// only now. What is never the same twice (names of sessions, the time) is named and does not count.
#pragma once
#include "base/text.hpp"
#include "replay/rerun.hpp"

namespace netpeel::replay {

enum class Verdict : u8 {
  sent,      // of the client
  not_sent,  // the server had hung up
  same,
  different,
  missing,  // the server did not say it
  added     // it was not recorded
};
std::string_view verdict_name(Verdict verdict);

struct Difference {
  std::string value, recorded, live;  // not escaped; "nothing" is said by a value's absence
  bool in_recorded = true, in_live = true;
};

struct Finding {
  Verdict verdict;
  std::size_t actor = 0;
  u64 frame = 0;  // of the capture; 0: none
  Side side = Side::client;
  std::string title;
  std::vector<Difference> differences{};
  std::vector<std::string> varies{};  // "sid, a session's id"
};

struct Contrast {
  std::vector<Finding> findings;
  u64 same = 0, different = 0, missing = 0, added = 0, not_sent = 0;
  bool equal() const { return different + missing + added + not_sent == 0; }
};

Contrast contrast(const std::vector<Recorded>& recorded, const Rerun& live);

// For people: a table; for programs: one JSON object.
struct Told {
  const std::vector<Recorded>& recorded;
  const Rerun& live;
  const Contrast& contrast;
  std::string target;
};
void tell(const Told& told, u32 width, base::Text& out);
void tell_json(const Told& told, base::Text& out);

}  // namespace netpeel::replay
