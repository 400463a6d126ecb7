#include "stream/msgpack.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <ctime>

#include "base/json.hpp"
#include "stream/json_pieces.hpp"
#include "stream/socketio.hpp"

namespace netpeel::stream {
namespace {

using Kind = MsgpackHead::Kind;

u64 big_endian(std::string_view bytes) {
  u64 out = 0;
  for (const char c : bytes) out = out << 8 | u8(c);
  return out;
}

// Reads one value's head and what it holds itself.
class Head {
 public:
  Head(std::string_view bytes, std::size_t& at, MsgpackHead& out)
      : bytes_(bytes), at_(at), out_(out) {}

  bool read() {
    std::string_view first;
    if (!take(1, first)) return false;
    const u8 c = u8(first[0]);
    if (c < 0x80) return integer(c);
    if (c < 0x90) return many(Kind::map, c & 15);
    if (c < 0xa0) return many(Kind::list, c & 15);
    if (c < 0xc0) return held(Kind::text, c & 31);
    if (c >= 0xe0) return integer(i64(c) - 0x100);
    return wide(c);
  }

 private:
  bool wide(u8 c) {
    switch (c) {
      case 0xc0: out_.kind = Kind::nil; return true;
      case 0xc2:
      case 0xc3: out_.kind = Kind::boolean, out_.yes = c == 0xc3; return true;
      case 0xc4:
      case 0xc5:
      case 0xc6: return sized(Kind::bytes, std::size_t(1) << (c - 0xc4));
      case 0xc7:
      case 0xc8:
      case 0xc9: return extension(std::size_t(1) << (c - 0xc7), 0);
      case 0xca:
      case 0xcb: return real(c == 0xca ? 4 : 8);
      case 0xcc:
      case 0xcd:
      case 0xce:
      case 0xcf: return natural(std::size_t(1) << (c - 0xcc));
      case 0xd0:
      case 0xd1:
      case 0xd2:
      case 0xd3: return negative(std::size_t(1) << (c - 0xd0));
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8: return extension(0, std::size_t(1) << (c - 0xd4));
      case 0xd9:
      case 0xda:
      case 0xdb: return sized(Kind::text, std::size_t(1) << (c - 0xd9));
      case 0xdc:
      case 0xdd: return counted(Kind::list, c == 0xdc ? 2 : 4);
      case 0xde:
      case 0xdf: return counted(Kind::map, c == 0xde ? 2 : 4);
      default: return false;
    }
  }

  bool take(std::size_t n, std::string_view& out) {
    if (n > bytes_.size() - at_) return false;
    out = bytes_.substr(at_, n);
    at_ += n;
    return true;
  }
  bool number(std::size_t width, u64& out) {
    std::string_view digits;
    if (!take(width, digits)) return false;
    out = big_endian(digits);
    return true;
  }
  bool integer(i64 value) {
    out_.kind = Kind::integer;
    out_.integer = value;
    return true;
  }
  bool many(Kind kind, u64 count) {
    out_.kind = kind;
    out_.natural = count;
    return true;
  }
  bool held(Kind kind, std::size_t size) {
    out_.kind = kind;
    return take(size, out_.data);
  }
  bool sized(Kind kind, std::size_t width) {
    u64 size = 0;
    return number(width, size) && held(kind, std::size_t(size));
  }
  bool counted(Kind kind, std::size_t width) {
    u64 count = 0;
    return number(width, count) && many(kind, count);
  }
  bool natural(std::size_t width) {
    u64 value = 0;
    if (!number(width, value)) return false;
    if (value <= u64(INT64_MAX)) return integer(i64(value));
    out_.kind = Kind::natural;
    out_.natural = value;
    return true;
  }
  bool negative(std::size_t width) {
    u64 value = 0;
    if (!number(width, value)) return false;
    const u32 unused = 64 - 8 * u32(width);
    return integer(i64(value << unused) >> unused);
  }
  bool real(std::size_t width) {
    u64 value = 0;
    if (!number(width, value)) return false;
    out_.kind = Kind::real;
    out_.real =
        width == 4 ? double(std::bit_cast<float>(u32(value))) : std::bit_cast<double>(value);
    return true;
  }
  bool extension(std::size_t width, u64 size) {
    u64 type = 0;
    if (width > 0 && !number(width, size)) return false;
    if (!number(1, type) || !held(Kind::extension, std::size_t(size))) return false;
    if (type == 0xff) return timestamp();
    if (type != 0) return true;
    if (width > 0) {
      out_.kind = Kind::bytes;
    } else if (size == 1) {
      out_.kind = Kind::undefined;
    } else if (size == 8) {  // notepack 2
      date(double(i64(big_endian(out_.data))));
    }
    return true;
  }
  // Seconds, or with nanoseconds before them or in their upper bits.
  bool timestamp() {
    const std::string_view d = out_.data;
    if (d.size() == 4) date(double(big_endian(d)) * 1e3);
    if (d.size() == 8) {
      const u64 both = big_endian(d);
      date(double(both & 0x3'ffff'ffff) * 1e3 + double(both >> 34) / 1e6);
    }
    if (d.size() == 12)
      date(double(i64(big_endian(d.substr(4)))) * 1e3 + double(big_endian(d.substr(0, 4))) / 1e6);
    return true;
  }
  void date(double milliseconds) {
    out_.kind = Kind::date;
    out_.real = milliseconds;
  }

  std::string_view bytes_;
  std::size_t& at_;
  MsgpackHead& out_;
};

void put_width(u64 value, std::size_t width, std::string& out) {
  for (std::size_t i = width; i-- > 0;) out += char(value >> (8 * i));
}

// The narrowest of the heads that have a length of 1, 2 or 4 bytes behind them.
void put_sized(u8 first, u64 size, std::string& out) {
  const u32 which = size <= 0xff ? 0 : size <= 0xffff ? 1 : 2;
  out += char(first + which);
  put_width(size, std::size_t(1) << which, out);
}

}  // namespace

bool read_msgpack(std::string_view bytes, std::size_t& at, MsgpackHead& out) {
  out = {};
  return at <= bytes.size() && Head(bytes, at, out).read();
}

bool msgpack_integer(const MsgpackHead& head, i64* out) {
  constexpr double exact = 9007199254740992.0;
  const bool real = head.kind == Kind::real && std::floor(head.real) == head.real &&
                    std::fabs(head.real) <= exact;
  if (!real && head.kind != Kind::integer) return false;
  if (out != nullptr) *out = real ? i64(head.real) : head.integer;
  return true;
}

namespace {

// Whose values are still to come.
struct OpenValue {
  bool map = false;
  u64 left = 0, done = 0;  // values; of a map every other one is a name
  bool name_next() const { return map && left % 2 == 0; }
};

bool opens(const MsgpackHead& head) { return head.kind == Kind::list || head.kind == Kind::map; }

OpenValue opened(const MsgpackHead& head) {
  const bool map = head.kind == Kind::map;
  return {.map = map, .left = map ? 2 * head.natural : head.natural};
}

}  // namespace

bool skip_msgpack(std::string_view bytes, std::size_t& at, std::size_t deepest) {
  std::vector<OpenValue> open{{.left = 1}};
  while (!open.empty()) {
    if (open.back().left == 0) {
      open.pop_back();
      continue;
    }
    const bool name = open.back().name_next();
    --open.back().left;
    MsgpackHead head;
    if (!read_msgpack(bytes, at, head) || (name && head.kind != Kind::text)) return false;
    if (!opens(head)) continue;
    open.push_back(opened(head));
    if (open.size() > deepest + 1 || open.back().left > bytes.size() - at) return false;
  }
  return true;
}

bool msgpack_is_whole(std::string_view bytes, std::size_t deepest) {
  std::size_t at = 0;
  return skip_msgpack(bytes, at, deepest) && at == bytes.size();
}

std::optional<std::string> iso_date(double milliseconds) {
  constexpr double first = -62167219200000.0, last = 253402300799999.0;  // years 0 to 9999
  if (!(milliseconds >= first && milliseconds <= last)) return std::nullopt;
  const double seconds = std::floor(milliseconds / 1e3);
  const std::time_t time = i64(seconds);
  std::tm tm{};
  gmtime_r(&time, &tm);
  char out[64];
  std::snprintf(out, sizeof out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
                tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                int(milliseconds - seconds * 1e3));
  return out;
}

// ---- To JSON ----

namespace {

void put_real(double value, std::string& out) {
  if (!std::isfinite(value)) {
    out += "null";
  } else {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    out.append(digits, end.ptr);
  }
}

bool plain(std::string_view text) {  // may stand between quotes as it is
  for (const char c : text) {
    if (u8(c) < 0x20 || u8(c) >= 0x7f || c == '"' || c == '\\') return false;
  }
  return true;
}

void put_text(std::string_view text, std::string& out) {
  if (plain(text)) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  base::Text quoted;
  base::Json(quoted).text(text);
  out += quoted.view();
}

void put_scalar(const MsgpackHead& head, std::string& out,
                std::vector<std::string_view>* attachments) {
  switch (head.kind) {
    case Kind::boolean: out += head.yes ? "true" : "false"; return;
    case Kind::integer: out += std::to_string(head.integer); return;
    case Kind::natural: out += std::to_string(head.natural); return;
    case Kind::real: return put_real(head.real, out);
    case Kind::text: return put_text(head.data, out);
    case Kind::date:
      if (const auto text = iso_date(head.real)) return put_text(*text, out);
      break;
    case Kind::bytes:
      if (attachments == nullptr) break;
      write_placeholder(attachments->size(), out);
      attachments->push_back(head.data);
      return;
    case Kind::nil:
    case Kind::undefined:
    case Kind::extension:
    case Kind::list:
    case Kind::map: break;
  }
  out += "null";
}

}  // namespace

bool msgpack_to_json(std::string_view bytes, std::size_t& at, std::string& out,
                     std::vector<std::string_view>* attachments, std::size_t most) {
  std::vector<OpenValue> open;
  do {
    if (!open.empty()) {
      OpenValue& in = open.back();
      if (in.done > 0) out += in.map && !in.name_next() ? ':' : ',';
      ++in.done;
      --in.left;
    }
    MsgpackHead head;
    if (!read_msgpack(bytes, at, head)) return true;
    if (opens(head)) {
      out += head.kind == Kind::map ? '{' : '[';
      open.push_back(opened(head));
    } else {
      put_scalar(head, out, attachments);
      if (attachments != nullptr && attachments->size() > most) return false;
    }
    while (!open.empty() && open.back().left == 0) {
      out += open.back().map ? '}' : ']';
      open.pop_back();
    }
  } while (!open.empty());
  return true;
}

// ---- From JSON ----

namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t string_end(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) at += json[at] == '\\' ? 1 : 0;
  return std::min(at + 1, json.size());
}

// How many values or pairs each list and object has, in the order in which they open: msgpack tells
// it before them.
std::vector<u32> sizes(std::string_view json) {
  std::vector<u32> out;
  std::vector<std::size_t> open;
  bool empty = false;  // the innermost, so far
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    const bool closes = c == ']' || c == '}';
    if (!open.empty() && empty && !closes && !blank(c)) out[open.back()] = 1;
    if (!blank(c)) empty = false;
    if (c == '[' || c == '{') {
      open.push_back(out.size());
      out.push_back(0);
      empty = true;
    } else if (closes && !open.empty()) {
      open.pop_back();
    } else if (c == ',' && !open.empty()) {
      ++out[open.back()];
    }
    at = c == '"' ? string_end(json, at) : at + 1;
  }
  return out;
}

void put_integer(i64 value, std::string& out) {
  if (value >= 0) return put_msgpack_natural(u64(value), out);
  if (value >= -32) {
    out += char(value);
  } else {
    const u32 which = value >= INT8_MIN ? 0 : value >= INT16_MIN ? 1 : value >= INT32_MIN ? 2 : 3;
    out += char(0xd0 + which);
    put_width(u64(value), std::size_t(1) << which, out);
  }
}

void put_number(std::string_view digits, std::string& out) {
  const char* const end = digits.data() + digits.size();
  i64 integer = 0;
  u64 natural = 0;
  const auto whole = [&](auto& value) {
    const auto read = std::from_chars(digits.data(), end, value);
    return read.ptr == end && read.ec == std::errc();
  };
  if (digits != "-0" && whole(integer)) return put_integer(integer, out);
  if (whole(natural)) return put_msgpack_natural(natural, out);
  const double value = std::strtod(std::string(digits).c_str(), nullptr);
  out += char(0xcb);
  put_width(std::bit_cast<u64>(value), 8, out);
}

class FromJson {
 public:
  FromJson(std::string_view json, std::span<const std::string_view> attachments, std::string& out)
      : json_(json), attachments_(attachments), out_(out), sizes_(sizes(json)) {}

  void run() {
    while (at_ < json_.size()) step(json_[at_]);
  }

 private:
  struct Open {
    bool object = false, marked = false;  // "_placeholder": true
    std::size_t from = 0;                 // of it in out_
    std::string_view name{}, num{};       // of the member under way; of "num"
    bool named = false;
  };

  void step(char c) {
    if (c == '[' || c == '{') {
      note({});
      open_.push_back({.object = c == '{', .from = out_.size()});
      const std::size_t n = next_ < sizes_.size() ? sizes_[next_++] : 0;
      c == '{' ? put_msgpack_map(n, out_) : put_msgpack_list(n, out_);
      ++at_;
    } else if (c == ']' || c == '}') {
      close();
      ++at_;
    } else if (c == '"') {
      string();
    } else if (c == ',' || c == ':' || blank(c)) {
      if (c == ',' && !open_.empty()) open_.back().named = false;
      ++at_;
    } else {
      word();
    }
  }

  // A value of the object that is open.
  void note(std::string_view value) {
    if (open_.empty() || !open_.back().object) return;
    Open& in = open_.back();
    if (in.name == "\"_placeholder\"") in.marked = value == "true";
    if (in.name == "\"num\"") in.num = value;
  }

  void string() {
    const std::size_t end = string_end(json_, at_);
    const std::string_view quoted = json_.substr(at_, end - at_);
    at_ = end;
    if (!open_.empty() && open_.back().object && !open_.back().named) {
      open_.back().named = true;
      open_.back().name = quoted;
    } else {
      note(quoted);
    }
    std::string plain;
    if (quoted.find('\\') == std::string_view::npos)
      return put_msgpack_text(quoted.substr(1, quoted.size() - 2), out_);
    json_string(quoted, plain);
    put_msgpack_text(plain, out_);
  }

  void word() {
    std::size_t end = at_;
    while (end < json_.size() && json_[end] != ',' && json_[end] != ']' && json_[end] != '}' &&
           !blank(json_[end]))
      ++end;
    const std::string_view text = json_.substr(at_, end - at_);
    at_ = end;
    note(text);
    if (text == "null") {
      out_ += char(0xc0);
    } else if (text == "true" || text == "false") {
      out_ += char(text == "true" ? 0xc3 : 0xc2);
    } else {
      put_number(text, out_);
    }
  }

  void close() {
    if (open_.empty()) return;
    const Open done = open_.back();
    open_.pop_back();
    std::size_t n = attachments_.size();
    if (!done.marked || done.num.empty()) return;
    std::from_chars(done.num.data(), done.num.data() + done.num.size(), n);
    if (n >= attachments_.size()) return;
    out_.resize(done.from);
    put_msgpack_bytes(attachments_[n], out_);
  }

  std::string_view json_;
  std::span<const std::string_view> attachments_;
  std::string& out_;
  std::vector<u32> sizes_;
  std::size_t at_ = 0, next_ = 0;
  std::vector<Open> open_;
};

}  // namespace

void json_to_msgpack(std::string_view json, std::span<const std::string_view> attachments,
                     std::string& out) {
  FromJson(json, attachments, out).run();
}

void put_msgpack_text(std::string_view text, std::string& out) {
  if (text.size() < 32) {
    out += char(0xa0 | text.size());
  } else {
    put_sized(0xd9, text.size(), out);
  }
  out += text;
}

void put_msgpack_bytes(std::string_view bytes, std::string& out) {
  put_sized(0xc4, bytes.size(), out);
  out += bytes;
}

void put_msgpack_natural(u64 value, std::string& out) {
  if (value < 0x80) {
    out += char(value);
  } else if (value <= 0xffffffff) {
    put_sized(0xcc, value, out);
  } else {
    out += char(0xcf);
    put_width(value, 8, out);
  }
}

namespace {

void put_count(u8 few, u8 many, std::size_t count, std::string& out) {
  if (count < 16) {
    out += char(few | count);
  } else {
    const bool wide = count > 0xffff;
    out += char(many + (wide ? 1 : 0));
    put_width(count, wide ? 4 : 2, out);
  }
}

}  // namespace

void put_msgpack_list(std::size_t count, std::string& out) { put_count(0x90, 0xdc, count, out); }
void put_msgpack_map(std::size_t pairs, std::string& out) { put_count(0x80, 0xde, pairs, out); }

}  // namespace netpeel::stream
