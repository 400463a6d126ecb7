// netpeel contrast --step: one packet at a time, of both ways in turn, each with a sentence.
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/main.hpp"
#include "cli/output.hpp"
#include "contrast.hpp"
#include "replay/player.hpp"
#include "view/ladder_parts.hpp"
#include "view/table.hpp"

namespace netpeel::contrast_tool {
namespace {

struct Moment {
  i64 time;
  u32 way;
  const view::Arrow* arrow;
};

std::vector<Moment> moments(const contrast::Contrast& c) {
  std::vector<Moment> out;
  for (u32 way = 0; way < 2; ++way) {
    const auto& arrows = c.ways[way].ladder.arrows;
    const i64 begin = arrows.empty() ? 0 : arrows.front().first();
    for (const view::Arrow& arrow : arrows) out.push_back({arrow.first() - begin, way, &arrow});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Moment& a, const Moment& b) { return a.time < b.time; });
  return out;
}

std::string scene(const contrast::Contrast& c, const Moment& m, u32 width) {
  base::Text text, out;
  text.add(c.ways[m.way].name).add(": ");
  view::in_words(c.ways[m.way].ladder, *m.arrow, text);
  for (const contrast::Sentence& s : c.sentences) {
    const auto& about = s.frames[m.way];
    bool mine = false;
    for (const u64 f : m.arrow->frames)
      mine |= std::find(about.begin(), about.end(), f) != about.end();
    if (mine && s.id != "totals" && s.id != "share") text.add(" → ").escaped(s.says).add('.');
  }
  const u32 indent = m.way == 0 ? 0 : 4;
  for (const std::string& line : view::wrapped(text.view(), width - indent))
    out.fill(' ', indent).add(line).add('\n');
  return std::string(out.view());
}

}  // namespace

std::unique_ptr<cli::Keyboard> need_keyboard() {
  auto keyboard = cli::Keyboard::open(false);
  if (!keyboard) {
    cli::usage_error("--step waits for keys, and there is no keyboard here",
                     "Without it everything is shown at once.");
  }
  return keyboard;
}

int step(const Asked& asked, const contrast::Contrast& c) {
  const auto keyboard = need_keyboard();
  const u32 width =
      asked.width > 0 ? u32(std::min<u64>(asked.width, 1000)) : cli::terminal_columns(1);
  replay::Player player(1, false);
  u64 number = 0;
  for (const Moment& m : moments(c))
    player.add({.text = scene(c, m, width), .time = m.time, .number = ++number});
  player.no_more();
  cli::Output out;
  out.text().add(c.title).add("\nspace next, b back, q quit\n");
  out.flush();
  const bool terminal = cli::is_terminal(1);
  const auto draw = [&] {
    if (terminal) out.text().add("\x1b[H\x1b[2J");
    const u64 from = player.shown() > 8 ? player.shown() - 8 : 0;
    for (u64 i = from; i < player.shown(); ++i) out.text().add(player.scene(i).text);
    out.flush();
  };
  while (!cli::stopped()) {
    while (player.due(0) && *player.due(0) <= 0) {
      out.text().add(player.scene(player.shown()).text);
      player.show(0);
      out.flush();
    }
    using cli::Key;
    const cli::Pressed pressed = keyboard->wait(500'000'000);
    if (keyboard->resumed()) draw();
    if (pressed.key == Key::closed || (pressed.key == Key::letter && pressed.letter == 'q')) break;
    const bool back = pressed.key == Key::left || pressed.key == Key::up ||
                      (pressed.key == Key::letter && pressed.letter == 'b');
    const bool on = pressed.key == Key::space || pressed.key == Key::enter ||
                    pressed.key == Key::right || pressed.key == Key::down;
    if (back && player.back(0)) draw();
    if (on && player.over()) break;
    if (on) player.next(0);
  }
  return cli::done;
}

}  // namespace netpeel::contrast_tool
