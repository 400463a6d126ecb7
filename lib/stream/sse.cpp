// Server-Sent Events — WHATWG HTML §9.2.5: blocks of lines, each a field, an empty line behind each
// block.
#include "stream/sse.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "field/expand.hpp"
#include "stream/all.hpp"

namespace netpeel::stream {
namespace {

using base::Text;
using field::Expansion;
using field::Field;
using field::Kind;
using field::Layer;
using field::Packet;
using field::row;
using enum field::Show;

constexpr auto rows = field::loose({
    {"sse.event",   "Event",        0, text,
     "The name under which the page listens; message if there is none."                           },
    {"sse.data",    "Data",         0, text, "A line of what the event says."                     },
    {"sse.id",      "ID",           0, text,
     "The event's number, which the browser tells the server when it has to connect again."       },
    {"sse.retry",   "Retry",        0, dec,
     "How many milliseconds the browser shall wait before it connects again."                     },
    {"sse.comment", "Comment",      0, text,
     "A line for nobody: servers send it so that nobody on the way takes the connection for dead."},
    {"sse.unknown", "Unknown line", 0, text,
     "A line whose field has no meaning; browsers leave it out."                                  },
});
constexpr std::array<Field, 0> fixed{};
constexpr field::Table tables[]{fixed, rows};

// One line, without its end. `at` counts from the block's start.
struct Line {
  u32 at = 0, size = 0;
  u32 value_at = 0;
  std::string_view name{}, value{};
  bool colon = false;
};

// Goes from line to line, each ended by CR LF, LF or CR.
class Lines {
 public:
  explicit Lines(Bytes block) : text_(base::as_text(block)) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }
  bool next(Line& line) {
    if (at_ >= text_.size()) return false;
    const std::size_t end = std::min(text_.find_first_of("\r\n", at_), text_.size());
    const std::string_view all = text_.substr(at_, end - at_);
    const std::size_t colon = all.find(':');
    line = {.at = u32(at_), .size = u32(all.size()), .value_at = u32(end), .name = all};
    if (colon != std::string_view::npos) {
      line.colon = true;
      line.name = all.substr(0, colon);
      line.value = all.substr(colon + 1);
      if (line.value.starts_with(' ')) line.value.remove_prefix(1);
      line.value_at = u32(end - line.value.size());
    }
    at_ = end + (text_.substr(end, 2) == "\r\n" ? 2 : 1);
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

bool all_digits(std::string_view t) {
  return !t.empty() && std::all_of(t.begin(), t.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void retry(Expansion& x, const Line& line) {
  const Field& f = row<"sse.retry">(rows);
  u64 n = 0;
  for (char c : line.value.substr(0, 18)) n = n * 10 + u64(c >= '0' && c <= '9' ? c - '0' : 0);
  const bool good = all_digits(line.value);
  x.number(f, line.value_at, u32(line.value.size()), good ? n : 0);
  if (!good)
    x.problem(Kind::malformed, &f, "the time to wait is no number: browsers leave the line out");
}

void expand_line(Expansion& x, const Line& line) {
  const auto value = [&](const Field& f) { x.field(f, line.value_at, u32(line.value.size())); };
  if (line.name == "data") return value(row<"sse.data">(rows));
  if (line.name == "event") return value(row<"sse.event">(rows));
  if (line.name == "retry") return retry(x, line);
  if (line.name == "id") {
    value(row<"sse.id">(rows));
    if (line.value.find('\0') == std::string_view::npos) return;
    return x.problem(Kind::unusual, &row<"sse.id">(rows),
                     "an ID with a zero byte in it is left out by browsers");
  }
  if (line.colon && line.name.empty()) return value(row<"sse.comment">(rows));
  x.field(row<"sse.unknown">(rows), line.at, line.size);
}

void expand(Expansion& x) {
  const Bytes all{x.header(), std::size_t(x.layer.header) + x.layer.body};
  bool named = false, data = false;
  Lines lines(all);
  for (Line line; lines.next(line);) {
    if (line.size == 0) continue;
    expand_line(x, line);
    named |= line.name == "event";
    data |= line.name == "data";
  }
  const auto* known = x.known<field::Facts>();
  const bool whole = known == nullptr || known->trouble.empty();
  if (whole && named && !data) {
    x.problem(Kind::unusual, &row<"sse.event">(rows),
              "an event without data never reaches the page");
  }
  if (!base::is_utf8(base::as_text(all))) {
    x.problem(Kind::malformed, nullptr, "events are UTF-8 by definition; these bytes are not");
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  std::string_view name, data, id, comment, wait;
  u32 count = 0;
  Lines lines({packet.bytes(layer), std::size_t(layer.header) + layer.body});
  for (Line line; lines.next(line);) {
    if (line.name == "event") name = line.value;
    if (line.name == "id") id = line.value;
    if (line.name == "retry") wait = line.value;
    if (line.colon && line.name.empty()) comment = line.value;
    if (line.name == "data" && count++ == 0) data = line.value;
  }
  if (count == 0 && !comment.empty()) {
    out.add("comment ").escaped(comment, 60).add(", keeps the connection awake");
    return;
  }
  if (count == 0 && name.empty() && !wait.empty()) {
    out.add("asks to wait ").escaped(wait, 20).add(" ms before connecting again");
    return;
  }
  out.add("event ").escaped(name.empty() ? "message" : name, 40);
  if (!id.empty()) out.add(", ID ").escaped(id, 20);
  if (count > 0) out.add(": ").escaped(data, 80);
  if (count > 1) out.add(" … and ").dec(count - 1).add(count == 2 ? " line more" : " lines more");
}

const field::Protocol protocol{
    .name = "sse",
    .title = "Server-Sent Events",
    .label = "SSE",
    .osi = field::Osi::application,
    .ref = "WHATWG HTML §9.2",
    .about = "News from a server to a page, as lines in an answer of HTTP that is never finished.",
    .tables = tables,
    .binds = {},
    .expand = expand,
    .sentence = sentence,
};

constexpr std::string_view no_beginning = "the end of an event whose beginning was not captured";
constexpr std::string_view cut_off =
    "the event is longer than the limit for bodies: its rest is left out";

}  // namespace

void EventSplitter::message(Bytes bytes, const Origin& origin, std::string_view trouble, Kind kind,
                            Out& out) {
  auto* facts = context_.arena.make<field::Facts>();
  facts->trouble = trouble;
  facts->kind = kind;
  out.message({.protocol = &protocol,
               .side = origin.side,
               .from = origin.from,
               .to = origin.to,
               .bytes = bytes,
               .header = u32(std::min<std::size_t>(bytes.size(), 0xffff)),
               .facts = facts,
               .in = origin.in});
}

// Where the block ends; 0 if that is not there yet. A CR at the very end may be half of a CR LF.
std::size_t EventSplitter::Search::go(std::string_view t, bool ended) {
  while (at < t.size()) {
    if (t[at] != '\r' && t[at] != '\n') {
      any = true;
      empty = false;
      ++at;
      continue;
    }
    const bool last = at + 1 == t.size();
    if (t[at] == '\r' && last && !ended) return 0;
    at += t[at] == '\r' && !last && t[at + 1] == '\n' ? 2 : 1;
    if (any && empty) return at;
    empty = true;
  }
  return 0;
}

std::size_t EventSplitter::tell(Bytes bytes, const Origin& origin, bool ended, Out& out) {
  // Only bytes that are the stream's own have a place in it each.
  const bool own = origin.in.empty() && origin.to - origin.from == bytes.size();
  const std::size_t most = context_.limits.body;
  std::size_t taken = 0;
  const auto say = [&](std::size_t n) {
    Origin here = origin;
    if (own) here.from = origin.from + taken, here.to = here.from + std::min(n, most);
    const Bytes event = bytes.subspan(taken, std::min(n, most));
    if (n > most) return message(event, here, cut_off, Kind::unusual, out);
    message(event, here, middle_ ? no_beginning : std::string_view{}, Kind::truncated, out);
  };
  while (taken < bytes.size()) {
    const std::size_t n = search_.go(base::as_text(bytes.subspan(taken)), ended);
    if (n == 0) break;
    if (!too_long_) say(n);
    search_ = {};
    middle_ = too_long_ = false;
    taken += n;
  }
  if (!too_long_ && bytes.size() - taken <= most) return taken;
  if (!too_long_) say(bytes.size() - taken);
  too_long_ = true;
  taken += search_.at;
  search_.at = 0;
  return taken;
}

void EventSplitter::add(Bytes bytes, const Origin& origin, Out& out) {
  if (kept_.empty()) bytes = bytes.subspan(tell(bytes, origin, false, out));
  kept_.insert(kept_.end(), bytes.begin(), bytes.end());
  Search ahead = search_;
  if (ahead.go(base::as_text(kept_), false) == 0 && kept_.size() <= context_.limits.body) {
    search_ = ahead;
    return;
  }
  // Messages stay as they are until the next frame; what is kept moves.
  const Bytes all = context_.arena.copy(Bytes(kept_));
  const std::size_t taken = tell(all, {origin.side, origin.from, origin.to, "http"}, false, out);
  kept_.erase(kept_.begin(), kept_.begin() + std::ptrdiff_t(taken));
}

void EventSplitter::finish(const Origin& origin, std::string_view trouble, Out& out) {
  const Bytes all = context_.arena.copy(Bytes(kept_));
  kept_.clear();
  const Origin here{origin.side, origin.from, origin.to, "http"};
  const Bytes rest = all.subspan(tell(all, here, true, out));
  if (!blank(rest) && !too_long_) message(rest, here, trouble, Kind::truncated, out);
  search_ = {};
  middle_ = too_long_ = false;
}

bool EventSplitter::blank(Bytes bytes) {
  return base::as_text(bytes).find_first_not_of("\r\n") == std::string_view::npos;
}

const Streamed sse{.name = "sse", .protocol = &protocol, .open = nullptr, .signature = nullptr};

}  // namespace netpeel::stream
