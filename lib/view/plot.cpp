#include "view/plot.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace netpeel::view {

using base::Text;

namespace {

struct Unit {
  double size;
  std::string_view name;
};
constexpr Unit of_seconds[]{
    {1,    "s"  },
    {1e-3, "ms" },
    {1e-6, "µs"},
    {1e-9, "ns" }
};
constexpr Unit of_bytes[]{
    {1e9, "GB"   },
    {1e6, "MB"   },
    {1e3, "kB"   },
    {1,   "bytes"}
};
constexpr Unit of_bits[]{
    {1e9, "Gbit/s"},
    {1e6, "Mbit/s"},
    {1e3, "kbit/s"},
    {1,   "bit/s" }
};

// The largest of which there is at least one; else the smallest.
Unit unit_for(Quantity quantity, double to) {
  const std::span<const Unit> units = quantity == Quantity::seconds ? of_seconds
                                      : quantity == Quantity::bytes
                                          ? std::span<const Unit>(of_bytes)
                                          : std::span<const Unit>(of_bits);
  for (const Unit& unit : units) {
    if (to >= unit.size) return unit;
  }
  return units.back();
}

void fixed(double value, u32 digits, Text& out) {
  double power = 1;
  for (u32 i = 0; i < digits; ++i) power *= 10;
  const u64 scaled = u64(std::llround(std::max(0.0, value) * power));
  out.dec(scaled / u64(power));
  if (digits > 0) out.add('.').dec(scaled % u64(power), digits);
}

constexpr double room_left = 64, room_below = 40, room_above = 46, room_right = 16;

}  // namespace

Ticks ticks(Quantity quantity, double to, u32 most) {
  const Unit unit = unit_for(quantity, to);
  const double rough = std::max(to / unit.size, 1e-9) / most;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough * (1 - 1e-9)) step = factor * power;
  }
  const double whole = std::floor(std::log10(step) + 1e-9);
  return {step * unit.size, unit.size, unit.name, whole < 0 ? u32(-whole) : 0};
}

Plot::Plot(Svg& svg, Point corner, double width, double height, const Axis& x, const Axis& y,
           std::string_view title, std::string_view about)
    : svg_(svg), corner_(corner), left_(corner.x + room_left), top_(corner.y + room_above),
      width_(width - room_left - room_right), height_(height - room_above - room_below),
      x_to_(x.to > 0 ? x.to : 1e-3), y_to_(y.to > 0 ? y.to : 1), legend_at_(left_) {
  svg_.open({}, about);
  svg_.text({corner.x, corner.y + 14}, title, "bold");
  axes(x, y);
}

void Plot::finish() { svg_.close(); }

Point Plot::at(Point value) const {
  const double x = std::clamp(value.x / x_to_, 0.0, 1.0), y = std::clamp(value.y / y_to_, 0.0, 1.0);
  return {left_ + x * width_, top_ + (1 - y) * height_};
}

void Plot::axes(const Axis& x, const Axis& y) {
  const Ticks across = ticks(x.quantity, x_to_, 10), up = ticks(y.quantity, y_to_, 5);
  // Both axes end at or behind the last value; the upper one at a tick.
  y_to_ = std::ceil(y_to_ / up.step - 1e-9) * up.step;
  Text label;
  for (double v = 0; v <= y_to_ * (1 + 1e-9); v += up.step) {
    const Point p = at({0, v});
    svg_.line(p, {left_ + width_, p.y}, "grid thin");
    label.clear();
    fixed(v / up.unit, up.digits, label);
    svg_.text({left_ - 6, p.y + 4}, label.view(), "small", Anchor::end);
  }
  for (double v = 0; v <= x_to_ * (1 + 1e-9); v += across.step) {
    const Point p = at({v, 0});
    svg_.line(p, {p.x, p.y + 4}, "axis thin");
    label.clear();
    fixed(v / across.unit, across.digits, label);
    svg_.text({p.x, p.y + 16}, label.view(), "small", Anchor::middle);
  }
  svg_.line({left_, top_}, {left_, top_ + height_}, "axis");
  svg_.line({left_, top_ + height_}, {left_ + width_, top_ + height_}, "axis");
  label.clear();
  svg_.text({corner_.x, top_ - 10}, label.add(y.title).add(", ").add(up.unit_name).view(),
            "small dim");
  legend_at_ = corner_.x + std::max(200.0, Svg::width(characters(label.view()), 11) + 30);
  label.clear();
  svg_.text({left_ + width_, top_ + height_ + 32},
            label.add(x.title).add(", ").add(across.unit_name).view(), "small dim", Anchor::end);
}

// Where its sign stands; the text is written behind it.
double Plot::legend(std::string_view text) {
  const double sign = legend_at_;
  svg_.text({sign + 28, top_ - 10}, text, "small");
  legend_at_ += 48 + Svg::width(characters(text), 11);
  return sign;
}

// Of each column of the screen the first point, the lowest, the highest and the last: the line
// looks the same.
std::vector<Point> Plot::thinned(std::span<const Point> points) const {
  std::vector<Point> out;
  for (std::size_t i = 0; i < points.size();) {
    const double column = std::floor(at(points[i]).x);
    std::size_t low = i, high = i, last = i;
    for (; last + 1 < points.size() && std::floor(at(points[last + 1]).x) == column; ++last) {
      if (points[last + 1].y < points[low].y) low = last + 1;
      if (points[last + 1].y > points[high].y) high = last + 1;
    }
    std::size_t chosen[]{i, std::min(low, high), std::max(low, high), last};
    std::size_t* const end = std::unique(std::begin(chosen), std::end(chosen));
    for (std::size_t* c = chosen; c != end; ++c) out.push_back(at(points[*c]));
    i = last + 1;
  }
  return out;
}

void Plot::line(std::span<const Point> points, std::string_view classes, std::string_view text) {
  if (points.empty()) return;
  const double sign = legend(text);
  svg_.line({sign, top_ - 14}, {sign + 24, top_ - 14}, classes);
  svg_.path(thinned(points), classes);
}

void Plot::steps(std::span<const Point> points, std::string_view classes, std::string_view text) {
  if (points.empty()) return;
  const double sign = legend(text);
  svg_.line({sign, top_ - 14}, {sign + 24, top_ - 14}, classes);
  svg_.steps(thinned(points), classes);
}

void Plot::marks(std::span<const Point> points, Mark kind, std::string_view classes,
                 std::string_view text) {
  if (points.empty()) return;
  svg_.mark({legend(text) + 18, top_ - 14}, kind, classes);
  std::unordered_set<u64> taken;  // spots two pixels wide
  for (const Point& value : points) {
    const Point p = at(value);
    if (!taken.insert(u64(p.x / 2) << 32 | u64(p.y / 2)).second) continue;
    svg_.mark(p, kind, classes, 2.5);
    ++drawn_;
  }
  points_ += points.size();
}

void Plot::nothing(std::string_view says) {
  svg_.text({left_ + width_ / 2, top_ + height_ / 2}, says, "dim", Anchor::middle);
}

}  // namespace netpeel::view
