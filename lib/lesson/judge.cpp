#include "lesson/judge.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "flow/taps.hpp"
#include "lesson/watch.hpp"
#include "proto/all.hpp"

namespace netpeel::lesson {

using filter::Compare;

std::string Value::print() const {
  if (const double* n = std::get_if<double>(&is)) {
    char room[40];
    const bool whole = std::abs(*n) < 1e15 && *n == std::floor(*n);
    const auto end = whole
                         ? std::to_chars(room, room + sizeof room, i64(*n))
                         : std::to_chars(room, room + sizeof room, *n, std::chars_format::fixed, 3);
    return {room, end.ptr};
  }
  if (const std::string* text = std::get_if<std::string>(&is)) return *text;
  if (const auto* several = std::get_if<std::vector<std::string>>(&is)) {
    std::string out = "{";
    for (const std::string& one : *several) out.append(out.size() > 1 ? ", " : "").append(one);
    return out + "}";
  }
  return "nothing";
}

Value read_value(std::string_view text, bool several) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (several) {
    std::vector<std::string> out;
    std::string word;
    for (const char c : text) {
      const bool separates = c == ',' || c == ' ' || c == ';' || c == '{' || c == '}';
      if (!separates) word += c;
      if (separates && !word.empty()) out.push_back(std::exchange(word, ""));
    }
    if (!word.empty()) out.push_back(word);
    return {out};
  }
  if (text.empty()) return {};
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const char* const end = text.data() + text.size();
  u64 whole = 0;
  const auto [stopped, problem] =
      std::from_chars(text.data() + (hex ? 2 : 0), end, whole, hex ? 16 : 10);
  if (problem == std::errc{} && stopped == end) return {double(whole)};
  double number = 0;
  const auto [far, trouble] = std::from_chars(text.data(), end, number);
  if (trouble == std::errc{} && far == end && std::isfinite(number)) return {number};
  return {std::string(text)};
}

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? char(c | 0x20) : c;
  return text;
}

std::multiset<std::string> as_set(const Value& value) {
  std::multiset<std::string> out;
  if (const auto* several = std::get_if<std::vector<std::string>>(&value.is)) {
    for (const std::string& one : *several) out.insert(lower(read_value(one).print()));
  } else if (!value.none()) {
    out.insert(lower(value.print()));
  }
  return out;
}

}  // namespace

bool equal(const Value& a, const Value& b) {
  if (a.none() || b.none()) return false;
  const double *x = std::get_if<double>(&a.is), *y = std::get_if<double>(&b.is);
  if (x != nullptr && y != nullptr) return std::abs(*x - *y) < 1e-9 * std::max(1.0, std::abs(*x));
  return as_set(a) == as_set(b);
}

struct Judge::Inside {
  const field::Registry& registry;
  Values values;
  std::string usual_tap;
  view::Lines lines;
  std::map<Aim, std::unique_ptr<Watch>> watches;
  flow::Taps taps{64};
  std::vector<flow::Trip> trips;
  bool wants_trips = false, has_trips = false;
  u64 packets = 0;
  const Sources* sources = nullptr;
  // Of the condition being judged: filters asked, in order, and the lesson's own faults.
  std::vector<const Watch*> asked;
  std::string trouble;

  Inside(const field::Registry& r, Values v, std::string tap)
      : registry(r), values(std::move(v)), usual_tap(std::move(tap)),
        lines({.registry = r}, view::Clockwork::relative) {}

  Watch* watch(const Aim& aim) {
    const auto found = watches.find(aim);
    return found == watches.end() ? nullptr : found->second.get();
  }
  const Watch& ask(const Aim& aim) {
    Watch* const out = watch(aim);
    if (out == nullptr) throw base::Error::sentence("a filter was not prepared: " + aim.filter);
    asked.push_back(out);
    return *out;
  }

  void want(const Expr& expr, std::vector<Mistake>& mistakes);
  void want(const Aim& aim, Place at, std::vector<Mistake>& mistakes, const Expr* expr);
  Value evaluate(const Expr& expr);
  Value call(const Expr& expr);
  Value arithmetic(const Expr& expr);
  Value of_field(const Expr& expr, const Watch& watch);
  Value order(const Expr& expr);
  Value same(const Expr& expr);
  Value gap(const Watch& watch);
  Value trip_count(const Expr& expr, const Watch& watch);
  Value bytes(const Watch& watch);
  Value told(const Expr& expr);
};

namespace {

// What hosts say by themselves, whether or not anybody runs a command. An ARP question to all is
// none: somebody wanted to send.
bool housekeeping(const field::Packet& packet) {
  const bool broadcast = packet.frame.size > 0 && packet.frame.data[0] == 0xff;
  return packet.find(proto::id::icmpv6) != nullptr || packet.find(proto::id::igmp) != nullptr ||
         (packet.find(proto::id::arp) != nullptr && !broadcast);
}

}  // namespace

Judge::Judge(const field::Registry& registry, Values values, std::string usual_tap)
    : in_(std::make_unique<Inside>(registry, std::move(values), std::move(usual_tap))) {}
Judge::~Judge() = default;

void Judge::Inside::want(const Aim& aim, Place at, std::vector<Mistake>& mistakes,
                         const Expr* expr) {
  std::unique_ptr<Watch>& watch = watches[aim];
  if (!watch) {
    std::vector<std::string> unknown;
    const std::string text = substitute_filter(aim.filter, values, &unknown);
    for (const std::string& name : unknown) {
      mistakes.push_back({at, 1, "$" + name + " is no value of this lesson",
                          "There are $token, $port, $k and the hosts' addresses ($a, $b …)."});
    }
    auto made = Watch::make(text, aim.tap.empty() ? usual_tap : aim.tap, registry);
    if (!made) {
      const base::Complaint& c = made.complaint();
      mistakes.push_back({at, expr == nullptr ? 1 : expr->length,
                          c.what + " (in the filter " + text + ")",
                          c.hint.empty() ? "F is a display filter, as after decode -Y." : c.hint});
      watches.erase(aim);
      return;
    }
    watch = std::move(*made);
  }
  if (expr == nullptr) return;
  if (!expr->field.empty()) watch->want_field(expr->field);
  if (expr->function == Function::bytes) watch->want_bytes();
}

void Judge::Inside::want(const Expr& expr, std::vector<Mistake>& mistakes) {
  for (const Expr& child : expr.children) want(child, mistakes);
  if (expr.kind == Expr::Kind::value && values.find(expr.text) == values.end()) {
    mistakes.push_back({expr.at, expr.length, "$" + expr.text + " is no value of this lesson",
                        "There are $token, $port, $k and the hosts' addresses ($a, $b …)."});
  }
  if (expr.kind != Expr::Kind::call) return;
  if (!expr.field.empty() && registry.rows(expr.field).empty()) {
    const std::string_view near = registry.nearest(expr.field);
    mistakes.push_back({expr.at, expr.length, expr.field + " is no field",
                        near.empty() ? "netpeel explain knows the fields there are."
                                     : "Did you mean " + std::string(near) + "?"});
    return;
  }
  for (const Aim& aim : expr.aims) want(aim, expr.at, mistakes, &expr);
  wants_trips = wants_trips || expr.function == Function::lost || expr.function == Function::dup ||
                expr.function == Function::late || expr.function == Function::bent;
}

void Judge::want(const Condition& condition, std::vector<Mistake>& mistakes) {
  in_->want(condition.left, mistakes);
  if (condition.compare) in_->want(condition.right, mistakes);
}
void Judge::want(const Expr& expr, std::vector<Mistake>& mistakes) { in_->want(expr, mistakes); }
void Judge::want(const Aim& aim, Place at, std::vector<Mistake>& mistakes) {
  in_->want(aim, at, mistakes, nullptr);
}

void Judge::packet(const field::Packet& packet, std::size_t taps) {
  Inside& in = *in_;
  in.packets += !housekeeping(packet);
  for (const auto& [aim, watch] : in.watches) {
    const bool here =
        watch->tap() == "*" || taps < 2 || watch->tap() == packet.frame.interface_name;
    if (here) watch->packet(packet, in.lines);
  }
  if (!in.wants_trips) return;
  if (auto seen = flow::seen(packet)) {
    seen->sighting.tap = std::min<u16>(packet.frame.interface, 63);
    seen->sighting.frame = packet.frame.number;
    seen->sighting.time = packet.frame.time;
    in.taps.saw(seen->sighting, seen->content);
  }
}

u64 Judge::packets() const { return in_->packets; }

std::vector<u64> Judge::frames(const Aim& aim) {
  std::vector<u64> out;
  if (const Watch* const watch = in_->watch(aim)) {
    for (const Hit& hit : watch->hits()) out.push_back(hit.frame);
  }
  return out;
}
std::string Judge::first_line(const Aim& aim) {
  const Watch* const watch = in_->watch(aim);
  return watch == nullptr || watch->lines().empty() ? "" : watch->lines()[0];
}

Value Judge::Inside::evaluate(const Expr& expr) {
  switch (expr.kind) {
    case Expr::Kind::number: return {expr.number};
    case Expr::Kind::text: return {substitute(expr.text, values)};
    case Expr::Kind::value: return read_value(values.at(expr.text));
    case Expr::Kind::set: {
      std::vector<std::string> out;
      for (const Expr& child : expr.children) out.push_back(evaluate(child).print());
      return {out};
    }
    case Expr::Kind::call: return call(expr);
    default: return arithmetic(expr);
  }
}

Value Judge::Inside::arithmetic(const Expr& expr) {
  const Value a = evaluate(expr.children[0]), b = evaluate(expr.children[1]);
  const double *x = std::get_if<double>(&a.is), *y = std::get_if<double>(&b.is);
  if (x == nullptr || y == nullptr) return {};
  if (expr.kind == Expr::Kind::add) return {*x + *y};
  if (expr.kind == Expr::Kind::subtract) return {*x - *y};
  return {*x * *y};
}

Value Judge::Inside::call(const Expr& expr) {
  switch (expr.function) {
    case Function::state:
    case Function::answer: return told(expr);
    case Function::order: return order(expr);
    case Function::same: return same(expr);
    default: break;
  }
  const Watch& w = ask(expr.aims[0]);
  switch (expr.function) {
    case Function::gap: return gap(w);
    case Function::bytes: return bytes(w);
    case Function::lost:
    case Function::dup:
    case Function::late:
    case Function::bent: return trip_count(expr, w);
    default: return expr.field.empty() ? Value{double(w.hits().size())} : of_field(expr, w);
  }
}

Value Judge::Inside::of_field(const Expr& expr, const Watch& watch) {
  const std::size_t at = watch.field_index(expr.field);
  if (expr.function == Function::first || expr.function == Function::last) {
    if (watch.hits().empty()) return {};
    const bool first = expr.function == Function::first;
    const auto& found = (first ? watch.hits().front() : watch.hits().back()).values[at];
    return found.empty() ? Value{} : read_value(first ? found.front() : found.back());
  }
  double sum = 0;
  u64 count = 0;
  std::set<std::string> different;
  for (const Hit& hit : watch.hits()) {
    count += hit.values[at].size();
    different.insert(hit.values[at].begin(), hit.values[at].end());
    for (const std::string& one : hit.values[at]) {
      const Value value = read_value(one);
      if (const double* n = std::get_if<double>(&value.is)) sum += *n;
    }
  }
  if (expr.function == Function::sum) return {sum};
  return {double(expr.function == Function::distinct ? different.size() : count)};
}

// Each filter's first packet not before that of the one in front of it; the value is how many have
// their place.
Value Judge::Inside::order(const Expr& expr) {
  u64 from = 0;
  double placed = 0;
  for (const Aim& aim : expr.aims) {
    const Watch& w = ask(aim);
    const auto next = std::find_if(w.hits().begin(), w.hits().end(),
                                   [&](const Hit& hit) { return hit.frame >= from; });
    if (next == w.hits().end()) break;
    from = next->frame;
    ++placed;
  }
  return {placed == double(expr.aims.size()) ? 1.0 : 0.0};
}

Value Judge::Inside::same(const Expr& expr) {
  const Watch &a = ask(expr.aims[0]), &b = ask(expr.aims[1]);
  if (a.hits().empty() || b.hits().empty()) return {0.0};
  const auto& x = a.hits()[0].values[a.field_index(expr.field)];
  const auto& y = b.hits()[0].values[b.field_index(expr.field)];
  return {!x.empty() && !y.empty() && x[0] == y[0] ? 1.0 : 0.0};
}

Value Judge::Inside::gap(const Watch& watch) {
  i64 longest = 0;
  for (std::size_t i = 1; i < watch.hits().size(); ++i)
    longest = std::max(longest, watch.hits()[i].time - watch.hits()[i - 1].time);
  return {double(longest) / 1e9};
}

Value Judge::Inside::trip_count(const Expr& expr, const Watch& watch) {
  if (!has_trips) trips = taps.trips(), has_trips = true;
  std::set<u64> matching;
  for (const Hit& hit : watch.hits()) matching.insert(hit.frame);
  double count = 0;
  for (const flow::Trip& trip : trips) {
    const u32 at = trip.sent != flow::Trip::nowhere ? trip.sent : trip.arrived;
    if (at == flow::Trip::nowhere || matching.count(taps[at].frame) == 0) continue;
    // A capture is judged when all has settled: what is still open will not come.
    const bool counts = expr.function == Function::lost   ? trip.lost || trip.open
                        : expr.function == Function::dup  ? trip.again
                        : expr.function == Function::late ? trip.late || trip.overtaken > 0
                                                          : trip.bent;
    count += counts;
  }
  return {count};
}

// The stream that these segments carry, each byte once, the first good copy of it.
Value Judge::Inside::bytes(const Watch& watch) {
  std::vector<const Hit*> segments;
  for (const Hit& hit : watch.hits()) {
    if (hit.good && !hit.bytes.empty()) segments.push_back(&hit);
  }
  if (segments.empty()) return {};
  const u32 base = segments[0]->seq;
  std::stable_sort(segments.begin(), segments.end(), [&](const Hit* a, const Hit* b) {
    return i32(a->seq - base) < i32(b->seq - base);
  });
  std::string stream;
  const u32 start = segments[0]->seq;
  for (const Hit* hit : segments) {
    const std::size_t at = hit->seq - start;
    if (at > stream.size()) break;  // a hole: nothing behind it was delivered yet
    if (at + hit->bytes.size() > stream.size()) stream.append(hit->bytes, stream.size() - at);
  }
  base::Text out;
  out.dec(stream.size()).add(" bytes, ").hex(base::fnv64(base::as_bytes(stream)), 16);
  return {std::string(out.view())};
}

Value Judge::Inside::told(const Expr& expr) {
  const auto& source = expr.function == Function::state ? sources->state : sources->answer;
  const std::optional<std::string> text = source ? source(expr.text) : std::nullopt;
  return text ? read_value(*text) : Value{};
}

Value Judge::evaluate(const Expr& expr, const Sources& sources) {
  in_->sources = &sources;
  in_->asked.clear();
  return in_->evaluate(expr);
}

namespace {

bool compared(const Value& left, Compare how, const Value& right) {
  // A typed list is a list where one is asked for.
  Value a = left;
  if (std::holds_alternative<std::vector<std::string>>(right.is) &&
      std::holds_alternative<std::string>(left.is))
    a = read_value(std::get<std::string>(left.is), true);
  if (how == Compare::equal) return equal(a, right);
  if (how == Compare::differ) return !a.none() && !right.none() && !equal(a, right);
  const double *x = std::get_if<double>(&a.is), *y = std::get_if<double>(&right.is);
  if (x == nullptr || y == nullptr) return false;
  switch (how) {
    case Compare::less: return *x < *y;
    case Compare::at_most: return *x <= *y;
    case Compare::greater: return *x > *y;
    default: return *x >= *y;
  }
}

std::string sign(Compare how) {
  switch (how) {
    case Compare::differ: return "not ";
    case Compare::less: return "less than ";
    case Compare::at_most: return "at most ";
    case Compare::greater: return "more than ";
    case Compare::at_least: return "at least ";
    default: return "";
  }
}

bool truth(const Value& value) {
  const double* const n = std::get_if<double>(&value.is);
  return n != nullptr ? *n != 0 : !value.none();
}

std::string fill(std::string text, const Value& left) {
  for (std::size_t at; (at = text.find("{n}")) != std::string::npos;)
    text.replace(at, 3, left.print());
  return text;
}

}  // namespace

Verdict Judge::judge(const Condition& condition, const Sources& sources) {
  Inside& in = *in_;
  Verdict out;
  out.condition = substitute_filter(condition.text, in.values);
  const Value left = evaluate(condition.left, sources);
  Value right;
  if (condition.compare) right = in.evaluate(condition.right);
  out.good = condition.compare ? compared(left, *condition.compare, right) : truth(left);
  if (out.good) {
    for (const Watch* watch : in.asked)
      out.packets.insert(out.packets.end(), watch->lines().begin(), watch->lines().end());
    return out;
  }
  const bool order =
      condition.left.kind == Expr::Kind::call &&
      (condition.left.function == Function::order || condition.left.function == Function::same);
  out.message = fill(substitute(condition.message, in.values), left);
  out.expected = order ? condition.left.function == Function::order ? "all of them, in this order"
                                                                    : "the same value in both"
                 : condition.compare ? sign(*condition.compare) + right.print()
                                     : "anything but nothing";
  out.seen = order ? "it is not so" : left.print();
  for (const Watch* watch : in.asked) {
    if (watch->hits().empty()) {
      out.nearest = watch->nearest();
      if (order) out.seen = "no packet fits " + watch->text();
      if (left.none() || right.none()) out.seen = "no packet fits " + watch->text();
      break;
    }
    for (const std::string& line : watch->lines()) out.packets.push_back(line);
    if (watch->hits().size() > watch->lines().size()) {
      out.packets.push_back("… and " +
                            std::to_string(watch->hits().size() - watch->lines().size()) + " more");
    }
  }
  return out;
}

}  // namespace netpeel::lesson
