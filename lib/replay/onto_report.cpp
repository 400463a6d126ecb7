#include <cstring>

#include "base/json.hpp"
#include "replay/onto.hpp"

namespace netpeel::replay {
namespace {

constexpr double second = 1e9;

void thousands(base::Text& out, u64 n) {
  base::Text plain;
  plain.dec(n);
  const std::string_view digits = plain.view();
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out.add(',');
    out.add(digits[i]);
  }
}
// With so many decimals.
void decimal(base::Text& out, double value, u32 decimals) {
  u64 scale = 1;
  for (u32 i = 0; i < decimals; ++i) scale *= 10;
  const u64 whole = u64(value * double(scale) + 0.5);
  out.dec(whole / scale);
  if (decimals > 0) out.add('.').dec(whole % scale, decimals);
}
void frames(base::Text& out, u64 n) {
  thousands(out, n);
  out.add(n == 1 ? " frame" : " frames");
}
void microseconds(base::Text& out, i64 time) {
  decimal(out, double(time) / 1000, time < 10'000 ? 1 : 0);
  out.add(" µs");
}
double per_second(u64 n, i64 time) { return time > 0 ? double(n) * second / double(time) : 0; }

void pace_words(const Pace& pace, base::Text& out) {
  switch (pace.kind) {
    case Pace::Kind::recorded:
      if (pace.rate == 1) {
        out.add("with its own timing");
      } else {
        decimal(out.add("its own timing, "), pace.rate, 2);
        out.add(" times as fast");
      }
      break;
    case Pace::Kind::frames:
      decimal(out, pace.rate, 0);
      out.add(" frames a second asked");
      break;
    case Pace::Kind::bits:
      decimal(out, pace.rate / 1e6, 3);
      out.add(" Mbit/s asked");
      break;
    case Pace::Kind::top: out.add("as fast as it goes"); break;
  }
}

void left_out(const OntoReport& r, const Link& link, base::Text& out) {
  const LeftOut& l = r.left_out;
  if (l.too_long > 0) {
    frames(out.add("  left out   "), l.too_long);
    out.add(" longer than ").add(link.name()).add("'s MTU of ").dec(link.mtu());
    out.add(" lets through (the first is frame ").dec(l.first_too_long).add(", the longest has ");
    out.dec(l.longest).add(" bytes)\n");
  }
  if (l.cut > 0) {
    frames(out.add("  left out   "), l.cut);
    out.add(" that the capture cut: the rest of their bytes is not known\n");
  }
  if (l.other_link_type > 0) {
    frames(out.add("  left out   "), l.other_link_type);
    out.add(" of another link type (").add(link_type_name(l.link_type)).add(") than ");
    out.add(link.name()).add(" takes (").add(link_type_name(link.link_type())).add(")\n");
  }
}

}  // namespace

void tell(const OntoReport& r, const Link& link, const OntoPlan& plan, base::Text& out) {
  frames(out.add("sent "), r.sent);
  thousands(out.add(", "), r.bytes);
  decimal(out.add(" bytes, in "), double(r.nanoseconds) / second, 6);
  out.add(" s onto ").add(link.name()).add(", ");
  pace_words(plan.pace, out);
  if (r.loops > 1) out.add(", ").dec(r.loops).add(" times over");
  out.add('\n');
  frames(out.add("  failed     "), r.failed);
  if (r.failed > 0) {
    out.add(", the first is frame ").dec(r.first_failed).add(" of the file: ");
    out.add(std::strerror(r.why));
  }
  out.add('\n');
  left_out(r, link, out);
  thousands(out.add("  rate       "), u64(per_second(r.sent, r.nanoseconds)));
  decimal(out.add(" frames/s, "), per_second(r.bytes * 8, r.nanoseconds) / 1e6, 2);
  out.add(" Mbit/s\n");
  if (r.waited_for_room > 0) {
    thousands(out.add("  waited     "), r.waited_for_room);
    out.add(" times for room in the kernel's queue\n");
  }
  if (r.errors.count() == 0) return;
  microseconds(out.add("  timing     off by "), r.errors.at(0.5));
  microseconds(out.add(" (median), "), r.errors.at(0.99));
  microseconds(out.add(" (99 of 100), "), r.errors.greatest());
  out.add(" at most\n");
}

void tell_json(const OntoReport& r, const Link& link, base::Text& out) {
  base::Json j(out);
  j.open('{').member("interface", link.name()).member("mtu", u64(link.mtu()));
  j.member("frames_in_file", r.seen).member("loops", r.loops);
  j.member("sent", r.sent).member("bytes", r.bytes).member("failed", r.failed);
  if (r.failed > 0) {
    j.member("first_failed", r.first_failed)
        .member("failure", std::string_view(std::strerror(r.why)));
  }
  j.member("over_mtu", r.left_out.too_long).member("cut_by_capture", r.left_out.cut);
  j.member("other_link_type", r.left_out.other_link_type);
  j.member("waited_for_room", r.waited_for_room).member("nanoseconds", u64(r.nanoseconds));
  j.member("frames_per_second", u64(per_second(r.sent, r.nanoseconds)));
  j.member("bits_per_second", u64(per_second(r.bytes * 8, r.nanoseconds)));
  if (r.errors.count() > 0) {
    j.key("timing_error_ns").open('{');
    j.member("p50", u64(r.errors.at(0.5))).member("p99", u64(r.errors.at(0.99)));
    j.member("max", u64(r.errors.greatest())).close('}');
  }
  j.close('}');
  out.add('\n');
}

}  // namespace netpeel::replay
