#include "lesson/condition.hpp"

#include <algorithm>
#include <charconv>

#include "field/registry.hpp"

namespace netpeel::lesson {
namespace {

using filter::Compare;

struct Named {
  Function function;
  std::string_view name;
  bool field;       // "field;" in front
  bool optional;    // … or not
  u32 least, most;  // filters
};
constexpr Named functions[]{
    {Function::count,    "count",    false, true,  1, 1 },
    {Function::sum,      "sum",      true,  false, 1, 1 },
    {Function::distinct, "distinct", true,  false, 1, 1 },
    {Function::first,    "first",    false, false, 1, 1 },
    {Function::last,     "last",     false, false, 1, 1 },
    {Function::order,    "order",    false, false, 2, 20},
    {Function::same,     "same",     true,  false, 2, 2 },
    {Function::gap,      "gap",      false, false, 1, 1 },
    {Function::lost,     "lost",     false, false, 1, 1 },
    {Function::dup,      "dup",      false, false, 1, 1 },
    {Function::late,     "late",     false, false, 1, 1 },
    {Function::bent,     "bent",     false, false, 1, 1 },
    {Function::bytes,    "bytes",    false, false, 1, 1 },
    {Function::state,    "state",    false, false, 0, 0 },
    {Function::answer,   "answer",   false, false, 0, 0 },
};

constexpr std::size_t most_line = 4096;         // of a condition
constexpr std::size_t most_filter = 64 * 1024;  // of a filter, names replaced
constexpr u32 deepest = 100;                    // parentheses in parentheses

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Names of lets in a filter become what they stand for, in parentheses. A word next to a dot is a
// field. What grows too long stays as it was: names of names of names double each time.
std::string expand_lets(std::string_view text, const Lets& lets) {
  std::string out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') quoted = !quoted;
    const bool begins = !quoted && is_letter(text[i]) &&
                        (i == 0 || (!is_letter(text[i - 1]) && text[i - 1] != '.' &&
                                    text[i - 1] != '$' && text[i - 1] != '@'));
    if (!begins) {
      out += text[i++];
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_letter(text[end])) ++end;
    const std::string_view word = text.substr(i, end - i);
    const auto let = end < text.size() && text[end] == '.' ? lets.end() : lets.find(word);
    if (let == lets.end()) {
      out += word;
    } else {
      out.append("(").append(let->second).append(")");
    }
    if (out.size() > most_filter) return std::string(text);
    i = end;
  }
  return out;
}

class Parser {
 public:
  Parser(const Line& line, const Lets& lets, std::vector<Mistake>& mistakes)
      : line_(line), text_(line.text), lets_(lets), mistakes_(mistakes) {
    if (text_.size() <= most_line) return;
    wrong(0, 1, "this line is too long", "A condition has 4096 bytes at most.");
    text_ = {};
  }

  Condition condition() {
    Condition out{.at = place(0)};
    const std::size_t told = message(out.message);
    text_ = text_.substr(0, told);
    out.text = trimmed(text_);
    out.left = sum();
    blanks();
    struct Sign {
      std::string_view text;
      Compare compare;
    };
    constexpr Sign signs[]{
        {"==", Compare::equal  },
        {"!=", Compare::differ },
        {"<=", Compare::at_most},
        {">=", Compare::at_least},
        {"<",  Compare::less   },
        {">",  Compare::greater}
    };
    for (const Sign& sign : signs) {
      if (failed_ || !rest().starts_with(sign.text)) continue;
      at_ += sign.text.size();
      out.compare = sign.compare;
      out.right = sum();
      break;
    }
    end();
    return out;
  }
  Expr expected() {
    Expr out = sum();
    end();
    return out;
  }

 private:
  std::string_view rest() const { return text_.substr(std::min(at_, text_.size())); }
  Place place(std::size_t at) const { return {line_.at.line, line_.at.column + u32(at)}; }
  void wrong(std::size_t at, std::size_t length, std::string what, std::string rule) {
    if (!failed_) {
      mistakes_.push_back(
          {place(at), u32(std::max<std::size_t>(length, 1)), std::move(what), std::move(rule)});
    }
    failed_ = true;
  }
  void blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  void end() {
    blanks();
    if (at_ < text_.size()) {
      wrong(at_, text_.size() - at_, "this is not understood",
            "A condition is one expression, or two with ==, !=, <, <=, > or >= between.");
    }
  }

  // ~ "…" at the end; where it begins.
  std::size_t message(std::string& to) {
    bool quoted = false;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      if (text_[i] == '"') quoted = !quoted;
      if (text_[i] != '~' || quoted) continue;
      const std::string_view told = trimmed(text_.substr(i + 1));
      if (told.size() < 2 || told.front() != '"' || told.back() != '"') continue;
      to = told.substr(1, told.size() - 2);
      return i;
    }
    return text_.size();
  }

  Expr sum() {
    Expr left = product();
    for (;;) {
      blanks();
      const char sign = at_ < text_.size() ? text_[at_] : 0;
      if (failed_ || (sign != '+' && sign != '-')) return left;
      ++at_;
      left = pair(sign == '+' ? Expr::Kind::add : Expr::Kind::subtract, std::move(left), product());
    }
  }
  Expr product() {
    Expr left = term();
    for (;;) {
      blanks();
      if (failed_ || at_ >= text_.size() || text_[at_] != '*') return left;
      ++at_;
      left = pair(Expr::Kind::multiply, std::move(left), term());
    }
  }
  static Expr pair(Expr::Kind kind, Expr left, Expr right) {
    Expr out{.kind = kind, .at = left.at, .length = left.length};
    out.children.push_back(std::move(left));
    out.children.push_back(std::move(right));
    return out;
  }

  Expr term() {
    blanks();
    const std::size_t begin = at_;
    Expr out{.at = place(begin)};
    const char c = begin < text_.size() ? text_[begin] : 0;
    if (c == '"') {
      quoted(out);
    } else if (c == '$') {
      ++at_;
      out.kind = Expr::Kind::value;
      out.text = word();
    } else if (c == '{') {
      set(out);
    } else if (c == '(') {
      ++at_;
      if (deeper(begin)) out = sum();
      --depth_;
      close(')');
    } else if (c >= '0' && c <= '9') {
      number(out);
    } else if (is_letter(c)) {
      call(out);
    } else {
      wrong(begin, 1, c == 0 ? "the condition ends too early" : "this is not understood",
            "A value is a number, \"text\", $name, {a, set}, or a function such as count(filter).");
      at_ = text_.size();
    }
    out.length = u32(std::max<std::size_t>(1, at_ - begin));
    return out;
  }
  std::string word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || text_[at_] == '-')) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  void quoted(Expr& out) {
    const std::size_t end = text_.find('"', at_ + 1);
    out.kind = Expr::Kind::text;
    if (end == std::string_view::npos) {
      wrong(at_, text_.size() - at_, "this text has no end", "Texts stand between \" and \".");
      at_ = text_.size();
      return;
    }
    out.text = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
  }
  // 3, 0x10, 1.5, and addresses, which are texts: 10.0.1.2, 02:00:00:00:01:02.
  void number(Expr& out) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || text_[at_] == '.' || text_[at_] == ':'))
      ++at_;
    const std::string_view spelt = text_.substr(begin, at_ - begin);
    const bool hex = spelt.starts_with("0x");
    const char* const end = spelt.data() + spelt.size();
    u64 whole = 0;
    const auto [stopped, problem] =
        std::from_chars(spelt.data() + (hex ? 2 : 0), end, whole, hex ? 16 : 10);
    out.number = double(whole);
    if (problem == std::errc{} && stopped == end) return;
    const auto [far, trouble] = std::from_chars(spelt.data(), end, out.number);
    if (trouble == std::errc{} && far == end) return;
    out.kind = Expr::Kind::text;
    out.text = spelt;
  }
  void set(Expr& out) {
    out.kind = Expr::Kind::set;
    do {
      ++at_;
      if (deeper(at_)) out.children.push_back(sum());
      --depth_;
      blanks();
    } while (!failed_ && at_ < text_.size() && text_[at_] == ',');
    close('}');
  }
  bool deeper(std::size_t at) {
    if (++depth_ <= deepest) return true;
    wrong(at, 1, "too many brackets stand in each other", "A hundred at most.");
    return false;
  }
  void close(char bracket) {
    blanks();
    if (at_ < text_.size() && text_[at_] == bracket) {
      ++at_;
    } else {
      wrong(at_, 1, std::string("a ") + bracket + " is missing", "Brackets come in pairs.");
    }
  }

  void call(Expr& out) {
    const std::size_t begin = at_;
    const std::string name = word();
    const auto found = std::find_if(std::begin(functions), std::end(functions),
                                    [&](const Named& f) { return f.name == name; });
    blanks();
    if (found == std::end(functions) || at_ >= text_.size() || text_[at_] != '(') {
      unknown_name(begin, name, found != std::end(functions));
      return;
    }
    out.kind = Expr::Kind::call;
    out.function = found->function;
    const std::size_t open = at_++;
    const std::vector<std::string_view> parts = arguments(open);
    if (failed_) return;
    if (found->most == 0) {
      out.text = trimmed(parts[0]);
      if (out.text.empty() || parts.size() > 1)
        wrong(open, 1, name + " wants one name", "state(got.lines), answer(sizes).");
      return;
    }
    aim(*found, parts, open, out);
    if (out.function == Function::first || out.function == Function::last) dotted(name, out);
  }
  void unknown_name(std::size_t begin, const std::string& name, bool known) {
    std::string nearest;
    u32 least = 3;
    for (const Named& f : functions) {
      if (const u32 d = field::distance(f.name, name); d < least) least = d, nearest = f.name;
    }
    wrong(begin, name.size(),
          known ? name + " wants its arguments in parentheses"
                : "\"" + name + "\" is no function of the check language" +
                      (nearest.empty() ? "" : "; did you mean " + nearest + "?"),
          "Functions are count, sum, distinct, first, last, order, same, gap, lost, dup, late, "
          "bent, bytes, state and answer; a bare filter stands in count(…) >= 1.");
    at_ = text_.size();
  }
  void aim(const Named& f, const std::vector<std::string_view>& parts, std::size_t open,
           Expr& out) {
    std::size_t filters = 0;
    const bool has_field = separated_;
    if (has_field) out.field = trimmed(parts[filters++]);
    if (has_field ? !f.field && !f.optional : f.field) {
      wrong(open, 1,
            std::string(f.name) + (has_field ? " takes no field" : " wants a field and a ;"),
            "sum(tcp.len; tcp.dstport == 80), count(tcp).");
      return;
    }
    for (; filters < parts.size(); ++filters) out.aims.push_back(parse_aim(parts[filters], lets_));
    if (out.aims.size() < f.least || out.aims.size() > f.most) {
      wrong(open, 1,
            std::string(f.name) + " wants " +
                (f.least == f.most ? std::to_string(f.least)
                                   : "at least " + std::to_string(f.least)) +
                (f.most == 1 ? " filter" : " filters"),
            "A comma that belongs to a filter stands in { } or in quotes.");
    }
    for (Aim& one : out.aims) {
      if (one.tap.empty()) one.tap = out.aims.back().tap;
    }
  }
  // first(F).tcp.seq_raw
  void dotted(const std::string& name, Expr& out) {
    if (failed_) return;
    if (at_ < text_.size() && text_[at_] == '.') {
      const std::size_t begin = ++at_;
      while (at_ < text_.size() && (is_letter(text_[at_]) || text_[at_] == '.')) ++at_;
      out.field = text_.substr(begin, at_ - begin);
    }
    if (out.field.empty())
      wrong(at_, 1, "which field of that packet?", name + "(filter).tcp.seq_raw");
  }

  // What stands between the parentheses, cut at commas and at a semicolon; at_ is behind them.
  std::vector<std::string_view> arguments(std::size_t open) {
    std::vector<std::string_view> out;
    std::size_t from = at_;
    u32 depth = 0;
    bool inside_quotes = false;
    separated_ = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') inside_quotes = !inside_quotes;
      if (inside_quotes) continue;
      if (c == '(' || c == '{' || c == '[') ++depth;
      const bool closes = c == ')' || c == '}' || c == ']';
      if (closes && depth > 0) {
        --depth;
        continue;
      }
      const bool first_semicolon = c == ';' && out.empty() && !separated_;
      if (depth > 0 || (!closes && c != ',' && !first_semicolon)) continue;
      separated_ = separated_ || first_semicolon;
      out.push_back(text_.substr(from, at_ - from));
      from = at_ + 1;
      if (closes) {
        ++at_;
        return out;
      }
    }
    wrong(open, 1, "this parenthesis is never closed", "Brackets come in pairs.");
    return {""};
  }

  const Line& line_;
  std::string_view text_;
  const Lets& lets_;
  std::vector<Mistake>& mistakes_;
  std::size_t at_ = 0;
  u32 depth_ = 0;
  bool failed_ = false, separated_ = false;
};

// let NAME = FILTER
void read_let(const Line& line, Lets& lets, std::vector<Mistake>& mistakes) {
  const std::size_t equals = line.text.find('=');
  const std::string_view name =
      equals == std::string::npos ? "" : trimmed(std::string_view(line.text).substr(4, equals - 4));
  const std::string_view filter =
      equals == std::string::npos ? "" : trimmed(std::string_view(line.text).substr(equals + 1));
  const bool good = !name.empty() && std::all_of(name.begin(), name.end(), is_letter) &&
                    !filter.empty() && filter[0] != '=';
  if (!good) {
    mistakes.push_back({line.at, u32(line.text.size()), "this names nothing",
                        "let NAME = FILTER; the name has letters, digits and _."});
    return;
  }
  lets[std::string(name)] = expand_lets(filter, lets);
}

}  // namespace

Aim parse_aim(std::string_view text, const Lets& lets) {
  Aim out;
  text = trimmed(text);
  const std::size_t at = text.rfind('@');
  const std::size_t quote = text.rfind('"');
  if (at != std::string_view::npos && (quote == std::string_view::npos || quote < at)) {
    const std::string_view tap = text.substr(at + 1);
    const bool name = std::all_of(tap.begin(), tap.end(),
                                  [](char c) { return is_letter(c) || c == ':' || c == '*'; });
    if (!tap.empty() && name) {
      out.tap = tap;
      text = trimmed(text.substr(0, at));
    }
  }
  out.filter = expand_lets(text, lets);
  return out;
}

std::vector<Condition> parse_conditions(const std::vector<Line>& lines, Lets& lets,
                                        std::vector<Mistake>& mistakes) {
  std::vector<Condition> out;
  for (const Line& line : lines) {
    if (line.text.starts_with("let ")) {
      read_let(line, lets, mistakes);
    } else {
      out.push_back(Parser(line, lets, mistakes).condition());
    }
  }
  return out;
}

Expr parse_expected(const Line& line, const Lets& lets, std::vector<Mistake>& mistakes) {
  return Parser(line, lets, mistakes).expected();
}

}  // namespace netpeel::lesson
