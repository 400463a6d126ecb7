// A ladder as a drawing. Down the page every moment (a packet leaves, a packet arrives) has its own
// height, in order of time, so slanted lines cross where packets overtook each other. Distances are
// not to scale: pauses are written.
#include <algorithm>

#include "view/ladder.hpp"
#include "view/ladder_parts.hpp"
#include "view/page.hpp"
#include "view/svg.hpp"

namespace netpeel::view {

namespace {

constexpr double left_margin = 190, right_margin = 110, top = 122;
constexpr double line_height = 15, label_size = 12;

std::string cut(std::string_view text, double width) {
  const std::size_t most = std::max<std::size_t>(8, std::size_t(width / Svg::width(1, label_size)));
  const std::vector<std::string> parts = wrapped(text, most);
  return parts.empty() ? std::string() : parts.size() == 1 ? parts[0] : parts[0] + " …";
}

class Drawing {
 public:
  Drawing(const Ladder& ladder, Text& out) : ladder_(ladder), out_(out) {
    const std::size_t n = ladder.lanes.size();
    const double spacing = n < 3 ? 600 : n == 3 ? 400 : 260;
    for (std::size_t i = 0; i < n; ++i) x_.push_back(left_margin + spacing * double(i));
    width_ = left_margin + spacing * double(n > 1 ? n - 1 : 1) + right_margin;
    place();
  }

  void draw() {
    Svg svg(out_, {.width = width_,
                   .height = bottom_ + 40,
                   .title = ladder_.title,
                   .about = ladder_.about,
                   .id = ladder_.id,
                   .role = SvgHead::Role::list});
    svg.text({12, 30}, ladder_.title, "big bold ink");
    svg.text({12, 52}, ladder_.about, "dim");
    for (std::size_t i = 0; i < x_.size(); ++i) lane(svg, i);
    for (std::size_t i = 0; i < ladder_.arrows.size(); ++i) {
      const Arrow& a = ladder_.arrows[i];
      if (a.pause > 0) pause(svg, spots_[i].pause, a.pause);
      Text words;
      in_words(ladder_, a, words);
      svg.open({}, words.view());
      arrow(svg, a, spots_[i]);
      svg.close();
    }
    if (const std::string more = ladder_.bound(); !more.empty())
      svg.text({12, bottom_ + 24}, more, "alarm");
    svg.finish();
  }

 private:
  struct Spot {
    double left = 0, arrived = 0, pause = 0;  // heights
    std::vector<std::string> text;            // above the line: the label's lines, then notes
    std::size_t label = 1;                    // how many are the label's
  };

  double room(const Arrow& a) const {
    const double from = x_[a.from];
    return a.to >= a.from ? width_ - from - 24 : from - 24;
  }
  // Labels and notes stay between the lanes where there is room for that.
  std::size_t columns(const Arrow& a) const {
    const double from = x_[a.from];
    const double between = a.to >= a.from ? x_.back() - from : from - x_.front();
    return std::size_t(std::min(room(a), std::max(between - 20, 300.0)) /
                       Svg::width(1, label_size));
  }
  void label(const Arrow& a, Spot& spot) const {
    constexpr std::size_t most = 2;
    spot.text = wrapped(a.label, columns(a));
    if (spot.text.size() > most) {
      spot.text.resize(most);
      spot.text.back() += " …";
    }
    if (spot.text.empty()) spot.text.emplace_back();
    spot.label = spot.text.size();
  }
  void place() {
    struct Moment {
      i64 time;
      bool arrives;
      std::size_t arrow;
    };
    std::vector<Moment> moments;
    spots_.resize(ladder_.arrows.size());
    for (std::size_t i = 0; i < ladder_.arrows.size(); ++i) {
      const Arrow& a = ladder_.arrows[i];
      label(a, spots_[i]);
      for (const std::string& note : notes(a)) {
        if (a.lost && note == "lost") continue;  // it stands where the line breaks off
        for (const std::string& part : wrapped(note, columns(a))) spots_[i].text.push_back(part);
      }
      moments.push_back({a.first(), false, i});
      if (a.travels && !a.again) moments.push_back({a.arrived, true, i});
    }
    std::stable_sort(moments.begin(), moments.end(),
                     [](const Moment& a, const Moment& b) { return a.time < b.time; });
    double y = top;
    for (const Moment& m : moments) {
      Spot& spot = spots_[m.arrow];
      const Arrow& a = ladder_.arrows[m.arrow];
      if (m.arrives) {
        y += 12;
        spot.arrived = y;
        continue;
      }
      if (a.pause > 0) {
        y += 26;
        spot.pause = y;
        y += 6;
      }
      y += 8 + line_height * double(spot.text.size());
      spot.left = y;
      spot.arrived = a.half() ? y + 8 : y;
      if (a.half()) y += 8;
    }
    bottom_ = y + 24;
  }

  void lane(Svg& svg, std::size_t i) const {
    const Lane& l = ladder_.lanes[i];
    svg.line({x_[i], top - 22}, {x_[i], bottom_}, "dim");
    svg.text({x_[i], top - 46}, cut(l.name, 380), "bold ink", Anchor::middle);
    if (!l.about.empty())
      svg.text({x_[i], top - 30}, cut(l.about, 300), "small dim", Anchor::middle);
  }
  void pause(Svg& svg, double y, i64 time) const {
    Text says;
    duration(says, time);
    says.add(" later");
    svg.line({left_margin - 20, y - 4}, {width_ - right_margin + 20, y - 4}, "grid dashed");
    svg.text({x_.size() > 1 ? (x_.front() + x_.back()) / 2 : left_margin + 60, y}, says.view(),
             "small dim halo", Anchor::middle);
  }

  void arrow(Svg& svg, const Arrow& a, const Spot& spot) const {
    Text time;
    time.seconds(a.first());
    time.shorten(time.size() - 3);
    svg.text({12, spot.left}, time.view(), "mono small dim");
    static constexpr std::string_view series[]{"s1 whole", "s2 whole", "s3 whole",
                                               "s4 whole", "s5 whole", "s6 whole"};
    const std::string_view look = a.alarming() ? std::string_view("alarm") : series[a.series % 6];
    const double from = x_[a.from], to = x_[a.to];
    const bool right = to >= from;
    labels(svg, a, spot, from, right);
    if (from == to && !a.between) {
      const Point loop[]{
          {from,      spot.left     },
          {from + 40, spot.left + 2 },
          {from + 40, spot.left + 10}
      };
      svg.path(loop, look);
      return svg.arrow(loop[2], {from + 2, spot.left + 12}, look);
    }
    if (a.between && from == to) {
      const double middle = (x_.front() + x_.back()) / 2;
      return svg.arrow({middle, spot.left}, {to, spot.arrived}, std::string(look) + " dashed");
    }
    const double across = to - from, down = spot.arrived - spot.left;
    if (a.lost || a.open) {
      const Point end{from + across * 0.72, spot.left + 8};
      svg.line({from, spot.left}, end, look);
      if (a.lost) svg.mark(end, Mark::cross, std::string(look) + " thick", 6);
      svg.text({end.x + (right ? 14 : -14), end.y + 4}, a.lost ? "lost" : "?",
               a.lost ? "bold alarm" : "dim", right ? Anchor::start : Anchor::end);
      return;
    }
    if (a.again || a.between) {
      return svg.arrow({from + across * 0.4, spot.left}, {to, spot.arrived},
                       std::string(look) + " dashed");
    }
    svg.arrow({from, spot.left}, {to, spot.arrived}, look);
    if (a.bent) svg.mark({from + across * 0.6, spot.left + down * 0.6}, Mark::diamond, look, 6);
    if (a.travels && a.arrived - a.left >= 1000) {
      Text took;
      took.add('+');
      duration(took, a.arrived - a.left);
      svg.text({to + (right ? 8 : -8), spot.arrived + 4}, took.view(),
               a.late ? "small bold alarm halo" : "small dim halo",
               right ? Anchor::start : Anchor::end);
    }
  }
  void labels(Svg& svg, const Arrow& a, const Spot& spot, double from, bool right) const {
    const std::size_t n = spot.text.size();
    for (std::size_t i = 0; i < n; ++i) {
      const double y = spot.left - 5 - line_height * double(n - 1 - i);
      const bool amiss = a.alarming() && !spot.text[i].starts_with("comment: ");
      const std::string_view classes = i < spot.label ? "mono label ink halo"
                                       : amiss        ? "label alarm halo"
                                                      : "label dim halo";
      svg.text({from + (right ? 10 : -10), y}, spot.text[i], classes,
               right ? Anchor::start : Anchor::end);
    }
  }

  const Ladder& ladder_;
  Text& out_;
  std::vector<double> x_;
  std::vector<Spot> spots_;
  double width_ = 0, bottom_ = 0;
};

}  // namespace

void ladder_svg(const Ladder& ladder, Text& out) { Drawing(ladder, out).draw(); }

void ladder_html(const Ladder& ladder, Text& out) {
  Page page(out, ladder.title.empty() ? "Ladder" : ladder.title, ladder.about);
  page.begin_figure();
  ladder_svg(ladder, out);
  page.end_figure("Time goes down, not to scale; pauses are written. Everything in the drawing "
                  "stands in words below it.");
  page.heading(2, "The same in words", "words");
  page.begin_table("Times are seconds since the first frame.",
                   {">time", "frames", "from", "to", "what", "worth a look"});
  for (const Arrow& a : ladder.arrows) {
    Text time, frames, looks;
    time.seconds(a.first());
    time.shorten(time.size() - 3);
    for (std::size_t i = 0; i < a.frames.size(); ++i)
      frames.add(i > 0 ? ", " : "").dec(a.frames[i]);
    for (const std::string& note : notes(a)) looks.add(looks.empty() ? "" : ". ").add(note);
    page.row({time.view(), frames.view(),
              a.between ? "between" : std::string_view(ladder.lanes[a.from].name),
              ladder.lanes[a.to].name, a.label, looks.view()},
             a.alarming() ? "alarm" : "");
  }
  page.end_table();
  if (const std::string more = ladder.bound(); !more.empty()) page.paragraph(more, "alarm");
  page.finish();
}

}  // namespace netpeel::view
