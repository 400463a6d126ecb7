// A whole capture file, as flows reads it: counted in every way, listed, and drawn. Sums must agree
// with each other.
#include <cstdlib>

#include "capture/source.hpp"
#include "field/walk.hpp"
#include "flow/registry.hpp"
#include "flow/tracker.hpp"
#include "view/flow_json.hpp"
#include "view/tcp_plots.hpp"

using namespace netpeel;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

struct Watch final : flow::Listener {
  void packet(const flow::Conversation& c, flow::Side side, const field::Packet& p) override {
    tally.packet(c, side, p);
    trace.packet(c, side, p);
  }
  void closed(const flow::Conversation& c) override { tally.closed(c); }

  flow::Tally tally{20};  // small, so that it is met
  flow::Trace trace{0};
};

// What is told apart and what is not make up the whole.
void sums(const flow::Tally& tally, flow::Level level) {
  flow::Traffic all = tally.further(level), sent;
  for (const flow::Talk& talk : tally.talks(level)) all += talk.both();
  expect(all == tally.total(level));
  for (const flow::Endpoint& e : flow::endpoints(tally, level)) sent += e.sent;
  expect((sent += tally.further(level)) == tally.total(level));
}

void print(const Watch& watch, const flow::Hierarchy& hierarchy, const flow::Findings& findings,
           const flow::Intervals& intervals, const field::Registry& registry) {
  base::Text out;
  const view::FlowLook look{.out = out};
  for (u8 i = 0; i < flow::levels; ++i) {
    const flow::Level level{i};
    sums(watch.tally, level);
    view::talks_table(watch.tally, level, {}, look);
    view::talks_json(watch.tally, level, {.order = flow::Order::rate}, look);
    view::endpoints_table(watch.tally, level, {.most = 3}, look);
    view::endpoints_json(watch.tally, level, {}, look);
  }
  view::talks_table(watch.tally, flow::Level::tcp, {.stream = 0}, look);
  view::hierarchy_table(hierarchy, registry, watch.tally.all(), look);
  view::hierarchy_json(hierarchy, registry, look);
  view::findings_table(findings.sorted(), registry, look);
  view::findings_json(findings.sorted(), registry, look);
  view::intervals_table(intervals.result(), look);
  view::tcp_plots(watch.trace, out);
  for (char c : out.view()) expect(u8(c) >= 0x20 || c == '\n');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const field::Registry registry = flow::registry();
  if (size > 200'000) return 0;
  const auto source = capture::open_memory({data, size});
  Watch watch;
  flow::Tracker tracker(registry, {.memory = 16 * 1024}, &watch);
  flow::Hierarchy hierarchy(registry);
  flow::Findings findings(registry, {});
  flow::Intervals intervals;
  field::Packet packet;
  for (int batches = 0; batches < 8; ++batches) {
    const auto frames = source->next();
    if (frames.empty()) break;
    for (const base::Frame& frame : frames) {
      packet.frame = frame;
      field::walk(registry, packet);
      tracker.see(packet);
      watch.tally.count(packet);
      watch.trace.count(packet);
      hierarchy.count(packet);
      findings.count(packet);
      intervals.count(frame.time, frame.wire_size);
    }
  }
  tracker.finish();
  print(watch, hierarchy, findings, intervals, registry);
  return 0;
}
