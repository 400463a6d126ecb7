#include "flow/tracker.hpp"

namespace netpeel::flow {

struct Tracker::Inside {
  Inside(const field::Registry& registry, const TrackerSettings& how, Listener* who) : context{.registry = registry, .limits = how.limits}, settings(how), listener(who) {}
  stream::Context context;
  TrackerSettings settings;
  Listener* listener;
  TrackerCounts counts;
};

Tracker::Tracker(const field::Registry& registry, const TrackerSettings& settings, Listener* listener)
    : in_(std::make_unique<Inside>(registry, settings, listener)) {}
Tracker::~Tracker() = default;

void Tracker::see(field::Packet& packet) {
  in_->context.arena.reset();
  in_->context.now = {packet.frame.number, packet.frame.time};
}

void Tracker::finish() {}

const TrackerCounts& Tracker::counts() const { return in_->counts; }

}  // namespace netpeel::flow
