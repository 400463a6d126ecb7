// Drawings as SVG 1.1, standing alone in a file or inside a page (page.hpp). Appends to a Text of
// the caller's. Whatever text is given, it comes out as text: no markup, no control characters,
// nothing that moves other text about.
//
// Elements bear classes, never colours: the style sheet holds the colours of light and dark
// surroundings and of paper. Classes:
//
//   paper, ink, dim, grid, axis    the background, text and what frames a plot
//   s1 … s6                        series; each has its colour and, as a line, its own dashes:
//                                  colour never tells alone
//   alarm                          lost, broken, worth a look
//   fill, thin, thick              an area, widths of lines
//   mono, small, big, bold         kinds of text
#pragma once
#include <span>
#include <string_view>

#include "base/text.hpp"

namespace netpeel::view {

// Text for XML and HTML, between tags and in quoted attributes. Backslashes stay as they are, so
// what Text::escaped has made visible already is not spoilt.
void markup(base::Text& out, std::string_view text);

// How many characters (code points) the text has.
std::size_t characters(std::string_view text);

struct Point {
  double x, y;
};

struct SvgHead {
  double width, height;
  std::string_view title;           // what it is: a screen reader's first word on it
  std::string_view about{};         // what it shows, in a sentence or two
  std::string_view id = "drawing";  // unique in its page; letters, digits and -
  // A screen reader takes the drawing as one picture, or as a list of its groups with a name.
  enum class Role : u8 { picture, list } role = Role::picture;
};

enum class Anchor : u8 { start, middle, end };
// Shapes of a series' points, told apart without colour.
enum class Mark : u8 { dot, square, triangle, diamond, cross, ring };

class Svg {
 public:
  Svg(base::Text& out, const SvgHead& head);
  void finish();  // once, after all else

  // What belongs together. A name is shown when the pointer rests on it, and read aloud.
  void open(std::string_view classes = {}, std::string_view name = {});
  void close();

  void line(Point from, Point to, std::string_view classes);
  // With a head at its end. Head and line bear the classes.
  void arrow(Point from, Point to, std::string_view classes, double head = 8);
  void rect(Point corner, double width, double height, std::string_view classes, double round = 0);
  void mark(Point at, Mark kind, std::string_view classes, double size = 3);
  void path(std::span<const Point> points, std::string_view classes);  // a line through them
  void steps(std::span<const Point> points,
             std::string_view classes);  // as path, each value kept until the next
  void text(Point at, std::string_view text, std::string_view classes = "ink",
            Anchor anchor = Anchor::start);

  // How wide so much text in class mono is; other text is narrower.
  static double width(std::size_t characters, double size = 13) {
    return double(characters) * size * 0.602;
  }

 private:
  Svg& tag(std::string_view name, std::string_view classes);
  Svg& attribute(std::string_view name, double value);
  void name(std::string_view text);

  base::Text& out_;
  bool list_;
};

}  // namespace netpeel::view
