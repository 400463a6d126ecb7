#include "view/svg.hpp"

#include <cmath>

#include "base/utf8.hpp"

namespace netpeel::view {

using base::Text;

namespace {

constexpr std::string_view style = R"(
.np{font:13px system-ui,sans-serif}
.np text{fill:#1a1a1a;stroke:none}
.np .mono{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}
.np .small{font-size:11px}
.np .big{font-size:16px}
.np .bold{font-weight:bold}
.np .paper{fill:#fff;stroke:none}
.np .ink{stroke:#1a1a1a}
.np .dim{stroke:#666}
.np text.dim{fill:#555;stroke:none}
.np .grid{stroke:#ddd}
.np .axis{stroke:#666}
.np .s1{stroke:#0b62a8}
.np .s2{stroke:#a34700;stroke-dasharray:6 3}
.np .s3{stroke:#1a7a3c;stroke-dasharray:2 3}
.np .s4{stroke:#7b3fa0;stroke-dasharray:9 3 2 3}
.np .s5{stroke:#8a6d00;stroke-dasharray:12 4}
.np .s6{stroke:#4a5560;stroke-dasharray:1 2}
.np .alarm{stroke:#b00020}
.np text.s1{fill:#0b62a8}
.np text.s2{fill:#a34700}
.np text.s3{fill:#1a7a3c}
.np text.s4{fill:#7b3fa0}
.np text.s5{fill:#8a6d00}
.np text.s6{fill:#4a5560}
.np text.alarm{fill:#b00020}
.np text.ink,.np text.s1,.np text.s2,.np text.s3,.np text.s4,.np text.s5,.np text.s6,.np text.alarm{stroke:none}
.np text.halo{paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}
.np .line{fill:none;stroke-width:1.5}
.np .whole{stroke-dasharray:none}
.np .dashed{stroke-dasharray:5 4}
.np .label{font-size:12px}
.np .fill.ink{fill:#1a1a1a}
.np .fill.dim{fill:#666}
.np .fill.grid{fill:#eee}
.np .fill.s1{fill:#0b62a8}
.np .fill.s2{fill:#a34700}
.np .fill.s3{fill:#1a7a3c}
.np .fill.s4{fill:#7b3fa0}
.np .fill.s5{fill:#8a6d00}
.np .fill.s6{fill:#4a5560}
.np .fill.alarm{fill:#b00020}
.np .thin{stroke-width:.75}
.np .thick{stroke-width:2.5}
@media screen and (prefers-color-scheme:dark){
.np text{fill:#eee}
.np .paper{fill:#16181b}
.np .ink{stroke:#eee}
.np .dim{stroke:#999}
.np text.dim{fill:#aaa}
.np .grid{stroke:#34383d}
.np .axis{stroke:#999}
.np .s1{stroke:#6cb6ff}
.np .s2{stroke:#ffa657}
.np .s3{stroke:#5fd38a}
.np .s4{stroke:#d2a8ff}
.np .s5{stroke:#e3c341}
.np .s6{stroke:#b0bac5}
.np .alarm{stroke:#ff7b86}
.np text.s1{fill:#6cb6ff}
.np text.s2{fill:#ffa657}
.np text.s3{fill:#5fd38a}
.np text.s4{fill:#d2a8ff}
.np text.s5{fill:#e3c341}
.np text.s6{fill:#b0bac5}
.np text.alarm{fill:#ff7b86}
.np text.halo{stroke:#16181b}
.np .fill.ink{fill:#eee}
.np .fill.dim{fill:#999}
.np .fill.grid{fill:#2a2e33}
.np .fill.s1{fill:#6cb6ff}
.np .fill.s2{fill:#ffa657}
.np .fill.s3{fill:#5fd38a}
.np .fill.s4{fill:#d2a8ff}
.np .fill.s5{fill:#e3c341}
.np .fill.s6{fill:#b0bac5}
.np .fill.alarm{fill:#ff7b86}
}
)";

// Hundredths are finer than any screen; the locale has no say, and what is no number is 0.
void number(Text& out, double value) {
  if (!std::isfinite(value)) value = 0;
  const double bounded = std::fmax(-1e9, std::fmin(1e9, value));
  i64 hundredths = std::llround(bounded * 100);
  if (hundredths < 0) out.add('-'), hundredths = -hundredths;
  out.dec(u64(hundredths / 100));
  if (const u64 rest = u64(hundredths % 100); rest != 0) {
    out.add('.').dec(rest / 10);
    if (rest % 10 != 0) out.dec(rest % 10);
  }
}

void point(Text& out, Point p) {
  number(out, p.x);
  out.add(' ');
  number(out, p.y);
}

// Of text that is harmless for a terminal: what markup gives a meaning of its own.
void entities(Text& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '&': out.add("&amp;"); break;
      case '<': out.add("&lt;"); break;
      case '>': out.add("&gt;"); break;
      case '"': out.add("&quot;"); break;
      case '\'': out.add("&#39;"); break;
      case '\xef':  // U+FFFE and U+FFFF are no characters in XML
        if (text.substr(i, 2) == "\xef\xbf" && i + 2 < text.size() && u8(text[i + 2]) >= 0xbe) {
          out.add("\\uff").hex(u8(text[i + 2]) + 0x40u, 2);
          i += 2;
          break;
        }
        [[fallthrough]];
      default: out.add(text[i]);
    }
  }
}

}  // namespace

void markup(Text& out, std::string_view text) {
  Text piece;
  while (true) {
    const std::size_t n = std::min(text.find('\\'), text.size());
    piece.clear();
    entities(out, piece.escaped(text.substr(0, n)).view());
    if (n == text.size()) return;
    out.add('\\');
    text.remove_prefix(n + 1);
  }
}

std::size_t characters(std::string_view text) {
  std::size_t n = 0;
  for (char c : text) n += (u8(c) & 0xc0) != 0x80;
  return n;
}

Svg::Svg(Text& out, const SvgHead& head) : out_(out), list_(head.role == SvgHead::Role::list) {
  out.add("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"np\" role=\"")
      .add(list_ ? "list" : "img");
  out.add("\" aria-labelledby=\"")
      .add(head.id)
      .add("-title\" aria-describedby=\"")
      .add(head.id)
      .add("-about\"");
  attribute("width", head.width).attribute("height", head.height);
  out.add(" viewBox=\"0 0 ");
  point(out, {head.width, head.height});
  out.add("\">\n<title id=\"").add(head.id).add("-title\">");
  markup(out, head.title);
  out.add("</title>\n<desc id=\"").add(head.id).add("-about\">");
  markup(out, head.about);
  out.add("</desc>\n<style>").add(style).add("</style>\n");
  rect({0, 0}, head.width, head.height, "paper");
}

void Svg::finish() { out_.add("</svg>\n"); }

Svg& Svg::tag(std::string_view name, std::string_view classes) {
  out_.add('<').add(name);
  if (!classes.empty()) out_.add(" class=\"").add(classes).add('"');
  return *this;
}

Svg& Svg::attribute(std::string_view name, double value) {
  out_.add(' ').add(name).add("=\"");
  number(out_, value);
  out_.add('"');
  return *this;
}

void Svg::name(std::string_view text) {
  out_.add("<title>");
  markup(out_, text);
  out_.add("</title>");
}

void Svg::open(std::string_view classes, std::string_view label) {
  tag("g", classes);
  if (list_ && !label.empty()) {
    out_.add(" role=\"listitem\" aria-label=\"");
    markup(out_, label);
    out_.add('"');
  }
  out_.add('>');
  if (!label.empty()) name(label);
  out_.add('\n');
}

void Svg::close() { out_.add("</g>\n"); }

void Svg::line(Point from, Point to, std::string_view classes) {
  tag("line", {}).out_.add(" class=\"line ").add(classes).add('"');
  attribute("x1", from.x).attribute("y1", from.y).attribute("x2", to.x).attribute("y2", to.y);
  out_.add("/>\n");
}

void Svg::arrow(Point from, Point to, std::string_view classes, double head) {
  const double x = to.x - from.x, y = to.y - from.y;
  const double length = std::hypot(x, y);
  line(from, to, classes);
  if (!(length > 0)) return;
  // The head's foot lies on the line, its two corners beside it.
  const double ux = x / length, uy = y / length;
  const Point foot{to.x - ux * head, to.y - uy * head};
  tag("path", {}).out_.add(" class=\"fill whole ").add(classes).add("\" d=\"M");
  point(out_, to);
  out_.add('L');
  point(out_, {foot.x - uy * head * 0.45, foot.y + ux * head * 0.45});
  out_.add('L');
  point(out_, {foot.x + uy * head * 0.45, foot.y - ux * head * 0.45});
  out_.add("Z\"/>\n");
}

void Svg::rect(Point corner, double width, double height, std::string_view classes, double round) {
  tag("rect", classes).attribute("x", corner.x).attribute("y", corner.y);
  attribute("width", std::fmax(0, width)).attribute("height", std::fmax(0, height));
  if (round > 0) attribute("rx", round);
  out_.add("/>\n");
}

void Svg::mark(Point at, Mark kind, std::string_view classes, double size) {
  const auto shape = [&](std::string_view more, std::span<const Point> corners, bool closed) {
    out_.add("<path class=\"whole ").add(more).add(classes).add("\" d=\"");
    for (std::size_t i = 0; i < corners.size(); ++i) {
      out_.add(i == 0 || (kind == Mark::cross && i == 2) ? 'M' : 'L');
      point(out_, {at.x + corners[i].x * size, at.y + corners[i].y * size});
    }
    out_.add(closed ? "Z\"/>\n" : "\"/>\n");
  };
  static constexpr Point square[]{
      {-.9, -.9},
      {.9,  -.9},
      {.9,  .9 },
      {-.9, .9 }
  };
  static constexpr Point triangle[]{
      {0,    -1.2},
      {1.1,  .8  },
      {-1.1, .8  }
  };
  static constexpr Point diamond[]{
      {0,    -1.3},
      {1.3,  0   },
      {0,    1.3 },
      {-1.3, 0   }
  };
  static constexpr Point cross[]{
      {-1, -1},
      {1,  1 },
      {1,  -1},
      {-1, 1 }
  };
  switch (kind) {
    case Mark::square: return shape("fill ", square, true);
    case Mark::triangle: return shape("fill ", triangle, true);
    case Mark::diamond: return shape("fill ", diamond, true);
    case Mark::cross: return shape("line ", cross, false);
    case Mark::dot:
    case Mark::ring: break;
  }
  out_.add("<circle class=\"whole ")
      .add(kind == Mark::dot ? "fill " : "line ")
      .add(classes)
      .add('"');
  attribute("cx", at.x).attribute("cy", at.y).attribute("r", size);
  out_.add("/>\n");
}

void Svg::path(std::span<const Point> points, std::string_view classes) {
  if (points.empty()) return;
  out_.add("<path class=\"line ").add(classes).add("\" d=\"M");
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i > 0) out_.add('L');
    point(out_, points[i]);
  }
  out_.add("\"/>\n");
}

void Svg::steps(std::span<const Point> points, std::string_view classes) {
  if (points.empty()) return;
  out_.add("<path class=\"line ").add(classes).add("\" d=\"M");
  point(out_, points[0]);
  for (const Point& p : points.subspan(1)) {
    out_.add('H');
    number(out_, p.x);
    out_.add('V');
    number(out_, p.y);
  }
  out_.add("\"/>\n");
}

void Svg::text(Point at, std::string_view text, std::string_view classes, Anchor anchor) {
  tag("text", classes).attribute("x", at.x).attribute("y", at.y);
  if (anchor != Anchor::start) {
    out_.add(" text-anchor=\"").add(anchor == Anchor::middle ? "middle" : "end").add('"');
  }
  out_.add(" xml:space=\"preserve\">");
  markup(out_, text);
  out_.add("</text>\n");
}

}  // namespace netpeel::view
