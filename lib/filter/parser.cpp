// From tokens to an Ast. Recursion is bounded by most_depth; chains of && and || are one node with
// many children.
#include <array>
#include <charconv>

#include "filter/ast.hpp"
#include "filter/filter.hpp"
#include "filter/lexer.hpp"

namespace netpeel::filter {
namespace {

constexpr std::size_t most_nodes = 32 * 1024;

class Parser {
 public:
  explicit Parser(std::string_view source) : source_(source), lexer_(source) {}

  base::Result<Ast> run() {
    if (lexer_.token() == Token::end) return Ast{};
    const u32 root = any_of();
    if (!failed_ && lexer_.token() != Token::end) unexpected_end();
    if (failed_) return complaint_;
    ast_.root = root;
    return std::move(ast_);
  }

 private:
  // ---- Failing: the first complaint counts; after it every parse function returns at once. ----

  u32 fail(u32 at, u32 length, std::string what, std::string hint = {}) {
    if (!failed_) complaint_ = {std::move(what), at, length, std::move(hint)};
    failed_ = true;
    return 0;
  }
  u32 fail_here(std::string what, std::string hint = {}) {
    if (lexer_.token() == Token::bad) return bad();
    return fail(lexer_.at(), lexer_.length(), std::move(what), std::move(hint));
  }
  u32 bad() {
    if (!failed_) complaint_ = lexer_.complaint();
    failed_ = true;
    return 0;
  }

  // A test is complete, and something stands behind it.
  void unexpected_end() {
    const std::string word(lexer_.spelling());
    if (lexer_.token() == Token::close) {
      fail_here("there is no ( before this )");
    } else if (lexer_.token() == Token::word || lexer_.token() == Token::open ||
               lexer_.token() == Token::negate || lexer_.token() == Token::any ||
               lexer_.token() == Token::all) {
      const std::string capture = capture_hint(lexer_.at());
      std::string lower = word;
      for (char& c : lower) c = char(c >= 'A' && c <= 'Z' ? c + 32 : c);
      constexpr std::string_view operators[]{"and", "or", "not", "xor", "eq",       "ne",     "lt",
                                             "le",  "gt", "ge",  "in",  "contains", "matches"};
      std::string hint = capture;
      for (std::string_view o : operators) {
        if (hint.empty() && lower == o) hint = "operators are written small: " + lower;
      }
      if (hint.empty() && (word == "=>" || word == "is")) hint = "equality is ==";
      if (hint.empty()) hint = "join two tests with && (and) or || (or)";
      fail_here("\"" + word + "\" follows without an operator", hint);
    } else if (is_comparison(lexer_.token())) {
      fail_here("a comparison cannot go on after its right side",
                "write two tests: tcp.port > 10 && tcp.port < 100");
    } else if (lexer_.token() == Token::string || lexer_.token() == Token::raw ||
               lexer_.token() == Token::character) {
      fail_here("this text follows without an operator",
                "compare it with a field: == \"…\", contains \"…\", matches \"…\"");
    } else {
      fail_here("\"" + word + "\" was not expected here");
    }
  }

  // "port 80", "src host 10.0.0.1", "tcp port 80": libpcap's language, which -f speaks.
  std::string capture_hint(u32 at) const {
    constexpr std::pair<std::string_view, std::string_view> words[]{
        {"port",      "tcp.port == 80 || udp.port == 80"},
        {"portrange", "tcp.port in {80..90}"            },
        {"host",      "ip.addr == 10.0.0.1"             },
        {"net",       "ip.addr == 10.0.0.0/8"           },
        {"src",       "ip.src == 10.0.0.1"              },
        {"dst",       "ip.dst == 10.0.0.1"              },
        {"ether",     "eth.addr == 00:05:5d:21:99:4c"   },
        {"proto",     "ip.proto == 6"                   },
        {"greater",   "frame.len >= 100"                },
        {"less",      "frame.len <= 100"                },
        {"broadcast", "eth.dst == ff:ff:ff:ff:ff:ff"    },
        {"multicast", "eth.ig == 1"                     },
        {"gateway",   "eth.addr and ip.addr"            },
        {"ip6",       "ipv6"                            },
    };
    const std::string_view rest = source_.substr(at);
    for (const auto& [word, instead] : words) {
      if (rest.starts_with(word) && (rest.size() == word.size() || rest[word.size()] == ' ')) {
        return "\"" + std::string(word) +
               "\" belongs to capture filters (-f); display filters say " + std::string(instead);
      }
    }
    return {};
  }

  // ---- Nodes ----

  u32 make(Kind kind, u32 at, u32 end) {
    if (failed_) return 0;
    if (ast_.nodes.size() >= most_nodes)
      return fail(at, end - at, "this expression has too many parts");
    Node n;
    n.kind = kind;
    n.at = at;
    n.length = end - at;
    ast_.nodes.push_back(std::move(n));
    return u32(ast_.nodes.size() - 1);
  }
  Node& node(u32 i) { return ast_.nodes[i]; }  // valid until the next make()
  u32 start(u32 i) const { return ast_.nodes[i].at; }
  u32 end(u32 i) const { return ast_.nodes[i].at + ast_.nodes[i].length; }

  // Counts how deep the recursion is.
  class Deeper {
   public:
    explicit Deeper(Parser& p) : p_(p) {
      if (++p_.depth_ > most_depth)
        p_.fail_here("parentheses, \"not\" or functions are nested too deeply here");
    }
    ~Deeper() { --p_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    Parser& p_;
  };

  // ---- Tests ----

  template <class Next>
  u32 chain(Token between, Kind kind, Next next) {
    u32 first = next();
    if (failed_ || lexer_.token() != between) return first;
    std::vector<u32> children{first};
    while (!failed_ && lexer_.token() == between) {
      lexer_.next();
      const u32 child = next();
      if (failed_) return 0;
      if (kind == Kind::differ) {
        const u32 pair = make(kind, start(first), end(child));
        if (failed_) return 0;
        node(pair).children = {first, child};
        first = pair;
        if (++chained_ > most_depth) return fail(start(child), 1, "too many ^^ in one expression");
      } else {
        children.push_back(child);
      }
    }
    if (failed_) return 0;
    if (kind == Kind::differ) return first;
    const u32 all = make(kind, start(children.front()), end(children.back()));
    if (failed_) return 0;
    // (a || b) || c is a || b || c.
    for (u32 child : children) {
      if (node(child).kind == kind) {
        node(all).children.insert(node(all).children.end(), node(child).children.begin(),
                                  node(child).children.end());
      } else {
        node(all).children.push_back(child);
      }
    }
    return all;
  }
  u32 any_of() {
    return chain(Token::either, Kind::any_of, [&] { return one_of(); });
  }
  u32 one_of() {
    return chain(Token::one_of, Kind::differ, [&] { return all_of(); });
  }
  u32 all_of() {
    return chain(Token::both, Kind::all_of, [&] { return unary(); });
  }

  u32 unary() {
    Deeper deeper(*this);
    if (failed_) return 0;
    const u32 at = lexer_.at();
    if (lexer_.token() == Token::negate) {
      lexer_.next();
      const u32 child = unary();
      if (failed_) return 0;
      const u32 n = make(Kind::negate, at, end(child));
      if (!failed_) node(n).children = {child};
      return n;
    }
    if (lexer_.token() == Token::open) {
      lexer_.next();
      const u32 inner = any_of();
      if (failed_) return 0;
      if (lexer_.token() == Token::end)
        return fail(at, 1, "this ( is never closed", "add a ) behind the test");
      if (lexer_.token() != Token::close) return unexpected_end(), 0;
      lexer_.next();
      if (is_comparison(lexer_.token()) || lexer_.token() == Token::in ||
          lexer_.token() == Token::mask) {
        return fail_here("parentheses hold whole tests, not values",
                         "write the field without parentheses");
      }
      return inner;
    }
    return test();
  }

  static bool is_comparison(Token t) { return t >= Token::equal && t <= Token::at_least; }

  u32 test() {
    const u32 at = lexer_.at();
    Over over = Over::any;
    bool said = false;
    if (lexer_.token() == Token::any || lexer_.token() == Token::all) {
      over = lexer_.token() == Token::all ? Over::all : Over::any;
      said = true;
      lexer_.next();
    }
    const u32 left = operand();
    if (failed_) return 0;
    const Token t = lexer_.token();
    if (is_comparison(t)) return comparison(at, left, said, over);
    if (said)
      return fail(at, 3, "\"any\" and \"all\" belong before a comparison", "all tcp.port > 1024");
    switch (t) {
      case Token::in: return member(left);
      case Token::contains: {
        lexer_.next();
        const u32 right = operand();
        return pair(Kind::contains, left, right);
      }
      case Token::matches: {
        lexer_.next();
        if (lexer_.token() != Token::string && lexer_.token() != Token::raw) {
          return fail_here("matches wants a regular expression in double quotes",
                           "http.host matches \"^www\"");
        }
        const u32 right = operand();
        return pair(Kind::matches, left, right);
      }
      case Token::bad: return bad();
      default: break;
    }
    const Kind kind = node(left).kind;
    if (kind == Kind::string || kind == Kind::raw || kind == Kind::character) {
      return fail(start(left), node(left).length, "text alone is no test",
                  "say which field holds it: http.host contains \"…\"");
    }
    if (kind == Kind::word) {
      if (const std::string hint = capture_hint(start(left));
          !hint.empty() && lexer_.token() == Token::word) {
        return fail(start(left), node(left).length,
                    "\"" + node(left).text + "\" is not a field or protocol", hint);
      }
    }
    const u32 n = make(Kind::presence, start(left), end(left));
    if (!failed_) node(n).children = {left};
    return n;
  }

  u32 pair(Kind kind, u32 left, u32 right) {
    if (failed_) return 0;
    const u32 n = make(kind, start(left), end(right));
    if (!failed_) node(n).children = {left, right};
    return n;
  }

  u32 comparison(u32 at, u32 left, bool said, Over over) {
    Compare compare = Compare::equal;
    Over usual = Over::any;
    switch (lexer_.token()) {
      case Token::equal: break;
      case Token::differ: compare = Compare::differ, usual = Over::all; break;
      case Token::all_equal: usual = Over::all; break;
      case Token::any_differ: compare = Compare::differ; break;
      case Token::less: compare = Compare::less; break;
      case Token::at_most: compare = Compare::at_most; break;
      case Token::greater: compare = Compare::greater; break;
      default: compare = Compare::at_least; break;
    }
    lexer_.next();
    const u32 right = operand();
    const u32 n = pair(Kind::compare, left, right);
    if (failed_) return 0;
    node(n).length = end(n) - at;
    node(n).at = at;
    node(n).compare = compare;
    node(n).over = said ? over : usual;
    return n;
  }

  u32 member(u32 left) {
    lexer_.next();
    const u32 open = lexer_.at();
    if (lexer_.token() != Token::open_set)
      return fail_here("a set stands in braces", "tcp.port in {80, 443, 8000..8010}");
    lexer_.next();
    std::vector<u32> children{left};
    for (;;) {
      if (lexer_.token() == Token::close_set) {
        if (children.size() == 1) return fail_here("this set is empty");
        break;
      }
      if (lexer_.token() == Token::end)
        return fail(open, 1, "this { is never closed", "add a } behind the last value");
      u32 value = literal();
      if (failed_) return 0;
      if (lexer_.token() == Token::range) {
        lexer_.next();
        const u32 to = literal();
        value = pair(Kind::range, value, to);
        if (failed_) return 0;
      }
      children.push_back(value);
      if (lexer_.token() == Token::comma) {
        lexer_.next();
        if (lexer_.token() == Token::close_set)
          return fail_here("a value is missing after the comma");
      }
    }
    const u32 close = lexer_.at() + 1;
    lexer_.next();
    const u32 n = make(Kind::member, start(left), close);
    if (!failed_) node(n).children = std::move(children);
    return n;
  }

  // ---- Operands ----

  u32 operand() {
    Deeper deeper(*this);
    if (failed_) return 0;
    const u32 left = simple();
    if (failed_ || lexer_.token() != Token::mask) return left;
    lexer_.next();
    const u32 right = simple();
    const u32 n = pair(Kind::mask, left, right);
    if (!failed_ && lexer_.token() == Token::mask)
      return fail_here("one & is enough", "put all the bits into one number");
    return n;
  }

  u32 literal() {
    switch (lexer_.token()) {
      case Token::word: {
        const u32 n = make(Kind::word, lexer_.at(), lexer_.at() + lexer_.length());
        if (!failed_) node(n).text = lexer_.spelling();
        lexer_.next();
        return n;
      }
      case Token::string:
      case Token::raw:
      case Token::character: {
        const Kind kind = lexer_.token() == Token::string ? Kind::string
                          : lexer_.token() == Token::raw  ? Kind::raw
                                                          : Kind::character;
        const u32 n = make(kind, lexer_.at(), lexer_.at() + lexer_.length());
        if (!failed_) node(n).text = lexer_.text();
        lexer_.next();
        return n;
      }
      case Token::end:
        return fail(u32(source_.size()), 1,
                    "the expression ends here, where a field or value should follow");
      case Token::bad: return bad();
      case Token::both:
      case Token::either:
      case Token::one_of:
        return fail_here("there is no test before \"" + std::string(lexer_.spelling()) + "\"");
      case Token::slice: return fail_here("a slice belongs to a field", "eth.src[0:3]");
      case Token::open:
        return fail_here("parentheses hold whole tests, not values",
                         "write the value without parentheses");
      case Token::open_set:
        return fail_here("a set belongs behind \"in\"", "tcp.port in {80, 443}");
      default:
        return fail_here("a field or value should stand here, not \"" +
                         std::string(lexer_.spelling()) + "\"");
    }
  }

  u32 simple() {
    u32 left = literal();
    if (failed_) return 0;
    if (lexer_.token() == Token::open && lexer_.touches() && node(left).kind == Kind::word) {
      left = call(left);
    } else if (lexer_.token() == Token::layer && node(left).kind == Kind::word) {
      layers(left);
    }
    while (!failed_ && lexer_.token() == Token::slice) left = slice(left);
    return left;
  }

  u32 call(u32 name) {
    Deeper deeper(*this);
    if (failed_) return 0;
    lexer_.next();
    const u32 inside = lexer_.token() == Token::close
                           ? fail_here("a function wants a field", "len(http.host)")
                           : operand();
    if (failed_) return 0;
    if (lexer_.token() == Token::comma) return fail_here("the functions here take one field");
    if (lexer_.token() != Token::close) return fail_here("the function's ) should stand here");
    const u32 n = make(Kind::call, start(name), lexer_.at() + 1);
    if (failed_) return 0;
    node(n).text = node(name).text;
    node(n).children = {inside};
    lexer_.next();
    return n;
  }

  static bool number(std::string_view& text, i32& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc()) return false;
    text.remove_prefix(std::size_t(end - text.data()));
    return true;
  }
  static void skip(std::string_view& text) {
    while (!text.empty() && (text[0] == ' ' || text[0] == '\t')) text.remove_prefix(1);
  }

  // The parts between [ and ].
  bool parts(std::vector<Part>& out) {
    constexpr std::size_t most = 64;
    std::string_view text = lexer_.text();
    for (;;) {
      Part p{Part::Form::one, 0, 0};
      skip(text);
      const bool from = number(text, p.from);
      skip(text);
      if (!text.empty() && (text[0] == ':' || (from && text[0] == '-'))) {
        const bool length = text[0] == ':';
        text.remove_prefix(1);
        skip(text);
        p.form = length ? Part::Form::length : Part::Form::until;
        if (!number(text, p.to)) {
          if (!from || !length) return false;
          p.form = Part::Form::rest;
          p.to = 0;
        }
        if (length && p.form == Part::Form::length && p.to < 1) return false;
      } else if (!from) {
        return false;
      }
      out.push_back(p);
      skip(text);
      if (text.empty()) return true;
      if (text[0] != ',' || out.size() == most) return false;
      text.remove_prefix(1);
    }
  }

  u32 slice(u32 left) {
    std::vector<Part> list;
    if (!parts(list))
      return fail_here("this is no slice",
                       "[from:length], [from-to], [at], [:length] or [from:], counted from 0");
    const u32 n = make(Kind::slice, start(left), lexer_.at() + lexer_.length());
    if (failed_) return 0;
    node(n).children = {left};
    node(n).parts = std::move(list);
    lexer_.next();
    if (++slices_ > most_depth) return fail_here("too many slices");
    return n;
  }

  void layers(u32 word) {
    const u32 at = lexer_.at();
    lexer_.next();
    std::vector<Part> list;
    if (lexer_.token() == Token::word) {
      std::string_view text = lexer_.spelling();
      Part p{Part::Form::one, 0, 0};
      if (number(text, p.from) && text.empty()) list.push_back(p);
    } else if (lexer_.token() == Token::slice && !parts(list)) {
      list.clear();
    }
    u32 mask = 0;
    bool wrong = list.empty();
    for (const Part& p : list) {
      const i64 last = p.form == Part::Form::one     ? p.from
                       : p.form == Part::Form::until ? p.to
                       : p.form == Part::Form::rest  ? 32
                                                     : i64(p.from) + p.to - 1;
      if (p.from < 1 || last < p.from) wrong = true;
      for (i64 i = p.from; !wrong && i <= last && i <= 32; ++i) mask |= u32(1) << (i - 1);
    }
    if (lexer_.token() == Token::bad) {
      bad();
    } else if (wrong || mask == 0) {
      fail(at, lexer_.at() + lexer_.length() - at,
           "after # stands which layer of its kind is meant",
           "ip.src#1 is the outermost, ip.src#2 the next");
    } else {
      node(word).layers = mask;
      node(word).length = lexer_.at() + lexer_.length() - start(word);
      lexer_.next();
    }
  }

  std::string_view source_;
  Lexer lexer_;
  Ast ast_;
  unsigned depth_ = 0, chained_ = 0, slices_ = 0;
  bool failed_ = false;
  base::Complaint complaint_;
};

// ---- Printing ----

class Printer {
 public:
  explicit Printer(const Ast& ast) : ast_(ast) {}
  std::string out;

  // binds: 1 ||, 2 ^^, 3 &&, 4 !
  void test(u32 i, int outside) {
    const Node& n = ast_[i];
    const int own = n.kind == Kind::any_of   ? 1
                    : n.kind == Kind::differ ? 2
                    : n.kind == Kind::all_of ? 3
                    : n.kind == Kind::negate ? 4
                                             : 5;
    const bool closed = own < outside;
    if (closed) out += '(';
    switch (n.kind) {
      case Kind::any_of:
      case Kind::all_of:
      case Kind::differ:
        for (std::size_t c = 0; c < n.children.size(); ++c) {
          if (c > 0) out += own == 1 ? " || " : own == 2 ? " ^^ " : " && ";
          test(n.children[c], own == 2 && c == 0 ? own : own + 1);
        }
        break;
      case Kind::negate:
        out += '!';
        // Otherwise "!tcp.port == 80" would look as if only the field were negated.
        if (ast_[n.children[0]].kind == Kind::presence ||
            ast_[n.children[0]].kind == Kind::negate) {
          test(n.children[0], 4);
        } else {
          out += '(', test(n.children[0], 0), out += ')';
        }
        break;
      case Kind::presence: operand(n.children[0]); break;
      case Kind::compare: compare(n); break;
      case Kind::member:
        operand(n.children[0]);
        out += " in {";
        for (std::size_t c = 1; c < n.children.size(); ++c) {
          if (c > 1) out += ", ";
          operand(n.children[c]);
        }
        out += '}';
        break;
      case Kind::contains:
      case Kind::matches:
        operand(n.children[0]);
        out += n.kind == Kind::contains ? " contains " : " matches ";
        operand(n.children[1]);
        break;
      default: operand(i); break;
    }
    if (closed) out += ')';
  }

  void operand(u32 i) {
    const Node& n = ast_[i];
    switch (n.kind) {
      case Kind::string: quoted(n.text, '"'); break;
      case Kind::character: quoted(n.text, '\''); break;
      case Kind::raw: out += "r\"" + n.text + "\""; break;
      case Kind::range:
        operand(n.children[0]);
        // Without blanks "1" and ".5" would run together.
        out += " .. ";
        operand(n.children[1]);
        break;
      case Kind::slice: {
        operand(n.children[0]);
        out += '[';
        for (std::size_t p = 0; p < n.parts.size(); ++p) {
          const Part& part = n.parts[p];
          if (p > 0) out += ',';
          out += std::to_string(part.from);
          if (part.form == Part::Form::length) out += ':' + std::to_string(part.to);
          if (part.form == Part::Form::until) out += '-' + std::to_string(part.to);
          if (part.form == Part::Form::rest) out += ':';
        }
        out += ']';
        break;
      }
      case Kind::call:
        out += n.text + '(';
        operand(n.children[0]);
        out += ')';
        break;
      case Kind::mask:
        operand(n.children[0]);
        out += " & ";
        operand(n.children[1]);
        break;
      default:
        out += n.text;
        if (n.layers != 0) layers(n.layers);
        break;
    }
  }

 private:
  void compare(const Node& n) {
    constexpr std::string_view signs[]{" == ", " != ", " < ", " <= ", " > ", " >= "};
    std::string_view sign = signs[u8(n.compare)];
    if (n.compare == Compare::equal && n.over == Over::all) sign = " === ";
    if (n.compare == Compare::differ && n.over == Over::any) sign = " !== ";
    if (n.compare > Compare::differ && n.over == Over::all) out += "all ";
    operand(n.children[0]);
    out += sign;
    operand(n.children[1]);
  }

  void layers(u32 mask) {
    out += '#';
    if ((mask & (mask - 1)) == 0) {
      out += std::to_string(std::countr_zero(mask) + 1);
      return;
    }
    out += '[';
    bool first = true;
    for (u32 i = 0; i < 32; ++i) {
      if ((mask >> i & 1) == 0) continue;
      u32 last = i;
      while (last < 31 && (mask >> (last + 1) & 1) != 0) ++last;
      if (!first) out += ',';
      first = false;
      out += std::to_string(i + 1);
      if (last > i) out += '-' + std::to_string(last + 1);
      i = last;
    }
    out += ']';
  }

  void quoted(const std::string& text, char quote) {
    out += quote;
    for (char c : text) {
      const u8 b = u8(c);
      if (c == quote || c == '\\') {
        out += '\\', out += c;
      } else if (c == '\n' || c == '\r' || c == '\t') {
        out += '\\', out += c == '\n' ? 'n' : c == '\r' ? 'r' : 't';
      } else if (b < 0x20 || b == 0x7f || (b >= 0x80 && quote == '\'')) {
        constexpr std::string_view digits = "0123456789abcdef";
        out += "\\x", out += digits[b >> 4], out += digits[b & 15];
      } else {
        out += c;
      }
    }
    out += quote;
  }

  const Ast& ast_;
};

}  // namespace

base::Result<Ast> parse(std::string_view expression) {
  if (expression.size() > most_bytes) {
    return base::Complaint{"this expression is longer than 64 KiB", most_bytes, 1,
                           "a set {…} says the same in fewer words"};
  }
  return Parser(expression).run();
}

std::string print(const Ast& ast) {
  if (ast.nodes.empty()) return {};
  Printer p(ast);
  p.test(ast.root, 0);
  return std::move(p.out);
}

std::string print(const Ast& ast, u32 node) {
  Printer p(ast);
  p.operand(node);
  return std::move(p.out);
}

}  // namespace netpeel::filter
