#include "lab/medium.hpp"

#include <algorithm>
#include <cstring>

namespace netpeel::lab {

Medium::Medium(const Topology& topology, const field::Registry& registry)
    : topology_(topology), registry_(registry), from_port_(topology.ports.size()),
      follows_(topology.segments.size()) {
  for (const Segment& segment : topology.segments) {
    watchers_.emplace_back(registry);
    for (const u32 from : segment.ports) {
      for (const u32 to : segment.ports) {
        if (from == to) continue;
        const auto name = [&](u32 port) { return topology.hosts[topology.ports[port].host].name; };
        const u32 index = u32(lines_.size());
        lines_.push_back({from, to, Wire(name(from) + ">" + name(to), index + 1, registry)});
        from_port_[from].push_back(index);
      }
    }
  }
}

base::Result<u32> Medium::host(std::string_view name) const {
  if (const Host* h = topology_.host(name)) return topology_.index(*h);
  return base::Complaint{"there is no host \"" + std::string(name) + "\" in this lab", 0, 0,
                         "there are " + topology_.names()};
}

// The wires on which frames go from `from` towards `to`: the one between neighbours, or the first
// on the way; of a link that was named, its own.
void Medium::one_way(u32 from, u32 to, const Fault& fault, std::vector<u32>& out) const {
  for (u32 i = 0; i < lines_.size(); ++i) {
    const u32 left = topology_.ports[lines_[i].from].host,
              right = topology_.ports[lines_[i].to].host;
    if (from != Host::none && to != Host::none) {
      const bool nearer = topology_.distance(right, to) < topology_.distance(left, to);
      const bool away = topology_.distance(from, left) < topology_.distance(from, right);
      if (!nearer || !away) continue;
      if (fault.link_from.empty() && left != from) continue;
    } else if ((from != Host::none && left != from) || (to != Host::none && right != to)) {
      continue;
    }
    if (!fault.link_from.empty()) {
      const std::string &l = topology_.hosts[left].name, &r = topology_.hosts[right].name;
      if (!(l == fault.link_from && r == fault.link_to) &&
          !(l == fault.link_to && r == fault.link_from))
        continue;
    }
    if (std::find(out.begin(), out.end(), i) == out.end()) out.push_back(i);
  }
}

base::Result<std::vector<u32>> Medium::chosen(const Fault& fault) const {
  u32 ends[2]{Host::none, Host::none};
  const std::string_view names[]{fault.from, fault.to};
  for (u32 i = 0; i < 2; ++i) {
    if (names[i].empty() || names[i] == "*") continue;
    const auto found = host(names[i]);
    if (!found) return found.complaint();
    ends[i] = *found;
  }
  for (const std::string_view name :
       {std::string_view(fault.link_from), std::string_view(fault.link_to)}) {
    if (name.empty()) continue;
    if (const auto found = host(name); !found) return found.complaint();
  }
  std::vector<u32> out;
  one_way(ends[0], ends[1], fault, out);
  if (fault.both) one_way(ends[1], ends[0], fault, out);
  if (out.empty()) {
    return base::Complaint{"there is no link " + fault.link_from + "-" + fault.link_to +
                           " on the way from " + fault.from + " to " + fault.to};
  }
  return out;
}

base::Result<u32> Medium::set(const Fault& fault, i64 now) {
  const auto lines = chosen(fault);
  if (!lines) return lines.complaint();
  for (const u32 i : *lines) {
    lines_[i].wire.set(fault, now);
    lines_[i].busy = true;
  }
  busy_ = 0;
  follows_.assign(topology_.segments.size(), false);
  for (Line& line : lines_) {
    if (line.wire.wants_conversations()) follows_[topology_.ports[line.from].segment] = true;
    line.busy = !line.wire.idle();
    busy_ += line.busy;
  }
  return u32(lines->size());
}

u32 Medium::target(u32 port, const u8* mac) const {
  for (const u32 other : topology_.segments[topology_.ports[port].segment].ports) {
    if (other != port && std::memcmp(topology_.ports[other].mac.data(), mac, 6) == 0) return other;
  }
  return Host::none;
}

bool Medium::idle() const { return busy_ == 0; }

void Medium::enter(u32 port, Bytes frame, i64 now, i64 wall, Fate& fate) {
  fate.through.clear();
  fate.note.clear();
  if (frame.size() < 14) return;
  const u32 only = target(port, frame.data());
  Sight bare{.frame = frame};
  const Sight* sight = &bare;
  // Conversations have two directions: one filter on the segment is enough to follow all of it.
  const u32 segment = topology_.ports[port].segment;
  const bool follow = follows_[segment];
  const bool look = std::any_of(from_port_[port].begin(), from_port_[port].end(),
                                [&](u32 i) { return lines_[i].busy; });
  if (look || follow) sight = &watchers_[segment].look(frame, wall, follow);
  for (const u32 i : from_port_[port]) {
    if (only == Host::none || lines_[i].to == only) enter_line(lines_[i], *sight, now, fate);
  }
}

void Medium::enter_line(Line& line, const Sight& sight, i64 now, Fate& fate) {
  deeds_.clear();
  const Entry entry = line.wire.enter(sight, now, deeds_);
  if (entry.through) fate.through.push_back(line.to);
  for (const Deed& deed : deeds_) {
    std::string says = line.wire.text_of(deed.fault) + ": " + deed.says;
    if (deed.lost) fate.note.append(fate.note.empty() ? "" : "; ").append(says);
    ++logged_;
    if (log_.size() == most_logged) log_.pop_front();
    log_.push_back({now, line.wire.counts().entered, line.wire.name(), std::move(says)});
  }
}

i64 Medium::due() const {
  i64 at = never;
  if (busy_ == 0) return at;
  for (const Line& line : lines_) {
    if (line.busy) at = std::min(at, line.wire.due());
  }
  return at;
}

bool Medium::leave(i64 now, Left& out) {
  if (busy_ == 0) return false;
  Line* next = nullptr;
  i64 at = never;
  for (Line& line : lines_) {
    if (!line.busy) continue;
    const i64 due = line.wire.due();
    if (due < at) at = due, next = &line;
  }
  if (next == nullptr || at > now || !next->wire.leave(now, out.frame)) return false;
  out.port = next->to;
  if (next->wire.idle()) {
    next->busy = false;
    --busy_;
  }
  return true;
}

}  // namespace netpeel::lab
