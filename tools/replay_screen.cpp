// netpeel replay onto the screen: decode's lines, each when it is due, or when a key is pressed.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/time.hpp"
#include "cli/keyboard.hpp"
#include "cli/main.hpp"
#include "cli/output.hpp"
#include "cli/packets.hpp"
#include "replay.hpp"
#include "replay/contents.hpp"
#include "replay/player.hpp"
#include "view/line.hpp"
#include "view/style.hpp"

namespace netpeel::replay_tool {
namespace {

constexpr i64 second = 1'000'000'000;
constexpr i64 bar_every = second / 5;

i64 now() { return base::system_clock().steady(); }

// Rows that a text takes on a terminal so wide; colours take none.
u32 rows(std::string_view text, u32 columns) {
  u32 out = 0, column = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      out += std::max(1u, (column + columns - 1) / columns);
      column = 0;
    } else if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if ((text[i] & 0xc0) != 0x80) {
      ++column;
    }
  }
  return out;
}

cli::PacketOptions packet_options(const Asked& asked) {
  cli::PacketOptions out;
  out.input.file = asked.file;
  out.where = asked.where;
  out.as = asked.as;
  out.quiet = true;  // the bar shows how far it is
  return out;
}

class Screen {
 public:
  explicit Screen(const Asked& asked)
      : packets_(packet_options(asked)), lines_({.registry = packets_.registry(),
                                                 .settings = packets_.settings(),
                                                 .color = cli::wants_color(1)},
                                                view::Clockwork::relative),
        color_(cli::wants_color(1)), terminal_(cli::is_terminal(1)),
        bar_wanted_(cli::is_terminal(2) && !asked.quiet),
        player_(asked.speed.empty() ? 1 : number("--speed", asked.speed, 0.1, 100), !asked.step) {
    if (asked.file != "-" && (bar_wanted_ || asked.step)) whole_ = replay::contents(asked.file);
    if (asked.step || cli::is_terminal(0) || terminal_)
      keyboard_ = cli::Keyboard::open(asked.file == "-");
    if (asked.step && !keyboard_) {
      cli::usage_error("--step waits for keys, and there is no keyboard here",
                       "Without it the packets come with their own timing; --speed 100 is quick.");
    }
  }

  int run() {
    packets_.open();
    if (keyboard_ && !player_.playing()) help();
    while (!cli::stopped() && !quit_) {
      feed();
      const i64 at = now();
      const std::optional<i64> due = player_.due(at);
      if (due && *due <= at) {
        show(at);
        continue;
      }
      // Who steps through it decides when it ends; otherwise the last packet does.
      if (player_.over() && (player_.playing() || !keyboard_)) break;
      out_.flush();
      bar(at);
      wait(due ? *due - at : -1);
    }
    out_.flush();
    clear_bar();
    keyboard_.reset();
    if (player_.shown() == 0 && !cli::stopped() && !quit_ && !packets_.source().damage()) {
      cli::complain("there are no such frames");
      return packets_.finish() == cli::done ? int(cli::wrong_use) : int(cli::damaged_input);
    }
    if (quit_ || cli::stopped()) return cli::done;
    return packets_.finish();
  }

 private:
  void feed() {
    while (player_.hungry()) {
      const field::Packet* packet = packets_.next();
      if (packet == nullptr) {
        if (!cli::stopped()) player_.no_more();
        return;
      }
      player_.add(scene(*packet));
    }
  }

  replay::Scene scene(const field::Packet& packet) {
    base::Text text;
    const std::string_view comment = packet.frame.comment;
    if (!comment.empty()) {
      text.add(color_ ? view::style::bold : "").add("— ").escaped(comment, 500);
      text.add(color_ ? view::style::plain : "").add('\n');
    }
    lines_.packet(packet, text);
    if (first_time_ == 0) first_time_ = packet.first_time;
    return {std::string(text.view()), packet.frame.time, packet.frame.number, !comment.empty()};
  }

  void show(i64 at) {
    clear_bar();
    out_.text().add(player_.scene(player_.shown()).text);
    player_.show(at);
    out_.poll();
    bar_at_ = 0;
  }

  // The last scenes again, as many as the screen holds.
  void draw() {
    if (!terminal_) return;
    clear_bar();
    winsize size{};
    if (ioctl(1, TIOCGWINSZ, &size) != 0 || size.ws_row < 3 || size.ws_col == 0)
      size.ws_row = 24, size.ws_col = 80;
    u64 from = player_.shown();
    for (u32 left = size.ws_row - 1u; from > player_.first(); --from) {
      const u32 needs = rows(player_.scene(from - 1).text, size.ws_col);
      if (needs > left) break;
      left -= needs;
    }
    out_.text().add("\x1b[H\x1b[2J");
    for (; from < player_.shown(); ++from) out_.text().add(player_.scene(from).text);
    out_.flush();
    bar_at_ = 0;
  }

  void wait(i64 until) {
    // The bar moves on meanwhile.
    const i64 most = bar_wanted_ && player_.playing() ? bar_every : second / 2;
    const i64 nap = until < 0 ? most : std::min(until, most);
    if (!keyboard_) {
      const timespec little{time_t(nap / second), long(nap % second)};
      nanosleep(&little, nullptr);
      return;
    }
    press(keyboard_->wait(nap));
    if (keyboard_->resumed()) draw();
  }

  void press(const cli::Pressed& pressed) {
    using cli::Key;
    const i64 at = now();
    bar_at_ = pressed.key == Key::none ? bar_at_ : 0;
    switch (pressed.key) {
      case Key::space:
      case Key::enter:
      case Key::right:
      case Key::down:
        if (player_.over()) quit_ = true;
        return player_.next(at);
      case Key::left:
      case Key::up: return back(player_.back(at));
      case Key::closed: quit_ = true; return;
      case Key::letter: break;
      default: return;
    }
    switch (pressed.letter) {
      case 'q': quit_ = true; break;
      case 'p': player_.pause(at); break;
      case 'b': back(player_.back(at)); break;
      case 'n': player_.next_chapter(at); break;
      case 'N': back(player_.previous_chapter(at)); break;
      case '+': player_.faster(at, 2); break;
      case '-': player_.faster(at, 0.5); break;
      case 'h':
      case '?': help(); break;
      default: break;
    }
  }
  void back(bool redraw) {
    if (redraw) draw();
  }

  void help() {
    clear_bar();
    cli::complain("space next, b back, p play or pause, n/N next/previous chapter (a comment in "
                  "the file), +/- faster/slower, q quit");
  }

  void bar(i64 at) {
    if (!bar_wanted_ || at < bar_at_) return;
    bar_at_ = at + bar_every;
    replay::Place place{.chapter = player_.chapter(),
                        .speed = player_.speed(),
                        .paused = !player_.playing(),
                        .over = player_.over()};
    if (player_.shown() > 0) {
      const replay::Scene& last = player_.scene(player_.shown() - 1);
      place.frame = last.number;
      place.time = last.time - first_time_;
    }
    base::Text text;
    text.add('\r');
    replay::bar(place, whole_, cli::terminal_columns(2) - 1, text);
    text.add("\x1b[K");
    if (::write(2, text.view().data(), text.size()) > 0) bar_there_ = true;
  }
  void clear_bar() {
    if (!bar_there_) return;
    constexpr std::string_view nothing = "\r\x1b[K";
    if (::write(2, nothing.data(), nothing.size()) > 0) bar_there_ = false;
  }

  cli::Packets packets_;
  view::Lines lines_;
  bool color_, terminal_, bar_wanted_, bar_there_ = false, quit_ = false;
  replay::Player player_;
  std::optional<replay::Contents> whole_;
  std::unique_ptr<cli::Keyboard> keyboard_;
  cli::Output out_;
  i64 first_time_ = 0, bar_at_ = 0;
};

}  // namespace

int onto_screen(const Asked& asked) { return Screen(asked).run(); }

}  // namespace netpeel::replay_tool
