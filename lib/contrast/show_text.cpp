#include <algorithm>

#include "contrast/show.hpp"
#include "contrast/words.hpp"
#include "view/ladder_parts.hpp"
#include "view/style.hpp"

namespace netpeel::contrast {
namespace {

constexpr u32 two_columns = 120;

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}
std::string safe(std::string_view text) {
  base::Text out;
  out.escaped(text, 2000);
  return std::string(out.view());
}

class Writer {
 public:
  Writer(const Contrast& c, const ShowSettings& s, base::Text& out)
      : c_(c), s_(s), width_(std::max(s.width, 40u)), out_(out) {}

  void write() {
    paragraph(c_.title, view::style::bold);
    paragraph(c_.about);
    for (const Way& way : c_.ways) paragraph(way.name + ": " + way.where);
    out_.add('\n');
    if (!s_.steady) ladders();
    table();
    handshake();
    heading("What follows from it");
    for (const Sentence& sentence : c_.sentences) say(sentence);
  }

 private:
  void paragraph(const std::string& text, std::string_view style = {}, u32 indent = 0) {
    if (text.empty()) return;
    for (const std::string& line : view::wrapped(safe(text), width_ - indent)) {
      if (s_.color && !style.empty()) out_.add(style);
      out_.fill(' ', indent).add(line);
      if (s_.color && !style.empty()) out_.add(view::style::plain);
      out_.add('\n');
    }
  }
  void heading(const std::string& text) {
    out_.add('\n');
    paragraph(text, view::style::bold);
  }

  void ladders() {
    if (width_ < two_columns) {
      for (const Way& way : c_.ways) {
        paragraph("── " + way.name + " ──", view::style::bold);
        view::ladder_text(way.ladder, width_, s_.color, out_);
        out_.add('\n');
      }
      return;
    }
    const u32 half = (width_ - 3) / 2;
    std::vector<std::string> columns[2];
    for (u32 i = 0; i < 2; ++i) {
      base::Text drawn;
      drawn.add("── ").add(c_.ways[i].name).add(" ──\n");
      view::ladder_text(c_.ways[i].ladder, half, false, drawn);
      columns[i] = lines(drawn.view());
    }
    const std::size_t rows = std::max(columns[0].size(), columns[1].size());
    for (std::size_t i = 0; i < rows; ++i) {
      const std::string left = i < columns[0].size() ? columns[0][i] : "";
      const std::string right = i < columns[1].size() ? columns[1][i] : "";
      out_.add(left);
      if (!right.empty()) {
        const std::size_t wide = view::columns_of(left);
        out_.fill(' ', half - std::min<std::size_t>(wide, half)).add("   ").add(right);
      }
      out_.add('\n');
    }
  }

  std::string value(const Row& row, u32 way) const {
    if (s_.steady && !row.steady) return "…";
    return row.values[way].empty() ? "none" : row.values[way];
  }
  void table() {
    heading("What it cost, and what it bought");
    std::size_t first = 0, columns[2]{};
    for (const Row& row : c_.rows) first = std::max(first, view::columns_of(row.title));
    for (u32 i = 0; i < 2; ++i) {
      columns[i] = view::columns_of(c_.ways[i].name);
      for (const Row& row : c_.rows)
        columns[i] = std::max(columns[i], view::columns_of(value(row, i)));
    }
    const bool stacked = first + columns[0] + columns[1] + 4 > width_;
    const auto cell = [&](const std::string& text, std::size_t wide, bool right) {
      const std::size_t pad = wide - std::min(wide, view::columns_of(text));
      if (right) out_.fill(' ', pad);
      out_.add(text);
      if (!right) out_.fill(' ', pad);
    };
    const auto row = [&](const std::string& title, const std::string& a, const std::string& b) {
      if (stacked) {
        out_.add(title).add('\n');
        paragraph(c_.ways[0].name + ": " + a, {}, 4);
        paragraph(c_.ways[1].name + ": " + b, {}, 4);
        return;
      }
      cell(title, first, false);
      out_.add("  ");
      cell(a, columns[0], true);
      out_.add("  ");
      cell(b, columns[1], true);
      out_.add('\n');
    };
    if (!stacked) row("", c_.ways[0].name, c_.ways[1].name);
    for (const Row& r : c_.rows) row(r.title, value(r, 0), value(r, 1));
  }

  void handshake() {
    if (c_.handshake.empty()) return;
    std::string part;
    for (const Comparison& line : c_.handshake) {
      if (line.part != part) {
        part = line.part;
        heading(part == "request"  ? "The two requests, field by field"
                : part == "answer" ? "The two answers, field by field"
                                   : "From Sec-WebSocket-Key to Sec-WebSocket-Accept");
      }
      compared(line);
    }
  }
  void compared(const Comparison& line) {
    const bool varies =
        s_.steady && (line.part == "key" || line.field == "Date" ||
                      line.field == "Sec-WebSocket-Key" || line.field == "Sec-WebSocket-Accept");
    const auto show = [&](u32 i) {
      return line.values[i].empty() ? "none" : varies ? "…" : safe(line.values[i]);
    };
    if (line.part == "key") {
      out_.add(line.field).add('\n');
      paragraph(show(1), {}, 4);
    } else if (line.values[0] == line.values[1]) {
      paragraph("= " + safe(line.field) + ": " + show(0));
    } else {
      out_.add("! ").add(safe(line.field)).add('\n');
      for (u32 i = 0; i < 2; ++i) paragraph(c_.ways[i].name + ": " + show(i), {}, 4);
    }
    if (!line.why.empty()) paragraph(line.why, view::style::dim, 6);
  }

  void say(const Sentence& sentence) {
    if (s_.steady && !sentence.steady) return;
    const std::string frames = s_.steady ? "" : frames_text(c_, sentence);
    const auto parts = view::wrapped(
        safe(sentence.says) + (frames.empty() ? "." : " [" + frames + "]."), width_ - 2);
    for (std::size_t i = 0; i < parts.size(); ++i)
      out_.add(i == 0 ? "- " : "  ").add(parts[i]).add('\n');
  }

  const Contrast& c_;
  const ShowSettings& s_;
  u32 width_;
  base::Text& out_;
};

}  // namespace

void show_text(const Contrast& contrast, const ShowSettings& settings, base::Text& out) {
  Writer(contrast, settings, out).write();
}

}  // namespace netpeel::contrast
