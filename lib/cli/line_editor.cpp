#include "cli/line_editor.hpp"

#include <cstdio>
#include <cstdlib>
#include <editline/readline.h>

namespace netpeel::cli {
namespace {

// libedit calls a function without an argument for whom.
std::function<void(std::optional<std::string>)> entered;
std::string prompt_text;
bool installed = false;
bool line_ended = false;

void show() {
  rl_forced_update_display();
  std::fflush(stdout);
}

void on_line(char* line) {
  if (line == nullptr) {
    rl_callback_handler_remove();
    installed = false;
    std::fputs("\n", stdout);
    std::fflush(stdout);
    return entered(std::nullopt);
  }
  const std::string text = line;
  std::free(line);
  if (!text.empty()) add_history(text.c_str());
  line_ended = true;
  entered(text);
}

}  // namespace

LineEditor::LineEditor(std::string prompt, std::function<void(std::optional<std::string>)> line) {
  prompt_text = std::move(prompt);
  entered = std::move(line);
  rl_readline_name = "netpeel";
  using_history();
  rl_callback_handler_install(prompt_text.c_str(), on_line);
  installed = true;
}

LineEditor::~LineEditor() {
  if (installed) {
    rl_callback_handler_remove();
    std::fputs("\r\x1b[K", stdout);
    std::fflush(stdout);
  }
  installed = false;
}

void LineEditor::readable() {
  if (!installed) return;
  line_ended = false;
  rl_callback_read_char();
  // libedit leaves the terminal to itself behind a line, until the next key.
  if (installed && line_ended) rl_callback_handler_install(prompt_text.c_str(), on_line);
}

void LineEditor::print(std::string_view lines) {
  std::fputs("\r\x1b[K", stdout);
  std::fwrite(lines.data(), 1, lines.size(), stdout);
  std::fflush(stdout);
  if (installed && !line_ended) show();
}

}  // namespace netpeel::cli
