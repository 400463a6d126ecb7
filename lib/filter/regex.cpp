#include "filter/regex.hpp"

#include <algorithm>

namespace netpeel::filter {
namespace {

bool word_byte(u8 c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

using Set = std::bitset<256>;

Set range(u32 from, u32 to) {
  Set s;
  for (u32 c = from; c <= to; ++c) s.set(c);
  return s;
}

}  // namespace

// Recursive descent; emits steps as it goes. A repeated part is parsed again for every copy.
class RegexCompiler {
 public:
  explicit RegexCompiler(std::string_view pattern) : p_(pattern) {}

  base::Result<Regex> run() {
    if (p_.size() > Regex::most_bytes)
      fail(0, p_.size(), "this regular expression is longer than 4096 bytes");
    while (p_.substr(i_).starts_with("(?i)") || p_.substr(i_).starts_with("(?-i)")) {
      fold_ = p_[i_ + 2] == 'i';
      i_ += fold_ ? 4 : 5;
    }
    alternatives();
    if (!failed_ && i_ < p_.size())
      fail(i_, 1, "this ) has no (", "write \\) for the character itself");
    emit({Step::Kind::match});
    if (failed_) return complaint_;
    starts();
    re_.round_of_.assign(re_.steps_.size(), 0);
    re_.now_.reserve(re_.steps_.size());
    re_.then_.reserve(re_.steps_.size());
    re_.stack_.reserve(re_.steps_.size() * 2 + 2);
    return std::move(re_);
  }

 private:
  using Step = Regex::Step;

  void fail(std::size_t at, std::size_t length, std::string what, std::string hint = {}) {
    if (!failed_) complaint_ = {std::move(what), at, length, std::move(hint)};
    failed_ = true;
  }
  u32 here() const { return u32(re_.steps_.size()); }
  void emit(Step s) {
    if (failed_) return;
    if (re_.steps_.size() >= Regex::most_steps)
      return fail(0, p_.size(), "this regular expression is too large",
                  "use smaller repeat counts");
    re_.steps_.push_back(s);
  }
  bool more() const { return !failed_ && i_ < p_.size(); }
  bool at(char c) const { return i_ < p_.size() && p_[i_] == c; }

  // What split leads to: the alternatives one after another, each ending in a jump behind the last.
  void alternatives() {
    if (++depth_ > 100) fail(i_, 1, "groups are nested too deeply here");
    std::vector<u32> jumps;
    for (;;) {
      // The split before an alternative is only known to be needed when a | follows: so it is
      // inserted then.
      const u32 start = here();
      sequence();
      if (!more() || !at('|')) break;
      ++i_;
      insert(start, {Step::Kind::split, start + 1, 0});
      jumps.push_back(here());
      emit({Step::Kind::go});
      if (failed_) break;
      re_.steps_[start].b = here();
    }
    if (!failed_) {
      for (u32 j : jumps) re_.steps_[j].a = here();
    }
    --depth_;
  }

  // Makes room for one step; jumps behind it move along.
  void insert(u32 place, Step s) {
    if (failed_) return;
    emit({Step::Kind::match});
    if (failed_) return;
    for (u32 k = here() - 1; k > place; --k) re_.steps_[k] = re_.steps_[k - 1];
    for (u32 k = place + 1; k < here(); ++k) {
      Step& moved = re_.steps_[k];
      if (moved.kind != Step::Kind::split && moved.kind != Step::Kind::go) continue;
      if (moved.a >= place) ++moved.a;
      if (moved.kind == Step::Kind::split && moved.b >= place) ++moved.b;
    }
    re_.steps_[place] = s;
  }

  void sequence() {
    while (more() && !at('|') && !at(')')) piece();
  }

  void piece() {
    const std::size_t begun = i_;
    const u32 start = here();
    const bool repeatable = atom();
    while (more()) {
      u32 least = 1, most = 1;
      const std::size_t sign = i_;
      if (at('*')) {
        least = 0, most = forever, ++i_;
      } else if (at('+')) {
        most = forever, ++i_;
      } else if (at('?')) {
        least = 0, ++i_;
      } else if (!counts(least, most)) {
        return;
      }
      if (failed_) return;
      if (!repeatable) return fail(sign, 1, "there is nothing to repeat here");
      if (repeated_++ > 200) return fail(sign, 1, "too many repeats");
      if (at('?') || at('+'))
        ++i_;  // lazy or possessive: the same question where only yes or no counts
      repeat(begun, sign, start, least, most);
      return;
    }
  }

  // {3} {3,} {3,5}; anything else is a plain brace.
  bool counts(u32& least, u32& most) {
    if (!at('{')) return false;
    std::size_t j = i_ + 1;
    const auto number = [&](u32& n) {
      const std::size_t from = j;
      n = 0;
      for (; j < p_.size() && p_[j] >= '0' && p_[j] <= '9'; ++j)
        n = std::min(n * 10 + u32(p_[j] - '0'), 100'000u);
      return j > from;
    };
    if (!number(least)) return false;
    most = least;
    if (j < p_.size() && p_[j] == ',') {
      ++j;
      if (!number(most)) most = forever;
    }
    if (j >= p_.size() || p_[j] != '}') return false;
    const std::size_t from = i_;
    i_ = j + 1;
    if (least > Regex::most_repeats || (most != forever && most > Regex::most_repeats)) {
      fail(from, i_ - from, "at most 1000 repeats are possible");
    } else if (most < least) {
      fail(from, i_ - from, "the second count is smaller than the first");
    }
    return true;
  }

  // The part compiled at [start, here()) becomes least copies, then up to most.
  void repeat(std::size_t, std::size_t, u32 start, u32 least, u32 most) {
    const std::vector<Step> part(re_.steps_.begin() + start, re_.steps_.end());
    re_.steps_.resize(start);
    const auto copy = [&] {
      const u32 shift = here() - start;
      for (Step s : part) {
        if (s.kind == Step::Kind::split || s.kind == Step::Kind::go) s.a += shift;
        if (s.kind == Step::Kind::split) s.b += shift;
        emit(s);
        if (failed_) return;
      }
    };
    for (u32 n = 0; n < least && !failed_; ++n) copy();
    if (most == forever) {
      const u32 loop = here();
      emit({Step::Kind::split, loop + 1, 0});
      copy();
      emit({Step::Kind::go, loop});
      if (!failed_) re_.steps_[loop].b = here();
      return;
    }
    std::vector<u32> exits;
    for (u32 n = least; n < most && !failed_; ++n) {
      exits.push_back(here());
      emit({Step::Kind::split, here() + 1, 0});
      copy();
    }
    if (failed_) return;
    for (u32 e : exits) re_.steps_[e].b = here();
  }

  void set(Set s) {
    if (fold_) {
      for (u32 c = 'a'; c <= 'z'; ++c) {
        if (s[c] || s[c - 32]) s.set(c), s.set(c - 32);
      }
    }
    std::size_t n = 0;
    while (n < re_.sets_.size() && re_.sets_[n] != s) ++n;
    if (n == re_.sets_.size()) re_.sets_.push_back(s);
    emit({Step::Kind::set, u32(n)});
  }

  // True if it can be repeated.
  bool atom() {
    const char c = p_[i_];
    switch (c) {
      case '(': group(); return true;
      case '[': bracket(); return true;
      case '.': ++i_, set(~range('\n', '\n')); return true;
      case '^': ++i_, emit({Step::Kind::begin}); return false;
      case '$': ++i_, emit({Step::Kind::end}); return false;
      case '*':
      case '+':
      case '?':
        fail(i_, 1, "there is nothing to repeat here",
             std::string("write \\") + c + " for the character itself");
        return false;
      case '\\': return escape();
      default: ++i_, set(range(u8(c), u8(c))); return true;
    }
  }

  void group() {
    const std::size_t open = i_++;
    if (at('?')) {
      if (p_.substr(i_).starts_with("?:")) {
        i_ += 2;
      } else {
        return fail(open, std::min<std::size_t>(3, p_.size() - open),
                    "this kind of group is not known here",
                    "(…) and (?:…) are; (?i) and (?-i) stand in front of all");
      }
    }
    alternatives();
    if (failed_) return;
    if (!at(')'))
      return fail(open, 1, "this ( is never closed", "write \\( for the character itself");
    ++i_;
  }

  static bool class_of(char c, Set& s) {
    Set found;
    switch (c | 32) {
      case 'd': found = range('0', '9'); break;
      case 's': found = range('\t', '\r') | range(' ', ' '); break;
      case 'w':
        for (u32 b = 0; b < 256; ++b) found[b] = word_byte(u8(b));
        break;
      default: return false;
    }
    s = (c & 32) != 0 ? found : ~found;
    return true;
  }

  // After the backslash: one byte.
  bool byte_escape(u8& out) {
    const char c = p_[i_++];
    constexpr std::string_view names = "abefnrtv0", meant("\a\b\x1b\f\n\r\t\v\0", 9);
    if (const std::size_t n = names.find(c); n != std::string_view::npos) {
      out = u8(meant[n]);
      return true;
    }
    if (c == 'x') {
      u32 value = 0, n = 0;
      for (; n < 2 && i_ < p_.size(); ++n, ++i_) {
        const char h = p_[i_];
        const int d = h >= '0' && h <= '9'                 ? h - '0'
                      : (h | 32) >= 'a' && (h | 32) <= 'f' ? (h | 32) - 'a' + 10
                                                           : -1;
        if (d < 0) break;
        value = value * 16 + u32(d);
      }
      out = u8(value);
      return n > 0;
    }
    if (word_byte(u8(c))) return false;
    out = u8(c);
    return true;
  }

  bool escape() {
    const std::size_t start = i_++;
    if (i_ >= p_.size())
      return fail(start, 1, "a backslash needs something behind it",
                  "write \\\\ for the character itself"),
             false;
    Set s;
    if (class_of(p_[i_], s)) return ++i_, set(s), true;
    switch (p_[i_]) {
      case 'b': return ++i_, emit({Step::Kind::edge}), false;
      case 'B': return ++i_, emit({Step::Kind::no_edge}), false;
      case 'A': return ++i_, emit({Step::Kind::begin}), false;
      case 'z':
      case 'Z': return ++i_, emit({Step::Kind::end}), false;
      default: break;
    }
    u8 b = 0;
    if (!byte_escape(b)) {
      const bool digit = p_[start + 1] >= '1' && p_[start + 1] <= '9';
      return fail(start, 2,
                  digit ? "back-references are not known here" : "this escape is not known here",
                  "\\d \\w \\s \\b \\n \\x41 are"),
             false;
    }
    return set(range(b, b)), true;
  }

  bool posix_class(Set& s) {
    constexpr std::pair<std::string_view, std::string_view> names[]{
        {"[:alpha:]",  "AZaz"    },
        {"[:digit:]",  "09"      },
        {"[:alnum:]",  "09AZaz"  },
        {"[:upper:]",  "AZ"      },
        {"[:lower:]",  "az"      },
        {"[:xdigit:]", "09AFaf"  },
        {"[:space:]",  "\t\r  "  },
        {"[:print:]",  " ~"      },
        {"[:punct:]",  "!/:@[`{~"},
    };
    for (const auto& [name, ranges] : names) {
      if (!p_.substr(i_).starts_with(name)) continue;
      for (std::size_t r = 0; r < ranges.size(); r += 2)
        s |= range(u8(ranges[r]), u8(ranges[r + 1]));
      i_ += name.size();
      return true;
    }
    return false;
  }

  void bracket() {
    const std::size_t open = i_++;
    bool inverted = false;
    if (at('^')) inverted = true, ++i_;
    Set s;
    for (bool first = true;; first = false) {
      if (i_ >= p_.size())
        return fail(open, 1, "this [ is never closed", "write \\[ for the character itself");
      if (at(']') && !first) break;
      if (at('[') && posix_class(s)) continue;
      u8 from = 0;
      bool single = true;
      if (!member(s, from, single)) return;
      if (!single || !at('-') || i_ + 1 >= p_.size() || p_[i_ + 1] == ']') {
        if (single) s.set(from);
        continue;
      }
      const std::size_t dash = i_++;
      u8 to = 0;
      if (!member(s, to, single)) return;
      if (!single) {
        s.set(from), s.set('-');
      } else if (to < from) {
        return fail(dash - 1, 3, "this range runs backwards");
      } else {
        s |= range(from, to);
      }
    }
    ++i_;
    // Fold before inverting, or [^a] would match A.
    if (fold_) {
      for (u32 c = 'a'; c <= 'z'; ++c) {
        if (s[c] || s[c - 32]) s.set(c), s.set(c - 32);
      }
    }
    const bool fold = fold_;
    fold_ = false;
    set(inverted ? ~s : s);
    fold_ = fold;
  }

  // One byte (single) or a class, which goes into s at once.
  bool member(Set& s, u8& byte, bool& single) {
    single = true;
    if (!at('\\')) {
      byte = u8(p_[i_++]);
      return true;
    }
    const std::size_t start = i_++;
    if (i_ >= p_.size()) return fail(start, 1, "a backslash needs something behind it"), false;
    Set found;
    if (class_of(p_[i_], found)) {
      ++i_;
      s |= found;
      single = false;
      return true;
    }
    if (!byte_escape(byte))
      return fail(start, 2, "this escape is not known here", "\\d \\w \\s \\n \\x41 are"), false;
    return true;
  }

  // Which bytes can come first: lets found_in() run over the rest.
  void starts() {
    std::vector<u32> todo{0};
    std::vector<bool> seen(re_.steps_.size());
    bool only_begin = true;
    while (!todo.empty()) {
      const u32 i = todo.back();
      todo.pop_back();
      if (seen[i]) continue;
      seen[i] = true;
      const Step& s = re_.steps_[i];
      switch (s.kind) {
        case Step::Kind::set: re_.first_ |= re_.sets_[s.a], only_begin = false; break;
        case Step::Kind::split: todo.push_back(s.b), todo.push_back(s.a); break;
        case Step::Kind::go: todo.push_back(s.a); break;
        case Step::Kind::begin: break;  // anchored: decided below
        case Step::Kind::edge:
        case Step::Kind::no_edge:
        case Step::Kind::end: todo.push_back(i + 1); break;
        case Step::Kind::match: re_.may_be_empty_ = true, only_begin = false; break;
      }
      if (s.kind == Step::Kind::begin) begins_ = true;
    }
    re_.anchored_ = begins_ && only_begin;
    if (begins_) re_.may_be_empty_ = true;  // first_ does not know what follows ^
  }

  static constexpr u32 forever = 0xffffffff;
  std::string_view p_;
  std::size_t i_ = 0;
  Regex re_;
  bool fold_ = true, begins_ = false, failed_ = false;
  unsigned depth_ = 0, repeated_ = 0;
  base::Complaint complaint_;
};

base::Result<Regex> Regex::compile(std::string_view pattern) {
  return RegexCompiler(pattern).run();
}

// Adds a step and all it leads to without a byte.
void Regex::follow(u32 step, Bytes text, std::size_t at) {
  stack_.clear();
  stack_.push_back(step);
  while (!stack_.empty()) {
    const u32 i = stack_.back();
    stack_.pop_back();
    if (round_of_[i] == round_) continue;
    round_of_[i] = round_;
    const Step& s = steps_[i];
    switch (s.kind) {
      case Step::Kind::set: then_.push_back(i); break;
      case Step::Kind::split: stack_.push_back(s.b), stack_.push_back(s.a); break;
      case Step::Kind::go: stack_.push_back(s.a); break;
      case Step::Kind::begin:
        if (at == 0) stack_.push_back(i + 1);
        break;
      case Step::Kind::end:
        // As in Perl, also before a line end that ends the text.
        if (at == text.size() || (at + 1 == text.size() && text[at] == '\n'))
          stack_.push_back(i + 1);
        break;
      case Step::Kind::edge:
      case Step::Kind::no_edge: {
        const bool left = at > 0 && word_byte(text[at - 1]),
                   right = at < text.size() && word_byte(text[at]);
        if ((left != right) == (s.kind == Step::Kind::edge)) stack_.push_back(i + 1);
        break;
      }
      case Step::Kind::match: matched_ = true; return;
    }
  }
}

bool Regex::found_in(Bytes text) {
  matched_ = false;
  now_.clear();
  for (std::size_t at = 0;; ++at) {
    if (now_.empty()) {
      if (anchored_ && at > 0) return false;
      if (!may_be_empty_) {
        while (at < text.size() && !first_[text[at]]) ++at;
        if (at == text.size()) return false;
      }
    }
    // now_ holds the steps that wait for the byte at `at`; a match may also begin here.
    if (++round_ == 0) {
      std::fill(round_of_.begin(), round_of_.end(), 0);
      round_ = 1;
    }
    then_.clear();
    for (u32 i : now_) round_of_[i] = round_, then_.push_back(i);
    follow(0, text, at);
    if (matched_) return true;
    if (at >= text.size()) return false;
    now_.swap(then_);
    then_.clear();
    if (++round_ == 0) {
      std::fill(round_of_.begin(), round_of_.end(), 0);
      round_ = 1;
    }
    for (u32 i : now_) {
      if (!sets_[steps_[i].a][text[at]]) continue;
      follow(i + 1, text, at + 1);
      if (matched_) return true;
    }
    now_.swap(then_);
  }
}

}  // namespace netpeel::filter
