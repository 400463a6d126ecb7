// RESP2 and RESP3, spoken by Redis — https://redis.io/docs/latest/develop/reference/protocol-spec/:
// a type, a line, perhaps content of a length told; arrays hold further elements. Commands may also
// be a plain line.
#include "stream/resp.hpp"

#include "field/expand.hpp"
#include "stream/all.hpp"
#include "stream/search.hpp"

namespace netpeel::stream {
namespace resp_codec {
namespace {

constexpr std::string_view types = "+-:$*_#,(!=%~>|";

bool number(Bytes text, i64& out) {
  std::size_t i = 0;
  const bool minus = !text.empty() && text[0] == '-';
  if (minus || (!text.empty() && text[0] == '+')) ++i;
  if (i == text.size() || text.size() - i > 18) return false;
  i64 v = 0;
  for (; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    v = v * 10 + (text[i] - '0');
  }
  out = minus ? -v : v;
  return true;
}

}  // namespace

Status read(Bytes have, Element& out, std::size_t& need) {
  out = {};
  if (have.empty()) {
    need = 1;
    return Status::more;
  }
  const bool typed = types.find(char(have[0])) != types.npos;
  // An inline command is text: anything else is not RESP.
  if (!typed && (have[0] < 0x20 || have[0] > 0x7e) && have[0] != '\r' && have[0] != '\n')
    return Status::wrong;
  std::size_t end = 0;
  const std::size_t limit = std::min<std::size_t>(have.size(), most_line);
  while (end < limit && have[end] != '\n') ++end;
  if (end == limit) {
    need = have.size() + 1;
    return have.size() >= most_line ? Status::wrong : Status::more;
  }
  std::size_t stop = end;
  if (stop > 0 && have[stop - 1] == '\r') --stop;
  out.type = typed ? char(have[0]) : '\0';
  const std::size_t start = typed ? 1 : 0;
  if (stop < start) return Status::wrong;
  out.line = have.subspan(start, stop - start);
  out.size = end + 1;
  switch (out.type) {
    case ':': {
      i64 ignored = 0;
      // Twenty digits do not fit, and are no mistake.
      if (!number(out.line, ignored) && out.line.size() < 19) return Status::wrong;
      return Status::whole;
    }
    case '$':
    case '!':
    case '=': {
      if (!number(out.line, out.length) || out.length < -1 || out.length > 512 * 1024 * 1024)
        return Status::wrong;
      if (out.length < 0) return Status::whole;
      const std::size_t size = out.size + std::size_t(out.length) + 2;
      if (have.size() < size) {
        need = size;
        return Status::more;
      }
      out.value = have.subspan(out.size, std::size_t(out.length));
      if (have[size - 2] != '\r' || have[size - 1] != '\n') return Status::wrong;
      out.size = size;
      return Status::whole;
    }
    case '*':
    case '~':
    case '>':
    case '%':
    case '|':
      if (!number(out.line, out.length) || out.length < -1 || out.length > i64(most_elements))
        return Status::wrong;
      if (out.length > 0)
        out.children = u64(out.length) * (out.type == '%' || out.type == '|' ? 2 : 1);
      // Attributes stand before the value they speak of.
      if (out.type == '|') ++out.children;
      return Status::whole;
    default: return Status::whole;
  }
}

Status Walker::go(Bytes have) {
  while (open_ > 0) {
    if (at_ > have.size()) return Status::wrong;
    Element e;
    std::size_t need = 0;
    const Status status = read(have.subspan(at_), e, need);
    if (status == Status::more) need_ = at_ + need;
    if (status != Status::whole) return status;
    if (e.type == 0 && elements_ > 0) return Status::wrong;
    if (++elements_ > most_elements) return Status::wrong;
    at_ += e.size;
    open_ += e.children;
    --open_;
  }
  return Status::whole;
}

void write_bulk(base::Text& out, std::string_view value) {
  out.add('$').dec(value.size()).add("\r\n").add(value).add("\r\n");
}
void write_command(base::Text& out, std::span<const std::string_view> words) {
  out.add('*').dec(words.size()).add("\r\n");
  for (std::string_view word : words) write_bulk(out, word);
}

}  // namespace resp_codec

namespace {

using namespace field;  // NOLINT: rows are written in these words
using enum field::Show;
using base::Text;
using resp_codec::Element;
using resp_codec::Status;

constexpr auto rows = loose({
    {"resp.cmd", "Command", 0, text,
     "What the client asks Redis to do: the first word, in capitals.", {.computed = true}},
    {"resp.string", "String", 0, text, "A short text, such as OK."},
    {"resp.error", "Error", 0, text,
     "What went wrong; the first word says which kind of error it is."},
    {"resp.bulk_string", "Bulk string", 0, mark, "Bytes of any kind behind their length."},
    {"resp.bulk_string.length", "Length", 0, sdec,
     "How many bytes follow; -1 says that there is no value."},
    {"resp.bulk_string.value", "Value", 0, bytes, "The bytes."},
    {"resp.integer", "Integer", 0, sdec, "A whole number."},
    {"resp.array", "Array", 0, mark, "Several values in a row, of any kind."},
    {"resp.array.length", "Length", 0, sdec,
     "How many values follow; -1 says that there is none."},
    {"", "Value of RESP3", 0, text,
     "A null, truth value, decimal or big number of the newer protocol."},
    {"resp.fragment", "Inline command", 0, mark, "A command as a plain line, as people type it."},
    {"", "Line", 0, text, "The line's text."},
});
constexpr Table tables[]{rows};
constexpr Bind binds[]{
    {Space::tcp_port, 6379}
};
constexpr const Field& newer = rows[9];
constexpr const Field& plain = rows[11];

struct RespFacts : Facts {
  bool client = false;
  bool broken = false;  // not a value, or only the beginning of one
};

i64 signed_number(Bytes text) {
  const bool minus = !text.empty() && text[0] == '-';
  u64 v = 0;
  for (std::size_t i = minus || (!text.empty() && text[0] == '+') ? 1 : 0; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') break;
    v = v * 10 + (text[i] - '0');
  }
  return i64(minus ? 0 - v : v);
}

// The command's name, if the message is a command: the first bulk string of an array, or the first
// word of a line.
Bytes command(Bytes all) {
  Element e, first;
  std::size_t need = 0;
  if (resp_codec::read(all, e, need) != Status::whole) return {};
  if (e.type == 0) {
    std::size_t n = 0;
    while (n < e.line.size() && e.line[n] != ' ') ++n;
    return e.line.first(n);
  }
  if (e.type != '*' || e.length <= 0 ||
      resp_codec::read(all.subspan(e.size), first, need) != Status::whole)
    return {};
  return first.type == '$' ? first.value : Bytes{};
}
void write_command_name(Text& out, Bytes name) {
  for (u8 c : name.first(std::min<std::size_t>(name.size(), 40)))
    out.add(char(c >= 'a' && c <= 'z' ? c - 32 : c));
}

// One element and those in it; false where the bytes end or make no sense. Bounded: each call takes
// bytes.
bool expand_element(Expansion& x, Bytes all, std::size_t& at, u32 depth) {
  Element e;
  std::size_t need = 0;
  if (at >= all.size() || resp_codec::read(all.subspan(at), e, need) != Status::whole) return false;
  const u32 start = u32(at), size = u32(e.size), line = start + (e.type != 0 ? 1 : 0);
  at += e.size;
  switch (e.type) {
    case '+': x.value(row<"resp.string">(rows), line, u32(e.line.size()), e.line); return true;
    case '-': x.value(row<"resp.error">(rows), line, u32(e.line.size()), e.line); return true;
    case ':':
      x.number(row<"resp.integer">(rows), line, u32(e.line.size()), u64(signed_number(e.line)));
      return true;
    case '$':
    case '!':
    case '=': {
      x.mark(row<"resp.bulk_string">(rows), start, size);
      auto inside = x.inside();
      x.number(row<"resp.bulk_string.length">(rows), line, u32(e.line.size()), u64(e.length));
      if (e.length >= 0)
        x.field(row<"resp.bulk_string.value">(rows), start + size - 2 - u32(e.length),
                u32(e.length));
      return true;
    }
    case '*':
    case '~':
    case '>':
    case '%':
    case '|': {
      x.mark(row<"resp.array">(rows), start, size);
      auto inside = x.inside();
      x.number(row<"resp.array.length">(rows), line, u32(e.line.size()), u64(e.length));
      if (depth == resp_codec::most_depth) {
        x.problem(Kind::unusual, &row<"resp.array">(rows),
                  "arrays lie deeper in each other than is shown");
        return false;
      }
      for (u64 i = 0; i < e.children; ++i) {
        if (!expand_element(x, all, at, depth + 1)) return false;
      }
      return true;
    }
    case 0: {
      x.mark(row<"resp.fragment">(rows), start, size);
      auto inside = x.inside();
      x.value(plain, start, u32(e.line.size()), e.line);
      return true;
    }
    default: x.value(newer, line, u32(e.line.size()), e.line); return true;
  }
}

void expand(Expansion& x) {
  const auto* known = x.known<RespFacts>();
  const Bytes all{x.header(), std::size_t(x.layer.header) + x.layer.body};
  std::size_t at = 0;
  expand_element(x, all, at, 0);
  if (known == nullptr || !known->client) return;
  const Bytes name = command(all);
  if (name.empty()) return;
  Text text;
  write_command_name(text, name);
  x.computed(row<"resp.cmd">(rows), text.view());
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const auto* known = static_cast<const RespFacts*>(packet.known(layer));
  const Bytes all{packet.bytes(layer), std::size_t(layer.header) + layer.body};
  Element e;
  std::size_t need = 0;
  if ((known != nullptr && known->broken) || resp_codec::read(all, e, need) != Status::whole) {
    out.dec(all.size()).add(" bytes that are no whole value");
    return;
  }
  const std::string_view line = base::as_text(e.line);
  if (known != nullptr && known->client) {
    const Bytes name = command(all);
    if (!name.empty()) {
      Text text;
      write_command_name(text, name);
      out.add("command ").escaped(text.view(), 40);
      Element word;
      std::size_t at = e.size;
      for (u32 i = 0; e.type == '*' && i < 4 && i64(i) < e.length && at < all.size(); ++i) {
        if (resp_codec::read(all.subspan(at), word, need) != Status::whole || word.type != '$')
          break;
        if (i > 0) out.add(' ').escaped(base::as_text(word.value), 30);
        at += word.size;
      }
      if (e.length > 4) out.add(" …");
      return;
    }
  }
  switch (e.type) {
    case '+': out.add("answers ").escaped(line, 60); return;
    case '-': out.add("error: ").escaped(line, 80); return;
    case ':': out.add("answers the number ").escaped(line, 24); return;
    case '$':
    case '=':
      if (e.length < 0) {
        out.add("answers that there is no value");
      } else {
        out.dec(u64(e.length))
            .add(e.length == 1 ? " byte: " : " bytes: ")
            .escaped(base::as_text(e.value), 40);
      }
      return;
    case '!': out.add("error: ").escaped(base::as_text(e.value), 80); return;
    case '*':
    case '~':
    case '>':
    case '%':
    case '|':
      if (e.length < 0) {
        out.add("answers that there is no list");
      } else {
        out.add(e.type == '>' ? "tells unasked, " : "a list of ")
            .dec(u64(e.length))
            .add(e.type == '%' || e.type == '|' ? " pairs"
                 : e.length == 1                ? " value"
                                                : " values");
      }
      return;
    case '_': out.add("answers that there is no value"); return;
    case 0: out.add("line ").escaped(line, 60); return;
    default: out.add("answers ").escaped(line, 60); return;
  }
}

const Protocol protocol{
    .name = "resp",
    .title = "Redis Serialization Protocol",
    .label = "RESP",
    .osi = Osi::application,
    .ref = "RESP3",
    .about = "How programs ask the Redis data store for values and get them: short lines, each "
             "with a sign in front that says what it is.",
    .tables = tables,
    .binds = binds,
    .expand = expand,
    .sentence = sentence,
};

class Resp final : public Session {
 public:
  explicit Resp(Context& context) : context_(context) {}

  std::size_t parse(Side side, Bytes have, u64 at, bool ended, Out& out) override {
    Half& h = halves_[u8(side)];
    std::size_t taken = 0;
    while (taken < have.size()) {
      const Bytes rest = have.subspan(taken);
      if (h.search.on()) {
        constexpr std::size_t line_end = 2;
        std::size_t n = h.search.passes(rest, line_end + 1, begins, ended);
        if (n == Search::more) {
          h.wants = rest.size() + 1;
          return taken;
        }
        if (n < rest.size()) n += line_end;
        tell(side, rest.first(n), at + taken, h.search.why(), h.search.kind(), out);
        h.search.end();
        taken += n;
        continue;
      }
      const Status status = h.walker.go(rest);
      if (status == Status::whole) {
        seen_ = true;
        tell(side, rest.first(h.walker.size()), at + taken, {}, {}, out);
        taken += h.walker.size();
        h.walker.reset();
        continue;
      }
      if (status == Status::more && !ended) {
        h.wants = h.walker.need();
        return taken;
      }
      h.walker.reset();
      if (!seen_) {
        out.reject();
        return taken;
      }
      if (status == Status::more) {
        tell(side, rest, at + taken, "the stream ends inside this value", field::Kind::truncated,
             out);
        return have.size();
      }
      h.search.begin("no RESP value begins here; the next line that may be one is tried",
                     field::Kind::malformed);
    }
    h.wants = 1;
    return taken;
  }
  std::size_t wants(Side side) const override { return halves_[u8(side)].wants; }
  void gap(Side side, Bytes have, u64 at, u64, Out& out) override {
    Half& h = halves_[u8(side)];
    if (!have.empty())
      tell(side, have, at, "the rest of this value was not captured", field::Kind::truncated, out);
    h = Half();
    h.search.begin("the end of a value whose beginning was not captured", field::Kind::truncated);
  }

 private:
  struct Half {
    resp_codec::Walker walker{};
    std::size_t wants = 1;
    Search search{};
  };
  // A line end, and behind it what a value or a command begins with.
  static bool begins(const u8* p) {
    return p[0] == '\r' && p[1] == '\n' &&
           resp_codec::types.find(char(p[2])) != std::string_view::npos;
  }

  void tell(Side side, Bytes bytes, u64 at, std::string_view trouble, field::Kind kind, Out& out) {
    RespFacts* f = context_.arena.make<RespFacts>();
    f->client = side == Side::client;
    f->trouble = trouble;
    f->kind = kind;
    f->broken = !trouble.empty();
    out.message({.protocol = &protocol,
                 .side = side,
                 .from = at,
                 .to = at + bytes.size(),
                 .bytes = bytes,
                 .header = u32(std::min<std::size_t>(bytes.size(), 0xffff)),
                 .facts = f});
  }

  Context& context_;
  Half halves_[2];
  bool seen_ = false;
};

// A command as programs send it: *, a number, a line end, $.
bool signature(Side, Bytes have) {
  std::size_t i = 1;
  if (have[0] != '*') return false;
  while (i < have.size() && i < 6 && have[i] >= '0' && have[i] <= '9') ++i;
  return i > 1 && i + 2 < have.size() && have[i] == '\r' && have[i + 1] == '\n' &&
         have[i + 2] == '$';
}

}  // namespace

const Streamed resp{
    .name = "resp",
    .protocol = &protocol,
    .open = [](Context& context) -> std::unique_ptr<Session> {
      return std::make_unique<Resp>(context);
    },
    .signature = signature,
};

}  // namespace netpeel::stream
