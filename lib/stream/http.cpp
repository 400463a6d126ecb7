// HTTP/1.x — RFC 9110, RFC 9112: where the messages of a conversation begin and end, and which
// answers which. Takes what senders really send: old forms and hostile ones are told, not refused.
// What a message holds stands in http_fields.cpp.
#include "stream/http.hpp"

#include <deque>
#include <string>

#include "stream/all.hpp"
#include "stream/engineio.hpp"
#include "stream/http_body.hpp"
#include "stream/http_events.hpp"
#include "stream/http_text.hpp"
#include "stream/tunnel.hpp"
#include "stream/websocket.hpp"

namespace netpeel::stream {
namespace {

using namespace http_text;  // NOLINT: heads are looked for by these
using field::Kind;

class Http final : public Session {
 public:
  explicit Http(Context& context) : context_(context) {}

  std::size_t parse(Side side, Bytes have, u64 at, bool ended, Out& out) override;
  std::size_t wants(Side side) const override { return half(side).wants; }
  void gap(Side side, Bytes have, u64 at, u64 n, Out& out) override;

 private:
  enum class Body : u8 { none, length, chunked, until_end };
  struct Request {
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
    bool final = true;    // a response that is not 1xx
    bool tunnel = false;  // after it, both sides speak something else
    bool websocket = false;
    std::string accept{}, extensions{};
    ChunkWalk walk{};
    std::unique_ptr<EventBody> events{};  // of a body that is a stream of events
    bool opening = false;                 // its head is not told yet
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
    const std::size_t room =
        context_.limits.message - std::min<std::size_t>(context_.limits.message / 2, h.head + 4096);
    return std::min<std::size_t>(context_.limits.body, room);
  }
  // What a side has sent, from `rest` on, is read by one of these. Each returns how many bytes it
  // took.
  std::size_t step(Side side, Bytes rest, u64 at, bool ended, Out& out);
  std::size_t one(Side side, Bytes rest, u64 at, bool ended, Out& out);
  std::size_t with_length(Side side, Bytes rest, u64 at, bool ended, Out& out);
  std::size_t with_chunks(Side side, Bytes rest, u64 at, bool ended, Out& out);
  std::size_t until_end(Side side, Bytes rest, u64 at, bool ended, Out& out);
  std::size_t events(Side side, Bytes rest, u64 at, bool ended, Out& out);
  std::size_t garbage(Side side, Bytes rest, u64 at, bool ended, Out& out);
  std::size_t more(Side side, Bytes rest, u64 at, bool ended, std::size_t size, Out& out);
  std::size_t cut_off(Side side, Bytes rest, u64 at, std::size_t n, u64 skip, Out& out);
  std::size_t skip_chunk(Half& h, Bytes rest, bool ended);

  bool take_head(Side side, Bytes rest, u64 at, bool ended, Out& out, std::size_t& taken);
  bool another_protocol(Side side, std::string_view first) const;
  std::size_t broken_head(Side side, Bytes rest, u64 at, Out& out);
  void learn(Side side, Bytes message);
  void learn_request(Side side, const HttpHead& head);
  void learn_response(Half& h, const HttpHead& head);

  void tell(Side side, Bytes bytes, u64 at, std::string_view trouble, Kind kind, Out& out,
            bool whole = true);
  void tell_garbage(Side side, Bytes bytes, u64 at, std::string_view trouble, Kind kind, Out& out);
  HttpFacts* facts(Half& h, std::string_view trouble, Kind kind);
  void about_request(HttpFacts& f);
  void about_response(const Half& h, HttpFacts& f);
  Request exchange(const Half& h);
  void polling(std::string_view target, const Message& message, std::size_t head_size, Out& out);
  void hand_over(const Half& h, const Request& r, Out& out);
  void gap_in_events(Side side, Bytes have, u64 at, u64 n, Out& out);

  Context& context_;
  Half halves_[2];
  std::deque<Request> requests_;
  u32 request_count_ = 0, response_count_ = 0;
  u64 last_request_ = 0, last_response_ = 0;
  bool waiting_ = false;  // a request asked for another protocol: what its side sends next depends
                          // on the answer
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

void Http::tell_garbage(Side side, Bytes bytes, u64 at, std::string_view trouble, Kind kind,
                        Out& out) {
  if (bytes.empty()) return;
  out.message({.protocol = &http_protocol,
               .side = side,
               .from = at,
               .to = at + bytes.size(),
               .bytes = bytes,
               .header = 0,
               .facts = facts(half(side), trouble, kind)});
}

// A request is told: what its answer will refer to.
void Http::about_request(HttpFacts& f) {
  f.number = ++request_count_;
  f.prev_request_in = last_request_;
  last_request_ = context_.now.frame;
  if (requests_.empty()) return;
  Request& r = requests_.back();  // the one whose head was learnt last
  r.before = f.prev_request_in;
  r.frame = context_.now.frame;
  r.time = context_.now.time;
}

void Http::about_response(const Half& h, HttpFacts& f) {
  f.number = h.final ? ++response_count_ : response_count_ + 1;
  f.prev_response_in = last_response_;
  last_response_ = context_.now.frame;
  if (requests_.empty()) return;
  const Request& r = requests_.front();
  f.uri = context_.arena.copy(std::string_view(r.uri));
  if (r.frame == 0) return;
  f.request_in = r.frame;
  f.since_request = context_.now.time - r.time;
  f.prev_request_in = r.before;
}

// The request that this message is, or answers; one that is answered for good is taken off the
// list.
Http::Request Http::exchange(const Half& h) {
  if (requests_.empty()) return {};
  if (h.kind == HttpHead::Kind::request) return requests_.back();
  Request r = requests_.front();
  if (!h.final && !h.tunnel) return r;
  if (waiting_ && (r.connect || r.upgrade)) {
    waiting_ = false;
    released_ = true;
  }
  requests_.pop_front();
  return r;
}

void Http::tell(Side side, Bytes bytes, u64 at, std::string_view trouble, Kind kind, Out& out,
                bool whole) {
  Half& h = half(side);
  heard_ = true;
  HttpFacts* f = facts(h, trouble, kind);
  const bool request = h.kind == HttpHead::Kind::request;
  if (h.opening) f->form = HttpFacts::Form::opening;
  request ? about_request(*f) : about_response(h, *f);
  const Request r = exchange(h);
  const Message message{.protocol = &http_protocol,
                        .side = side,
                        .from = at,
                        .to = at + bytes.size(),
                        .bytes = bytes,
                        .header = u32(std::min(h.head, bytes.size())),
                        .facts = f,
                        .whole = whole};
  out.message(message);
  if (trouble.empty() && bytes.size() > h.head) polling(r.target, message, h.head, out);
  h.has_head = false;
  h.opening = false;
  h.start = ~u64(0);
  if (!request && h.tunnel) hand_over(h, r, out);
}

// Engine.IO's packets travel as bodies while it has no WebSocket.
void Http::polling(std::string_view target, const Message& message, std::size_t head_size,
                   Out& out) {
  if (target.find("EIO=") == target.npos || target.find("transport=polling") == target.npos) return;
  const HttpHead head = http_head(message.bytes.first(head_size));
  const HttpBody body = http_body(message.bytes.subspan(head_size), head.chunked,
                                  head.content_encoding, context_.limits.body);
  const Bytes bytes = body.unwrapped ? context_.arena.copy(body.bytes) : body.bytes;
  engineio_polling(context_, message.side, target, bytes, message, out);
}

void Http::hand_over(const Half& h, const Request& r, Out& out) {
  handed_ = true;
  if (!h.websocket) return out.become(make_tunnel(context_));
  out.become(make_websocket(
      context_, {.path = r.target, .key = r.key, .accept = h.accept, .extensions = h.extensions}));
}

// Decides from the head where the message ends, and remembers what its answer will need.
void Http::learn(Side side, Bytes message) {
  Half& h = half(side);
  const HttpHead head = http_head(message);
  h.has_head = true;
  h.kind = head.kind;
  h.head = head.size;
  h.walk = {};
  h.length = head.length;
  h.final = true;
  h.tunnel = h.websocket = false;
  h.body = head.chunked                      ? Body::chunked
           : head.has_length && !head.has_te ? Body::length
                                             : Body::none;
  if (head.request()) return learn_request(side, head);
  learn_response(h, head);
  if (h.body == Body::none || h.tunnel) return;
  h.events = EventBody::of(context_, head);
  h.opening = h.events != nullptr;
  if (h.opening) h.body = Body::none;
}

void Http::learn_request(Side side, const HttpHead& head) {
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
    waiting_side_ = side;
  }
  if (requests_.size() >= most_requests) requests_.pop_front();
  requests_.push_back(std::move(r));
}

void Http::learn_response(Half& h, const HttpHead& head) {
  if (h.missing > 0) {
    // Which answers were lost is not known; the likeliest is that this one belongs to the last
    // request.
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
    tell_garbage(side, rest.first(p), at,
                 heard_ || h.missing > 0
                     ? "these bytes belong to a message whose beginning is missing, or are not HTTP"
                     : "these bytes are not the beginning of an HTTP message: the capture began in "
                       "the middle of one, or this is another protocol",
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

// Takes the head of the next message as far as it is there. True: half(side).has_head; else `taken`
// is the answer.
bool Http::take_head(Side side, Bytes rest, u64 at, bool ended, Out& out, std::size_t& taken) {
  Half& h = half(side);
  const std::string_view t = base::as_text(rest);
  const std::size_t blanks = blank_lines(t);
  taken = 0;
  if (blanks == t.size()) {
    if (ended || blanks > 4096) taken = blanks;
    return false;
  }
  const Looks l = looks(t.substr(blanks), false);
  if (l == Looks::more && ended) {
    tell_garbage(side, rest, at, "the stream ends inside the first line of a message",
                 Kind::truncated, out);
    taken = rest.size();
  }
  if (l == Looks::more) return false;
  if (another_protocol(side, t.substr(blanks))) {
    out.reject();
    handed_ = true;
    return false;
  }
  if (l == Looks::no) {
    h.lost = true;
    h.start = ~u64(0);
    taken = garbage(side, rest, at, ended, out);
    return false;
  }
  const std::size_t size = head_end(t, std::max(blanks, h.looked));
  if (size > 0 && size <= longest_head) {
    learn(side, rest.first(size));
    return true;
  }
  h.looked = t.size() > 3 ? t.size() - 3 : 0;
  if (ended || t.size() > longest_head) taken = broken_head(side, rest, at, out);
  return false;
}

// TLS, SSH and HTTP/2 on a port of HTTP are no accident of the capture.
bool Http::another_protocol(Side side, std::string_view first) const {
  if (first.starts_with("PRI * HTTP/2.0")) return true;
  if (heard_ || side != Side::client) return false;
  return (first.size() > 1 && first[0] == 0x16 && first[1] == 3) || first.starts_with("SSH-");
}

std::size_t Http::broken_head(Side side, Bytes rest, u64 at, Out& out) {
  Half& h = half(side);
  const std::size_t there = std::min(rest.size(), longest_head);
  learn(side, rest.first(there));
  h.tunnel = h.opening = false;
  h.events.reset();
  h.body = Body::none;
  h.lost = rest.size() > longest_head;
  tell(side, rest.first(there), at,
       h.lost ? "the head is longer than 65,535 bytes: its rest is left out"
              : "the stream ends inside the head of this message",
       h.lost ? Kind::unusual : Kind::truncated, out);
  return there;
}

std::size_t Http::one(Side side, Bytes rest, u64 at, bool ended, Out& out) {
  Half& h = half(side);
  if (h.start != at) {
    h.start = at;
    h.looked = 0;
    h.has_head = false;
  }
  std::size_t taken = 0;
  if (!h.has_head && !take_head(side, rest, at, ended, out, taken)) return taken;
  switch (h.body) {
    case Body::length: return with_length(side, rest, at, ended, out);
    case Body::chunked: return with_chunks(side, rest, at, ended, out);
    case Body::until_end: return until_end(side, rest, at, ended, out);
    default: break;
  }
  tell(side, rest.first(h.head), at, {}, Kind::unusual, out);
  return h.head;
}

// The message is longer than it may be: its first n bytes are told, what comes next is passed over.
std::size_t Http::cut_off(Side side, Bytes rest, u64 at, std::size_t n, u64 skip, Out& out) {
  half(side).skip = skip;
  tell(side, rest.first(n), at,
       "the body is longer than the limit for bodies: its rest is left out", Kind::unusual, out);
  return n;
}

// Waits for `size` bytes, unless no more will come.
std::size_t Http::more(Side side, Bytes rest, u64 at, bool ended, std::size_t size, Out& out) {
  half(side).wants = size;
  if (!ended) return 0;
  tell(side, rest, at, "the stream ends before the body does", Kind::truncated, out);
  return rest.size();
}

std::size_t Http::with_length(Side side, Bytes rest, u64 at, bool ended, Out& out) {
  Half& h = half(side);
  const std::size_t most = limit(h);
  if (h.length > most && rest.size() >= h.head + most) {
    return cut_off(side, rest, at, h.head + most, h.length - most, out);
  }
  const std::size_t size = h.head + std::size_t(std::min<u64>(h.length, most));
  if (rest.size() < size) return more(side, rest, at, ended, size, out);
  tell(side, rest.first(size), at, {}, Kind::unusual, out);
  return size;
}

std::size_t Http::with_chunks(Side side, Bytes rest, u64 at, bool ended, Out& out) {
  Half& h = half(side);
  const std::size_t most = limit(h);
  const Bytes body = rest.subspan(h.head);
  ChunkWalk::Chunk c;
  for (;;) {
    const std::size_t before = h.head + h.walk.at();
    const ChunkWalk::Step step = h.walk.step(body, c);
    if (step == ChunkWalk::Step::last) {
      tell(side, rest.first(h.head + c.end), at, {}, Kind::unusual, out);
      return h.head + c.end;
    }
    if (step == ChunkWalk::Step::broken) {
      h.lost = true;
      tell(side, rest.first(before), at,
           "a chunk of the body does not begin with its size: where the message ends is not known",
           Kind::malformed, out);
      return before;
    }
    if (c.data_at != 0 && (c.data_at > most || c.size > most - std::min(most, c.data_at))) {
      h.skip_chunks = true;
      return cut_off(side, rest, at, before, 0, out);
    }
    if (step == ChunkWalk::Step::more) {
      return more(side, rest, at, ended, h.head + h.walk.need(), out);
    }
  }
}

std::size_t Http::until_end(Side side, Bytes rest, u64 at, bool ended, Out& out) {
  Half& h = half(side);
  const std::size_t most = limit(h);
  if (rest.size() >= h.head + most) return cut_off(side, rest, at, h.head + most, ~u64(0), out);
  if (!ended) {
    h.wants = h.head + most;
    return 0;
  }
  tell(side, rest, at, {}, Kind::unusual, out);
  return rest.size();
}

// The body of an answer whose head is told: events.
std::size_t Http::events(Side side, Bytes rest, u64 at, bool ended, Out& out) {
  Half& h = half(side);
  const std::size_t taken = h.events->take(side, rest, at, ended, out);
  h.wants = h.events->wants();
  if (h.events->done()) {
    h.lost = h.events->lost();
    h.events.reset();
    h.start = ~u64(0);
  }
  return taken;
}

// One step through what a side has sent; 0: more is needed, or something else comes next.
std::size_t Http::step(Side side, Bytes rest, u64 at, bool ended, Out& out) {
  Half& h = half(side);
  if (h.skip > 0) {
    const u64 n = std::min<u64>(h.skip, rest.size());
    if (h.skip != ~u64(0)) h.skip -= n;
    return std::size_t(n);
  }
  if (h.events != nullptr && !h.opening) return events(side, rest, at, ended, out);
  if (h.skip_chunks) return skip_chunk(h, rest, ended);
  return h.lost ? garbage(side, rest, at, ended, out) : one(side, rest, at, ended, out);
}

std::size_t Http::parse(Side side, Bytes have, u64 at, bool ended, Out& out) {
  Half& h = half(side);
  h.ended = ended;
  h.wants = 0;
  std::size_t taken = 0;
  released_ = false;
  while (!handed_ && !released_ && taken < have.size()) {
    const bool both_ended = ended && half(other(side)).ended;
    if (waiting_ && side == waiting_side_ && !h.has_head && h.skip == 0 && !both_ended) break;
    const bool lost = h.lost, skipping = h.skip_chunks, events = h.events != nullptr;
    const std::size_t n = step(side, have.subspan(taken), at + taken, ended, out);
    taken += n;
    // Without bytes taken it goes on only in another way than before.
    if (n == 0 && lost == h.lost && skipping == h.skip_chunks && events == (h.events != nullptr))
      break;
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
  if (h.events != nullptr && !h.opening) return gap_in_events(side, have, at, n, out);
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
    tell(side, have, at,
         n > 0 ? "a part of the body was not captured: only what came before it is shown"
               : "the message is longer than the limit: its rest is left out",
         n > 0 ? Kind::truncated : Kind::unusual, out, n == 0);
    h.skip = skip;
    h.lost = lost;
    h.missing = lost ? std::max<u64>(n, 1) : 0;
  } else {
    const u64 missing = h.missing;
    tell_garbage(side, have, at, "a part of this message was not captured: it cannot be read",
                 Kind::truncated, out);
    h.missing = std::max<u64>(missing, 1);
    h.skip_chunks = false;
    h.lost = true;
    h.quiet = false;
  }
  h.has_head = false;
  h.start = ~u64(0);
}

void Http::gap_in_events(Side side, Bytes have, u64 at, u64 n, Out& out) {
  Half& h = half(side);
  h.events->gap(side, have, at, n, out);
  if (!h.events->done()) {
    h.missing = 0;
    return;
  }
  h.lost = h.events->lost();
  h.events.reset();
  h.start = ~u64(0);
}

bool signature(Side side, Bytes have) {
  const std::string_view t = base::as_text(have);
  if (t.substr(0, 7) == "HTTP/1.") return true;
  const std::size_t word = t.find(' ');
  return side == Side::client && word != std::string_view::npos && word < 16 &&
         known_method(t.substr(0, word)) && word + 1 < t.size() &&
         (t[word + 1] == '/' || t[word + 1] == '*' || token(t[word + 1]));
}

// A first line in full, with nothing odd about it.
bool whole_first_line(Bytes have) {
  const std::string_view t = base::as_text(have);
  if (t.starts_with("HTTP/1."))
    return t.size() > 12 && t[8] == ' ' && t[9] >= '1' && t[9] <= '5' && t.find("\r\n") < 512;
  const std::size_t word = t.substr(0, 16).find(' ');
  if (word == std::string_view::npos || !known_method(t.substr(0, word))) return false;
  const std::string_view line = t.substr(0, std::min<std::size_t>(t.find("\r\n"), longest_head));
  return line.size() < t.size() && (line.ends_with(" HTTP/1.1") || line.ends_with(" HTTP/1.0"));
}

}  // namespace

const Streamed http{
    .name = "http",
    .protocol = &http_protocol,
    .open = [](Context& context) -> std::unique_ptr<Session> {
      return std::make_unique<Http>(context);
    },
    .signature = signature,
    .answer = [](Bytes have) { return base::as_text(have).starts_with("HTTP/1."); },
    .anywhere = whole_first_line,
    .anywhere_first = "ABCDEFGHIJKLMNOPQRSTUVWXYZ",  // a method, or HTTP/1.
};

}  // namespace netpeel::stream
