// A capture onto an interface: every frame when it is due, and a report of how that went. Throws
// base::Error where the interface goes away. One thread, and nothing else should run in it.
#pragma once
#include <functional>
#include <memory>

#include "replay/load.hpp"
#include "replay/pace.hpp"
#include "replay/percentiles.hpp"

namespace netpeel::replay {

struct OntoPlan {
  Pace pace{};
  u64 loops = 1;               // 0: until stopped
  Changes* changes = nullptr;  // may be null
  // The file, from its beginning; called again for each loop where it does not fit into memory.
  std::function<std::unique_ptr<capture::FrameSource>()> open;
  std::function<bool()> stopped;
  // Told now and then, where there is time: frames sent.
  std::function<void(u64 sent)> progress;
};

struct OntoReport {
  u64 sent = 0, bytes = 0;
  u64 failed = 0;           // the kernel would not take them
  u64 first_failed = 0;     // its number in the file
  int why = 0;              // errno of that
  u64 waited_for_room = 0;  // times that the kernel's queue was full
  u64 loops = 0;            // begun
  i64 nanoseconds = 0;      // from the first frame to the last
  Percentiles errors{};     // between due and handed to the kernel; none with Kind::top
  LeftOut left_out{};       // of one loop
  u64 seen = 0;             // frames of the file
  std::optional<capture::Damage> damage{};  // where the file could not be read on
};

OntoReport onto(Link& link, const OntoPlan& plan);

// The report for people, and for programs: one JSON object.
void tell(const OntoReport& report, const Link& link, const OntoPlan& plan, base::Text& out);
void tell_json(const OntoReport& report, const Link& link, base::Text& out);

}  // namespace netpeel::replay
