// A table for a terminal: columns as wide as what stands in them, numbers to the right. Rows are
// written twice, first to measure, then to print, so that no row is kept. Where the line would be
// too long, the widest column of text gets a line of its own, above the columns behind it. What
// comes from a packet must be escaped by the caller.
#pragma once
#include <span>
#include <vector>

#include "base/text.hpp"

namespace netpeel::view {

class Table {
 public:
  struct Column {
    std::string_view title;
    bool left = false;  // text; numbers stand to the right
  };
  // The titles live as long as the table. width: columns of the terminal; 0: as many as needed.
  Table(std::vector<Column> columns, u32 width, bool color);

  // The next cell of the row under way.
  base::Text& cell();
  void measure();                 // ends the row: its widths are known now
  void heading(base::Text& out);  // when all were measured
  void row(base::Text& out);      // ends the row: prints it

 private:
  void print(base::Text& out, bool heading);
  void pad(base::Text& out, std::size_t at, std::string_view text, bool last) const;
  void arrange();

  std::vector<Column> columns_;
  std::vector<base::Text> cells_;
  std::vector<u32> widths_;
  std::size_t next_ = 0;
  std::size_t alone_;  // the column with a line of its own; their number: none
  u32 width_;
  bool color_;
};

// Breaks text between words so that no line has more than `width` columns; lines after the first
// are indented.
void wrapped(std::string_view text, u32 indent, u32 width, base::Text& out);

// For people: "1.2 MB", "934 B".
void readable_bytes(u64 bytes, base::Text& out);
// "53.1 ms", "12 s".
void readable_time(i64 nanoseconds, base::Text& out);
// bits per second: "70.1 kbit/s"; nothing where no time passed.
void readable_rate(u64 bytes, i64 nanoseconds, base::Text& out);
// 1234567 as "1,234,567".
void grouped(u64 number, base::Text& out);
// With one digit behind the point, where that is below 100: "1.2", "123". unit: what counts as one.
void about(u64 number, u64 unit, base::Text& out);

}  // namespace netpeel::view
