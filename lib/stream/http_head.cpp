// Heads of HTTP/1.x — RFC 9112 §2 to §6: the first line, the headers, what they say about the body.
// Old and hostile forms are read as receivers read them; the head remembers what was odd.
#include <algorithm>

#include "stream/http.hpp"
#include "stream/http_text.hpp"

namespace netpeel::stream {
namespace http_text {
namespace {

constexpr std::string_view methods[] {
    "GET",       "POST",        "HEAD",     "PUT",         "DELETE",      "OPTIONS",
    "PATCH",     "CONNECT",     "TRACE",    "PROPFIND",    "PROPPATCH",   "MKCOL",
    "COPY",      "MOVE",        "LOCK",     "UNLOCK",      "REPORT",      "NOTIFY",
    "SUBSCRIBE", "UNSUBSCRIBE", "M-SEARCH", "RPC_IN_DATA", "RPC_OUT_DATA"};

constexpr bool digit(char c) {
  return c >= '0' && c <= '9';
}

// A status line begins with the version.
Looks looks_like_status(std::string_view t) {
  if (t.size() < 12) return t.find('\n') == std::string_view::npos ? Looks::more : Looks::no;
  return version_at(t) && blank(t[8]) && digit(t[9]) ? Looks::yes : Looks::no;
}

// A request line begins with a method and ends with the version.
Looks looks_like_request(std::string_view t, bool strict) {
  std::size_t word = 0;
  while (word < t.size() && word < 32 && token(t[word])) ++word;
  if (word == 0 || word == 32) return Looks::no;
  if (word == t.size()) return Looks::more;
  if (!blank(t[word])) return Looks::no;
  const bool known = known_method(t.substr(0, word));
  if (strict && !known) return Looks::no;
  const std::size_t end = t.find('\n');
  if (end == std::string_view::npos) return t.size() > longest_head ? Looks::no : Looks::more;
  if (known && !strict) return Looks::yes;
  const std::string_view line = trim(t.substr(0, end));
  if (line.size() <= word + 9 || !blank(line[line.size() - 9])) return Looks::no;
  return version_at(line.substr(line.size() - 8)) ? Looks::yes : Looks::no;
}

}  // namespace

bool token(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || digit(c) ||
         (c != 0 && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

std::string_view trim(std::string_view t) {
  const auto outer = [](char c) { return blank(c) || c == '\r' || c == '\n'; };
  while (!t.empty() && outer(t.front())) t.remove_prefix(1);
  while (!t.empty() && outer(t.back())) t.remove_suffix(1);
  return t;
}

bool known_method(std::string_view word) {
  return std::find(std::begin(methods), std::end(methods), word) != std::end(methods);
}

bool version_at(std::string_view t) {
  return t.size() >= 8 && t.substr(0, 5) == "HTTP/" && digit(t[5]) && t[6] == '.' && digit(t[7]);
}

Looks looks(std::string_view t, bool strict) {
  constexpr std::string_view http = "HTTP/";
  const std::size_t n = std::min(t.size(), http.size());
  return t.substr(0, n) == http.substr(0, n) ? looks_like_status(t) : looks_like_request(t, strict);
}

std::size_t head_end(std::string_view t, std::size_t from) {
  for (std::size_t at = from;;) {
    const std::size_t end = t.find('\n', at);
    if (end == std::string_view::npos) return 0;
    if (end + 1 < t.size() && t[end + 1] == '\n') return end + 2;
    if (end + 2 < t.size() && t[end + 1] == '\r' && t[end + 2] == '\n') return end + 3;
    at = end + 1;
  }
}

std::size_t blank_lines(std::string_view t) {
  std::size_t n = 0;
  while (n < t.size() && (t[n] == '\r' || t[n] == '\n')) ++n;
  return n;
}

}  // namespace http_text

using namespace http_text;  // NOLINT: this file is about these words

bool http_same(std::string_view text, std::string_view low) {
  return text.size() == low.size() && std::equal(text.begin(), text.end(), low.begin(),
                                                 [](char a, char b) { return lower(a) == b; });
}

bool http_lists(std::string_view list, std::string_view low) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (http_same(trim(list.substr(0, comma)), low)) return true;
    list.remove_prefix(std::min(list.size(), comma + 1));
  }
  return false;
}

bool HttpHeaders::next(HttpHeader& h) {
  h = {};
  const std::string_view t = base::as_text(bytes_);
  if (at_ >= t.size() || t[at_] == '\n') return false;
  if (t[at_] == '\r' && (at_ + 1 >= t.size() || t[at_ + 1] == '\n')) return false;
  h.at = at_;
  at_ = line_end(t, h);
  h.size = at_ - h.at;
  const std::string_view line = t.substr(h.at, h.size);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    h.colon = false;
    h.name = trim(line);
    h.value_at = h.at;
    return true;
  }
  h.name = line.substr(0, colon);
  while (!h.name.empty() && blank(h.name.back())) {
    h.name.remove_suffix(1);
    h.blank_before_colon = true;
  }
  h.bad_name = h.name.empty() || !std::all_of(h.name.begin(), h.name.end(), token);
  h.value = trim(line.substr(colon + 1));
  h.value_at = h.value.empty() ? u32(h.at + colon + 1) : u32(h.value.data() - t.data());
  return true;
}

// Behind the header that begins at h.at: a line that begins with a blank goes on with the one
// before (obs-fold).
u32 HttpHeaders::line_end(std::string_view t, HttpHeader& h) {
  for (std::size_t at = h.at;;) {
    const std::size_t lf = t.find('\n', at);
    if (lf == std::string_view::npos) return u32(t.size());
    if (lf == 0 || t[lf - 1] != '\r') h.bare_lf = true;
    at = lf + 1;
    if (at >= t.size() || !blank(t[at])) return u32(at);
    h.folded = true;
  }
}

namespace {

void status_line(HttpHead& head, std::string_view line) {
  head.kind = HttpHead::Kind::response;
  head.version = line.substr(0, 8);
  std::size_t at = 8;
  while (at < line.size() && blank(line[at])) ++at;
  for (u32 i = 0; i < 3 && at < line.size() && digit(line[at]); ++i, ++at) {
    head.code = head.code * 10 + u32(line[at] - '0');
  }
  head.phrase = trim(line.substr(at));
}

void request_line(HttpHead& head, std::string_view line) {
  head.kind = HttpHead::Kind::request;
  const std::size_t word = line.find_first_of(" \t");
  head.method = line.substr(0, word);
  if (word == std::string_view::npos) return;
  const std::string_view rest = trim(line.substr(word));
  const std::size_t next = rest.find_first_of(" \t");
  head.uri = rest.substr(0, next);
  if (next != std::string_view::npos) head.version = trim(rest.substr(next));
}

// False: no number, or one that no body can have.
bool length_number(std::string_view digits, u64& n) {
  n = 0;
  for (char c : digits) {
    if (!digit(c) || n > (u64(1) << 59)) return false;
    n = n * 10 + u64(c - '0');
  }
  return !digits.empty();
}

void content_length(HttpHead& head, std::string_view value) {
  const std::size_t comma = value.find(',');
  if (comma != std::string_view::npos) {
    // "5, 5" is what a proxy makes of two lines.
    head.two_lengths = true;
    const std::string_view first = trim(value.substr(0, comma));
    if (trim(value.substr(comma + 1)) != first) head.lengths_differ = true;
    value = first;
  }
  u64 n = 0;
  const bool good = length_number(value, n);
  if (head.has_length) {
    head.two_lengths = true;
    if (!good || n != head.length) head.lengths_differ = true;
  } else if (good) {
    head.has_length = true;
    head.length = n;
  } else {
    head.bad_length = true;
  }
}

void transfer_encoding(HttpHead& head, std::string_view value) {
  const std::size_t comma = value.rfind(',');
  head.has_te = true;
  head.chunked =
      http_same(trim(value.substr(comma == std::string_view::npos ? 0 : comma + 1)), "chunked");
  head.te_unknown = !head.chunked && !http_same(value, "identity");
}

// Headers that say how to go on, and where the head keeps them.
struct Kept {
  std::string_view name;
  std::string_view HttpHead::*value;
};
constexpr Kept kept[]{
    {"host",                     &HttpHead::host            },
    {"upgrade",                  &HttpHead::upgrade         },
    {"connection",               &HttpHead::connection      },
    {"content-type",             &HttpHead::content_type    },
    {"content-encoding",         &HttpHead::content_encoding},
    {"sec-websocket-key",        &HttpHead::key             },
    {"sec-websocket-accept",     &HttpHead::accept          },
    {"sec-websocket-extensions", &HttpHead::extensions      },
};

void learn(HttpHead& head, const HttpHeader& h) {
  for (const Kept& k : kept) {
    if (http_same(h.name, k.name)) head.*k.value = h.value;
  }
  if (http_same(h.name, "transfer-encoding")) transfer_encoding(head, h.value);
  if (http_same(h.name, "content-length")) content_length(head, h.value);
}

}  // namespace

HttpHead http_head(Bytes message) {
  HttpHead head;
  const std::string_view t = base::as_text(message);
  head.start = u32(blank_lines(t));
  const std::string_view from = t.substr(head.start);
  if (looks(from, false) != Looks::yes) return head;
  const std::size_t end = from.find('\n');
  head.whole = end != std::string_view::npos;
  head.line = u32(head.whole ? end + 1 : from.size());
  const std::string_view line = trim(from.substr(0, head.line));
  version_at(line) ? status_line(head, line) : request_line(head, line);
  HttpHeaders lines(message, head.start + head.line);
  HttpHeader h;
  while (lines.next(h)) learn(head, h);
  u32 at = lines.at();
  if (at < t.size() && t[at] == '\r') ++at;
  if (at < t.size() && t[at] == '\n') {
    ++at;
  } else {
    head.whole = false;
  }
  head.size = at;
  return head;
}

}  // namespace netpeel::stream
