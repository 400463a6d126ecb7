#include "lesson/reel.hpp"

#include <algorithm>
#include <limits>

#include "capture/writer.hpp"
#include "flow/play.hpp"

namespace netpeel::lesson {
namespace {

constexpr std::string_view prefix = "netpeel lesson ", state_prefix = "netpeel lesson state ";

struct Span {
  i64 from = std::numeric_limits<i64>::min(), to = std::numeric_limits<i64>::max();
  bool has(i64 time) const { return time >= from && time < to; }
};

Span span(const std::vector<Mark>& marks, const Window& window) {
  Span out;
  if (marks.empty()) return out;
  std::size_t from = marks.size(), to = marks.size();
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i].step == window.from) from = i;
    if (marks[i].step == window.to) to = i;
  }
  if (from == marks.size()) return {out.to, out.to};
  if (to == marks.size()) to = from;
  out.from = marks[from].time;
  for (std::size_t i = std::max(from, to) + 1; i < marks.size(); ++i) {
    if (marks[i].step == window.to || marks[i].step == window.from) continue;
    out.to = marks[i].time;
    break;
  }
  return out;
}

// Each line of a frame's comments.
template <class Each>
void lines(std::string_view comment, Each each) {
  while (!comment.empty()) {
    const std::string_view line = comment.substr(0, comment.find('\n'));
    comment.remove_prefix(std::min(comment.size(), line.size() + 1));
    each(line);
  }
}

}  // namespace

std::string mark_comment(const std::string& lesson, const std::string& step) {
  return std::string(prefix) + lesson + " step " + step;
}
std::string state_comment(const std::string& json) { return std::string(state_prefix) + json; }

Told told_marks(capture::FrameSource& source) {
  Told out;
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const base::Frame& frame : batch) {
      if (out.frames++ == 0) out.first_time = frame.time;
      out.last_time = std::max(out.last_time, frame.time);
      lines(frame.comment, [&](std::string_view line) {
        if (line.starts_with(state_prefix)) {
          out.states.emplace_back(line.substr(state_prefix.size()));
          return;
        }
        const std::size_t step = line.find(" step ");
        if (!line.starts_with(prefix) || step == std::string_view::npos) return;
        out.lesson = line.substr(prefix.size(), step - prefix.size());
        out.marks.push_back({frame.time, std::string(line.substr(step + 6))});
      });
    }
  }
  return out;
}

u64 Reel::play(capture::FrameSource& source, const field::Registry& registry, const Window& window,
               const See& see) const {
  const Span wanted = span(marks_, window);
  return flow::play(source, registry, nullptr, [&](const field::Packet& packet, std::size_t taps) {
    if (wanted.has(packet.frame.time)) see(packet, taps);
  });
}

u64 trim(capture::FrameSource& source, const Reel& reel, const Trim& how, const std::string& path) {
  Span wanted = span(reel.marks(), how.window);
  if (how.whole) wanted.from = std::numeric_limits<i64>::min();
  const auto out = capture::create_pcapng(path, "netpeel lesson " NETPEEL_VERSION);
  std::size_t interfaces = 0, next_mark = 0;
  u64 bytes = 0, count = 0;
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (; interfaces < source.interfaces().size(); ++interfaces)
      out->add_interface(source.interfaces()[interfaces]);
    for (base::Frame frame : batch) {
      if (!wanted.has(frame.time) || bytes + frame.size > how.most_bytes) continue;
      std::string comment;
      const auto add = [&](const std::string& line) {
        comment.append(comment.empty() ? "" : "\n").append(line);
      };
      lines(frame.comment, [&](std::string_view line) {
        if (!line.starts_with(prefix)) add(std::string(line));
      });
      for (; next_mark < reel.marks().size() && reel.marks()[next_mark].time <= frame.time;
           ++next_mark)
        add(mark_comment(how.lesson, reel.marks()[next_mark].step));
      if (count++ == 0 && !how.extra.empty()) add(how.extra);
      frame.comment = comment;
      bytes += frame.size;
      out->write(frame);
    }
  }
  for (; interfaces < source.interfaces().size(); ++interfaces)
    out->add_interface(source.interfaces()[interfaces]);
  out->finish();
  return count;
}

}  // namespace netpeel::lesson
