// A line that is edited on the terminal while other lines appear above it. The only door to
// libedit. One at a time in a program; standard input and output.
#pragma once
#include <functional>
#include <optional>
#include <string>

namespace netpeel::cli {

class LineEditor {
 public:
  // line: what was entered; nullopt: Ctrl-D on an empty line, the last call.
  LineEditor(std::string prompt, std::function<void(std::optional<std::string>)> line);
  ~LineEditor();  // the terminal is as it was before
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  void readable();  // standard input has something
  // Whole lines, above the one that is being edited.
  void print(std::string_view lines);
};

}  // namespace netpeel::cli
