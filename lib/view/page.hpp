// A page for people: one HTML file that needs nothing else (no script, no font, no network; a
// policy in its head forbids them), readable in light and dark surroundings, on a phone, on a
// projector and on paper. It is well-formed XML too. Appends to a Text of the caller's; all text is
// escaped here.
#pragma once
#include <initializer_list>
#include <span>
#include <string_view>

#include "base/text.hpp"

namespace netpeel::view {

class Page {
 public:
  // The title stands in the window's frame and as the first heading; about: one paragraph below it.
  Page(base::Text& out, std::string_view title, std::string_view about = {});
  void finish();  // once, after all else

  // level: 2, 3, 4. An id makes a place to link to: letters, digits and -.
  void heading(u32 level, std::string_view text, std::string_view id = {});
  void paragraph(std::string_view text, std::string_view classes = {});  // classes: dim, alarm
  void preformatted(std::string_view text);                              // lines as they are
  void items(std::span<const std::string_view> texts, bool numbered = false);
  void link(std::string_view text,
            std::string_view to_id);  // within the page, a paragraph of its own

  // Between them: an Svg, or raw(). The caption stands below.
  void begin_figure();
  void end_figure(std::string_view caption);

  // Cells of columns that begin with '>' in the headings are numbers: to the right.
  void begin_table(std::string_view caption, std::initializer_list<std::string_view> headings);
  void row(std::span<const std::string_view> cells, std::string_view classes = {});
  void row(std::initializer_list<std::string_view> cells, std::string_view classes = {}) {
    row(std::span<const std::string_view>(cells.begin(), cells.size()), classes);
  }
  void end_table();

  // Two or more beside each other where there is room: open, column, column …, close.
  void begin_columns();
  void begin_column();
  void end_column();
  void end_columns();

  // Markup of our own making (Svg writes here).
  base::Text& raw() { return out_; }

 private:
  void element(std::string_view name, std::string_view text, std::string_view classes = {});

  base::Text& out_;
  u64 numbers_ = 0;  // bit i: column i holds numbers
};

}  // namespace netpeel::view
