// HTTP/1.x — RFC 9110, RFC 9112: a conversation of requests and responses, each a head of lines and perhaps a body. Reads
// what senders really send: old forms and hostile ones are told, not refused.
#include "stream/http.hpp"

#include <cstring>
#include <deque>
#include <string>

#include "field/expand.hpp"
#include "stream/all.hpp"
#include "stream/engineio.hpp"
#include "stream/http_body.hpp"
#include "stream/websocket.hpp"

namespace netpeel::stream {
namespace {

using base::Text;
using field::Bind;
using field::Expansion;
using field::Field;
using field::Kind;
using field::Layer;
using field::Packet;
using field::Show;
using field::Space;

constexpr std::size_t longest_head = 65535;  // a layer holds no longer header

bool blank(char c) { return c == ' ' || c == '\t'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }
bool token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != 0 && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}
std::string_view trim(std::string_view t) {
  while (!t.empty() && (blank(t.front()) || t.front() == '\r' || t.front() == '\n')) t.remove_prefix(1);
  while (!t.empty() && (blank(t.back()) || t.back() == '\r' || t.back() == '\n')) t.remove_suffix(1);
  return t;
}

constexpr std::string_view methods[]{"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE", "PROPFIND",
                                     "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "NOTIFY", "SUBSCRIBE",
                                     "UNSUBSCRIBE", "M-SEARCH", "RPC_IN_DATA", "RPC_OUT_DATA"};

bool known_method(std::string_view word) { return std::find(std::begin(methods), std::end(methods), word) != std::end(methods); }

enum class Looks : u8 { no, yes, more };

// "HTTP/1.1" at the end of a request line, or at the start of a status line.
bool version_at(std::string_view t) {
  return t.size() >= 8 && t.substr(0, 5) == "HTTP/" && t[5] >= '0' && t[5] <= '9' && t[6] == '.' && t[7] >= '0' && t[7] <= '9';
}

// Whether a first line begins here. strict: in the middle of bytes that are something else, where a word is not enough.
Looks looks(std::string_view t, bool strict) {
  const std::size_t end = t.find('\n');
  constexpr std::string_view http = "HTTP/";
  const std::size_t n = std::min(t.size(), http.size());
  if (t.substr(0, n) == http.substr(0, n)) {
    if (t.size() < 12) return end == std::string_view::npos ? Looks::more : Looks::no;
    return version_at(t) && blank(t[8]) && t[9] >= '0' && t[9] <= '9' ? Looks::yes : Looks::no;
  }
  std::size_t word = 0;
  while (word < t.size() && word < 32 && token(t[word])) ++word;
  if (word == 0 || word == 32) return Looks::no;
  if (word == t.size()) return Looks::more;
  if (!blank(t[word])) return Looks::no;
  const bool known = known_method(t.substr(0, word));
  if (strict && !known) return Looks::no;
  if (end == std::string_view::npos) return t.size() > longest_head ? Looks::no : Looks::more;
  const std::string_view line = trim(t.substr(0, end));
  if (known && !strict) return Looks::yes;
  return line.size() > word + 9 && version_at(line.substr(line.size() - 8)) && blank(line[line.size() - 9]) ? Looks::yes : Looks::no;
}

// Behind the empty line, or 0. `from` is how far an earlier look got.
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

}  // namespace

bool http_same(std::string_view text, std::string_view low) {
  return text.size() == low.size() && std::equal(text.begin(), text.end(), low.begin(), [](char a, char b) { return lower(a) == b; });
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
  if (at_ >= t.size()) return false;
  if (t[at_] == '\n' || (t[at_] == '\r' && (at_ + 1 >= t.size() || t[at_ + 1] == '\n'))) return false;
  std::size_t end = at_;
  for (;;) {
    const std::size_t lf = t.find('\n', end);
    if (lf == std::string_view::npos) {
      end = t.size();
      break;
    }
    if (lf == 0 || t[lf - 1] != '\r') h.bare_lf = true;
    end = lf + 1;
    // A line that begins with a blank goes on with the one before (obs-fold).
    if (end >= t.size() || !blank(t[end])) break;
    h.folded = true;
  }
  h.at = at_;
  h.size = u32(end - at_);
  at_ = u32(end);
  const std::string_view line = t.substr(h.at, h.size);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) {
    h.colon = false;
    h.name = trim(line);
    h.value_at = h.at;
    return true;
  }
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && blank(name.back())) {
    name.remove_suffix(1);
    h.blank_before_colon = true;
  }
  h.name = name;
  for (char c : name) h.bad_name |= !token(c);
  h.bad_name |= name.empty();
  h.value = trim(line.substr(colon + 1));
  h.value_at = h.value.empty() ? u32(h.at + colon + 1) : u32(h.value.data() - t.data());
  return true;
}

HttpHead http_head(Bytes message) {
  HttpHead head;
  const std::string_view t = base::as_text(message);
  head.start = u32(blank_lines(t));
  const std::string_view from = t.substr(head.start);
  if (looks(from, false) != Looks::yes) return head;
  std::size_t end = from.find('\n');
  head.whole = end != std::string_view::npos;
  end = head.whole ? end + 1 : from.size();
  head.line = u32(end);
  const std::string_view line = trim(from.substr(0, end));
  if (version_at(line)) {
    head.kind = HttpHead::Kind::response;
    head.version = line.substr(0, 8);
    std::size_t at = 8;
    while (at < line.size() && blank(line[at])) ++at;
    for (u32 i = 0; i < 3 && at < line.size() && line[at] >= '0' && line[at] <= '9'; ++i, ++at) head.code = head.code * 10 + u32(line[at] - '0');
    head.phrase = trim(line.substr(at));
  } else {
    head.kind = HttpHead::Kind::request;
    const std::size_t word = line.find_first_of(" \t");
    head.method = line.substr(0, word);
    std::string_view rest = word == std::string_view::npos ? std::string_view{} : trim(line.substr(word));
    const std::size_t next = rest.find_first_of(" \t");
    head.uri = rest.substr(0, next);
    if (next != std::string_view::npos) head.version = trim(rest.substr(next));
  }
  HttpHeaders lines(message, head.start + head.line);
  HttpHeader h;
  while (lines.next(h)) {
    if (http_same(h.name, "host")) head.host = h.value;
    else if (http_same(h.name, "upgrade")) head.upgrade = h.value;
    else if (http_same(h.name, "connection")) head.connection = h.value;
    else if (http_same(h.name, "content-type")) head.content_type = h.value;
    else if (http_same(h.name, "content-encoding")) head.content_encoding = h.value;
    else if (http_same(h.name, "sec-websocket-key")) head.key = h.value;
    else if (http_same(h.name, "sec-websocket-accept")) head.accept = h.value;
    else if (http_same(h.name, "sec-websocket-extensions")) head.extensions = h.value;
    else if (http_same(h.name, "transfer-encoding")) {
      head.has_te = true;
      const std::size_t comma = h.value.rfind(',');
      head.chunked = http_same(trim(h.value.substr(comma == std::string_view::npos ? 0 : comma + 1)), "chunked");
      head.te_unknown = !head.chunked && !http_same(h.value, "identity");
    } else if (http_same(h.name, "content-length")) {
      u64 n = 0;
      bool bad = h.value.empty();
      std::string_view digits = h.value;
      const std::size_t comma = digits.find(',');
      if (comma != std::string_view::npos) {
        // "5, 5" is what a proxy makes of two lines.
        head.two_lengths = true;
        if (trim(digits.substr(comma + 1)) != trim(digits.substr(0, comma))) head.lengths_differ = true;
        digits = trim(digits.substr(0, comma));
      }
      for (char c : digits) {
        if (c < '0' || c > '9' || n > (u64(1) << 59)) {
          bad = true;
          break;
        }
        n = n * 10 + u64(c - '0');
      }
      if (head.has_length) {
        head.two_lengths = true;
        if (bad || n != head.length) head.lengths_differ = true;
      } else if (bad) {
        head.bad_length = true;
      } else {
        head.has_length = true;
        head.length = n;
      }
    }
  }
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

namespace {

extern const field::Protocol protocol;  // below

// ---- The session ----

// After CONNECT, or an upgrade to something else: what both sides speak shows in their first bytes.
class Tunnel final : public Session {
 public:
  explicit Tunnel(Context& context) : context_(context) {}
  std::size_t parse(Side side, Bytes have, u64, bool, Out& out) override {
    if (have.empty()) return 0;
    for (const Streamed* s : all()) {
      if (s->open == nullptr || s->signature == nullptr || !s->signature(side, have)) continue;
      out.become(s->open(context_));
      return 0;
    }
    out.reject();
    return 0;
  }
  void gap(Side, Bytes, u64, u64, Out& out) override { out.reject(); }

 private:
  Context& context_;
};

class Http final : public Session {
 public:
  explicit Http(Context& context) : context_(context) {}

  std::size_t parse(Side side, Bytes have, u64 at, bool ended, Out& out) override;
  std::size_t wants(Side side) const override { return half(side).wants; }
  void gap(Side side, Bytes have, u64 at, u64 n, Out& out) override;

 private:
  enum class Body : u8 { none, length, chunked, until_end };
  struct Request {
    u32 number = 0;
    u64 frame = 0, before = 0;  // its own, the one's before it
    i64 time = 0;
    bool head = false, connect = false, upgrade = false;
    std::string uri{}, target{}, key{};
  };
  struct Half {
    u64 start = ~u64(0);     // stream position of the message that what follows is about
    std::size_t looked = 0;  // how far the head, or the next first line, was looked for
    bool has_head = false;
    HttpHead::Kind kind = HttpHead::Kind::none;
    std::size_t head = 0;
    Body body = Body::none;
    u64 length = 0;
    bool close = false;
    bool final = true;       // a response that is not 1xx
    bool tunnel = false;     // after it, both sides speak something else
    bool websocket = false;
    std::string accept{}, extensions{};
    ChunkWalk walk{};
    // Between messages.
    std::size_t wants = 0;
    u64 skip = 0;
    bool skip_chunks = false, lost = false, quiet = false, ended = false;
    u64 missing = 0;
  };
  static constexpr std::size_t most_garbage = 65536, most_requests = 1024;

  Half& half(Side side) { return halves_[u8(side)]; }
  const Half& half(Side side) const { return halves_[u8(side)]; }
  std::size_t limit(const Half& h) const {
    const std::size_t room = context_.limits.message - std::min<std::size_t>(context_.limits.message / 2, h.head + 4096);
    return std::min<std::size_t>(context_.limits.body, room);
  }
  std::size_t one(Side side, Bytes rest, u64 at, bool ended, Out& out);
  std::size_t garbage(Side side, Bytes rest, u64 at, bool ended, Out& out);
  std::size_t skip_chunk(Half& h, Bytes rest, bool ended);
  void learn(Half& h, Bytes message);
  void tell(Side side, Bytes bytes, u64 at, std::string_view trouble, Kind kind, Out& out);
  void tell_garbage(Side side, Bytes bytes, u64 at, std::string_view trouble, Kind kind, Out& out);
  HttpFacts* facts(Half& h, std::string_view trouble, Kind kind);

  Context& context_;
  Half halves_[2];
  std::deque<Request> requests_;
  u32 request_count_ = 0, response_count_ = 0;
  u64 last_request_ = 0, last_response_ = 0;
  bool waiting_ = false;  // a request asked for another protocol: what its side sends next depends on the answer
  Side waiting_side_ = Side::client;
  bool released_ = false;  // that answer came: the other side is to be heard before anything else
  bool handed_ = false, heard_ = false;
};

HttpFacts* Http::facts(Half& h, std::string_view trouble, Kind kind) {
  HttpFacts* f = context_.arena.make<HttpFacts>();
  f->trouble = trouble;
  f->kind = kind;
  f->body_limit = context_.limits.body;
  if (trouble.empty() && h.missing > 0) {
    f->trouble = "bytes before this message were not captured: what they said is not known";
    f->kind = Kind::truncated;
  }
  h.missing = 0;
  return f;
}

void Http::tell_garbage(Side side, Bytes bytes, u64 at, std::string_view trouble, Kind kind, Out& out) {
  if (bytes.empty()) return;
  out.message({.protocol = &protocol, .side = side, .from = at, .to = at + bytes.size(), .bytes = bytes, .header = 0,
               .facts = facts(half(side), trouble, kind)});
}

void Http::tell(Side side, Bytes bytes, u64 at, std::string_view trouble, Kind kind, Out& out) {
  Half& h = half(side);
  heard_ = true;
  HttpFacts* f = facts(h, trouble, kind);
  bool hand_over = false, websocket = false;
  std::string key, target;
  if (h.kind == HttpHead::Kind::request) {
    f->number = ++request_count_;
    f->prev_request_in = last_request_;
    last_request_ = context_.now.frame;
    // The one whose head was learnt last.
    if (!requests_.empty()) {
      Request& r = requests_.back();
      target = r.target;
      r.number = f->number;
      r.before = f->prev_request_in;
      r.frame = context_.now.frame;
      r.time = context_.now.time;
    }
  } else {
    f->number = h.final ? ++response_count_ : response_count_ + 1;
    f->prev_response_in = last_response_;
    last_response_ = context_.now.frame;
    if (!requests_.empty()) {
      Request& r = requests_.front();
      f->uri = context_.arena.copy(std::string_view(r.uri));
      if (r.frame != 0) {
        f->request_in = r.frame;
        f->since_request = context_.now.time - r.time;
        f->prev_request_in = r.before;
      }
      hand_over = h.tunnel;
      websocket = h.websocket;
      key = r.key;
      target = r.target;
      if (h.final || h.tunnel) {
        if (waiting_ && (r.connect || r.upgrade)) {
          waiting_ = false;
          released_ = true;
        }
        requests_.pop_front();
      }
    } else {
      hand_over = h.tunnel;
      websocket = h.websocket;
    }
  }
  const Message message{.protocol = &protocol, .side = side, .from = at, .to = at + bytes.size(), .bytes = bytes,
                        .header = u32(std::min(h.head, bytes.size())), .facts = f};
  out.message(message);
  if (trouble.empty() && bytes.size() > h.head && target.find("EIO=") != std::string::npos && target.find("transport=polling") != std::string::npos) {
    const HttpHead head = http_head(bytes.first(h.head));
    const HttpBody body = http_body(bytes.subspan(h.head), head.chunked, head.content_encoding, context_.limits.body);
    engineio_polling(context_, side, target, body.unwrapped ? context_.arena.copy(body.bytes) : body.bytes, message, out);
  }
  h.has_head = false;
  h.start = ~u64(0);
  if (!hand_over) return;
  handed_ = true;
  if (websocket) {
    return out.become(make_websocket(context_, {.path = target, .key = key, .accept = h.accept, .extensions = h.extensions}));
  }
  out.become(std::make_unique<Tunnel>(context_));
}

// Decides from the head where the message ends, and remembers what its answer will need.
void Http::learn(Half& h, Bytes message) {
  const HttpHead head = http_head(message);
  h.has_head = true;
  h.kind = head.kind;
  h.head = head.size;
  h.walk = {};
  h.length = head.length;
  h.final = true;
  h.tunnel = h.websocket = false;
  h.body = head.chunked ? Body::chunked : head.has_length && !head.has_te ? Body::length : Body::none;
  if (head.request()) {
    Request r;
    r.head = head.method == "HEAD";
    r.connect = head.method == "CONNECT";
    r.upgrade = !head.upgrade.empty() && http_lists(head.connection, "upgrade");
    r.key = head.key;
    r.target = head.uri;
    const bool absolute = head.uri.substr(0, 7) == "http://" || head.uri.substr(0, 8) == "https://";
    if (!absolute && !head.host.empty() && !r.connect) r.uri.append("http://").append(head.host);
    r.uri.append(head.uri);
    if (r.connect || r.upgrade) {
      waiting_ = true;
      waiting_side_ = &h == &halves_[0] ? Side::client : Side::server;
    }
    if (requests_.size() >= most_requests) requests_.pop_front();
    requests_.push_back(std::move(r));
    return;
  }
  if (h.missing > 0) {
    // Which answers were lost is not known; the likeliest is that this one belongs to the last request.
    while (requests_.size() > 1) requests_.pop_front();
  }
  const Request* r = requests_.empty() ? nullptr : &requests_.front();
  if (head.code == 101) {
    h.body = Body::none;
    h.tunnel = true;
    h.websocket = http_same(head.upgrade, "websocket");
    h.accept = head.accept;
    h.extensions = head.extensions;
  } else if (r != nullptr && r->connect && head.code / 100 == 2) {
    h.body = Body::none;
    h.tunnel = true;
  } else if (head.code / 100 == 1) {
    h.body = Body::none;
    h.final = false;
  } else if (head.code == 204 || head.code == 304 || (r != nullptr && r->head)) {
    h.body = Body::none;
  } else if (h.body == Body::none) {
    h.body = Body::until_end;
  }
}

std::size_t Http::garbage(Side side, Bytes rest, u64 at, bool ended, Out& out) {
  Half& h = half(side);
  if (h.start != at) {
    h.start = at;
    h.looked = 0;
  }
  const std::string_view t = base::as_text(rest);
  const std::size_t most = std::min(t.size(), most_garbage);
  std::size_t p = h.looked;
  for (; p < most; ++p) {
    const char c = t[p];
    if (c < 'A' || c > 'Z') continue;
    // "OPTIONS /" is one method, not one of its ends.
    const Looks l = looks(t.substr(p), true);
    if (l == Looks::no) continue;
    if (l == Looks::more && ended) continue;
    h.looked = p;
    if (l == Looks::more) return 0;
    h.lost = false;
    break;
  }
  h.looked = p;
  if (h.lost && !ended && t.size() <= most_garbage) return 0;
  if (p > 0 && !h.quiet) {
    tell_garbage(side, rest.first(p), at, heard_ || h.missing > 0 ? "these bytes belong to a message whose beginning is missing, or are not HTTP"
                                                                 : "these bytes are not the beginning of an HTTP message: the capture began in the middle of one, or this is another protocol",
                 Kind::unknown, out);
  }
  h.quiet = h.lost && !ended;
  if (h.lost && !heard_ && p == most_garbage) out.reject();
  h.start = ~u64(0);
  return p;
}

std::size_t Http::skip_chunk(Half& h, Bytes rest, bool ended) {
  ChunkWalk walk;
  ChunkWalk::Chunk c;
  switch (walk.step(rest, c)) {
    case ChunkWalk::Step::last: h.skip_chunks = false; return c.end;
    case ChunkWalk::Step::chunk: return c.end;
    case ChunkWalk::Step::broken: break;
    case ChunkWalk::Step::more:
      if (ended) return rest.size();
      if (c.data_at == 0 || c.size == 0) return 0;
      h.skip = c.size + 2;
      return c.data_at;
  }
  h.skip_chunks = false;
  h.lost = true;
  return 0;
}

std::size_t Http::one(Side side, Bytes rest, u64 at, bool ended, Out& out) {
  Half& h = half(side);
  const std::string_view t = base::as_text(rest);
  if (h.start != at) {
    h.start = at;
    h.looked = 0;
    h.has_head = false;
  }
  if (!h.has_head) {
    const std::size_t blanks = blank_lines(t);
    if (blanks == t.size()) return ended || blanks > 4096 ? blanks : 0;
    const Looks l = looks(t.substr(blanks), false);
    if (l == Looks::more && ended) {
      tell_garbage(side, rest, at, "the stream ends inside the first line of a message", Kind::truncated, out);
      return rest.size();
    }
    if (l == Looks::more) return 0;
    if (l == Looks::no) {
      const std::string_view first = t.substr(blanks);
      // TLS and SSH on a port of HTTP are no accident of the capture.
      if (!heard_ && side == Side::client && ((first.size() > 1 && first[0] == 0x16 && first[1] == 3) || first.substr(0, 4) == "SSH-")) {
        out.reject();
        handed_ = true;
        return 0;
      }
      h.lost = true;
      h.start = ~u64(0);
      return garbage(side, rest, at, ended, out);
    }
    if (t.substr(blanks, 14) == "PRI * HTTP/2.0") {
      out.reject();
      handed_ = true;
      return 0;
    }
    const std::size_t size = head_end(t, std::max(blanks, h.looked));
    if (size == 0 || size > longest_head) {
      h.looked = t.size() > 3 ? t.size() - 3 : 0;
      if (!ended && t.size() <= longest_head) return 0;
      const std::size_t there = std::min(t.size(), longest_head);
      learn(h, rest.first(there));
      h.tunnel = false;
      h.body = Body::none;
      h.lost = t.size() > longest_head;
      tell(side, rest.first(there), at,
           h.lost ? "the head is longer than 65,535 bytes: its rest is left out" : "the stream ends inside the head of this message",
           h.lost ? Kind::unusual : Kind::truncated, out);
      return there;
    }
    learn(h, rest.first(size));
  }
  const std::size_t most = limit(h);
  const auto cut_off = [&](std::size_t n, u64 skip) {
    h.skip = skip;
    tell(side, rest.first(n), at, "the body is longer than the limit for bodies: its rest is left out", Kind::unusual, out);
    return n;
  };
  const auto ends_early = [&] {
    tell(side, rest, at, "the stream ends before the body does", Kind::truncated, out);
    return rest.size();
  };
  switch (h.body) {
    case Body::none: break;
    case Body::length: {
      if (h.length > most && rest.size() >= h.head + most) return cut_off(h.head + most, h.length - most);
      const std::size_t size = h.head + std::size_t(std::min<u64>(h.length, most));
      if (rest.size() < size) {
        h.wants = size;
        return ended ? ends_early() : 0;
      }
      tell(side, rest.first(size), at, {}, Kind::unusual, out);
      return size;
    }
    case Body::chunked: {
      const Bytes body = rest.subspan(h.head);
      ChunkWalk::Chunk c;
      for (;;) {
        const std::size_t chunk_at = h.walk.at();
        const ChunkWalk::Step step = h.walk.step(body, c);
        if (step == ChunkWalk::Step::last) {
          tell(side, rest.first(h.head + c.end), at, {}, Kind::unusual, out);
          return h.head + c.end;
        }
        if (step == ChunkWalk::Step::broken) {
          h.lost = true;
          tell(side, rest.first(h.head + chunk_at), at, "a chunk of the body does not begin with its size: where the message ends is not known", Kind::malformed, out);
          return h.head + chunk_at;
        }
        if (c.data_at != 0 && (c.data_at > most || c.size > most - std::min(most, c.data_at))) {
          h.skip_chunks = true;
          return cut_off(h.head + chunk_at, 0);
        }
        if (step == ChunkWalk::Step::chunk) continue;
        h.wants = h.head + h.walk.need();
        return ended ? ends_early() : 0;
      }
    }
    case Body::until_end:
      if (rest.size() >= h.head + most) return cut_off(h.head + most, ~u64(0));
      if (!ended) {
        h.wants = h.head + most;
        return 0;
      }
      tell(side, rest, at, {}, Kind::unusual, out);
      return rest.size();
  }
  tell(side, rest.first(h.head), at, {}, Kind::unusual, out);
  return h.head;
}

std::size_t Http::parse(Side side, Bytes have, u64 at, bool ended, Out& out) {
  Half& h = half(side);
  h.ended = ended;
  h.wants = 0;
  std::size_t taken = 0;
  released_ = false;
  while (!handed_ && !released_ && taken < have.size()) {
    const Bytes rest = have.subspan(taken);
    if (h.skip > 0) {
      const u64 n = std::min<u64>(h.skip, rest.size());
      if (h.skip != ~u64(0)) h.skip -= n;
      taken += std::size_t(n);
      continue;
    }
    if (waiting_ && side == waiting_side_ && !h.has_head && !(ended && half(other(side)).ended)) break;
    std::size_t n = 0;
    if (h.skip_chunks) {
      n = skip_chunk(h, rest, ended);
      if (n == 0 && h.lost) continue;
    } else if (h.lost) {
      n = garbage(side, rest, at + taken, ended, out);
      if (n == 0 && !h.lost) continue;
    } else {
      n = one(side, rest, at + taken, ended, out);
    }
    if (n == 0) break;
    taken += n;
  }
  return taken;
}

void Http::gap(Side side, Bytes have, u64 at, u64 n, Out& out) {
  Half& h = half(side);
  h.wants = 0;
  if (h.skip > 0) {
    if (h.skip == ~u64(0)) return;
    h.skip -= std::min(h.skip, n);
    if (n == 0 || h.skip > 0) return;
  }
  if (n > 0) h.missing = n;
  if (h.has_head && h.start == at && !have.empty() && have.size() >= h.head) {
    u64 skip = 0;
    bool lost = true;
    if (h.body == Body::length && h.head + h.length >= have.size() + n) {
      // The body's length is known: where the next message begins is not lost.
      skip = h.head + h.length - have.size() - n;
      lost = false;
    } else if (h.body == Body::until_end) {
      skip = ~u64(0);
      lost = false;
    }
    tell(side, have, at, n > 0 ? "a part of the body was not captured: only what came before it is shown" : "the message is longer than the limit: its rest is left out",
         n > 0 ? Kind::truncated : Kind::unusual, out);
    h.skip = skip;
    h.lost = lost;
    h.missing = lost ? std::max<u64>(n, 1) : 0;
  } else {
    const u64 missing = h.missing;
    tell_garbage(side, have, at, "a part of this message was not captured: it cannot be read", Kind::truncated, out);
    h.missing = std::max<u64>(missing, 1);
    h.skip_chunks = false;
    h.lost = true;
    h.quiet = false;
  }
  h.has_head = false;
  h.start = ~u64(0);
}
// ---- Rows ----

constexpr auto headers = field::loose({
    {"http.authorization", "Authorization", 0, Show::text, "Who the client says it is, and its proof."},
    {"http.proxy_authenticate", "Proxy-Authenticate", 0, Show::text, "How a proxy wants the client to prove who it is."},
    {"http.proxy_authorization", "Proxy-Authorization", 0, Show::text, "The client's proof for a proxy on the way."},
    {"http.www_authenticate", "WWW-Authenticate", 0, Show::text, "How the server wants the client to prove who it is."},
    {"http.content_type", "Content-Type", 0, Show::text, "What kind of data the body is."},
    {"http.content_length_header", "Content-Length", 0, Show::text, "How many bytes the body has, as it was written."},
    {"http.content_encoding", "Content-Encoding", 0, Show::text, "How the body was packed to make it smaller."},
    {"http.transfer_encoding", "Transfer-Encoding", 0, Show::text, "How the body was wrapped for this hop only."},
    {"http.upgrade", "Upgrade", 0, Show::text, "The protocol that one side wants to speak from now on."},
    {"http.user_agent", "User-Agent", 0, Show::text, "The program that sends the request, by its own word."},
    {"http.host", "Host", 0, Show::text, "The name of the site that is asked, since one server may hold many."},
    {"http.connection", "Connection", 0, Show::text, "Whether the connection stays open afterwards, and which headers end at the next hop."},
    {"http.cookie", "Cookie", 0, Show::text, "What the server once gave the client to be recognised by."},
    {"http.accept", "Accept", 0, Show::text, "The kinds of data the client can use."},
    {"http.referer", "Referer", 0, Show::text, "The page from which the request came."},
    {"http.accept_language", "Accept-Language", 0, Show::text, "The languages the reader likes, the best first."},
    {"http.accept_encoding", "Accept-Encoding", 0, Show::text, "The ways of packing the client can undo."},
    {"http.date", "Date", 0, Show::text, "When the message was made."},
    {"http.cache_control", "Cache-Control", 0, Show::text, "Who may keep a copy, and for how long."},
    {"http.server", "Server", 0, Show::text, "The program that answers, by its own word."},
    {"http.location", "Location", 0, Show::text, "Where to ask instead."},
    {"http.sec_websocket_accept", "Sec-WebSocket-Accept", 0, Show::text, "The server's proof that it understood the key: a hash of it."},
    {"http.sec_websocket_extensions", "Sec-WebSocket-Extensions", 0, Show::text, "Additions to WebSocket that one side offers or the other takes."},
    {"http.sec_websocket_key", "Sec-WebSocket-Key", 0, Show::text, "A random value that the server must answer with its hash."},
    {"http.sec_websocket_protocol", "Sec-WebSocket-Protocol", 0, Show::text, "What is to be spoken inside the WebSocket."},
    {"http.sec_websocket_version", "Sec-WebSocket-Version", 0, Show::text, "The version of the WebSocket protocol, 13 today."},
    {"http.set_cookie", "Set-Cookie", 0, Show::text, "What the client shall send back with its next requests."},
    {"http.last_modified", "Last-Modified", 0, Show::text, "When the thing asked for was changed last."},
    {"http.x_forwarded_for", "X-Forwarded-For", 0, Show::text, "For whom a proxy asks."},
    {"http.http2_settings", "HTTP2-Settings", 0, Show::text, "Settings for the case that the server changes to HTTP/2."},
});

// In the same order.
constexpr std::string_view header_names[]{
    "authorization", "proxy-authenticate", "proxy-authorization", "www-authenticate",
    "content-type", "content-length", "content-encoding", "transfer-encoding", "upgrade",
    "user-agent", "host", "connection", "cookie", "accept", "referer", "accept-language",
    "accept-encoding", "date", "cache-control", "server", "location", "sec-websocket-accept",
    "sec-websocket-extensions", "sec-websocket-key", "sec-websocket-protocol",
    "sec-websocket-version", "set-cookie", "last-modified", "x-forwarded-for", "http2-settings",
};
static_assert(std::size(header_names) == std::size(headers));

constexpr auto others = field::loose({
    {"", "Request line", 0, Show::mark, "What is wanted, of what, in which version."},
    {"", "Status line", 0, Show::mark, "How the request went."},
    {"http.chat", "First line", 0, Show::mark, "The line that says what kind of message this is."},
    {"http.request", "Is a request", 0, Show::flag, "The message asks for something.", {.computed = true}},
    {"http.response", "Is a response", 0, Show::flag, "The message answers a request.", {.computed = true}},
    {"http.notification", "Is a notification", 0, Show::flag, "The message tells something nobody asked for.", {.computed = true}},
    {"http.request.method", "Method", 0, Show::text, "What the client wants done."},
    {"http.request.uri", "Target", 0, Show::text, "On what it shall be done."},
    {"http.request.uri.path", "Path", 0, Show::text, "The target up to the question mark."},
    {"http.request.uri.query", "Query", 0, Show::text, "What is passed to the target, behind the question mark."},
    {"http.request.uri.query.parameter", "Query parameter", 0, Show::text, "One name of the query with its value."},
    {"http.request.version", "Version", 0, Show::text, "The version of HTTP that the client speaks."},
    {"http.response.version", "Version", 0, Show::text, "The version of HTTP that the server speaks."},
    {"http.response.code", "Status code", 0, Show::dec, "How the request went: 2 in front is success, 3 look elsewhere, 4 the client's mistake, 5 the server's."},
    {"http.response.code.desc", "Meaning of the code", 0, Show::text, "The registered meaning of the status code."},
    {"http.response.phrase", "Phrase", 0, Show::text, "The status in the server's own words, for people only."},
    {"http.request.line", "Header line", 0, Show::text, "One header of the request as it was sent."},
    {"http.response.line", "Header line", 0, Show::text, "One header of the response as it was sent."},
    {"http.unknown_header", "Header line", 0, Show::text, "One header that has no meaning of its own here."},
    {"http.bad_header_name", "Odd header name", 0, Show::mark, "The header's name has characters that no name may have."},
    {"http.te_and_length", "Two ways to end the body", 0, Show::mark, "Content-Length and Transfer-Encoding stand in one message."},
    {"http.te_unknown", "Unknown transfer coding", 0, Show::mark, "The body is wrapped in a way that has no registered name."},
    {"http.leading_crlf", "Blank lines in front", 0, Show::mark, "Blank lines stand before the message, left over from the one before."},
    {"http.content_length", "Content length", 0, Show::dec, "How many bytes the body has."},
    {"http.cookie_pair", "Cookie pair", 0, Show::text, "One name with the value that the server gave it."},
    {"http.authbasic", "Credentials", 0, Show::text, "Name and password, which Basic authentication only disguises."},
    {"http.request.full_uri", "Full address", 0, Show::text, "Host and target put together.", {.computed = true}},
    {"http.request_number", "Request number", 0, Show::dec, "The how many-th request of the conversation it is.", {.computed = true}},
    {"http.response_number", "Response number", 0, Show::dec, "The how many-th response of the conversation it is.", {.computed = true}},
    {"http.prev_request_in", "Previous request in frame", 0, Show::dec, "Where the request before it ended.", {.computed = true}},
    {"http.prev_response_in", "Previous response in frame", 0, Show::dec, "Where the response before it ended.", {.computed = true}},
    {"http.request_in", "Request in frame", 0, Show::dec, "Where the request that this answers ended.", {.computed = true}},
    {"http.time", "Time since the request", 0, Show::seconds, "How long the answer took, as seen where the capture was made.", {.computed = true}},
    {"http.response_for.uri", "Answers for", 0, Show::text, "The address that was asked for.", {.computed = true}},
    {"", "Chunked body", 0, Show::mark, "The body in pieces, each with its size in front."},
    {"http.chunk_size", "Chunk size", 0, Show::dec, "How many bytes of the body follow; 0 ends it."},
    {"http.chunk_data", "Chunk data", 0, Show::bytes, "One piece of the body.", {.payload = true}},
    {"http.chunk_boundary", "Chunk boundary", 0, Show::bytes, "The line end behind a piece."},
    {"http.chunked_trailer_part", "Trailers", 0, Show::text, "Headers that could be known only after the body."},
    {"http.file_data", "Body", 0, Show::text, "What the message carries, unpacked and put together.", {.payload = true}},
});

template <field::Name N>
constexpr const Field& the = field::row<N>(others);
constexpr const Field& request_heading = others[0];
constexpr const Field& status_heading = others[1];
constexpr const Field& chunks_heading = others[34];
static_assert(chunks_heading.name.empty() && chunks_heading.title == "Chunked body");

// IANA's registry.
constexpr auto codes = field::values({
    {100, "Continue"}, {101, "Switching Protocols"}, {102, "Processing"}, {103, "Early Hints"},
    {200, "OK"}, {201, "Created"}, {202, "Accepted"}, {203, "Non-Authoritative Information"}, {204, "No Content"},
    {205, "Reset Content"}, {206, "Partial Content"}, {207, "Multi-Status"}, {208, "Already Reported"}, {226, "IM Used"},
    {300, "Multiple Choices"}, {301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"}, {304, "Not Modified"},
    {305, "Use Proxy"}, {307, "Temporary Redirect"}, {308, "Permanent Redirect"},
    {400, "Bad Request"}, {401, "Unauthorized"}, {402, "Payment Required"}, {403, "Forbidden"}, {404, "Not Found"},
    {405, "Method Not Allowed"}, {406, "Not Acceptable"}, {407, "Proxy Authentication Required"}, {408, "Request Time-out"},
    {409, "Conflict"}, {410, "Gone"}, {411, "Length Required"}, {412, "Precondition Failed"}, {413, "Request Entity Too Large"},
    {414, "Request-URI Too Long"}, {415, "Unsupported Media Type"}, {416, "Requested Range Not Satisfiable"},
    {417, "Expectation Failed"}, {418, "I'm a teapot"}, {421, "Misdirected Request"}, {422, "Unprocessable Entity"},
    {423, "Locked"}, {424, "Failed Dependency"}, {425, "Too Early"}, {426, "Upgrade Required"}, {428, "Precondition Required"},
    {429, "Too Many Requests"}, {431, "Request Header Fields Too Large"}, {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"}, {501, "Not Implemented"}, {502, "Bad Gateway"}, {503, "Service Unavailable"},
    {504, "Gateway Time-out"}, {505, "HTTP Version not supported"}, {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"}, {508, "Loop Detected"}, {510, "Not Extended"}, {511, "Network Authentication Required"},
});

std::string_view code_text(u32 code) {
  const auto at = std::lower_bound(codes.begin(), codes.end(), code, [](const field::Value& v, u32 c) { return v.value < c; });
  return at != codes.end() && at->value == code ? at->text : std::string_view{};
}

// ---- Fields ----

std::string credentials(std::string_view t) {
  std::string out;
  u32 bits = 0, have = 0;
  for (char c : t) {
    const std::size_t v = std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/").find(c);
    if (v == std::string_view::npos) break;
    bits = (bits << 6 | u32(v)) & 0xffffff;
    if ((have += 6) < 8) continue;
    have -= 8;
    out.push_back(char(bits >> have & 0xff));
  }
  return out;
}

class Reader {
 public:
  explicit Reader(Expansion& x) : x_(x), all_(x.header(), std::size_t(x.layer.header) + x.layer.body), text_(base::as_text(all_)) {}
  void read();

 private:
  u32 at(std::string_view part) const { return u32(part.data() - text_.data()); }
  void put(const Field& f, std::string_view part) { x_.field(f, at(part), u32(part.size())); }
  void first_line();
  void uri();
  void header(const HttpHeader& h);
  void pairs(std::string_view list, char between, const Field& f);
  void generated();
  void body();
  void chunks(Bytes body, u32 at);

  Expansion& x_;
  Bytes all_;
  std::string_view text_;
  HttpHead head_;
  bool notification_ = false;
};

void Reader::pairs(std::string_view list, char between, const Field& f) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(between), list.size());
    const std::string_view pair = trim(list.substr(0, end));
    if (!pair.empty()) put(f, pair);
    list.remove_prefix(std::min(list.size(), end + 1));
  }
}

void Reader::uri() {
  if (head_.uri.empty()) return;
  put(the<"http.request.uri">, head_.uri);
  const std::size_t mark = head_.uri.find('?');
  if (mark == std::string_view::npos) return;
  const auto in = x_.inside();
  put(the<"http.request.uri.path">, head_.uri.substr(0, mark));
  const std::string_view query = head_.uri.substr(mark + 1);
  if (query.empty()) return;
  put(the<"http.request.uri.query">, query);
  const auto deeper = x_.inside();
  pairs(query, '&', the<"http.request.uri.query.parameter">);
}

void Reader::first_line() {
  if (head_.start > 0) {
    x_.mark(the<"http.leading_crlf">, 0, head_.start);
    x_.problem(Kind::unusual, &the<"http.leading_crlf">, "blank lines stand before the message: the one before was longer than it said, by as much");
  }
  const std::string_view line = text_.substr(head_.start, head_.line);
  x_.mark(head_.request() ? request_heading : status_heading, head_.start, head_.line);
  const auto in = x_.inside();
  x_.mark(the<"http.chat">, head_.start, head_.line);
  if (head_.request()) {
    put(the<"http.request.method">, head_.method);
    uri();
    if (!head_.version.empty()) put(the<"http.request.version">, head_.version);
    if (head_.version.empty()) {
      x_.problem(Kind::unusual, &the<"http.request.version">, "no version: this is how HTTP/0.9 asked, before 1996");
    } else if (!version_at(head_.version) || head_.version.size() != 8) {
      x_.problem(Kind::malformed, &the<"http.request.version">, "what stands behind the target is no version of HTTP");
    }
  } else {
    put(the<"http.response.version">, head_.version);
    const std::size_t code = line.find_first_of("0123456789", 9);
    if (code != std::string_view::npos) {
      x_.number(the<"http.response.code">, head_.start + u32(code), std::min<u32>(3, head_.line - u32(code)), head_.code);
      const std::string_view says = code_text(head_.code);
      if (!says.empty()) x_.text(the<"http.response.code.desc">, head_.start + u32(code), 3, says);
    }
    if (!head_.phrase.empty()) put(the<"http.response.phrase">, head_.phrase);
  }
  if (line.size() < 2 || line[line.size() - 2] != '\r') {
    x_.problem(Kind::unusual, nullptr, "the first line ends with a bare line feed: most receivers take it, the rules want CR LF");
  }
}

void Reader::header(const HttpHeader& h) {
  const Field& line = notification_ ? the<"http.unknown_header"> : head_.request() ? the<"http.request.line"> : the<"http.response.line">;
  const Field* known = nullptr;
  for (std::size_t i = 0; i < std::size(header_names) && h.colon; ++i) {
    if (http_same(h.name, header_names[i])) known = &headers[i];
  }
  if (known == nullptr || !notification_) x_.field(line, h.at, h.size);
  const auto in = x_.inside();
  if (known != nullptr) {
    x_.field(*known, h.value_at, u32(h.value.size()));
    const auto deeper = x_.inside();
    if (http_same(h.name, "content-length") && head_.has_length) x_.number(the<"http.content_length">, h.value_at, u32(h.value.size()), head_.length);
    if (http_same(h.name, "cookie")) pairs(h.value, ';', the<"http.cookie_pair">);
    if (h.value.size() > 6 && http_same(h.value.substr(0, 6), "basic ") && http_same(h.name, "authorization")) {
      const std::string plain = credentials(trim(h.value.substr(6)));
      x_.text(the<"http.authbasic">, h.value_at, u32(h.value.size()), plain);
      x_.problem(Kind::unusual, &the<"http.authbasic">, "name and password travel readable for everybody on the way");
    }
  }
  if (!h.colon) {
    x_.problem(Kind::malformed, &line, "this line has no colon: it is no header");
  } else if (h.bad_name) {
    x_.mark(the<"http.bad_header_name">, h.at, u32(h.name.size()));
    x_.problem(Kind::malformed, &the<"http.bad_header_name">, "the header's name has characters that no name may have");
  }
  if (h.blank_before_colon) x_.problem(Kind::malformed, &line, "a blank stands before the colon: receivers disagree what the name is, which attackers use");
  if (h.folded) x_.problem(Kind::unusual, &line, "the value goes on in the next line, an old form (obs-fold) that senders must not use any more");
  if (h.bare_lf && !h.folded) x_.problem(Kind::unusual, &line, "the line ends with a bare line feed: most receivers take it, the rules want CR LF");
}

void Reader::generated() {
  const HttpFacts* f = x_.known<HttpFacts>();
  if (head_.request()) {
    const bool absolute = head_.uri.substr(0, 7) == "http://" || head_.uri.substr(0, 8) == "https://";
    if (absolute) {
      x_.computed(the<"http.request.full_uri">, head_.uri);
    } else if (!head_.host.empty() && !head_.uri.empty()) {
      std::string full;
      if (head_.method != "CONNECT") full.append("http://").append(head_.host);
      full.append(head_.uri);
      x_.computed(the<"http.request.full_uri">, std::string_view(full));
    }
    x_.computed(notification_ ? the<"http.notification"> : the<"http.request">, u64(1));
    if (f == nullptr) return;
    if (!notification_ && f->number != 0) x_.computed(the<"http.request_number">, f->number);
    if (f->prev_request_in != 0) x_.computed(the<"http.prev_request_in">, f->prev_request_in);
    return;
  }
  x_.computed(the<"http.response">, u64(1));
  if (f == nullptr) return;
  if (f->number != 0) x_.computed(the<"http.response_number">, f->number);
  if (f->request_in != 0) x_.computed(the<"http.time">, u64(f->since_request));
  if (f->prev_request_in != 0) x_.computed(the<"http.prev_request_in">, f->prev_request_in);
  if (f->prev_response_in != 0) x_.computed(the<"http.prev_response_in">, f->prev_response_in);
  if (f->request_in != 0) x_.computed(the<"http.request_in">, f->request_in);
  if (!f->uri.empty()) x_.computed(the<"http.response_for.uri">, f->uri);
}

void Reader::chunks(Bytes body, u32 from) {
  x_.mark(chunks_heading, from, u32(body.size()));
  const auto in = x_.inside();
  ChunkWalk walk;
  ChunkWalk::Chunk c;
  for (;;) {
    const ChunkWalk::Step step = walk.step(body, c);
    if (c.data_at == 0) return;
    x_.number(the<"http.chunk_size">, from + u32(c.at), u32(c.data_at - c.at), c.size);
    if (step == ChunkWalk::Step::last) {
      if (c.trailers > 0) x_.field(the<"http.chunked_trailer_part">, from + u32(c.data_at), u32(c.trailers));
      return;
    }
    const std::size_t there = std::min<std::size_t>(std::size_t(c.size), body.size() - std::min(body.size(), c.data_at));
    if (there > 0) x_.field(the<"http.chunk_data">, from + u32(c.data_at), u32(there));
    if (step != ChunkWalk::Step::chunk) return;
    x_.field(the<"http.chunk_boundary">, from + u32(c.data_at + c.size), u32(c.end - c.data_at - c.size));
  }
}

void Reader::body() {
  const Bytes body = all_.subspan(std::min<std::size_t>(head_.size, all_.size()));
  if (body.empty()) return;
  const u32 from = head_.size, size = u32(body.size());
  if (head_.chunked) chunks(body, from);
  const HttpFacts* f = x_.known<HttpFacts>();
  const HttpBody plain = http_body(body, head_.chunked, head_.content_encoding, f != nullptr && f->body_limit > 0 ? f->body_limit : Limits{}.body);
  if (!plain.unwrapped) {
    x_.field(the<"http.file_data">, from, size);
  } else if (!plain.bytes.empty()) {
    x_.value(the<"http.file_data">, from, size, plain.bytes);
  }
  if (!plain.trouble.empty()) x_.problem(Kind::unusual, &the<"http.file_data">, plain.trouble);
}

void Reader::read() {
  head_ = http_head(all_);
  if (head_.kind != HttpHead::Kind::none) {
    notification_ = head_.method == "NOTIFY";
    first_line();
    HttpHeaders lines(all_, head_.start + head_.line);
    HttpHeader h;
    while (lines.next(h)) header(h);
    generated();
    if (head_.has_te && (head_.has_length || head_.bad_length)) {
      x_.mark(the<"http.te_and_length">, 0, 0);
      x_.problem(Kind::malformed, &the<"http.te_and_length">,
                 "Content-Length and Transfer-Encoding together: receivers that believe different ones see different messages (request smuggling)");
    }
    if (head_.te_unknown) {
      x_.mark(the<"http.te_unknown">, 0, 0);
      x_.problem(Kind::unusual, &the<"http.te_unknown">, "the body's last transfer coding is not chunked: where it ends is not told");
    }
    if (head_.bad_length) x_.problem(Kind::malformed, &field::row<"http.content_length_header">(headers), "the length is no number, or one no body can have");
    if (head_.lengths_differ) {
      x_.problem(Kind::malformed, &field::row<"http.content_length_header">(headers),
                 "two lengths that differ: receivers that believe different ones see different messages (request smuggling); the first is taken here");
    } else if (head_.two_lengths) {
      x_.problem(Kind::unusual, &field::row<"http.content_length_header">(headers), "the same length is told twice");
    }
    body();
  } else if (!all_.empty()) {
    x_.field(the<"http.file_data">, 0, u32(all_.size()));
  }
}

void expand(Expansion& x) { Reader(x).read(); }

void with_dots(u64 n, Text& out) {
  if (n >= 1000) {
    with_dots(n / 1000, out);
    out.add(',').dec(n % 1000, 3);
  } else {
    out.dec(n);
  }
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const Bytes all{packet.bytes(layer), std::size_t(layer.header) + layer.body};
  const HttpHead head = http_head(all);
  const u64 size = all.size() - std::min<std::size_t>(head.size, all.size());
  if (head.kind == HttpHead::Kind::none) {
    with_dots(all.size(), out);
    out.add(all.size() == 1 ? " byte" : " bytes").add(" inside a message, or of another protocol");
    return;
  }
  if (head.request()) {
    out.escaped(head.method, 20).add(' ').escaped(head.uri, 100);
    if (!head.version.empty()) out.add(' ').escaped(head.version, 20);
    if (!head.host.empty()) out.add(" to ").escaped(head.host, 60);
  } else {
    out.dec(head.code);
    if (!head.phrase.empty()) out.add(' ').escaped(head.phrase, 60);
  }
  if (size == 0) return;
  out.add(", ");
  with_dots(size, out);
  out.add(size == 1 ? " byte" : " bytes");
  if (head.content_type.empty()) return;
  out.add(" of ").escaped(head.content_type.substr(0, head.content_type.find(';')), 60);
}

constexpr Bind binds[]{
    {Space::tcp_port, 80},   {Space::tcp_port, 1900}, {Space::tcp_port, 2710}, {Space::tcp_port, 2869},
    {Space::tcp_port, 3000}, {Space::tcp_port, 3128}, {Space::tcp_port, 3132}, {Space::tcp_port, 5985},
    {Space::tcp_port, 8080}, {Space::tcp_port, 8088}, {Space::tcp_port, 11371},
};
constexpr auto fixed = std::array<Field, 0>{};
constexpr field::Table tables[]{fixed, headers, others};

const field::Protocol protocol{
    .name = "http",
    .title = "Hypertext Transfer Protocol",
    .label = "HTTP",
    .osi = field::Osi::application,
    .ref = "RFC 9112",
    .about = "Asks for pages, pictures and data, and brings the answers. It is plain text: a line, headers, an empty line, then what is carried.",
    .tables = tables,
    .binds = binds,
    .expand = expand,
    .sentence = sentence,
};

bool signature(Side side, Bytes have) {
  const std::string_view t = base::as_text(have);
  if (t.substr(0, 7) == "HTTP/1.") return true;
  const std::size_t word = t.find(' ');
  return side == Side::client && word != std::string_view::npos && word < 16 && known_method(t.substr(0, word)) && word + 1 < t.size() &&
         (t[word + 1] == '/' || t[word + 1] == '*' || token(t[word + 1]));
}

}  // namespace

const Streamed http{
    .name = "http",
    .protocol = &protocol,
    .open = [](Context& context) -> std::unique_ptr<Session> { return std::make_unique<Http>(context); },
    .signature = signature,
};

}  // namespace netpeel::stream
