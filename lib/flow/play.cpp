#include "flow/play.hpp"

#include "base/text.hpp"
#include "field/walk.hpp"

namespace netpeel::flow {

u64 play(capture::FrameSource& source, const field::Registry& registry, Listener* listener,
         const Each& each) {
  Tracker tracker(registry, {.taps = true}, listener);
  field::Packet packet;
  u64 count = 0;
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const base::Frame& frame : batch) {
      const i64 before = packet.frame.time;
      packet.frame = frame;
      if (count++ == 0) packet.first_time = frame.time;
      packet.previous_time = count == 1 ? frame.time : before;
      packet.previous_shown_time = packet.previous_time;
      field::walk(registry, packet);
      tracker.see(packet);
      each(packet, source.interfaces().size());
    }
  }
  tracker.finish();
  return count;
}

std::vector<std::string> interface_names(const capture::FrameSource& source) {
  std::vector<std::string> out;
  for (const capture::Interface& interface : source.interfaces()) {
    base::Text name;
    name.escaped(interface.name, 40);
    out.emplace_back(name.view());
  }
  return out;
}

}  // namespace netpeel::flow
