#include "lab/fault.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "filter/filter.hpp"

namespace netpeel::lab {
namespace {

using base::Complaint;

struct ActionRow {
  std::string_view name, example;
};
// In the order of enum Action.
constexpr ActionRow actions[]{
    {"drop",    "a>b drop data#3"               },
    {"dup",     "a>b dup data#2"                },
    {"swap",    "a>b swap data#4"               },
    {"corrupt", "a>b corrupt data#3 bit 100 fix"},
    {"delay",   "a>b delay 200ms data#2..4"     },
    {"rate",    "a<>b rate 10mbit queue 32kB"   },
    {"loss",    "a<>b loss 5% seed=7"           },
    {"reorder", "a<>b reorder 10% 20ms seed=7"  },
    {"mtu",     "a<>b mtu 900"                  },
    {"cut",     "a>b cut data#1"                },
    {"heal",    "heal"                          },
    {"clear",   "clear"                         },
};
constexpr std::string_view kinds[]{"frame", "data", "syn",      "ack",
                                   "fin",   "rst",  "datagram", "filter"};

std::string example(Action action) {
  return "for example: " + std::string(actions[u32(action)].example);
}

struct Word {
  std::string_view text;
  std::size_t at;
};

// Words end at blanks; what stands in parentheses is one, with whatever is glued behind it (#1).
std::vector<Word> split(std::string_view text) {
  std::vector<Word> out;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ' || text[at] == '\t') {
      ++at;
      continue;
    }
    const std::size_t start = at;
    u32 depth = 0;
    char quote = 0;
    for (; at < text.size(); ++at) {
      const char c = text[at];
      if (depth == 0 && (c == ' ' || c == '\t')) break;
      if (quote != 0) {
        if (c == '\\' && at + 1 < text.size()) {
          ++at;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (depth > 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == '(') {
        ++depth;
      } else if (c == ')' && depth > 0) {
        --depth;
      }
    }
    out.push_back({text.substr(start, at - start), start});
  }
  return out;
}

// A number with a fraction and what stands behind it: "1.5s" gives 1.5 and "s".
struct Measure {
  double number;
  std::string_view unit;
};
std::optional<Measure> measure(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [p, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(number) || number < 0) return {};
  return Measure{number, text.substr(std::size_t(p - text.data()))};
}

struct Unit {
  std::string_view name;
  double factor;
};
constexpr Unit times[]{
    {"ns",  1   },
    {"us",  1e3 },
    {"µs", 1e3 },
    {"ms",  1e6 },
    {"s",   1e9 },
    {"min", 60e9}
};
constexpr Unit rates[]{
    {"bit",  1  },
    {"kbit", 1e3},
    {"mbit", 1e6},
    {"gbit", 1e9}
};
constexpr Unit sizes[]{
    {"B",   1      },
    {"kB",  1e3    },
    {"KB",  1e3    },
    {"MB",  1e6    },
    {"KiB", 1024   },
    {"MiB", 1048576}
};

std::optional<double> in_units(std::string_view text, std::span<const Unit> units, double most) {
  const auto m = measure(text);
  if (!m) return {};
  for (const Unit& unit : units) {
    if (unit.name == m->unit && m->number * unit.factor <= most) return m->number * unit.factor;
  }
  return {};
}

template <class T>
bool whole_number(std::string_view text, T& to) {
  const char* const end = text.data() + text.size();
  const auto [p, error] = std::from_chars(text.data(), end, to);
  return error == std::errc{} && p == end && !text.empty();
}

bool is_host(std::string_view text) {
  if (text == "*") return true;
  for (const char c : text) {
    const bool fine =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!fine) return false;
  }
  return !text.empty();
}

constexpr double longest = 3600e9;  // an hour: what takes longer is a slip of the pen

class Parser {
 public:
  Parser(std::string_view text, const field::Registry& registry)
      : text_(text), words_(split(text)), registry_(registry) {}

  base::Result<Fault> parse() {
    if (words_.empty())
      return Complaint{"there is no fault here", 0, 1, "for example: a>b drop data#3"};
    if (!link() || !direction() || !action()) return complaint_;
    while (next_ < words_.size()) {
      if (!parameter()) return complaint_;
    }
    if (!complete()) return complaint_;
    return fault_;
  }

 private:
  bool complain(const Word& word, std::string what, std::string hint) {
    complaint_ = {std::move(what), word.at, word.text.size(), std::move(hint)};
    return false;
  }
  bool wrong(const Word& word, std::string_view wants) {
    return complain(word,
                    std::string(actions[u32(fault_.action)].name) + " wants " + std::string(wants) +
                        ", not \"" + std::string(word.text) + "\"",
                    example(fault_.action));
  }
  const Word* word() const { return next_ < words_.size() ? &words_[next_] : nullptr; }
  Word end() const { return {"", text_.size()}; }

  bool link() {
    const std::string_view w = words_[0].text;
    const std::size_t dash = w.find('-');
    if (dash == std::string_view::npos || w[0] == '(' || w.find('>') != std::string_view::npos)
      return true;
    fault_.link_from = w.substr(0, dash);
    fault_.link_to = w.substr(dash + 1);
    if (!is_host(fault_.link_from) || !is_host(fault_.link_to)) {
      return complain(words_[0], "a link is two neighbours with a dash between them",
                      "for example: r1-r2 a>b drop data#3");
    }
    ++next_;
    return true;
  }

  bool direction() {
    const Word* const w = word();
    const std::string hint = "a>b is from a to b, a<>b both ways: a>b drop data#3";
    if (w == nullptr) return complain(end(), "a direction and an action are missing", hint);
    const std::size_t arrow = w->text.find_first_of("<>");
    if (arrow == std::string_view::npos) return true;  // action() says whether that may be
    const bool both = w->text.substr(arrow).starts_with("<>");
    const std::string_view from = w->text.substr(0, arrow),
                           to = w->text.substr(arrow + (both ? 2 : 1));
    if (w->text[arrow] == '<' && !both) {
      return complain(*w, "a direction is written with >, from the sender",
                      "write " + std::string(to) + ">" + std::string(from));
    }
    if (!is_host(from) || !is_host(to)) return complain(*w, "a direction names two hosts", hint);
    if (from == to && from != "*") return complain(*w, "that is one host twice", hint);
    fault_.from = from;
    fault_.to = to;
    fault_.both = both;
    ++next_;
    return true;
  }

  bool action() {
    const Word* const w = word();
    if (w == nullptr)
      return complain(end(), "an action is missing", "for example: a>b drop data#3");
    u32 best = 0, least = 3;
    for (u32 i = 0; i < std::size(actions); ++i) {
      if (actions[i].name == w->text) {
        fault_.action = Action(i);
        ++next_;
        return everywhere(*w);
      }
      const u32 d = field::distance(actions[i].name, w->text);
      if (d < least) least = d, best = i;
    }
    for (const ActionRow& row : actions) {
      if (next_ + 1 < words_.size() && words_[next_ + 1].text == row.name) {
        return complain(*w, "there is no direction, only \"" + std::string(w->text) + "\"",
                        "write it in quotes, or the shell takes the > for itself: '" +
                            std::string(row.example) + "'");
      }
    }
    std::string all;
    for (const ActionRow& row : actions) all.append(all.empty() ? "" : ", ").append(row.name);
    return complain(*w, "\"" + std::string(w->text) + "\" is no action",
                    least < 3 ? "did you mean " + std::string(actions[best].name) + "? " +
                                    example(Action(best))
                              : "there are " + all + "; for example: a>b drop data#3");
  }

  // Only these three make sense for every wire at once.
  bool everywhere(const Word& w) {
    if (!fault_.from.empty()) return true;
    if (fault_.action == Action::cut || fault_.action == Action::heal ||
        fault_.action == Action::clear) {
      fault_.both = true;
      return true;
    }
    return complain(w, "which way is missing", example(fault_.action));
  }

  bool parameter() {
    const Word w = words_[next_++];
    if (w.text[0] == '(') return filter(w);
    const std::size_t hash = w.text.find('#');
    const std::string_view name = w.text.substr(0, hash);
    for (u32 i = 0; i < u32(Kind::filter); ++i) {
      if (name == kinds[i] || (Kind(i) == Kind::datagram && name == "dgram")) {
        if (!once(which_seen_, w)) return false;
        fault_.which.kind = Kind(i);
        return hash == std::string_view::npos || numbers(w, hash + 1);
      }
    }
    if (hash != std::string_view::npos) {
      return complain({w.text.substr(0, hash), w.at},
                      "\"" + std::string(name) + "\" is no kind of packet",
                      "there are data, syn, ack, fin, rst, datagram, frame, or a filter in "
                      "parentheses: (dns)#1");
    }
    return own_parameter(w);
  }

  bool once(bool& seen, const Word& w) {
    if (seen) return complain(w, "that is said twice", example(fault_.action));
    seen = true;
    return true;
  }

  // 3 or 2..4
  bool numbers(const Word& w, std::size_t from) {
    const std::string_view range = w.text.substr(from);
    const std::size_t dots = range.find("..");
    Which& which = fault_.which;
    bool fine = whole_number(range.substr(0, dots), which.from) && which.from > 0;
    which.to = which.from;
    if (fine && dots != std::string_view::npos) {
      fine = whole_number(range.substr(dots + 2), which.to) && which.to >= which.from;
    }
    if (fine) return true;
    return complain({range, w.at + from},
                    "a number from 1, or two with .. between them, belongs behind #",
                    "for example: data#3 or data#2..4");
  }

  bool filter(const Word& w) {
    if (!once(which_seen_, w)) return false;
    const std::size_t close = w.text.rfind(')');
    const std::string hint = "for example: a>b drop (tcp.flags.fin == 1)#1";
    if (close == std::string_view::npos) return complain(w, "a parenthesis is not closed", hint);
    const std::string_view inside = w.text.substr(1, close - 1), behind = w.text.substr(close + 1);
    const auto compiled = filter::compile(inside, registry_);
    if (!compiled) {
      complaint_ = compiled.complaint();
      complaint_.at += w.at + 1;
      return false;
    }
    fault_.which.kind = Kind::filter;
    fault_.which.filter = inside;
    if (behind.empty()) return true;
    if (behind[0] != '#')
      return complain({behind, w.at + close + 1}, "only #N belongs behind a filter", hint);
    return numbers(w, close + 2);
  }

  bool own_parameter(const Word& w) {
    switch (fault_.action) {
      case Action::corrupt: return corrupt(w);
      case Action::delay: return time(w);
      case Action::cut: return cut(w);
      case Action::rate: return rate(w);
      case Action::loss: return chance(w);
      case Action::reorder:
        return fault_.chance == 0 ? chance(w) : w.text.starts_with("seed") ? seed(w) : time(w);
      case Action::mtu: return mtu(w);
      default:
        return wrong(w, "nothing but which packets: data, syn, ack, fin, rst, datagram, with #N, "
                        "or (a filter)");
    }
  }

  bool corrupt(const Word& w) {
    if (w.text == "fix") return fault_.fix = true;
    if (w.text != "bit") return wrong(w, "which packets, bit N or fix");
    const Word* const number = word();
    if (number == nullptr || !whole_number(number->text, fault_.bit) || fault_.bit > 1'000'000) {
      return complain(number == nullptr ? end() : *number, "a number belongs behind bit",
                      example(fault_.action));
    }
    ++next_;
    return true;
  }

  bool time(const Word& w) {
    const auto nanoseconds = in_units(w.text, times, longest);
    if (!nanoseconds || *nanoseconds < 1)
      return wrong(w, "a time such as 200ms (us, ms, s; an hour at most)");
    fault_.time = i64(*nanoseconds);
    return true;
  }

  bool cut(const Word& w) {
    const Word* const span = word();
    if (w.text != "for" || span == nullptr)
      return wrong(w, "which packet it begins with, or for 2s");
    ++next_;
    return time(*span);
  }

  bool rate(const Word& w) {
    if (w.text == "queue") {
      const Word* const size = word();
      const auto bytes = size == nullptr ? std::nullopt : in_units(size->text, sizes, 16e6);
      if (!bytes || *bytes < 1) {
        return complain(size == nullptr ? end() : *size,
                        "a size such as 32kB belongs behind queue (16MB at most)",
                        example(fault_.action));
      }
      ++next_;
      fault_.queue = u32(*bytes);
      return true;
    }
    const auto bits = in_units(w.text, rates, 100e9);
    if (!bits || *bits < 1) return wrong(w, "a rate such as 10mbit (bit, kbit, mbit, gbit)");
    fault_.bits_per_second = u64(*bits);
    return true;
  }

  bool chance(const Word& w) {
    if (w.text.starts_with("seed")) return seed(w);
    const auto percent = measure(w.text);
    if (!percent || percent->unit != "%" || percent->number > 100 || percent->number <= 0) {
      return wrong(w, "a percentage such as 5%");
    }
    fault_.chance = percent->number / 100;
    return true;
  }

  bool seed(const Word& w) {
    if (!w.text.starts_with("seed=") || !whole_number(w.text.substr(5), fault_.seed))
      return wrong(w, "seed=N");
    return true;
  }

  bool mtu(const Word& w) {
    if (!whole_number(w.text, fault_.mtu) || fault_.mtu < 68 || fault_.mtu > 65535) {
      return wrong(w, "a number of bytes from 68 to 65535");
    }
    return true;
  }

  bool complete() {
    switch (fault_.action) {
      case Action::delay: return fault_.time > 0 || missing("a time such as 200ms");
      case Action::rate: return fault_.bits_per_second > 0 || missing("a rate such as 10mbit");
      case Action::loss: return fault_.chance > 0 || missing("a percentage such as 5%");
      case Action::reorder:
        return (fault_.chance > 0 && fault_.time > 0) ||
               missing("a percentage and a time, such as 10% 20ms");
      case Action::mtu: return fault_.mtu > 0 || missing("a number of bytes");
      case Action::heal:
      case Action::clear: return !which_seen_ || missing("no packets");
      default: return true;
    }
  }
  bool missing(std::string_view what) {
    return complain(end(),
                    std::string(actions[u32(fault_.action)].name) + " wants " + std::string(what),
                    example(fault_.action));
  }

  std::string_view text_;
  std::vector<Word> words_;
  const field::Registry& registry_;
  std::size_t next_ = 0;
  bool which_seen_ = false;
  Fault fault_;
  Complaint complaint_;
};

// The largest unit in which the number is whole.
void add_measure(base::Text& out, u64 number, std::span<const Unit> units) {
  const Unit* best = &units[0];
  for (const Unit& unit : units) {
    if (unit.factor > best->factor && number % u64(unit.factor) == 0) best = &unit;
  }
  out.dec(number / u64(best->factor)).add(best->name);
}

void add_percent(base::Text& out, double chance) {
  char digits[32];
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, chance * 100, std::chars_format::fixed, 6);
  std::string_view text(digits, error == std::errc{} ? std::size_t(end - digits) : 0);
  while (text.ends_with('0')) text.remove_suffix(1);
  if (text.ends_with('.')) text.remove_suffix(1);
  out.add(text).add('%');
}

void add_which(base::Text& out, const Which& which) {
  const bool all = which.from == 1 && which.to == std::numeric_limits<u64>::max();
  if (which.kind == Kind::frame && all) return;
  out.add(' ');
  if (which.kind == Kind::filter) {
    out.add('(').add(which.filter).add(')');
  } else {
    out.add(kind_name(which.kind));
  }
  if (all) return;
  out.add('#').dec(which.from);
  if (which.to != which.from) out.add("..").dec(which.to);
}

void add_parameters(base::Text& out, const Fault& fault) {
  switch (fault.action) {
    case Action::corrupt:
      if (fault.bit != Fault{}.bit) out.add(" bit ").dec(fault.bit);
      if (fault.fix) out.add(" fix");
      break;
    case Action::delay: add_measure(out.add(' '), u64(fault.time), times); break;
    case Action::cut:
      if (fault.time > 0) add_measure(out.add(" for "), u64(fault.time), times);
      break;
    case Action::rate:
      add_measure(out.add(' '), fault.bits_per_second, rates);
      if (fault.queue != Fault{}.queue) add_measure(out.add(" queue "), fault.queue, sizes);
      break;
    case Action::reorder:
    case Action::loss:
      add_percent(out.add(' '), fault.chance);
      if (fault.action == Action::reorder) add_measure(out.add(' '), u64(fault.time), times);
      if (fault.seed != Fault{}.seed) out.add(" seed=").dec(fault.seed);
      break;
    case Action::mtu: out.add(' ').dec(fault.mtu); break;
    default: break;
  }
}

}  // namespace

std::string_view action_name(Action action) { return actions[u32(action)].name; }
std::string_view kind_name(Kind kind) { return kinds[u32(kind)]; }

base::Result<Fault> parse_fault(std::string_view text, const field::Registry& registry) {
  return Parser(text, registry).parse();
}

std::string print(const Fault& fault) {
  base::Text out;
  if (!fault.link_from.empty()) out.add(fault.link_from).add('-').add(fault.link_to).add(' ');
  if (!fault.from.empty()) out.add(fault.from).add(fault.both ? "<>" : ">").add(fault.to).add(' ');
  out.add(action_name(fault.action));
  add_which(out, fault.which);
  add_parameters(out, fault);
  return std::string(out.view());
}

base::Result<i64> parse_duration(std::string_view text) {
  if (const auto nanoseconds = in_units(text, times, longest)) return i64(*nanoseconds);
  return Complaint{"a time is a number and a unit (us, ms, s), not \"" + std::string(text) + "\"",
                   0, text.size(), "for example: 200ms"};
}

}  // namespace netpeel::lab
