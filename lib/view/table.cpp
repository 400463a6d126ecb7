#include "view/table.hpp"

#include <algorithm>
#include <array>

#include "view/style.hpp"
#include "view/value.hpp"

namespace netpeel::view {

using base::Text;

namespace {

constexpr std::string_view gap = "  ";

}  // namespace

Table::Table(std::vector<Column> columns, u32 width, bool color)
    : columns_(std::move(columns)), cells_(columns_.size()), alone_(columns_.size()), width_(width),
      color_(color) {
  for (const Column& c : columns_) widths_.push_back(view::columns(c.title));
}

Text& Table::cell() {
  Text& out = cells_[next_++];
  out.clear();
  return out;
}

void Table::measure() {
  for (std::size_t i = 0; i < next_; ++i)
    widths_[i] = std::max(widths_[i], view::columns(cells_[i].view()));
  next_ = 0;
}

// Whether the line fits decides who gets one of its own.
void Table::arrange() {
  u32 all = 0;
  std::size_t widest = columns_.size();
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    all += widths_[i] + u32(gap.size());
    if (columns_[i].left && (widest == columns_.size() || widths_[i] > widths_[widest])) widest = i;
  }
  alone_ = width_ > 0 && all > width_ + gap.size() ? widest : columns_.size();
}

void Table::pad(Text& out, std::size_t at, std::string_view text, bool last) const {
  const u32 used = view::columns(text), fill = widths_[at] > used ? widths_[at] - used : 0;
  if (!columns_[at].left) out.fill(' ', fill);
  out.add(text);
  if (columns_[at].left && !last) out.fill(' ', fill);
}

void Table::print(Text& out, bool heading) {
  const auto text = [&](std::size_t i) {
    return heading ? columns_[i].title : i < next_ ? cells_[i].view() : "";
  };
  const auto line = [&](std::size_t from, std::size_t to) {
    bool first = true;
    for (std::size_t i = from; i < to; ++i) {
      if (i == alone_) continue;
      if (!first) out.add(gap);
      pad(out, i, text(i), i + 1 == to);
      first = false;
    }
  };
  const std::size_t indent = (alone_ > 0 ? widths_[0] : 0) + gap.size();
  if (heading && color_) out.add(style::bold);
  if (alone_ == columns_.size()) {
    line(0, columns_.size());
  } else if (alone_ + 1 == columns_.size()) {
    line(0, alone_);
    out.add('\n').fill(' ', indent).add(text(alone_));
  } else {
    // What stands before it, a number say, stays in front of it.
    line(0, alone_);
    out.add(alone_ > 0 ? gap : "").add(text(alone_)).add('\n').fill(' ', indent);
    line(alone_ + 1, columns_.size());
  }
  if (heading && color_) out.add(style::plain);
  out.add('\n');
  next_ = 0;
}

void Table::heading(Text& out) {
  arrange();
  print(out, true);
}

void Table::row(Text& out) { print(out, false); }

void wrapped(std::string_view text, u32 indent, u32 width, Text& out) {
  u32 used = indent;
  bool first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const u32 wide = view::columns(word);
    if (!first && used + 1 + wide > width) {
      out.add('\n').fill(' ', indent);
      used = indent;
    } else if (!first) {
      out.add(' ');
      ++used;
    }
    out.add(word);
    used += wide;
    first = false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void about(u64 number, u64 unit, Text& out) {
  // Rounded, not cut: 1.96 is 2.0. Digits that would say nothing are left out.
  const u64 whole = number / unit, rest = number % unit;
  const u64 tenths = whole * 10 + (unit >= 10 ? (rest + unit / 20) / (unit / 10) : 0);
  if (unit == 1 || tenths >= 1000) {
    out.dec(whole + (rest >= unit - unit / 2 && unit > 1 ? 1 : 0));
  } else {
    out.dec(tenths / 10).add('.').dec(tenths % 10);
  }
}

namespace {

// In the greatest unit that leaves something in front of the point; 999,950 is 1.0 of the next.
void in_thousands(u64 number, const std::array<std::string_view, 4>& units, Text& out) {
  u64 unit = 1;
  u32 i = 0;
  while (i < 3 && number >= (i == 0 ? 1000 : unit * 1000 - unit / 20)) unit *= 1000, ++i;
  if (i == 0) {
    out.dec(number);
  } else {
    about(number, unit, out);
  }
  out.add(units[i]);
}

}  // namespace

void readable_bytes(u64 bytes, Text& out) { in_thousands(bytes, {" B", " kB", " MB", " GB"}, out); }

void readable_time(i64 nanoseconds, Text& out) {
  if (nanoseconds < 0) out.add('-');
  const u64 t = nanoseconds < 0 ? u64(0) - u64(nanoseconds) : u64(nanoseconds);
  in_thousands(t, {" ns", " µs", " ms", " s"}, out);
}

void readable_rate(u64 bytes, i64 nanoseconds, Text& out) {
  if (nanoseconds <= 0) return;
  const double bits = double(bytes) * 8e9 / double(nanoseconds);
  in_thousands(u64(std::min(bits, 9e18)), {" bit/s", " kbit/s", " Mbit/s", " Gbit/s"}, out);
}

void grouped(u64 number, Text& out) {
  Text digits;
  digits.dec(number);
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out.add(',');
    out.add(digits.view()[i]);
  }
}

}  // namespace netpeel::view
