#include "flow/reassembly.hpp"

#include <string>

#include "base/random.hpp"
#include "support/catch.hpp"

using namespace netpeel;
using flow::Reassembly;
using flow::Released;

namespace {

// What one side sends, told step by step; said() is the stream, "<5>" for a gap of five bytes.
class Story {
 public:
  explicit Story(u32 begin) : begin_(begin), half_(begin) {}
  // A segment at a place of the stream; it may claim more than the capture kept.
  Story& segment(u32 at, std::string_view text, u32 length = 0) {
    half_.segment(begin_ + at, base::as_bytes(text), length == 0 ? u32(text.size()) : length,
                  ++frame_, out_);
    take();
    half_.settle(out_);
    return take();
  }
  Story& acknowledged(u32 at) {
    half_.acknowledged(begin_ + at);
    return *this;
  }
  Story& given_up(u32 at) {
    half_.give_up(begin_ + at, out_);
    return take();
  }
  Story& ends_at(u32 at) {
    half_.ends_at(begin_ + at);
    return *this;
  }
  Story& over() {
    half_.release_all(out_);
    return take();
  }
  const std::string& said() const { return said_; }
  const Reassembly& half() const { return half_; }

 private:
  Story& take() {
    for (const Released& r : out_)
      said_ += r.gap > 0 ? "<" + std::to_string(r.gap) + ">" : std::string(base::as_text(r.bytes));
    out_.clear();
    return *this;
  }
  u32 begin_;
  Reassembly half_;
  std::vector<Released> out_;
  std::string said_;
  u64 frame_ = 0;
};

}  // namespace

TEST_CASE("reassembly: early, late, doubled and overlapping segments") {
  Story s(100);
  s.segment(0, "ab").segment(4, "ef");
  CHECK(s.said() == "ab");
  CHECK(s.half().held() == 2);
  s.segment(2, "cd");
  CHECK(s.said() == "abcdef");
  CHECK(s.half().held() == 0);
  s.segment(0, "abcdef").segment(4, "efgh").segment(5, "f");
  CHECK(s.said() == "abcdefgh");
}

TEST_CASE("reassembly: where bytes contradict each other the first stay") {
  Story s(0);
  s.segment(2, "cd").segment(0, "abXYe");
  CHECK(s.said() == "abXYe");
  s.segment(3, "ZZZ");
  CHECK(s.said() == "abXYeZ");
}

TEST_CASE("reassembly: numbers wrap") {
  Story s(0xfffffffe);
  s.segment(4, "ef").segment(0, "abcd");
  CHECK(s.said() == "abcdef");
}

TEST_CASE("reassembly: a gap is let go when the other side has acknowledged it, not before") {
  Story s(1);
  s.segment(0, "ab").segment(5, "fg");
  s.acknowledged(2).segment(7, "h");
  CHECK(s.said() == "ab");
  s.acknowledged(8).segment(8, "i");
  CHECK(s.said() == "ab<3>fghi");
  s.segment(2, "cde");  // too late
  CHECK(s.said() == "ab<3>fghi");
}

TEST_CASE("reassembly: what was acknowledged may still come, and is told by its own side") {
  Story s(1);
  s.segment(0, "ab").segment(5, "fg").acknowledged(7);
  CHECK(s.said() == "ab");
  s.segment(2, "cde");
  CHECK(s.said() == "abcdefg");
}

TEST_CASE("reassembly: what is given up is a gap, with all that came early of it") {
  Story s(1);
  s.segment(0, "ab").segment(4, "ef").segment(8, "ij").given_up(7);
  CHECK(s.said() == "ab<5>");
  CHECK(s.half().held() == 2);
  s.segment(7, "h").segment(2, "cdefg");
  CHECK(s.said() == "ab<5>hij");
}

TEST_CASE("reassembly: data behind a gap that was acknowledged earlier") {
  Story s(1);
  s.segment(0, "ab").acknowledged(9).segment(5, "fg");
  CHECK(s.said() == "ab<3>fg");
}

TEST_CASE("reassembly: one side only, the end of the capture lets everything go") {
  Story s(1);
  s.segment(3, "d").segment(8, "i").over();
  CHECK(s.said() == "<3>d<4>i");
}

TEST_CASE("reassembly: a FIN ends the stream at its number, though segments come later") {
  Story s(1);
  s.segment(0, "ab").ends_at(6).segment(4, "ef");
  CHECK_FALSE(s.half().ended());
  s.segment(2, "cd");
  CHECK(s.half().ended());
  s.segment(6, "beyond");
  CHECK(s.said() == "abcdef");
  CHECK(s.half().dropped() == 6);
}

TEST_CASE("reassembly: bytes that the capture cut off are a gap") {
  Story s(1);
  s.segment(0, "ab", 10).segment(10, "kl");
  CHECK(s.said() == "ab<8>kl");
}

TEST_CASE("reassembly: what is held is bounded") {
  Story s(0);
  const std::string piece(1000, 'x');
  for (u32 i = 1; i < 20000; ++i) s.segment(i * 1001, piece);
  CHECK(s.half().held() <= Reassembly::most_held);
  CHECK(s.said().starts_with("<1001>x"));
}

TEST_CASE("reassembly: any order, doubling and overlap of segments gives the same stream") {
  for (u64 seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    base::Random random(seed);
    std::string text;
    for (u64 i = 0, n = 20 + random.below(300); i < n; ++i) text += char('!' + random.below(90));
    Story s(u32(random.next()));
    // Every byte comes at least once, in pieces drawn freely.
    std::vector<std::pair<u32, u32>> pieces;
    for (u32 at = 0; at < text.size();) {
      const u32 n = u32(1 + random.below(40));
      pieces.push_back({at, n});
      at += n - u32(random.below(n));
    }
    for (std::size_t i = pieces.size(); i-- > 1;) std::swap(pieces[i], pieces[random.below(i + 1)]);
    for (const auto& [at, n] : pieces) s.segment(at, std::string_view(text).substr(at, n));
    s.over();
    CHECK(s.said() == text);
    CHECK(s.half().held() == 0);
  }
}
