// A ladder for a terminal: a column of times, lanes as upright lines, labels on the arrows or above
// them.
#include <algorithm>

#include "base/utf8.hpp"
#include "view/ladder.hpp"
#include "view/ladder_parts.hpp"
#include "view/style.hpp"

namespace netpeel::view {

namespace {

constexpr u32 time_columns = 11;  // "  0.000000 "

bool in(u32 point, u32 from, u32 to) { return point >= from && point <= to; }
u32 width_of(std::string_view character) {
  if (character.size() < 2) return 1;
  u32 point = u8(character[0]) & (0xffu >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) point = point << 6 | (u8(character[i]) & 0x3f);
  if (in(point, 0x300, 0x36f) || in(point, 0xfe00, 0xfe0f) || point == 0x200d) return 0;
  const bool wide = in(point, 0x1100, 0x115f) || in(point, 0x2e80, 0xa4cf) ||
                    in(point, 0xac00, 0xd7a3) || in(point, 0xf900, 0xfaff) ||
                    in(point, 0xfe30, 0xfe6f) || in(point, 0xff00, 0xff60) ||
                    in(point, 0x1f300, 0x1faff) || in(point, 0x20000, 0x3fffd);
  return wide ? 2 : 1;
}

// At most so many columns; what was cut off is an ellipsis.
std::string clipped(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, first_character(text));
    if (used + width_of(one) + 1 > columns) break;
    used += width_of(one);
    out += one;
    text.remove_prefix(one.size());
  }
  return columns > 0 ? out + "…" : out;
}

// One line of the terminal, a string a column.
class Canvas {
 public:
  explicit Canvas(u32 width) : cells_(width, " ") {}
  void put(u32 at, std::string_view text) {
    std::size_t last = at;
    while (!text.empty()) {
      const std::string_view one = text.substr(0, first_character(text));
      const u32 wide = width_of(one);
      if (wide == 0 && last < cells_.size()) {
        cells_[last] += one;
      } else if (at + wide <= cells_.size()) {
        cells_[at] = one;
        if (wide == 2) cells_[at + 1].clear();
        last = at;
      }
      at += wide;
      text.remove_prefix(one.size());
    }
  }
  void print(Text& out) const {
    std::string line;
    for (const std::string& cell : cells_) line += cell;
    line.erase(line.find_last_not_of(' ') + 1);
    out.add(line).add('\n');
  }

 private:
  std::vector<std::string> cells_;
};

class Drawing {
 public:
  Drawing(const Ladder& ladder, u32 width, bool color, Text& out)
      : ladder_(ladder), width_(std::max(width, 40u)), color_(color), out_(out) {
    const u32 n = u32(ladder.lanes.size());
    const u32 room = width_ - time_columns - 1;
    constexpr u32 narrowest = 14;
    listed_ = n > 1 && room / (n - 1) < narrowest;
    for (u32 i = 0; i < n; ++i) at_.push_back(time_columns + (n > 1 ? room * i / (n - 1) : 2));
  }
  void draw() {
    const std::string title = ladder_.title + (ladder_.title.empty() ? "" : ": ") + ladder_.about;
    for (const std::string& line : wrapped(title, width_)) out_.add(line).add('\n');
    if (!listed_) names();
    for (const Moment& m : moments()) {
      if (!m.arrives && m.arrow->pause > 0) pause(m.arrow->pause);
      listed_ ? list(*m.arrow) : m.arrives ? arriving(*m.arrow) : leaving(*m.arrow);
    }
    for (const std::string& line : wrapped(ladder_.bound(), width_)) out_.add(line).add('\n');
  }

 private:
  struct Moment {
    i64 time;
    const Arrow* arrow;
    bool arrives;
  };
  std::vector<Moment> moments() const {
    std::vector<Moment> out;
    for (const Arrow& a : ladder_.arrows) {
      out.push_back({a.first(), &a, false});
      if (two_lines(a) && !listed_) out.push_back({a.arrived, &a, true});
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const Moment& a, const Moment& b) { return a.time < b.time; });
    return out;
  }
  Canvas lanes() const {
    Canvas line(width_);
    for (u32 at : at_) line.put(at, "│");
    return line;
  }
  void time(Canvas& line, i64 nanoseconds) const {
    Text t;
    t.seconds(nanoseconds);
    t.shorten(t.size() - 3);
    line.put(t.size() < time_columns - 1 ? u32(time_columns - 1 - t.size()) : 0, t.view());
  }
  void paint(std::string_view style, const Canvas& line) {
    if (color_ && !style.empty()) out_.add(style);
    line.print(out_);
    if (color_ && !style.empty()) out_.shorten(out_.size() - 1), out_.add(style::plain).add('\n');
  }

  // Names above their lanes: the first to the right of its line, the last to the left, those
  // between in the middle.
  void names() {
    const u32 n = u32(at_.size());
    const u32 room = n > 1 ? (width_ - time_columns) / n - 1 : width_ - time_columns;
    for (const bool about : {false, true}) {
      Canvas line(width_);
      bool any = false;
      for (u32 i = 0; i < n; ++i) {
        const std::string text =
            clipped(about ? ladder_.lanes[i].about : ladder_.lanes[i].name, room);
        any |= !text.empty();
        const u32 w = u32(columns_of(text));
        line.put(i == 0       ? at_[i]
                 : i + 1 == n ? at_[i] + 1 - w
                              : at_[i] - std::min(w / 2, at_[i]),
                 text);
      }
      if (any) line.print(out_);
    }
  }
  void pause(i64 nanoseconds) {
    Text says;
    says.add(" ");
    duration(says, nanoseconds);
    says.add(" later ");
    Canvas line(width_);
    for (u32 at : at_) line.put(at, "┊");
    if (listed_) line = Canvas(width_);
    const u32 w = u32(columns_of(says.view()));
    const u32 middle =
        listed_ || at_.size() < 2 ? time_columns + w : (at_.front() + at_.back()) / 2;
    line.put(middle - w / 2, says.view());
    paint(style::dim, line);
  }
  void beside(const Arrow& a, u32 from) {
    for (const std::string& note : notes(a)) {
      if (a.lost && note == "lost" && !listed_) continue;  // it stands at the arrow's end
      const bool comment = note.starts_with("comment: ");
      bool first = true;
      for (const std::string& part : wrapped(note, width_ - from - 4)) {
        Canvas line = listed_ ? Canvas(width_) : lanes();
        line.put(from, (first && !comment ? "! " : "  ") + part + " ");
        paint(comment ? style::dim : style::alarm, line);
        first = false;
      }
    }
  }
  void list(const Arrow& a) {
    Canvas line(width_);
    time(line, a.first());
    Text says;
    says.add(ladder_.lanes[a.from].name)
        .add(" → ")
        .add(ladder_.lanes[a.to].name)
        .add("  ")
        .add(a.label);
    line.put(time_columns, clipped(says.view(), width_ - time_columns));
    paint({}, line);
    beside(a, time_columns + 2);
  }

  // The line from one column to another, both left out; the head is at `to`.
  void shaft(Canvas& line, u32 from, u32 to, std::string_view dash, bool head) const {
    for (u32 i = std::min(from, to) + 1; i < std::max(from, to); ++i) {
      line.put(i, std::find(at_.begin(), at_.end(), i) != at_.end() ? "┼" : dash);
    }
    if (head) line.put(to > from ? to - 1 : to + 1, to > from ? ">" : "<");
  }
  // What is too long for the arrow stands above it, as wide as the lanes; a segment's short form
  // stays on it.
  std::string fitted(const Arrow& a, u32 low, u32 high) {
    if (columns_of(a.label) + 7 <= high - low) return a.label;
    above(a.brief > 0 ? a.label.substr(a.brief + 2) : a.label, std::min(low + 2, time_columns + 2));
    return a.label.substr(0, a.brief);
  }
  void above(std::string_view text, u32 from) {
    constexpr std::size_t most = 3;
    const u32 room = width_ - from - 2;
    const std::vector<std::string> parts = wrapped(text, room);
    for (std::size_t i = 0; i < std::min(parts.size(), most); ++i) {
      const bool more = i + 1 == most && parts.size() > most;
      Canvas line = lanes();
      line.put(from, (more ? clipped(parts[i] + " …", room) : parts[i]) + " ");
      line.print(out_);
    }
  }
  // Where the line breaks off or begins, so many eighths of the way.
  static u32 part(u32 from, u32 to, u32 eighths) {
    return to > from ? from + (to - from) * eighths / 8 : from - (from - to) * eighths / 8;
  }

  // A late one, and one that crosses another, has two lines: here it leaves, and further down it
  // arrives.
  void leaving(const Arrow& a) {
    const u32 from = at_[a.from], to = at_[a.to];
    if (from == to && !a.between) return itself(a);
    const u32 low = std::min(from, to), high = std::max(from, to);
    if (a.between && from == to) return between(a, to);
    const std::string label = fitted(a, low, high);
    const bool missing = a.lost || a.open;
    const u32 begin = a.again || a.between ? part(from, to, 2) : from;
    const u32 end = missing        ? (to > from ? std::min(part(from, to, 7), to - 7)
                                                : std::max(part(from, to, 7), to + 7))
                    : two_lines(a) ? part(from, to, 6)
                                   : to;
    Canvas line = lanes();
    time(line, a.first());
    shaft(line, begin, end, a.again || a.between ? "╌" : "─", !missing && !two_lines(a));
    if (missing) line.put(end, a.lost ? "x" : "?");
    if (a.lost) line.put(to > from ? end + 1 : end - 5, to > from ? " lost" : "lost ");
    if (two_lines(a)) line.put(end, "…");
    if (a.bent) line.put(part(from, to, 7), "#");
    centred(line, label, low, high);
    if (a.travels && !a.again && !two_lines(a)) travel(line, a, from, to, columns_of(label));
    paint(a.alarming() ? style::alarm : std::string_view(), line);
    beside(a, low + 2);
  }
  void arriving(const Arrow& a) {
    const u32 from = at_[a.from], to = at_[a.to];
    const u32 low = std::min(from, to), high = std::max(from, to);
    const std::string label = columns_of(a.label) + 24 < high - low ? a.label
                              : a.brief > 0                         ? a.label.substr(0, a.brief)
                                            : clipped(a.label, (high - low) / 2);
    Canvas line = lanes();
    time(line, a.arrived);
    shaft(line, part(from, to, 1), to, "─", true);
    line.put(part(from, to, 1), "…");
    centred(line, label + (a.late ? ", late" : ", arrives"), low, high);
    paint(a.alarming() ? style::alarm : std::string_view(), line);
  }
  static bool two_lines(const Arrow& a) {
    return (a.late || a.crosses > 0) && a.travels && !a.again;
  }

  void centred(Canvas& line, const std::string& label, u32 low, u32 high) const {
    if (label.empty()) return;
    const u32 middle = (low + high) / 2, half = u32(columns_of(label)) / 2 + 1;
    line.put(std::max(low + 2, middle - std::min(middle, half)), " " + label + " ");
  }
  // From a router between two taps: it comes out of the middle.
  void between(const Arrow& a, u32 to) {
    const u32 other = to == at_.front() ? at_.back() : at_.front();
    const u32 low = std::min(other, to), high = std::max(other, to);
    const std::string label = fitted(a, low, high - (high - low) / 4);
    Canvas line = lanes();
    time(line, a.first());
    shaft(line, part(other, to, 3), to, "╌", true);
    const u32 w = u32(columns_of(label)) + 2;
    line.put(to == low ? std::min(low + 4, high - w) : std::max(low + 2, high - 3 - w),
             label.empty() ? "" : " " + label + " ");
    paint(style::alarm, line);
    beside(a, low + 2);
  }
  // How long it took, near the head, where there is room.
  static void travel(Canvas& line, const Arrow& a, u32 from, u32 to, std::size_t label) {
    if (a.arrived - a.left < 1000) return;  // a wire in a machine takes no time
    Text t;
    t.add(" +");
    duration(t, a.arrived - a.left);
    t.add(' ');
    const u32 w = u32(columns_of(t.view()));
    const u32 span = to > from ? to - from : from - to;
    if (label + 2 * w + 14 <= span) line.put(to > from ? to - 6 - w : to + 7, t.view());
  }
  void itself(const Arrow& a) {
    Canvas line = lanes();
    time(line, a.first());
    const std::string text = "↺ " + a.label;
    const u32 at = at_[a.from];
    const u32 w = u32(columns_of(text));
    line.put(at + 2 + w < width_ ? at + 2
             : at > w + 2        ? at - w - 1
                                 : time_columns + 1,
             clipped(text, width_ - time_columns - 2));
    paint(a.alarming() ? style::alarm : std::string_view(), line);
    beside(a, std::min(at + 2, time_columns + 2));
  }

  const Ladder& ladder_;
  u32 width_;
  bool color_;
  Text& out_;
  std::vector<u32> at_;
  bool listed_ = false;
};

}  // namespace

std::size_t first_character(std::string_view text) { return std::max(base::utf8_length(text), 1u); }

std::size_t columns_of(std::string_view text) {
  std::size_t n = 0;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, first_character(text));
    n += width_of(one);
    text.remove_prefix(one.size());
  }
  return n;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
  std::vector<std::string> out;
  columns = std::max<std::size_t>(columns, 8);
  while (!text.empty()) {
    std::size_t used = 0, bytes = 0, blank = 0;
    while (bytes < text.size()) {
      const std::string_view one = text.substr(bytes, first_character(text.substr(bytes)));
      if (used + width_of(one) > columns) break;
      if (one == " ") blank = bytes;
      used += width_of(one);
      bytes += one.size();
    }
    const bool all = bytes == text.size();
    if (!all && text[bytes] == ' ') blank = bytes;
    const std::size_t cut = all ? bytes : blank > 0 ? blank : bytes;
    out.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  return out;
}

void ladder_text(const Ladder& ladder, u32 width, bool color, Text& out) {
  Drawing(ladder, width, color, out).draw();
}

}  // namespace netpeel::view
