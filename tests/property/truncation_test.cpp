// Every capture of captures/, cut at every byte: never a crash, as many frames as can be had,
// conversations and streams followed, damage told with its place, and every form printed, the JSON
// valid.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/utf8.hpp"
#include "capture/source.hpp"
#include "field/walk.hpp"
#include "flow/registry.hpp"
#include "flow/tracker.hpp"
#include "support/catch.hpp"
#include "view/jsonl.hpp"
#include "view/line.hpp"

using namespace netpeel;

namespace {

// RFC 8259, strictly, and no key twice: enough of a parser to say yes or no.
class Judge {
 public:
  explicit Judge(std::string_view text) : text_(text) {}
  bool whole() { return value() && at_ == text_.size(); }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) { return peek() == c && (++at_, true); }
  bool word(std::string_view w) {
    return text_.substr(at_, w.size()) == w && (at_ += w.size(), true);
  }
  bool digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ > start;
  }
  bool number() { return (take('-'), true) && digits() && (!take('.') || digits()); }
  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size() && peek() != '"') {
      if (u8(peek()) < 0x20) return false;
      if (take('\\')) {
        if (take('u')) {
          for (int i = 0; i < 4; ++i) {
            if (std::string_view("0123456789abcdefABCDEF").find(peek()) == std::string_view::npos)
              return false;
            ++at_;
          }
        } else if (std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos) {
          return false;
        } else {
          ++at_;
        }
      } else {
        ++at_;
      }
    }
    return take('"');
  }
  bool list(char close, bool keys) {
    if (take(close)) return true;
    std::vector<std::string_view> seen;
    do {
      const std::size_t start = at_;
      if (keys && !(string() && take(':'))) return false;
      if (keys) {
        const std::string_view key = text_.substr(start, at_ - start);
        if (std::find(seen.begin(), seen.end(), key) != seen.end()) return false;
        seen.push_back(key);
      }
      if (!value()) return false;
    } while (take(','));
    return take(close);
  }
  bool value() {
    if (take('{')) return list('}', true);
    if (take('[')) return list(']', false);
    if (peek() == '"') return string();
    return word("true") || word("false") || word("null") || number();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

struct Outcome {
  u64 frames = 0;
  bool damaged = false;
};

// print: also walk, follow and print every frame.
Outcome decode(Bytes file, const std::string& what, bool print) {
  static const field::Registry registry = flow::registry();
  const auto source = capture::open_memory(file);
  flow::Tracker tracker(registry, {});
  view::JsonLines json({.registry = registry, .settings = {.checksums = true}, .payload = true});
  view::Lines lines({.registry = registry}, view::Clockwork::relative);
  field::Packet packet;
  base::Text out;
  Outcome outcome;
  for (;;) {
    const auto frames = source->next();
    if (frames.empty()) break;
    outcome.frames += frames.size();
    for (const base::Frame& frame : print ? frames : frames.first(0)) {
      packet.frame = frame;
      field::walk(registry, packet);
      tracker.see(packet);
      out.clear();
      lines.packet(packet, out);
      for (char c : out.view()) {
        if (u8(c) < 0x20 && c != '\n')
          FAIL(what << ": a control character in the line of frame " << frame.number);
      }
      out.clear();
      json.packet(packet, out);
      std::string_view text = out.view();
      while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
      if (!Judge(text).whole() || !base::is_utf8(text)) FAIL(what << ": not valid JSON: " << text);
    }
  }
  tracker.finish();
  if (source->damage()) {
    outcome.damaged = true;
    if (source->damage()->why.empty() || source->damage()->at > file.size())
      FAIL(what << ": damage without a place or a reason");
  }
  return outcome;
}

}  // namespace

TEST_CASE("the judge of JSON says no where it must") {
  for (const char* bad : {"{", "{\"a\":}", "[1,]", "\"\x01\"", "{\"a\":1}}", "\"\\x\"", "nul",
                          "{\"a\" 1}", "{\"a\":1,\"a\":2}"})
    CHECK_FALSE(Judge(bad).whole());
  CHECK(Judge("{\"a\":[1,-2.5,\"\\u00e9\",{}],\"b\":true}").whole());
}

TEST_CASE("every capture, cut at every byte") {
  u32 files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(NETPEEL_SOURCE_DIR "/captures")) {
    if (entry.path().extension() != ".pcapng") continue;
    ++files;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::vector<u8> bytes{std::istreambuf_iterator<char>(in), {}};
    const Outcome whole = decode(bytes, entry.path().filename(), true);
    CHECK_FALSE(whole.damaged);
    CHECK(whole.frames > 0);
    u64 before = 0;
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      const std::vector<u8> exact(bytes.begin(), bytes.begin() + std::ptrdiff_t(cut));
      const std::string what =
          entry.path().filename().string() + " cut at byte " + std::to_string(cut);
      const Outcome part = decode(exact, what, false);
      // Between two frames' ends only the damage differs, not what there is to print.
      if (part.frames > before) decode(exact, what, true);
      if (part.frames < before || part.frames > whole.frames)
        FAIL(what << ": " << part.frames << " frames, " << before << " at the cut before");
      before = part.frames;
    }
  }
  CHECK(files >= 15);
}
