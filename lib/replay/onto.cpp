#include "replay/onto.hpp"

#include <algorithm>
#include <ctime>

#include "base/error.hpp"

namespace netpeel::replay {
namespace {

constexpr i64 second = 1'000'000'000;
constexpr i64 longest_sleep = second / 4;   // a signal that came just before is noticed then
constexpr i64 patience = 2 * second;        // for a full queue
constexpr i64 time_to_talk = second / 100;  // a wait that leaves room for telling progress

void short_sleep() {
  const timespec little{0, 50'000};
  nanosleep(&little, nullptr);
}

class Run {
 public:
  Run(Link& link, const OntoPlan& plan) : link_(link), plan_(plan), load_(link, plan.changes) {
    if (plan.pace.kind != Pace::Kind::top) waiter_.emplace();
  }

  OntoReport go() {
    bool in_memory = false;  // all of it, from the first loop on
    for (u64 loop = 0; (loop < plan_.loops || plan_.loops == 0) && !plan_.stopped(); ++loop) {
      ++out_.loops;
      if (in_memory) {
        portion();
      } else {
        const auto source = plan_.open();
        u32 portions = 0;
        while (!plan_.stopped() && load_.fill(*source)) {
          ++portions;
          portion();
        }
        in_memory = portions < 2;
        if (loop == 0) {
          out_.left_out = load_.left_out();
          out_.seen = load_.seen();
          out_.damage = source->damage();
        }
      }
      if (out_.sent + out_.failed == 0) break;
      since_base_ += since_last_;
      fresh_ = true;
    }
    out_.nanoseconds = last_ - start_;
    return std::move(out_);
  }

 private:
  i64 due(const Load::Item& item, u64 ahead, u64 bytes_ahead) {
    const i64 since = plan_.pace.kind == Pace::Kind::recorded
                          ? since_base_ + std::max<i64>(0, item.time - first_time_)
                          : 0;
    return start_ + plan_.pace.due(since, handled_ + ahead, bytes_handled_ + bytes_ahead);
  }

  // The frames at hand. A clock of the file that went back does not take the replay along: such a
  // frame goes at once.
  void portion() {
    const auto& items = load_.items();
    if (items.empty()) return;
    if (start_ == 0) start_ = last_ = Waiter::now();
    if (fresh_) first_time_ = items.front().time;
    fresh_ = false;
    const bool timed = waiter_.has_value();
    for (std::size_t i = 0; i < items.size() && !plan_.stopped();) {
      i64 now = timed ? Waiter::now() : 0;
      if (timed) {
        const i64 moment = due(items[i], 0, 0) + behind_;
        if (moment > now) {
          if (moment - now > time_to_talk && plan_.progress) plan_.progress(out_.sent);
          waiter_->until(std::min(moment, Waiter::now() + longest_sleep));
          now = Waiter::now();
          if (now < moment) continue;
        }
      }
      i += batch(i, now, timed);
      if (!timed && plan_.progress && (++batches_ & 255) == 0) plan_.progress(out_.sent);
    }
    since_last_ = std::max<i64>(0, items.back().time - first_time_);
  }

  // Those from i on that are due; how many were handled.
  std::size_t batch(std::size_t i, i64 now, bool timed) {
    const auto& items = load_.items();
    Bytes frames[Link::at_once];
    i64 moments[Link::at_once];
    u32 n = 0;
    for (u64 bytes = 0; n < Link::at_once && i + n < items.size(); ++n) {
      if (timed) {
        moments[n] = due(items[i + n], n, bytes);
        if (n > 0 && moments[n] + behind_ > now) break;
      }
      frames[n] = load_.bytes(items[i + n]);
      bytes += frames[n].size();
    }
    u32 done = 0;
    i64 full_since = 0;
    while (done < n && !plan_.stopped()) {
      if (timed && done > 0) now = Waiter::now();
      const u32 took = link_.send(std::span(frames, n).subspan(done));
      for (u32 k = done; timed && k < done + took; ++k) out_.errors.add(now - moments[k]);
      for (u32 k = done; k < done + took; ++k) out_.bytes += frames[k].size();
      out_.sent += took;
      done += took;
      if (took > 0 || done == n) {
        full_since = 0;
      } else if (!try_again(full_since)) {
        failed(items[i + done]);
        ++done;
      }
    }
    if (timed && done > 0) behind_ = carried_over(now - moments[done - 1]);
    for (u32 k = 0; k < done; ++k) bytes_handled_ += frames[k].size();
    handled_ += done;
    last_ = Waiter::now();
    return done;
  }

  bool try_again(i64& full_since) {
    switch (link_.failure()) {
      case EINTR: return true;
      case EAGAIN:
      case ENOBUFS: {
        const i64 now = Waiter::now();
        if (full_since == 0) full_since = now;
        if (now - full_since > patience) return false;
        ++out_.waited_for_room;
        short_sleep();
        return true;
      }
      case ENETDOWN:
      case ENODEV:
      case ENXIO:
        throw base::Error("go on sending onto " + link_.name(), link_.failure(),
                          std::to_string(out_.sent) + " frames were sent before.");
      default: return false;
    }
  }
  void failed(const Load::Item& item) {
    if (out_.failed++ == 0) {
      out_.first_failed = item.number;
      out_.why = link_.failure();
    }
  }

  Link& link_;
  const OntoPlan& plan_;
  Load load_;
  std::optional<Waiter> waiter_;  // where there is a time to keep
  OntoReport out_;
  i64 start_ = 0, last_ = 0, first_time_ = 0;
  i64 since_base_ = 0, since_last_ = 0;  // recorded time of the loops before, and of this one
  u64 handled_ = 0, bytes_handled_ = 0, batches_ = 0;
  i64 behind_ = 0;  // that the next frame may be late: see carried_over()
  bool fresh_ = true;
};

}  // namespace

OntoReport onto(Link& link, const OntoPlan& plan) { return Run(link, plan).go(); }

}  // namespace netpeel::replay
