// Filters made by chance: what is printed says the same, garbage does no harm, and reading a row at
// its place gives what expand() gives.
#include <filesystem>
#include <fstream>

#include "base/caret.hpp"
#include "base/random.hpp"
#include "filter/filter.hpp"
#include "filter/program.hpp"
#include "support/catch.hpp"
#include "support/peel.hpp"

using namespace netpeel;
using namespace netpeel::filter;

namespace {

constexpr u64 seed = 20261121;

// Expressions that follow the grammar; names and values need not fit each other.
class Writer {
 public:
  explicit Writer(u64 s) : random_(s) {}

  std::string expression() {
    left_ = 12;
    return test(0);
  }

 private:
  template <std::size_t N>
  std::string one(const std::string_view (&list)[N]) {
    return std::string(list[random_.below(N)]);
  }
  std::string blank() { return std::string(random_.below(4) == 0 ? random_.below(3) : 1, ' '); }

  std::string test(u32 depth) {
    if (left_ > 0) --left_;
    const u64 kind = depth > 6 || left_ == 0 ? 6 : random_.below(12);
    if (kind < 3) {
      static constexpr std::string_view joins[]{" && ", " and ", " || ", " or ", " xor ", " ^^ "};
      std::string out = test(depth + 1);
      for (u64 n = 1 + random_.below(3); n > 0; --n) out += one(joins) + test(depth + 1);
      return out;
    }
    if (kind == 3) return (random_.chance(0.5) ? "!" : "not ") + blank() + test(depth + 1);
    if (kind < 6) return "(" + blank() + test(depth + 1) + blank() + ")";
    return single();
  }

  std::string single() {
    static constexpr std::string_view compare[] {
        " == ", " eq ",  " != ",  " ne ",     " < ",      " lt ", " <= ", " > ",
        " ge ", " === ", " !== ", " any_ne ", " all_eq ", " ~= ", "==",   "<"};
    static constexpr std::string_view over[]{"", "", "", "any ", "all "};
    switch (random_.below(6)) {
      case 0: return operand();
      case 1: {
        std::string out = operand() + " in {" + blank() + value();
        for (u64 n = random_.below(4); n > 0; --n)
          out += (random_.chance(0.5) ? ", " : " ") + value() +
                 (random_.chance(0.3) ? " .. " + value() : "");
        return out + "}";
      }
      case 2: return operand() + " contains " + value();
      case 3: return operand() + (random_.chance(0.5) ? " matches " : " ~ ") + text();
      default:
        return one(over) + operand() + one(compare) + (random_.chance(0.3) ? operand() : value());
    }
  }

  std::string operand() {
    static constexpr std::string_view names[]{"udp.port",
                                              "ip.addr",
                                              "ip.src",
                                              "eth.src",
                                              "eth.dst",
                                              "udp.payload",
                                              "frame.protocols",
                                              "ip.ttl",
                                              "ip.proto",
                                              "ip.flags.df",
                                              "udp",
                                              "ip",
                                              "frame",
                                              "frame.number",
                                              "frame.time",
                                              "frame.time_delta",
                                              "eth.type",
                                              "udp.length",
                                              "ip.id",
                                              "ip.hdr_len",
                                              "eth.addr",
                                              "frame.len",
                                              "nonsense.name"};
    static constexpr std::string_view functions[]{"len", "count", "lower", "upper"};
    static constexpr std::string_view slices[] {
        "[0:2]", "[1]", "[-2:]", "[:3]", "[1-2]", "[ 0 , 2-3, 4: ]", "[0:1,1:2]", "[-4--2]"};
    std::string out = one(names);
    const u64 kind = random_.below(10);
    if (kind == 0) out += random_.chance(0.5) ? "#1" : "#[1-2,4]";
    if (kind == 1 || kind == 2) out = one(functions) + "(" + out + ")";
    if (kind > 1 && kind < 5) out += one(slices);
    if (kind == 5) out += one(slices) + one(slices);
    if (kind == 4 || kind == 6) out += " & " + value();
    return out;
  }

  std::string value() {
    static constexpr std::string_view values[]{"0",
                                               "53",
                                               "0x35",
                                               "64",
                                               "-1",
                                               "70000",
                                               "10.0.0.1",
                                               "10.0.0.0/8",
                                               "192.168.1.2",
                                               "::1",
                                               "2001:db8::/32",
                                               "00:0c:29:aa:bb:cc",
                                               "00-0c-29",
                                               "47.45.54",
                                               "aa",
                                               "'a'",
                                               "'\\n'",
                                               "true",
                                               "UDP",
                                               "0.5",
                                               "20ms",
                                               "2023-11-14",
                                               "0x0800",
                                               "17",
                                               "1",
                                               "0b101",
                                               "ff:00",
                                               "20",
                                               "r\"\\d\\\"\""};
    return random_.chance(0.2) ? text() : one(values);
  }

  std::string text() {
    static constexpr std::string_view parts[]{"GET",   "www",   "\\\"",    "\\\\", "\\n", "\\x00",
                                              "\\x41", "\\101", "\\u00e9", "é",    " ",   "[a-z]+",
                                              "UDP",   "^",     ".*",      "\t"};
    std::string out = "\"";
    for (u64 n = random_.below(4); n > 0; --n) out += one(parts);
    return out + "\"";
  }

  base::Random random_;
  u32 left_ = 0;
};

bool same(const Ast& a, u32 i, const Ast& b, u32 j) {
  const Node &x = a[i], &y = b[j];
  if (x.kind != y.kind || x.text != y.text || x.compare != y.compare || x.over != y.over ||
      x.layers != y.layers)
    return false;
  if (x.parts.size() != y.parts.size() || x.children.size() != y.children.size()) return false;
  for (std::size_t p = 0; p < x.parts.size(); ++p) {
    if (x.parts[p].form != y.parts[p].form || x.parts[p].from != y.parts[p].from ||
        x.parts[p].to != y.parts[p].to)
      return false;
  }
  for (std::size_t c = 0; c < x.children.size(); ++c) {
    if (!same(a, x.children[c], b, y.children[c])) return false;
  }
  return true;
}

const test::Peeled& packet() {
  static const test::Peeled p("00055d21994c 000c29aabbcc 0800 4500002f 1c46 4000 40 11 0000 "
                              "0a000001 c0a80102 c738 0035 001b beef"
                              "474554207777772e4578616d706c652e6f7267");
  return p;
}

std::unique_ptr<Program> checked(const Ast& ast, const std::string& expression) {
  std::vector<std::string> names;
  std::vector<field::Registry::Owned> fields;
  auto p = check(ast, expression, test::registry(), names, fields);
  return p.ok() ? std::move(*p) : nullptr;
}

}  // namespace

TEST_CASE("what a filter prints parses to the same filter") {
  Writer writer(seed);
  u32 compiled = 0;
  for (int i = 0; i < 1500; ++i) {
    const std::string expression = writer.expression();
    INFO("seed " << seed << ", number " << i << ": " << expression);
    const auto ast = parse(expression);
    if (!ast) INFO(base::pointed(expression, ast.complaint()));
    REQUIRE(ast.ok());
    const std::string printed = print(*ast);
    INFO(printed);
    const auto again = parse(printed);
    REQUIRE(again.ok());
    REQUIRE(same(*ast, ast->root, *again, again->root));
    REQUIRE(print(*again) == printed);

    const std::unique_ptr<Program> program = checked(*ast, expression),
                                   second = checked(*again, printed);
    REQUIRE((program == nullptr) == (second == nullptr));
    if (program == nullptr) continue;
    ++compiled;
    const bool matches = program->run(packet().packet, {});
    REQUIRE(second->run(packet().packet, {}) == matches);
    second->forget_places();
    REQUIRE(second->run(packet().packet, {}) == matches);
  }
  CHECK(compiled > 100);
}

TEST_CASE("garbage never hurts a filter") {
  Writer writer(seed + 1);
  base::Random random(seed + 2);
  constexpr std::string_view soup[]{"(",      ")",   "{",          "}",        "[",       "]",
                                    "&&",     "||",  "!",          "==",       "=",       "..",
                                    "#",      "&",   "\"",         "'",        "\\",      "r\"",
                                    "ip.src", "udp", "in",         "contains", "matches", "any",
                                    "all",    "0",   "10.0.0.0/8", "::",       ":",       "-",
                                    ".",      ",",   " ",          "len(",     "x",       "\xff",
                                    "+",      "^^"};
  for (int i = 0; i < 4000; ++i) {
    std::string expression = writer.expression();
    for (u64 n = 1 + random.below(4); n > 0; --n) {
      const u64 at = random.below(expression.size() + 1);
      switch (random.below(4)) {
        case 0: expression.insert(at, soup[random.below(std::size(soup))]); break;
        case 1: expression.erase(at, 1 + random.below(5)); break;
        case 2: expression.insert(at, 1, char(random.next())); break;
        default: expression = expression.substr(at) + expression.substr(0, at); break;
      }
    }
    INFO("seed " << seed << ", number " << i << ": " << expression);
    const auto f = compile(expression, test::registry());
    if (!f) {
      REQUIRE_FALSE(f.complaint().what.empty());
      REQUIRE(f.complaint().at <= expression.size());
      REQUIRE(base::pointed(expression, f.complaint()).find('^') != std::string::npos);
      continue;
    }
    const bool matches = f->matches(packet().packet);
    const auto again = compile(f->print(), test::registry());
    REQUIRE(again.ok());
    REQUIRE(again->print() == f->print());
    REQUIRE(again->matches(packet().packet) == matches);
  }
}

// Where a row with a fixed place is left out of some packets by its protocol's expand(), the row
// must say `.sometimes`.
TEST_CASE("rows read at their place are what expand() gives") {
  const field::Registry& registry = test::registry();
  struct Emitted final : field::Sink {
    std::vector<std::pair<const field::Field*, u64>> rows;
    void node(const field::Node& n) override {
      u64 v = n.number;
      if (n.field->show == field::Show::mac || n.field->show == field::Show::ipv4) {
        v = 0;
        for (u8 b : n.bytes) v = v << 8 | b;
      }
      rows.emplace_back(n.field, v);
    }
  };
  const auto judge = [&](const field::Packet& p) {
    for (const field::Layer& layer : p.all()) {
      Emitted emitted;
      field::expand(registry, p, layer, emitted);
      const field::Table fixed = registry[layer.proto].fixed();
      for (const field::Field& f : fixed) {
        // A name with rows elsewhere too (other forms of the header) is always asked of expand().
        const auto others = [&](const field::Registry::Owned& o) {
          return o.proto == layer.proto &&
                 !std::count_if(fixed.begin(), fixed.end(),
                                [&](const field::Field& g) { return &g == o.field; });
        };
        const auto named = registry.rows(f.name);
        if (std::any_of(named.begin(), named.end(), others)) continue;
        if (f.name.empty() || !f.placed() || f.wide() || f.more.sometimes || f.more.computed ||
            f.show == field::Show::mark)
          continue;
        u64 value = 0;
        const bool there = field::read_placed(p, layer, f, value);
        u32 found = 0;
        bool equal = false;
        for (const auto& [row, v] : emitted.rows) {
          if (row == &f) ++found, equal = v == value;
        }
        INFO(f.name << " in frame " << p.frame.number);
        if (there) {
          CHECK(found == 1);
          CHECK(equal);
        }
      }
    }
  };
  judge(packet().packet);
  // The seeds of the walk's fuzz target are frames of every protocol: link type, one byte, frame.
  u32 frames = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(NETPEEL_SOURCE_DIR "/tests/fuzz/corpus/walk")) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::vector<u8> bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.size() < 4) continue;
    test::Peeled p(std::vector<u8>(bytes.begin() + 3, bytes.end()), u16(bytes[0] << 8 | bytes[1]));
    p.packet.frame.number = ++frames;
    INFO(entry.path());
    judge(p.packet);
  }
}
