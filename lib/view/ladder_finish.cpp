// From what was gathered to a ladder: lanes, arrows, and what is said of them.
#include <algorithm>

#include "view/ladder.hpp"
#include "view/ladder_parts.hpp"

namespace netpeel::view {

using flow::Trip;

namespace {

constexpr u32 most_lanes = 32, most_series = 6;
constexpr i64 second = 1'000'000'000, ms = 1'000'000;

std::string text_of(const Text& text) { return std::string(text.view()); }

void join(std::string& to, std::string_view what, std::string_view between) {
  if (what.empty()) return;
  if (!to.empty()) to += between;
  to += what;
}

// What a problem is about, without the numbers that differ from tap to tap.
std::string_view kind_of(std::string_view problem) {
  return problem.substr(0, problem.find_first_of("0123456789:"));
}

std::string took(i64 nanoseconds) {
  Text out;
  duration(out, nanoseconds);
  return text_of(out);
}

// What became of a packet, in words.
std::string fate_of(const Trip& t, const flow::Sighting* sent) {
  std::string out;
  if (t.lost) out = "lost";
  if (t.open) out = "not arrived when the capture ended";
  if (t.again) out = "again: one more copy, made on the way";
  if (t.between) out = "from between the taps";
  if (t.bent && t.changed_at == Trip::nowhere) join(out, "changed on the way", "; ");
  if (t.bent && t.changed_at != Trip::nowhere) {
    const bool data = sent != nullptr && t.changed_at >= sent->header;
    const u32 at = data && sent != nullptr ? t.changed_at - sent->header : t.changed_at;
    Text says;
    says.add("changed: byte ")
        .dec(at)
        .add(data ? " of the data, 0x" : " of the header, 0x")
        .hex(t.was, 2)
        .add(" became 0x")
        .hex(t.is, 2);
    if (t.changed > 1) says.add(", and ").dec(t.changed - 1).add(" more");
    join(out, says.view(), "; ");
  }
  if (t.pieces > 0)
    join(out, "arrived as " + std::to_string(t.pieces) + (t.pieces == 1 ? " piece" : " pieces"),
         "; ");
  if (t.missing > 0) out += ", " + std::to_string(t.missing) + " bytes of it lost";
  if (t.joined) join(out, "arrived as part of a larger segment", "; ");
  if (t.late) {
    join(out, "late: " + took(t.delay) + " on the way", "; ");
    if (t.overtaken > 0) out += ", overtaken by " + std::to_string(t.overtaken);
  }
  if (t.arrived != Trip::nowhere && t.sent != Trip::nowhere && t.delay < 0)
    join(out, "arrived before it left: the taps' clocks differ", "; ");
  return out;
}

}  // namespace

void duration(Text& out, i64 nanoseconds) {
  const bool negative = nanoseconds < 0;
  const u64 n = negative ? u64(0) - u64(nanoseconds) : u64(nanoseconds);
  if (negative) out.add('-');
  const auto three =
      [&](u64 unit,
          std::string_view name) {  // three digits, a point between them where they need one
        const u64 whole = n / unit;
        out.dec(whole);
        if (whole < 10) {
          const u64 tenth = n % unit * 10 / unit;
          if (tenth != 0) out.add('.').dec(tenth);
        }
        out.add(name);
      };
  if (n >= u64(second)) {
    out.dec(n / u64(second)).add('.').dec(n % u64(second) / u64(ms), 3).add(" s");
  } else if (n >= u64(ms)) {
    three(u64(ms), " ms");
  } else {
    three(1000, " µs");
  }
}

std::string Ladder::bound() const {
  if (left_out == 0) return {};
  Text out;
  out.dec(left_out)
      .add(left_out == 1 ? " more arrow is" : " more arrows are")
      .add(" left out; --max-rows draws more, -Y or --stream chooses");
  return text_of(out);
}

std::vector<std::string> notes(const Arrow& arrow) {
  std::vector<std::string> out;
  if (!arrow.fate.empty()) out.push_back(arrow.fate);
  for (const std::string& problem : arrow.problems) out.push_back(problem);
  if (!arrow.comment.empty()) out.push_back("comment: " + arrow.comment);
  return out;
}

void in_words(const Ladder& ladder, const Arrow& arrow, Text& out) {
  out.seconds(arrow.first());
  out.shorten(out.size() - 3);  // microseconds
  out.add(" s, ").add(arrow.between ? std::string_view("to ")
                                    : std::string_view(ladder.lanes[arrow.from].name));
  if (!arrow.between) out.add(" to ");
  out.add(ladder.lanes[arrow.to].name).add(": ").add(arrow.label);
  if (arrow.crosses > 0) out.add(". It crosses frame ").dec(arrow.crosses).add(" on the way");
  for (const std::string& note : notes(arrow)) out.add(". ").add(note);
}

// Hosts as lanes. An address that talks to itself stands once for each of its ports.
void LadderMaker::one_tap(Ladder& out) {
  std::map<std::string, u32> lanes;
  std::map<u32, std::vector<u16>> ports;
  const auto lane = [&](const Host& host, bool with_port) {
    std::string name = host.text;
    if (with_port) name += ":" + std::to_string(host.port);
    const auto found = lanes.find(name);
    if (found != lanes.end()) return found->second;
    if (lanes.size() == most_lanes - 1) name = "all others";
    const u32 at = lanes.emplace(name, u32(lanes.size())).first->second;
    if (at == out.lanes.size()) out.lanes.push_back({.name = name});
    return at;
  };
  for (Entry& entry : entries_) {
    const bool itself = entry.from.text == entry.to.text && entry.from.port != entry.to.port;
    entry.arrow.from = lane(entry.from, itself);
    entry.arrow.to = lane(entry.to, itself);
    if (!itself) {
      ports[entry.arrow.from].push_back(entry.from.port);
      ports[entry.arrow.to].push_back(entry.to.port);
    }
    out.arrows.push_back(std::move(entry.arrow));
  }
  for (const auto& [at, all] : ports) {
    const bool same =
        std::all_of(all.begin(), all.end(), [&](u16 port) { return port == all[0] && port != 0; });
    if (same) out.lanes[at].about = "port " + std::to_string(all[0]);
  }
}

void LadderMaker::two_taps(Ladder& out, const std::vector<Trip>& trips,
                           const std::vector<std::string>& names) {
  out.taps = true;
  for (u16 i = 0; i < taps_.taps(); ++i) {
    Lane lane{.name =
                  i < names.size() && !names[i].empty() ? names[i] : "tap " + std::to_string(i)};
    std::vector<std::string> addresses;
    for (const auto& [who, text] : names_) {
      if (taps_.home(who) == i) addresses.push_back(text);
    }
    // The shortest first, as people name a host; one may be known by ARP and by IP.
    std::sort(addresses.begin(), addresses.end(), [](const auto& a, const auto& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    for (const std::string& address : addresses) join(lane.about, address, ", ");
    out.lanes.push_back(std::move(lane));
  }
  const auto entry = [&](u32 sighting) -> const Entry* {
    if (sighting == Trip::nowhere || entry_of_[sighting] >= unkept) return nullptr;
    return &entries_[entry_of_[sighting]];
  };
  for (const Trip& t : trips) {
    const Entry *left = entry(t.sent), *came = entry(t.arrived);
    const auto beyond = [&](u32 sighting) {
      return sighting != Trip::nowhere && entry_of_[sighting] == unkept;
    };
    const bool kept = t.again ? came != nullptr : left != nullptr || came != nullptr;
    if (!kept || out.arrows.size() == settings_.most) {
      out.left_out += kept || beyond(t.arrived) || (beyond(t.sent) && !t.again);
      continue;
    }
    Arrow a = (left != nullptr ? left : came)->arrow;
    const flow::Sighting* sent = t.sent != Trip::nowhere ? &taps_[t.sent] : nullptr;
    const flow::Sighting* arrived = t.arrived != Trip::nowhere ? &taps_[t.arrived] : nullptr;
    a.from = t.from, a.to = t.to;
    a.left = (sent != nullptr ? sent : arrived)->time;
    a.arrived = (arrived != nullptr ? arrived : sent)->time;
    a.travels = sent != nullptr && arrived != nullptr;
    a.lost = t.lost, a.open = t.open, a.again = t.again, a.bent = t.bent, a.between = t.between,
    a.late = t.late;
    a.overtaken = t.overtaken;
    a.fate = fate_of(t, sent);
    a.frames.clear();
    if (sent != nullptr && !t.again) a.frames.push_back(sent->frame);
    if (arrived != nullptr) a.frames.push_back(arrived->frame);
    if (t.again) a.problems.clear(), a.comment = came->arrow.comment;
    // What the other end has to say that this one has not.
    if (came != nullptr && left != nullptr && !t.again) {
      for (const std::string& problem : came->arrow.problems) {
        const auto same = [&](const std::string& other) {
          return kind_of(other) == kind_of(problem);
        };
        if (std::none_of(a.problems.begin(), a.problems.end(), same)) {
          a.problems.push_back("at " + out.lanes[t.to].name + ": " + problem);
        }
      }
      if (came->arrow.comment != a.comment) join(a.comment, came->arrow.comment, "; ");
    }
    out.arrows.push_back(std::move(a));
  }
}

// Two that were on their way at once, in opposite directions. On a fast wire nearly all are, for a
// moment; only what takes noticeably long is told.
void LadderMaker::find_crossings(Ladder& out) {
  constexpr i64 noticeable = 5 * ms;
  std::vector<Arrow*> slow;
  for (Arrow& a : out.arrows) {
    if (a.travels && !a.half() && a.arrived - a.left >= noticeable) slow.push_back(&a);
  }
  for (std::size_t i = 0; i < slow.size(); ++i) {
    for (std::size_t j = i + 1; j < slow.size() && slow[j]->left < slow[i]->arrived; ++j) {
      Arrow &a = *slow[i], &b = *slow[j];
      if (a.from != b.to || a.to != b.from || a.frames.empty() || b.frames.empty()) continue;
      if (a.crosses == 0) a.crosses = b.frames[0];
      if (b.crosses == 0) b.crosses = a.frames[0];
    }
  }
}

// Times from the first frame on; pauses that stand out; conversations numbered in the order in
// which they appear.
void LadderMaker::finish_times(Ladder& out) const {
  std::vector<i64> waits;
  i64 latest = 0;
  std::map<u32, u32> series;
  for (std::size_t i = 0; i < out.arrows.size(); ++i) {
    Arrow& a = out.arrows[i];
    a.left -= first_time_;
    a.arrived -= first_time_;
    a.series = series.emplace(a.series, u32(series.size()) % most_series).first->second;
    if (i > 0) a.pause = a.first() - latest;
    if (a.pause > 0) waits.push_back(a.pause);
    latest = std::max({latest, a.left, a.arrived});
  }
  std::sort(waits.begin(), waits.end());
  const i64 usual = waits.empty() ? 0 : std::min(waits[waits.size() / 2], second);
  for (Arrow& a : out.arrows) {
    if (a.pause < std::max(20 * ms, 10 * usual) && a.pause < second) a.pause = 0;
  }
}

Ladder LadderMaker::finish(const std::vector<std::string>& names) {
  Ladder out;
  out.title = settings_.title;
  out.messages = settings_.messages;
  std::vector<Trip> trips;
  if (matching_) trips = taps_.trips();
  if (matching_ && (taps_.paired() || settings_.taps == TapUse::yes)) {
    two_taps(out, trips, names);
    find_crossings(out);
    out.left_out += unmatched_ / 2;  // most of them are seen twice
  } else {
    if (entries_.size() > settings_.most) entries_.resize(settings_.most);
    out.left_out = shown_ - entries_.size();
    one_tap(out);
  }
  finish_times(out);
  u64 lost = 0, late = 0, again = 0, bent = 0, troubled = 0;
  for (const Arrow& a : out.arrows) {
    lost += a.lost, late += a.late, again += a.again, bent += a.bent;
    troubled += !a.problems.empty();
  }
  Text about;
  about.dec(out.arrows.size())
      .add(out.messages ? " message" : " packet")
      .add(out.arrows.size() == 1 ? "" : "s");
  about.add(out.taps ? ", matched at both taps" : "");
  const auto count = [&](u64 n, std::string_view what) {
    if (n > 0) about.add(", ").dec(n).add(' ').add(what);
  };
  count(lost, "lost");
  count(late, "late");
  count(again, "doubled");
  count(bent, "changed");
  count(troubled, "with a problem");
  out.about = text_of(about);
  return out;
}

}  // namespace netpeel::view
