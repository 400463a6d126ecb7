// From an Ast to a Program: names become rows, text becomes values of the rows' types, tests get
// their jumps. Whatever is wrong here is wrong with what a person wrote, so that every complaint
// says what to write instead.
#include <algorithm>
#include <charconv>
#include <optional>

#include "base/cursor.hpp"
#include "base/time.hpp"
#include "filter/filter.hpp"
#include "filter/program.hpp"

namespace netpeel::filter {
namespace {

using field::Field;
using field::Show;

enum class Class : u8 {
  number,
  sign,
  flag,
  time,
  seconds,
  mac,
  ipv4,
  ipv6,
  bytes,
  text,
  protocol,
  mark,
  constant
};

Class class_of(Show show) {
  switch (show) {
    case Show::mark: return Class::mark;
    case Show::flag: return Class::flag;
    case Show::dec:
    case Show::hex: return Class::number;
    case Show::sdec: return Class::sign;
    case Show::mac: return Class::mac;
    case Show::ipv4: return Class::ipv4;
    case Show::ipv6: return Class::ipv6;
    case Show::bytes: return Class::bytes;
    case Show::text: return Class::text;
    case Show::time: return Class::time;
    case Show::seconds: return Class::seconds;
  }
  return Class::mark;
}

std::string_view class_name(Class c) {
  constexpr std::string_view names[] {
      "a number",      "a number",          "true or false",   "a time", "a duration in seconds",
      "a MAC address", "an IPv4 address",   "an IPv6 address", "bytes",  "text",
      "a protocol",    "only there or not", "a value"};
  return names[u8(c)];
}

bool is_integer(Class c) { return c == Class::number || c == Class::sign || c == Class::flag; }
bool is_bytes(Class c) {
  return c == Class::ipv6 || c == Class::bytes || c == Class::text || c == Class::protocol;
}
bool is_signed(Class c) { return c == Class::sign || c == Class::time || c == Class::seconds; }
u64 flip_of(Class c) { return is_signed(c) ? u64(1) << 63 : 0; }

struct Type {
  Class c = Class::number;
  const Field* field = nullptr;  // whose value it is, unchanged: knows width and names
  std::string name{};            // for sentences
};

// ---- Words that are values ----

int hex_digit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}
std::string small(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = char(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

// 80, 0x50, 0b101, 012 (octal, as in C). too_large: a number, but of more than 64 bits.
std::optional<u64> read_number(std::string_view text, bool& too_large) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16, text.remove_prefix(2);
  }
  else if (text.starts_with("0b") || text.starts_with("0B")) {
    base = 2, text.remove_prefix(2);
  }
  else if (text.size() > 1 && text[0] == '0') {
    base = 8, text.remove_prefix(1);
  }
  u64 value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  too_large = error == std::errc::result_out_of_range;
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

// 0.5, 1, -3.25, 2ms: nanoseconds.
std::optional<i64> read_seconds(std::string_view text) {
  bool negative = false;
  if (text.starts_with('-')) negative = true, text.remove_prefix(1);
  i64 unit = 1'000'000'000;
  constexpr std::pair<std::string_view, i64> units[]{
      {"ns", 1            },
      {"us", 1000         },
      {"ms", 1'000'000    },
      {"s",  1'000'000'000}
  };
  for (const auto& [name, size] : units) {
    if (text.ends_with(name)) {
      unit = size;
      text.remove_suffix(name.size());
      break;
    }
  }
  if (text.empty()) return {};
  i64 whole = 0;
  std::size_t i = 0;
  bool digits = false;
  for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, digits = true) {
    if (whole > 900'000'000'000) return {};
    whole = whole * 10 + (text[i] - '0');
  }
  i64 out = 0;
  if (__builtin_mul_overflow(whole, unit, &out)) return {};
  if (i < text.size() && text[i] == '.') {
    i64 place = unit;
    for (++i; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i, digits = true) {
      place /= 10;
      if (__builtin_add_overflow(out, place * (text[i] - '0'), &out)) return {};
    }
  }
  if (i != text.size() || !digits) return {};
  return negative ? -out : out;
}

// Days since 1970 of a date in the Gregorian calendar.
i64 days(i64 year, u32 month, u32 day) {
  static constexpr u32 before[]{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  const i64 past = year - 1;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return past * 365 + past / 4 - past / 100 + past / 400 + before[month - 1] +
         (month > 2 && leap ? 1 : 0) + day - 1 - 719162;
}

// 2023-11-14T22:13:20.5Z, also with a blank for T, without seconds or time, with +01:00; UTC where
// it names no zone.
std::optional<i64> read_time(std::string_view t) {
  std::size_t i = 0;
  const auto number = [&](std::size_t width, i64& out) {
    out = 0;
    for (std::size_t n = 0; n < width; ++n, ++i) {
      if (i >= t.size() || t[i] < '0' || t[i] > '9') return false;
      out = out * 10 + (t[i] - '0');
    }
    return true;
  };
  const auto sign = [&](char c) { return i < t.size() && t[i] == c && ++i != 0; };
  i64 year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, nano = 0, zone = 0;
  if (!number(4, year) || !sign('-') || !number(2, month) || !sign('-') || !number(2, day))
    return {};
  if (sign('T') || sign(' ')) {
    if (!number(2, hour) || !sign(':') || !number(2, minute)) return {};
    if (sign(':')) {
      if (!number(2, second)) return {};
      if (sign('.')) {
        i64 place = 100'000'000;
        const std::size_t from = i;
        for (; i < t.size() && t[i] >= '0' && t[i] <= '9'; ++i, place /= 10)
          nano += place * (t[i] - '0');
        if (i == from) return {};
      }
    }
    sign(' ');
    if (!sign('Z') && i < t.size()) {
      if (t.substr(i) == "UTC") {
        i = t.size();
      } else {
        const bool behind = t[i] == '-';
        if (!sign('+') && !sign('-')) return {};
        i64 h = 0, m = 0;
        if (!number(2, h)) return {};
        sign(':');
        if (i < t.size() && !number(2, m)) return {};
        zone = (h * 60 + m) * (behind ? -60 : 60);
      }
    }
  }
  if (i != t.size() || year < 1700 || year > 2250 || month < 1 || month > 12 || day < 1 ||
      day > 31 || hour > 23 || minute > 59 || second > 60)
    return {};
  const i64 seconds =
      days(year, u32(month), u32(day)) * 86400 + hour * 3600 + minute * 60 + second - zone;
  return seconds * 1'000'000'000 + nano;
}

// aa:bb:cc, aa-bb-cc, aa.bb.cc, aabbcc, 0xff; a digit alone is a byte.
std::optional<std::string> read_bytes(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    if (text.size() > 2) return {};  // more than one byte: in which order?
  }
  std::string out;
  std::size_t i = 0;
  char between = 0;
  if (text.size() == 1 && hex_digit(text[0]) >= 0) return std::string(1, char(hex_digit(text[0])));
  while (i < text.size()) {
    const int high = hex_digit(text[i]);
    if (high < 0) return {};
    const int low = i + 1 < text.size() ? hex_digit(text[i + 1]) : -1;
    if (low >= 0) {
      out += char(high << 4 | low);
      i += 2;
    } else {
      out += char(high);  // a:b:c, 0.1.2
      ++i;
      if (i == text.size() && between == 0) return {};
    }
    if (i == text.size()) return out;
    const char c = text[i];
    if (c == ':' || c == '-' || c == '.') {
      if (between != 0 && between != c) return {};
      between = c;
      if (++i == text.size()) return {};
    } else if (between != 0 || low < 0) {
      return {};
    }
  }
  return {};
}

// 10.0.0.1, 10.0.0.0/8. bits: how many count.
bool read_ipv4(std::string_view text, u32& address, u32& bits, bool& wrong_bits) {
  wrong_bits = false;
  bits = 32;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view n = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(n.data(), n.data() + n.size(), bits);
    wrong_bits = error != std::errc() || end != n.data() + n.size() || bits > 32;
    text = text.substr(0, slash);
  }
  address = 0;
  for (int part = 0; part < 4; ++part) {
    u32 value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value > 255 || end - text.data() > 3) return false;
    address = address << 8 | value;
    text.remove_prefix(std::size_t(end - text.data()));
    if (part < 3) {
      if (!text.starts_with('.')) return false;
      text.remove_prefix(1);
    }
  }
  return text.empty();
}

// RFC 4291 §2.2, §2.3.
bool read_ipv6(std::string_view text, std::string& address, u32& bits, bool& wrong_bits) {
  wrong_bits = false;
  bits = 128;
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view n = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(n.data(), n.data() + n.size(), bits);
    wrong_bits = error != std::errc() || end != n.data() + n.size() || bits > 128;
    text = text.substr(0, slash);
  }
  std::string front, back;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    std::string& out = gap ? back : front;
    const std::size_t n = std::min(text.find(':'), text.size());
    const std::string_view group = text.substr(0, n);
    if (group.find('.') != std::string_view::npos) {
      u32 v4 = 0, all = 0;
      bool wrong = false;
      if (n != text.size() || group.find('/') != std::string_view::npos ||
          !read_ipv4(group, v4, all, wrong))
        return false;
      for (int shift = 24; shift >= 0; shift -= 8) out += char(v4 >> shift);
      break;
    }
    u32 value = 0;
    const auto [end, error] = std::from_chars(group.data(), group.data() + group.size(), value, 16);
    if (error != std::errc() || end != group.data() + group.size() || group.size() > 4)
      return false;
    out += char(value >> 8), out += char(value);
    text.remove_prefix(n);
    if (text.empty()) break;
    text.remove_prefix(1);
    if (text.empty()) return false;
    if (text.starts_with(':')) {
      if (gap) return false;
      gap = true;
      text.remove_prefix(1);
    }
  }
  const std::size_t size = front.size() + back.size();
  if (gap ? size > 14 : size != 16) return false;
  address = front + std::string(16 - size, '\0') + back;
  return true;
}

// One constant: all that equals it. For numbers before `flip`.
struct Constant {
  u64 from = 0, to = 0;
  std::string low{}, high{};
};

class Checker {
 public:
  Checker(const Ast& ast, std::string_view source, const field::Registry& registry,
          std::vector<std::string>& names, std::vector<field::Registry::Owned>& fields)
      : ast_(ast), source_(source), registry_(registry), names_(names), fields_(fields),
        program_(std::make_unique<Program>()) {
    program_->registry = &registry;
    program_->frame_proto = registry.protocol("frame");
  }

  base::Result<std::unique_ptr<Program>> run() {
    if (!ast_.nodes.empty()) {
      const u32 yes = label(), no = label();
      emit(ast_.root, yes, no);
      if (failed_) return complaint_;
      labels_[yes] = Program::yes;
      labels_[no] = Program::no;
      for (Test& t : program_->tests) t.yes = labels_[t.yes], t.no = labels_[t.no];
      program_->start = 0;
    }
    for (const Source& s : program_->sources) {
      if (s.how != Source::How::expanded) continue;
      for (u32 k = s.rows.begin; k < s.rows.end; ++k) program_->wanted.push_back(program_->keys[k]);
    }
    std::sort(program_->wanted.begin(), program_->wanted.end());
    program_->wanted.erase(std::unique(program_->wanted.begin(), program_->wanted.end()),
                           program_->wanted.end());
    program_->simplify();
    return std::move(program_);
  }

 private:
  // ---- Complaints ----

  bool fail(const Node& where, std::string what, std::string hint = {}) {
    return fail(where.at, where.length, std::move(what), std::move(hint));
  }
  bool fail(u32 at, u32 length, std::string what, std::string hint) {
    if (!failed_) complaint_ = {std::move(what), at, length, std::move(hint)};
    failed_ = true;
    return false;
  }
  std::string shown(u32 node) const { return print(ast_, node); }
  std::string written(const Node& n) const {
    return std::string(source_.substr(n.at, std::min<u32>(n.length, 60)));
  }

  bool unknown(const Node& n) {
    const std::string& name = n.text;
    std::string hint;
    if (small(name) == "true" || small(name) == "false") {
      hint = "write the field it belongs to: tcp.flags.syn == true";
    } else if (hex_digit(name[0]) >= 0 && (name[0] <= '9' || name.find(':') != std::string::npos)) {
      return fail(n, "\"" + name + "\" is a value, and a field should stand here",
                  "the field comes first: tcp.port == 80");
    } else {
      const std::string lower = small(name);
      if (lower != name && known(lower)) {
        hint = "names are written small: " + lower;
      } else if (const std::string_view near =
                     registry_.nearest(std::string_view(name).substr(0, 200));
                 !near.empty()) {
        hint = "did you mean " + std::string(near) + "?";
      } else if (!inside(name).empty()) {
        hint = "fields of that protocol are, for example, " + inside(name);
      }
    }
    return fail(n, "\"" + name.substr(0, 80) + "\" is not a field or protocol", hint);
  }
  // A few fields of the protocol that the name begins with.
  std::string inside(std::string_view name) const {
    const std::string prefix(name.substr(0, name.find('.') + 1));
    if (prefix.size() < 2) return {};
    std::string out;
    u32 n = 0;
    for (std::string_view candidate : registry_.names()) {
      if (!candidate.starts_with(prefix)) continue;
      out += (n > 0 ? ", " : "") + std::string(candidate);
      if (++n == 3) break;
    }
    return out;
  }

  // ---- Names ----

  std::vector<u8> protocols(std::string_view name) const {
    std::vector<u8> out;
    for (u32 id = 0; id < registry_.size(); ++id) {
      if (registry_[u8(id)].name == name) out.push_back(u8(id));
    }
    return out;
  }
  bool known(std::string_view name) const {
    return !registry_.rows(name).empty() || !protocols(name).empty();
  }

  void use(const std::string& name) {
    if (std::find(names_.begin(), names_.end(), name) != names_.end()) return;
    names_.push_back(name);
    for (const field::Registry::Owned& row : registry_.rows(name)) {
      const bool had = std::any_of(fields_.begin(), fields_.end(), [&](const auto& f) {
        return f.field == row.field && f.proto == row.proto;
      });
      if (!had) fields_.push_back(row);
    }
  }

  static std::optional<FrameNumber> frame_number(std::string_view name) {
    constexpr std::pair<std::string_view, FrameNumber> names[]{
        {"frame.number",               FrameNumber::number     },
        {"frame.len",                  FrameNumber::wire_size  },
        {"frame.cap_len",              FrameNumber::size       },
        {"frame.time",                 FrameNumber::time       },
        {"frame.time_epoch",           FrameNumber::time       },
        {"frame.time_delta",           FrameNumber::delta      },
        {"frame.time_delta_displayed", FrameNumber::delta_shown},
        {"frame.time_relative",        FrameNumber::relative   },
        {"frame.interface_id",         FrameNumber::interface  },
    };
    for (const auto& [known_name, number] : names) {
      if (known_name == name) return number;
    }
    return {};
  }

  // ---- Operands ----

  u32 add(Operand o) {
    program_->operands.push_back(std::move(o));
    return u32(program_->operands.size() - 1);
  }

  // Whether expand() gives exactly what stands at the row's place, always.
  bool has_place(const field::Registry::Owned& row) const {
    const field::Table fixed = registry_[row.proto].fixed();
    const bool member = std::less_equal<>()(fixed.data(), row.field) &&
                        std::less<>()(row.field, fixed.data() + fixed.size());
    return member && row.field->placed() && !row.field->more.sometimes &&
           !row.field->more.computed && row.field->show != Show::mark;
  }

  // The rows of a name as sources, grouped by protocol.
  Span rows(const std::string& name, bool bytes) {
    Program& p = *program_;
    const Span out{u32(p.sources.size()), 0};
    const std::span<const field::Registry::Owned> all = registry_.rows(name);
    std::vector<u8> done;
    for (const field::Registry::Owned& row : all) {
      if (std::find(done.begin(), done.end(), row.proto) != done.end()) continue;
      done.push_back(row.proto);
      Source s{.how = Source::How::placed, .proto = row.proto};
      if (row.proto == p.frame_proto && p.frame_proto != 0) {
        if (const auto number = frame_number(row.field->name); number && !bytes) {
          s.how = Source::How::frame;
          s.number = u8(*number);
          s.rows = {u32(p.placed.size()), u32(p.placed.size() + 1)};
          p.placed.push_back({row.field, 0, 0, 1});
          p.sources.push_back(s);
          continue;
        }
      }
      bool placed = true;
      for (const field::Registry::Owned& r : all) {
        if (r.proto != row.proto) continue;
        const bool number = !r.field->wide();
        placed = placed && has_place(r) &&
                 (bytes ? r.field->at % 8 == 0 && r.field->width % 8 == 0 : number);
      }
      if (placed) {
        s.how = bytes ? Source::How::view : Source::How::placed;
        s.rows.begin = u32(p.placed.size());
        for (const field::Registry::Owned& r : all) {
          if (r.proto == row.proto)
            p.placed.push_back({r.field, r.field->at, r.field->width, r.field->more.scale});
        }
        s.rows.end = u32(p.placed.size());
      } else {
        s.how = Source::How::expanded;
        s.rows.begin = u32(p.keys.size());
        for (const field::Registry::Owned& r : all) {
          if (r.proto == row.proto && std::find(p.keys.begin() + s.rows.begin, p.keys.end(),
                                                r.field->key) == p.keys.end()) {
            p.keys.push_back(r.field->key);
          }
        }
        s.rows.end = u32(p.keys.size());
      }
      p.sources.push_back(s);
    }
    return {out.begin, u32(p.sources.size())};
  }

  // The protocols of a name as sources.
  Span protocol_sources(const std::string& name) {
    Program& p = *program_;
    const u32 begin = u32(p.sources.size());
    for (u8 id : protocols(name)) {
      const bool frame = id == p.frame_proto && id != 0;
      p.sources.push_back(
          {.how = frame ? Source::How::capture : Source::How::protocol, .proto = id});
    }
    return {begin, u32(p.sources.size())};
  }

  u64 seen(Span sources) const {
    u64 out = 0;
    for (u32 s = sources.begin; s < sources.end; ++s) {
      const Source& source = program_->sources[s];
      if (source.how == Source::How::frame || source.how == Source::How::capture ||
          (source.proto == program_->frame_proto && source.proto != 0))
        return ~u64(0);
      out |= u64(1) << (source.proto % 64);
    }
    return out;
  }
  u64 seen_operand(u32 operand) const {
    const Operand& o = program_->operands[operand];
    if (o.kind == Operand::Kind::field) return seen(o.sources);
    if (o.kind == Operand::Kind::constant) return ~u64(0);
    return seen_operand(o.child);
  }

  // A name's type; false (with a complaint) if there is no such name.
  bool type_of_word(const Node& n, Type& type) {
    const auto found = registry_.rows(n.text);
    if (found.empty()) {
      if (protocols(n.text).empty()) return unknown(n);
      type = {Class::protocol, nullptr, n.text};
      return true;
    }
    type = {class_of(found[0].field->show), found[0].field, n.text};
    // A name that stands for a marker and for a value: the value.
    for (const auto& row : found) {
      if (type.c == Class::mark && row.field->show != Show::mark)
        type.c = class_of(row.field->show), type.field = row.field;
    }
    if (type.c == Class::mark && !protocols(n.text).empty())
      type = {Class::protocol, nullptr, n.text};
    return true;
  }

  bool is_constant(u32 i) const {
    const Node& n = ast_[i];
    if (n.kind == Kind::string || n.kind == Kind::raw || n.kind == Kind::character ||
        n.kind == Kind::range)
      return true;
    return n.kind == Kind::word && n.layers == 0 && !known(n.text);
  }

  // Whether a name stands for bytes or a number depends on what is done with it: `bytes` asks for
  // bytes.
  bool operand(u32 i, bool bytes, Type& type, u32& out) {
    const Node& n = ast_[i];
    switch (n.kind) {
      case Kind::word: {
        if (!type_of_word(n, type)) return false;
        use(n.text);
        if (n.layers != 0 && n.text.starts_with("frame"))
          return fail(n, "there is only one frame", "# chooses among layers: ip.src#2");
        Operand o{.kind = Operand::Kind::field, .bytes = bytes || is_bytes(type.c)};
        o.sources = type.c == Class::protocol ? protocol_sources(n.text) : rows(n.text, o.bytes);
        o.layers = n.layers;
        out = add(std::move(o));
        return true;
      }
      case Kind::slice: {
        u32 child = 0;
        if (ast_[n.children[0]].kind != Kind::word && ast_[n.children[0]].kind != Kind::slice &&
            ast_[n.children[0]].kind != Kind::call) {
          return fail(ast_[n.children[0]], "only fields can be sliced", "eth.src[0:3] == 00:05:5d");
        }
        if (!operand(n.children[0], true, type, child)) return false;
        if (type.c != Class::mac && type.c != Class::ipv4 && !is_bytes(type.c)) {
          return fail(ast_[n.children[0]],
                      type.name + " is " + std::string(class_name(type.c)) + " and has no parts",
                      is_integer(type.c) ? "& picks bits of a number: tcp.flags & 0x02"
                                         : "slices are for bytes, text and addresses");
        }
        program_->operands[child].own = true;
        type = {type.c == Class::text ? Class::text : Class::bytes, nullptr, shown(i)};
        Operand o{.kind = Operand::Kind::slice, .bytes = true, .child = child};
        o.parts = n.parts;
        out = add(std::move(o));
        return true;
      }
      case Kind::call: return call(i, bytes, type, out);
      case Kind::mask: return mask(i, type, out);
      case Kind::string:
      case Kind::raw:
      case Kind::character:
        return fail(n, "a field should stand here, not text",
                    "the field comes first: http.host == \"example.org\"");
      default: return fail(n, "a field should stand here", "");
    }
  }

  bool call(u32 i, bool, Type& type, u32& out) {
    const Node& n = ast_[i];
    constexpr std::pair<std::string_view, Operand::Kind> functions[]{
        {"len",   Operand::Kind::length},
        {"count", Operand::Kind::count },
        {"lower", Operand::Kind::lower },
        {"upper", Operand::Kind::upper }
    };
    const std::pair<std::string_view, Operand::Kind>* function = nullptr;
    for (const auto& f : functions) {
      if (f.first == n.text) function = &f;
    }
    if (function == nullptr) {
      std::string_view best;
      u32 least = 3;
      for (const auto& f : functions) {
        if (const u32 d = field::distance(std::string_view(n.text).substr(0, 20), f.first);
            d < least)
          least = d, best = f.first;
      }
      return fail(n.at, u32(n.text.size()),
                  "\"" + n.text.substr(0, 80) + "\" is not a function here",
                  best.empty() ? "there are len, count, lower and upper"
                               : "did you mean " + std::string(best) + "()?");
    }
    const u32 inner = n.children[0];
    if (is_constant(inner)) {
      if (ast_[inner].kind == Kind::word) return unknown(ast_[inner]);
      return fail(ast_[inner], n.text + "() wants a field", n.text + "(http.host)");
    }
    Type of;
    u32 child = 0;
    const bool number = function->second == Operand::Kind::count;
    // count() takes any field as it is; the others need its bytes.
    if (!operand(inner, false, of, child)) return false;
    if (!number && !program_->operands[child].bytes) {
      return fail(ast_[inner],
                  n.text + "() wants text or bytes, and " + of.name + " is " +
                      std::string(class_name(of.c)),
                  "");
    }
    if ((function->second == Operand::Kind::lower || function->second == Operand::Kind::upper) &&
        of.c != Class::text) {
      return fail(ast_[inner],
                  n.text + "() wants text, and " + of.name + " is " + std::string(class_name(of.c)),
                  "");
    }
    const bool text =
        function->second == Operand::Kind::lower || function->second == Operand::Kind::upper;
    type = {text ? Class::text : Class::number, nullptr, shown(i)};
    out = add({.kind = function->second, .bytes = text, .child = child});
    return true;
  }

  bool mask(u32 i, Type& type, u32& out) {
    const Node& n = ast_[i];
    const u32 left = n.children[0], right = n.children[1];
    if (is_constant(left)) {
      if (ast_[left].kind == Kind::word) return unknown(ast_[left]);
      return fail(ast_[left], "a field should stand before &", "tcp.flags & 0x02");
    }
    Type of;
    u32 child = 0;
    if (!operand(left, false, of, child)) return false;
    const bool bytes = program_->operands[child].bytes;
    if (!is_integer(of.c) && of.c != Class::bytes) {
      return fail(ast_[left],
                  "& picks bits of a number, and " + of.name + " is " +
                      std::string(class_name(of.c)),
                  of.c == Class::ipv4 ? "a network is written ip.addr == 10.0.0.0/8" : "");
    }
    type = {bytes ? Class::bytes : Class::number, nullptr, shown(i)};
    if (is_constant(right)) {
      Constant c;
      Type wanted = of;
      wanted.field = nullptr;  // a mask need not be a value the field can have
      if (wanted.c == Class::flag || wanted.c == Class::sign) wanted.c = Class::number;
      if (!constant(right, wanted, c)) return false;
      if (bytes) {
        out =
            add({.kind = Operand::Kind::mask_bytes, .bytes = true, .child = child, .text = c.low});
      } else {
        out = add({.kind = Operand::Kind::mask_number, .child = child, .number = c.from});
      }
      return true;
    }
    Type second;
    u32 other = 0;
    if (!operand(right, false, second, other)) return false;
    if (bytes || !is_integer(second.c))
      return fail(ast_[right], "both sides of & must be numbers", "or the right one a constant");
    out = add({.kind = Operand::Kind::mask_both, .child = child, .other = other});
    return true;
  }

  // ---- Constants ----

  bool mismatch(const Node& n, const Type& type, std::string hint) {
    const bool text = n.kind == Kind::string || n.kind == Kind::raw;
    return fail(n,
                type.name + " is " + std::string(class_name(type.c)) + ", and " + written(n) +
                    (text ? " is text" : " is not"),
                std::move(hint));
  }

  // A value's name from the row's table: "UDP" for ip.proto.
  bool named(const Type& type, const std::string& name, std::vector<Constant>& out) const {
    if (type.field == nullptr || type.field->more.values.empty()) return false;
    for (int pass = 0; pass < 2 && out.empty(); ++pass) {
      for (const field::Value& v : type.field->more.values) {
        if (pass == 0 ? v.text != name : small(v.text) != small(name)) continue;
        Constant c;
        c.from = v.value, c.to = v.end();
        out.push_back(c);
      }
    }
    return !out.empty();
  }

  std::string nearest_value(const Type& type, std::string_view name) const {
    std::string_view best;
    u32 least = u32(name.size()) / 3 + 2;
    const std::string wanted = small(name.substr(0, 100));
    for (const field::Value& v : type.field->more.values) {
      if (const u32 d = field::distance(wanted, small(v.text)); d < least) least = d, best = v.text;
    }
    if (!best.empty()) return "did you mean \"" + std::string(best) + "\"?";
    return "a value's name could be \"" + std::string(type.field->more.values.front().text) +
           "\"; a number always works";
  }

  bool constants(u32 i, const Type& type, std::vector<Constant>& out) {
    const Node& n = ast_[i];
    if ((n.kind == Kind::string || n.kind == Kind::word) && is_integer(type.c) &&
        named(type, n.text, out))
      return true;
    Constant c;
    if (!constant(i, type, c)) return false;
    out.push_back(c);
    return true;
  }

  bool constant(u32 i, const Type& type, Constant& out) {
    const Node& n = ast_[i];
    const bool text = n.kind == Kind::string || n.kind == Kind::raw;
    switch (type.c) {
      case Class::number:
      case Class::sign:
      case Class::flag: return integer(n, type, out);
      case Class::time: {
        std::optional<i64> t = read_time(n.text);
        if (!t && !text) t = read_seconds(n.text);
        if (!t)
          return mismatch(n, type,
                          "write it as \"2026-11-21 10:00:00\" (UTC) or in seconds since 1970");
        out.from = out.to = u64(*t);
        return true;
      }
      case Class::seconds: {
        const std::optional<i64> t = text ? std::nullopt : read_seconds(n.text);
        if (!t) return mismatch(n, type, "write seconds, such as 0.5, or 20ms");
        out.from = out.to = u64(*t);
        return true;
      }
      case Class::mac: {
        const std::optional<std::string> b = text ? std::nullopt : read_bytes(n.text);
        if (!b || b->size() != 6) {
          if (b && b->size() < 6 && n.text.find_first_of(":-.") != std::string::npos) {
            return fail(n, "a MAC address has six bytes, this has " + std::to_string(b->size()),
                        "a part of it is compared with " + type.name +
                            "[0:" + std::to_string(b->size()) + "] == " + n.text);
          }
          return mismatch(n, type, "a MAC address looks like 00:05:5d:21:99:4c");
        }
        for (char byte : *b) out.from = out.from << 8 | u8(byte);
        out.to = out.from;
        return true;
      }
      case Class::ipv4: return ipv4(n, type, out);
      case Class::ipv6: return ipv6(n, type, out);
      case Class::text:
        if (n.kind == Kind::word) {
          return mismatch(n, type, "text stands in double quotes: \"" + n.text + "\"");
        }
        out.low = out.high = n.text;
        return true;
      case Class::bytes:
      case Class::protocol: {
        if (n.kind != Kind::word) {
          out.low = out.high = n.text;
          return true;
        }
        std::optional<std::string> b = read_bytes(n.text);
        if (!b) {
          const bool long_hex = n.text.starts_with("0x");
          std::string hint = "bytes are written 00:ff:1a, text in double quotes";
          if (long_hex && n.text.size() % 2 == 0)
            hint = "bytes are written in their order: " + colons(n.text.substr(2));
          return mismatch(n, type, hint);
        }
        out.low = out.high = std::move(*b);
        return true;
      }
      case Class::mark:
        return fail(n, type.name + " has no value", "ask only whether it is there: " + type.name);
      case Class::constant:
        return fail(n, "two values are compared, and no field",
                    "the field comes first: tcp.port == 80");
    }
    return false;
  }

  static std::string colons(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i < hex.size() && i < 40; ++i)
      out += (i > 0 && i % 2 == 0 ? ":" : ""), out += hex[i];
    return out;
  }

  bool integer(const Node& n, const Type& type, Constant& out) {
    if (n.kind == Kind::string || n.kind == Kind::raw) {
      bool large = false;
      if (type.field != nullptr && !type.field->more.values.empty()) {
        return fail(n, written(n) + " is not among the named values of " + type.name,
                    nearest_value(type, n.text));
      }
      return mismatch(n, type,
                      read_number(n.text, large) || large ? "write it without quotes: " + n.text
                                                          : "compare it with a number");
    }
    const u32 width =
        type.field == nullptr || type.field->width == 0 ? 64 : std::min(type.field->width, 64u);
    const u64 scale = type.field == nullptr ? 1 : type.field->more.scale;
    if (n.kind == Kind::character) {
      out.from = out.to = u8(n.text[0]);
      return limits(n, type, width, scale, out);
    }
    if (type.c == Class::flag) {
      const std::string word = small(n.text);
      if (word == "true" || word == "false") {
        out.from = out.to = word == "true" ? 1 : 0;
        return true;
      }
    }
    std::string_view digits = n.text;
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    bool large = false;
    const std::optional<u64> value = read_number(digits, large);
    if (!value) {
      if (large) return fail(n, written(n) + " is too large for any field", "");
      if (type.field != nullptr && !type.field->more.values.empty()) {
        return fail(n, "\"" + n.text + "\" is neither a number nor a named value of " + type.name,
                    nearest_value(type, n.text));
      }
      std::string hint = "numbers are written 80, 0x50, 0b1010000 or 'P'";
      if (type.c == Class::flag) hint = "write true or false, 1 or 0";
      if (n.text.find('.') != std::string::npos &&
          n.text.find_first_not_of("0123456789.") == std::string::npos)
        hint = "it is a whole number";
      if (hint.starts_with("numbers") && n.text.find('.') != std::string::npos) {
        const std::string_view near = registry_.nearest(std::string_view(n.text).substr(0, 200));
        if (!near.empty()) hint = "did you mean the field " + std::string(near) + "?";
      }
      return mismatch(n, type, hint);
    }
    if (type.c == Class::flag) {
      // Any number but zero is true, as in Wireshark.
      out.from = out.to = *value != 0 ? 1 : 0;
      return true;
    }
    if (type.c == Class::sign) {
      const u64 limit = u64(1) << (width - 1);
      if (negative ? *value > limit : *value >= limit) {
        return fail(n,
                    written(n) + " does not fit: " + type.name + " has " + std::to_string(width) +
                        " bits and a sign",
                    "it reaches from -" + std::to_string(limit) + " to " +
                        std::to_string(limit - 1));
      }
      out.from = out.to = negative ? 0 - *value : *value;
      return true;
    }
    if (negative && *value != 0) return fail(n, type.name + " is never negative", "");
    out.from = out.to = *value;
    return limits(n, type, width, scale, out);
  }

  bool limits(const Node& n, const Type& type, u32 width, u64 scale, const Constant& c) {
    if (type.c != Class::number || width >= 64) return true;
    const u64 most = ((u64(1) << width) - 1) * scale;
    if (c.from <= most) return true;
    return fail(
        n, written(n) + " is too large: " + type.name + " has " + std::to_string(width) + " bits",
        "the largest value is " + std::to_string(most));
  }

  bool ipv4(const Node& n, const Type& type, Constant& out) {
    u32 address = 0, bits = 0;
    bool wrong = false;
    if (n.kind == Kind::word && read_ipv4(n.text, address, bits, wrong)) {
      if (wrong) return fail(n, "an IPv4 prefix has 0 to 32 bits", "10.0.0.0/8");
      const u32 low = bits == 0 ? 0xffffffff : bits == 32 ? 0 : 0xffffffff >> bits;
      out.from = address & ~low, out.to = address | low;
      return true;
    }
    std::string six, hint = "an IPv4 address looks like 192.168.0.1, a network like 10.0.0.0/8";
    if (n.kind != Kind::word && read_ipv4(n.text, address, bits, wrong)) {
      hint = "write it without quotes: " + n.text;
    } else if (read_ipv6(n.text, six, bits, wrong)) {
      const std::string twin =
          type.name.starts_with("ip.") ? "ipv6." + type.name.substr(3) : std::string();
      hint = !twin.empty() && known(twin) ? "for IPv6 addresses ask " + twin
                                          : "that is an IPv6 address";
    } else if (n.text.find_first_not_of("0123456789./") == std::string::npos &&
               n.kind == Kind::word) {
      hint = "an address has four numbers from 0 to 255; a network is written 10.0.0.0/8";
    } else if (n.text.find('.') != std::string::npos) {
      hint = "names are not looked up: write the address, such as 192.168.0.1";
    }
    return mismatch(n, type, hint);
  }

  bool ipv6(const Node& n, const Type& type, Constant& out) {
    std::string address;
    u32 bits = 0, four = 0;
    bool wrong = false;
    if (n.kind == Kind::word && read_ipv6(n.text, address, bits, wrong)) {
      if (wrong) return fail(n, "an IPv6 prefix has 0 to 128 bits", "2001:db8::/32");
      out.low = out.high = address;
      for (u32 b = bits; b < 128; ++b) {
        const u8 bit = u8(0x80 >> b % 8);
        out.low[b / 8] = char(u8(out.low[b / 8]) & ~bit);
        out.high[b / 8] = char(u8(out.high[b / 8]) | bit);
      }
      return true;
    }
    std::string hint = "an IPv6 address looks like 2001:db8::1, a network like 2001:db8::/32";
    if (n.kind != Kind::word && read_ipv6(n.text, address, bits, wrong)) {
      hint = "write it without quotes: " + n.text;
    } else if (read_ipv4(n.text, four, bits, wrong)) {
      const std::string twin =
          type.name.starts_with("ipv6.") ? "ip." + type.name.substr(5) : std::string();
      hint = !twin.empty() && known(twin) ? "for IPv4 addresses ask " + twin
                                          : "that is an IPv4 address";
    }
    return mismatch(n, type, hint);
  }

  // ---- Tests ----

  u32 label() {
    labels_.push_back(0);
    return u32(labels_.size() - 1);
  }
  void here(u32 l) { labels_[l] = u32(program_->tests.size()); }
  void add(Test t, u32 yes, u32 no) {
    if (program_->tests.size() >= most_tests) {
      fail(0, 1, "this expression has too many tests",
           "a set says the same in one test: tcp.port in {80, 443}");
      return;
    }
    t.yes = yes, t.no = no;
    program_->tests.push_back(t);
  }

  void emit(u32 i, u32 yes, u32 no) {
    if (failed_) return;
    const Node& n = ast_[i];
    switch (n.kind) {
      case Kind::any_of:
      case Kind::all_of:
        for (std::size_t c = 0; c < n.children.size(); ++c) {
          const bool last = c + 1 == n.children.size();
          const u32 on = last ? 0 : label();
          if (n.kind == Kind::any_of) {
            emit(n.children[c], yes, last ? no : on);
          } else {
            emit(n.children[c], last ? yes : on, no);
          }
          if (!last) here(on);
        }
        return;
      case Kind::negate: return emit(n.children[0], no, yes);
      case Kind::differ: return differ(n, yes, no);
      case Kind::presence: return presence(n, yes, no);
      case Kind::compare: return compare(n, yes, no);
      case Kind::member: return member(n, yes, no);
      case Kind::contains: return contains(n, yes, no);
      case Kind::matches: return matches(n, yes, no);
      default: fail(n, "a test should stand here"); return;
    }
  }

  // The left side's answer is remembered in a flag while the right side runs.
  void differ(const Node& n, u32 yes, u32 no) {
    if (flags_ == 64) {
      fail(n, "too many ^^ inside each other");
      return;
    }
    const u32 set = label(), clear = label(), right = label(), one = label(), other = label();
    emit(n.children[0], set, clear);
    const u32 flag = flags_++;
    here(set);
    add({.kind = Test::Kind::remember, .operand = flag, .other = 1, .seen = ~u64(0)}, right, right);
    here(clear);
    add({.kind = Test::Kind::remember, .operand = flag, .other = 0, .seen = ~u64(0)}, right, right);
    here(right);
    emit(n.children[1], one, other);
    here(one);
    add({.kind = Test::Kind::recall, .operand = flag, .seen = ~u64(0)}, no, yes);
    here(other);
    add({.kind = Test::Kind::recall, .operand = flag, .seen = ~u64(0)}, yes, no);
    --flags_;
  }

  void presence(const Node& n, u32 yes, u32 no) {
    const Node& of = ast_[n.children[0]];
    if (of.kind == Kind::word) {
      Type type;
      if (!type_of_word(of, type)) return;
      use(of.text);
      const bool both = !registry_.rows(of.text).empty() && !protocols(of.text).empty();
      const u32 second = both ? label() : no;
      if (!protocols(of.text).empty()) {
        Test t{.kind = Test::Kind::layer, .layers = of.layers};
        t.sources = protocol_sources(of.text);
        t.seen = seen(t.sources);
        add(t, yes, second);
        if (both) here(second);
      }
      if (!registry_.rows(of.text).empty()) {
        Operand o{.kind = Operand::Kind::field, .bytes = is_bytes(type.c)};
        o.sources = rows(of.text, o.bytes);
        o.layers = of.layers;
        const u32 operand = add(std::move(o));
        add({.kind = Test::Kind::present, .operand = operand, .seen = seen_operand(operand)}, yes,
            no);
      }
      return;
    }
    Type type;
    u32 o = 0;
    if (!operand(n.children[0], false, type, o)) return;
    const bool truth = of.kind == Kind::mask || of.kind == Kind::call;
    add({.kind = truth ? Test::Kind::truth : Test::Kind::present,
         .operand = o,
         .seen = seen_operand(o)},
        yes, no);
  }

  // Left sides of comparisons: a field, or something made of one.
  bool left_side(u32 i, Type& type, u32& out) {
    const Node& n = ast_[i];
    if (n.kind == Kind::word && !known(n.text)) return unknown(n);
    if (is_constant(i))
      return fail(n, written(n) + " is a value, and a field should stand here",
                  "the field comes first: http.host == \"example.org\"");
    if (!operand(i, false, type, out)) return false;
    if (type.c == Class::mark)
      return fail(n, type.name + " has no value to compare",
                  "ask only whether it is there: " + type.name);
    program_->operands[out].own = true;
    return true;
  }

  // A test of numbers against ranges: on placed rows without gathering values.
  Test number_test(u32 o, const Type& type, Span ranges) {
    Test t{.kind = Test::Kind::numbers,
           .operand = o,
           .ranges = ranges,
           .flip = flip_of(type.c),
           .seen = seen_operand(o)};
    const Operand* field = &program_->operands[o];
    if (field->kind == Operand::Kind::mask_number) {
      t.mask = field->number;
      field = &program_->operands[field->child];
    }
    if (field->kind != Operand::Kind::field) {
      t.mask = ~u64(0);
      return t;
    }
    bool placed = true;
    for (u32 s = field->sources.begin; s < field->sources.end; ++s)
      placed = placed && program_->sources[s].how == Source::How::placed;
    if (placed) t.kind = Test::Kind::fast;
    t.sources = field->sources;
    t.layers = field->layers;
    return t;
  }

  void add_numbers(const Type& type, std::vector<Constant>& list, Compare c, Span& out) {
    const u64 flip = flip_of(type.c);
    out.begin = u32(program_->numbers.size());
    for (Constant& k : list) {
      const u64 from = k.from ^ flip, to = k.to ^ flip;
      switch (c) {
        case Compare::equal:
        case Compare::differ: program_->numbers.push_back({from, to}); break;
        case Compare::less:
          if (from > 0) program_->numbers.push_back({0, from - 1});
          break;
        case Compare::at_most: program_->numbers.push_back({0, to}); break;
        case Compare::greater:
          if (to != ~u64(0)) program_->numbers.push_back({to + 1, ~u64(0)});
          break;
        case Compare::at_least: program_->numbers.push_back({from, ~u64(0)}); break;
      }
    }
    out.end = u32(program_->numbers.size());
  }

  void add_texts(std::vector<Constant>& list, Compare c, Span& out) {
    out.begin = u32(program_->texts.size());
    for (Constant& k : list) {
      BytesRange r;
      switch (c) {
        case Compare::equal:
        case Compare::differ: r.from = k.low, r.to = k.high; break;
        case Compare::less: r.below = r.open = true, r.to = k.low; break;
        case Compare::at_most: r.below = true, r.to = k.high; break;
        case Compare::greater: r.above = r.open = true, r.from = k.high; break;
        case Compare::at_least: r.above = true, r.from = k.low; break;
      }
      program_->texts.push_back(std::move(r));
    }
    out.end = u32(program_->texts.size());
  }

  void compare(const Node& n, u32 yes, u32 no) {
    Type type;
    u32 left = 0;
    if (!left_side(n.children[0], type, left)) return;
    const u32 r = n.children[1];
    const Node& right = ast_[r];
    std::vector<Constant> list;
    const bool value_name = right.kind == Kind::word && right.layers == 0 && is_integer(type.c) &&
                            named(type, right.text, list);
    if (!value_name && !is_constant(r)) return compare_operands(n, type, left, yes, no);
    if (right.kind == Kind::word && !value_name && looks_like_name(right, type)) {
      unknown(right);
      return;
    }
    list.clear();
    if (!constants(r, type, list)) return;
    if (list.size() > 1 && n.compare > Compare::differ) {
      fail(right, written(right) + " names several values, which have no order",
           "use == or in {…}");
      return;
    }
    Test t;
    Span ranges;
    if (program_->operands[left].bytes) {
      add_texts(list, n.compare, ranges);
      t = {
          .kind = Test::Kind::texts, .operand = left, .ranges = ranges, .seen = seen_operand(left)};
    } else {
      add_numbers(type, list, n.compare, ranges);
      t = number_test(left, type, ranges);
    }
    t.over = n.over;
    t.invert = n.compare == Compare::differ;
    t.size_first = type.c != Class::text;
    add(t, yes, no);
  }

  // tcp.port == tcp.srcprt: a misspelt name rather than a bad number.
  bool looks_like_name(const Node& n, const Type& type) const {
    if (type.c == Class::text || type.field == nullptr || !type.field->more.values.empty())
      return false;
    const std::size_t dot = n.text.find('.');
    return dot != std::string::npos && dot > 0 && !protocols(n.text.substr(0, dot)).empty() &&
           hex_digit(n.text[0]) != 0 && !(n.text[0] >= '0' && n.text[0] <= '9');
  }

  void compare_operands(const Node& n, const Type& type, u32 left, u32 yes, u32 no) {
    Type second;
    u32 right = 0;
    const bool left_bytes = program_->operands[left].bytes;
    if (!operand(n.children[1], left_bytes, second, right)) return;
    program_->operands[right].own = true;
    const Node& where = ast_[n.children[1]];
    if (second.c == Class::mark) {
      fail(where, second.name + " has no value to compare",
           "ask only whether it is there: " + second.name);
      return;
    }
    const auto plain = [](Class c) {
      return c == Class::bytes || c == Class::text || c == Class::protocol;
    };
    const bool fit =
        type.c == second.c || (is_integer(type.c) && is_integer(second.c)) ||
        (plain(type.c) && plain(second.c) &&
         !(type.c == Class::text && second.c == Class::protocol)) ||
        (type.c == Class::bytes &&
         (second.c == Class::mac || second.c == Class::ipv4 || second.c == Class::ipv6));
    if (!fit || left_bytes != program_->operands[right].bytes) {
      std::string hint;
      if (second.c == Class::protocol && type.c == Class::text) {
        hint = "text stands in double quotes: \"" + second.name + "\"";
      } else if (second.c == Class::protocol) {
        hint = "a protocol stands alone: " + shown(n.children[0]) + " && " + second.name;
      }
      fail(where,
           type.name + " is " + std::string(class_name(type.c)) + ", and " + second.name + " is " +
               std::string(class_name(second.c)),
           hint);
      return;
    }
    Test t{.kind = Test::Kind::pairs,
           .over = n.over,
           .compare = n.compare,
           .operand = left,
           .other = right};
    t.size_first = type.c != Class::text;
    t.flip = is_signed(type.c) || is_signed(second.c) ? u64(1) << 63 : 0;
    t.seen = seen_operand(left);
    add(t, yes, no);
  }

  void member(const Node& n, u32 yes, u32 no) {
    Type type;
    u32 left = 0;
    if (!left_side(n.children[0], type, left)) return;
    const bool bytes = program_->operands[left].bytes;
    Span ranges{u32(bytes ? program_->texts.size() : program_->numbers.size()), 0};
    for (std::size_t c = 1; c < n.children.size(); ++c) {
      const Node& item = ast_[n.children[c]];
      std::vector<Constant> list;
      Span added;
      if (item.kind != Kind::range) {
        if (item.kind == Kind::word && known(item.text) &&
            !(is_integer(type.c) && named(type, item.text, list)) &&
            !(bytes && read_bytes(item.text))) {
          fail(item, "a set holds values, and " + item.text + " is a field", "compare it with ==");
          return;
        }
        list.clear();
        if (!constants(n.children[c], type, list)) return;
        bytes ? add_texts(list, Compare::equal, added)
              : add_numbers(type, list, Compare::equal, added);
        ranges.end = added.end;
        continue;
      }
      std::vector<Constant> ends;
      for (u32 end : item.children) {
        if (!constants(end, type, list)) return;
        if (list.size() != 1) {
          fail(ast_[end], written(ast_[end]) + " names several values", "write the number");
          return;
        }
        ends.push_back(list[0]);
        list.clear();
      }
      Constant both;
      both.from = ends[0].from, both.to = ends[1].to;
      both.low = ends[0].low, both.high = ends[1].high;
      const u64 flip = flip_of(type.c);
      const bool shorter = type.c != Class::text && both.low.size() != both.high.size();
      if (bytes ? shorter ? both.low.size() > both.high.size() : both.low > both.high
                : (both.from ^ flip) > (both.to ^ flip)) {
        fail(item, "this range runs backwards", "the smaller value comes first: 8000..8010");
        return;
      }
      list.push_back(both);
      bytes ? add_texts(list, Compare::equal, added)
            : add_numbers(type, list, Compare::equal, added);
      ranges.end = added.end;
    }
    Test t;
    if (bytes) {
      t = {
          .kind = Test::Kind::texts, .operand = left, .ranges = ranges, .seen = seen_operand(left)};
    } else {
      t = number_test(left, type, ranges);
    }
    t.size_first = type.c != Class::text;
    add(t, yes, no);
  }

  // What contains and matches look into: text and bytes, and a MAC address as its bytes.
  bool haystack(u32 i, std::string_view what, bool mac, Type& type, u32& out) {
    const Node& n = ast_[i];
    if (n.kind == Kind::word && !known(n.text)) return unknown(n);
    if (is_constant(i))
      return fail(n, "a field should stand before \"" + std::string(what) + "\"",
                  "http.host contains \"example\"");
    Type found;
    if (n.kind == Kind::word && !type_of_word(n, found)) return false;
    const bool as_bytes = mac && found.c == Class::mac && n.kind == Kind::word;
    if (!operand(i, as_bytes, type, out)) return false;
    if (as_bytes || type.c == Class::bytes || type.c == Class::text || type.c == Class::protocol)
      return true;
    std::string hint = "it looks into text and bytes";
    if (is_integer(type.c)) hint = "compare it with ==, or pick bits with &";
    if (type.c == Class::ipv4) hint = "a network is written " + type.name + " == 10.0.0.0/8";
    if (type.c == Class::ipv6) hint = "a network is written " + type.name + " == 2001:db8::/32";
    return fail(n,
                "\"" + std::string(what) + "\" cannot look into " + type.name + ": it is " +
                    std::string(class_name(type.c)),
                hint);
  }

  void contains(const Node& n, u32 yes, u32 no) {
    Type type;
    u32 left = 0, right = 0;
    if (!haystack(n.children[0], "contains", true, type, left)) return;
    const u32 r = n.children[1];
    if (is_constant(r)) {
      Type wanted = type;
      if (type.c != Class::text) wanted.c = Class::bytes;
      Constant c;
      if (!constant(r, wanted, c)) return;
      right = add({.kind = Operand::Kind::constant, .bytes = true, .text = c.low});
    } else {
      Type second;
      if (!operand(r, true, second, right)) return;
      if (!is_bytes(second.c) && second.c != Class::mac && second.c != Class::ipv4) {
        fail(ast_[r],
             second.name + " is " + std::string(class_name(second.c)) + " and cannot be looked for",
             "write the bytes: 00:50");
        return;
      }
    }
    add({.kind = Test::Kind::contains, .operand = left, .other = right, .seen = seen_operand(left)},
        yes, no);
  }

  void matches(const Node& n, u32 yes, u32 no) {
    Type type;
    u32 left = 0;
    if (!haystack(n.children[0], "matches", false, type, left)) return;
    const Node& pattern = ast_[n.children[1]];
    if (pattern.kind != Kind::string && pattern.kind != Kind::raw) {
      fail(pattern, "matches wants a regular expression in double quotes",
           "http.host matches \"^www\"");
      return;
    }
    if (program_->regexes.size() == 256) {
      fail(n, "at most 256 regular expressions are possible");
      return;
    }
    base::Result<Regex> regex = Regex::compile(pattern.text);
    if (!regex) {
      const base::Complaint& c = regex.complaint();
      // Where no escape moved the text, the caret can stand inside the string.
      const u32 quote = pattern.kind == Kind::raw ? 2 : 1;
      const bool same = pattern.text.size() + quote + 1 == pattern.length;
      const u32 at = same ? pattern.at + quote + u32(c.at) : pattern.at;
      fail(at, same ? std::max<u32>(u32(c.length), 1) : pattern.length, c.what, c.hint);
      return;
    }
    program_->regexes.push_back(std::move(*regex));
    add({.kind = Test::Kind::matches,
         .operand = left,
         .other = u32(program_->regexes.size() - 1),
         .seen = seen_operand(left)},
        yes, no);
  }

  const Ast& ast_;
  std::string_view source_;
  const field::Registry& registry_;
  std::vector<std::string>& names_;
  std::vector<field::Registry::Owned>& fields_;
  std::unique_ptr<Program> program_;
  std::vector<u32> labels_;
  u32 flags_ = 0;
  bool failed_ = false;
  base::Complaint complaint_;
};

}  // namespace

base::Result<std::unique_ptr<Program>> check(const Ast& ast, std::string_view expression,
                                             const field::Registry& registry,
                                             std::vector<std::string>& names,
                                             std::vector<field::Registry::Owned>& fields) {
  return Checker(ast, expression, registry, names, fields).run();
}

}  // namespace netpeel::filter
