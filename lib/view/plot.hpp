// One plot of a drawing: two axes with round ticks and their units, lines and marks over them, a
// legend. Values that fall on the same spot are drawn once; how many points that stands for is
// counted, so that the drawing can say it.
#pragma once
#include <string>
#include <vector>

#include "view/svg.hpp"

namespace netpeel::view {

// What an axis measures; ticks get a unit that suits their size.
enum class Quantity : u8 { seconds, bytes, bits_per_second };

struct Axis {
  std::string_view title;
  Quantity quantity;
  double to = 1;  // from 0
};

// Round places from 0 to `to`, at most `most` steps: 0, 20, 40 … Their unit, and how many digits
// they need behind the point.
struct Ticks {
  double step = 1;
  double unit = 1;
  std::string_view unit_name;
  u32 digits = 0;
};
Ticks ticks(Quantity quantity, double to, u32 most);

class Plot {
 public:
  // corner and size are of all of it, axes and their text included. Draws the axes; `about` is read
  // aloud.
  Plot(Svg& svg, Point corner, double width, double height, const Axis& x, const Axis& y,
       std::string_view title, std::string_view about);
  void finish();  // once, after all else

  // Points in the axes' measures, x ascending.
  void line(std::span<const Point> points, std::string_view classes, std::string_view legend);
  void steps(std::span<const Point> points, std::string_view classes,
             std::string_view legend);  // each kept until the next
  void marks(std::span<const Point> points, Mark kind, std::string_view classes,
             std::string_view legend);
  // A sentence where the plot would be, if there is nothing to draw.
  void nothing(std::string_view says);

  u64 points() const { return points_; }  // given to marks()
  u64 drawn() const { return drawn_; }    // marks that stand for them

 private:
  Point at(Point value) const;
  void axes(const Axis& x, const Axis& y);
  double legend(std::string_view text);
  std::vector<Point> thinned(std::span<const Point> points) const;

  Svg& svg_;
  Point corner_;
  double left_, top_, width_, height_;  // of the area that is plotted in
  double x_to_, y_to_;
  double legend_at_;
  u64 points_ = 0, drawn_ = 0;
};

}  // namespace netpeel::view
