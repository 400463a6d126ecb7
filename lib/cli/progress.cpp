#include "cli/progress.hpp"

#include <unistd.h>

#include <cmath>

#include "base/text.hpp"
#include "base/time.hpp"
#include "cli/output.hpp"

namespace netpeel::cli {
namespace {

constexpr i64 millisecond = 1'000'000;
constexpr i64 second = 1000 * millisecond;

void say(const base::Text& text) {
  if (::write(STDERR_FILENO, text.view().data(), text.size()) < 0)
    return;  // a lost progress line harms nobody
}

}  // namespace

Progress::Progress(bool wanted)
    : wanted_(wanted && is_terminal(STDERR_FILENO) && !is_terminal(STDOUT_FILENO)) {
  if (wanted_) next_ = (start_ = base::system_clock().steady()) + second;
}

void Progress::at(u64 frames, u64 position, u64 size) {
  if (!wanted_) return;
  const i64 now = base::system_clock().steady();
  if (now < next_) return;
  next_ = now + 250 * millisecond;
  const double elapsed = double(now - start_) / double(second);
  base::Text text;
  text.add('\r').dec(frames).add(" frames, ").dec(u64(double(frames) / elapsed)).add(" a second");
  if (size > 0 && position > 0) {
    text.add(", ").dec(position * 100 / size).add(" %, ");
    text.dec(u64(std::llround(elapsed * (double(size) / double(position) - 1)))).add(" s left");
  }
  text.add("\x1b[K");
  say(text);
  printed_ = true;
}

void Progress::clear() {
  if (!printed_) return;
  base::Text text;
  text.add("\r\x1b[K");
  say(text);
  printed_ = false;
}

}  // namespace netpeel::cli
