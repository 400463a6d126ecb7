// What HTTP/1.x shows of a message: rows in wire order, problems in plain words, one line for the
// line view.
#include <string>

#include "field/expand.hpp"
#include "stream/http.hpp"
#include "stream/http_body.hpp"
#include "stream/http_rows.hpp"
#include "stream/http_text.hpp"

namespace netpeel::stream {
namespace {

using namespace http_rows;  // NOLINT: this file is about these rows
using base::Text;
using field::Bind;
using field::Expansion;
using field::Field;
using field::Kind;
using field::Layer;
using field::Packet;
using field::row;
using field::Space;
using http_text::trim;
using http_text::version_at;

std::string_view code_text(u32 code) {
  const auto before = [](const field::Value& v, u32 c) { return v.value < c; };
  const auto at = std::lower_bound(codes.begin(), codes.end(), code, before);
  return at != codes.end() && at->value == code ? at->text : std::string_view{};
}

// What Base64 hides, as far as it is Base64.
std::string credentials(std::string_view t) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  u32 bits = 0, have = 0;
  for (char c : t) {
    const std::size_t v = digits.find(c);
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
  explicit Reader(Expansion& x)
      : x_(x), all_(x.header(), std::size_t(x.layer.header) + x.layer.body),
        text_(base::as_text(all_)) {}
  void read();

 private:
  u32 at(std::string_view part) const { return u32(part.data() - text_.data()); }
  void put(const Field& f, std::string_view part) { x_.field(f, at(part), u32(part.size())); }
  void head();
  void first_line();
  void request_line();
  void status_line(std::string_view line);
  void uri();
  void header(const HttpHeader& h);
  void known_header(const HttpHeader& h, const Field& f);
  void oddities(const HttpHeader& h, const Field& line);
  void lengths();
  void pairs(std::string_view list, char between, const Field& f);
  void about_request();
  void about_response();
  void body();
  void chunks(Bytes body, u32 at);

  Expansion& x_;
  const HttpFacts* known_ = x_.known<HttpFacts>();
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
  put(row<"http.request.uri">(others), head_.uri);
  const std::size_t mark = head_.uri.find('?');
  if (mark == std::string_view::npos) return;
  const auto in = x_.inside();
  put(row<"http.request.uri.path">(others), head_.uri.substr(0, mark));
  const std::string_view query = head_.uri.substr(mark + 1);
  if (query.empty()) return;
  put(row<"http.request.uri.query">(others), query);
  const auto deeper = x_.inside();
  pairs(query, '&', row<"http.request.uri.query.parameter">(others));
}

void Reader::request_line() {
  const Field& version = row<"http.request.version">(others);
  put(row<"http.request.method">(others), head_.method);
  uri();
  if (head_.version.empty()) {
    put(version, head_.uri.substr(head_.uri.size()));
    x_.problem(Kind::unusual, &version, "no version: this is how HTTP/0.9 asked, before 1996");
    return;
  }
  put(version, head_.version);
  if (!version_at(head_.version) || head_.version.size() != 8) {
    x_.problem(Kind::malformed, &version, "what stands behind the target is no version of HTTP");
  }
}

void Reader::status_line(std::string_view line) {
  put(row<"http.response.version">(others), head_.version);
  const std::size_t code = line.find_first_of("0123456789", 9);
  if (code != std::string_view::npos) {
    const u32 at = head_.start + u32(code), size = std::min<u32>(3, head_.line - u32(code));
    x_.number(row<"http.response.code">(others), at, size, head_.code);
    const std::string_view says = code_text(head_.code);
    if (!says.empty()) x_.text(row<"http.response.code.desc">(others), at, 3, says);
  }
  if (!head_.phrase.empty()) put(row<"http.response.phrase">(others), head_.phrase);
}

void Reader::first_line() {
  if (head_.start > 0) {
    const Field& blanks = row<"http.leading_crlf">(others);
    x_.mark(blanks, 0, head_.start);
    x_.problem(
        Kind::unusual, &blanks,
        "blank lines stand before the message: the one before was longer than it said, by as much");
  }
  const std::string_view line = text_.substr(head_.start, head_.line);
  x_.mark(head_.request() ? request_heading : status_heading, head_.start, head_.line);
  const auto in = x_.inside();
  x_.mark(row<"http.chat">(others), head_.start, head_.line);
  head_.request() ? request_line() : status_line(line);
  if (line.size() < 2 || line[line.size() - 2] != '\r') {
    x_.problem(
        Kind::unusual, nullptr,
        "the first line ends with a bare line feed: most receivers take it, the rules want CR LF");
  }
}

void Reader::known_header(const HttpHeader& h, const Field& f) {
  const u32 at = h.value_at, size = u32(h.value.size());
  x_.field(f, at, size);
  const auto in = x_.inside();
  if (&f == &row<"http.content_length_header">(headers) && head_.has_length) {
    x_.number(row<"http.content_length">(others), at, size, head_.length);
  }
  if (&f == &row<"http.cookie">(headers)) pairs(h.value, ';', row<"http.cookie_pair">(others));
  const bool basic = size > 6 && http_same(h.value.substr(0, 6), "basic ");
  if (&f != &row<"http.authorization">(headers) || !basic) return;
  const Field& plain = row<"http.authbasic">(others);
  x_.text(plain, at, size, credentials(trim(h.value.substr(6))));
  x_.problem(Kind::unusual, &plain, "name and password travel readable for everybody on the way");
}

void Reader::oddities(const HttpHeader& h, const Field& line) {
  if (!h.colon) {
    x_.problem(Kind::malformed, &line, "this line has no colon: it is no header");
  } else if (h.bad_name) {
    const Field& bad = row<"http.bad_header_name">(others);
    x_.mark(bad, h.at, u32(h.name.size()));
    x_.problem(Kind::malformed, &bad, "the header's name has characters that no name may have");
  }
  if (h.blank_before_colon) {
    x_.problem(Kind::malformed, &line,
               "a blank stands before the colon: receivers disagree what the name is, which "
               "attackers use");
  }
  if (h.folded) {
    x_.problem(Kind::unusual, &line,
               "the value goes on in the next line, an old form (obs-fold) that senders must not "
               "use any more");
  } else if (h.bare_lf) {
    x_.problem(Kind::unusual, &line,
               "the line ends with a bare line feed: most receivers take it, the rules want CR LF");
  }
}

void Reader::header(const HttpHeader& h) {
  const Field& line = notification_     ? row<"http.unknown_header">(others)
                      : head_.request() ? row<"http.request.line">(others)
                                        : row<"http.response.line">(others);
  const Field* known = nullptr;
  for (std::size_t i = 0; i < std::size(header_names) && h.colon; ++i) {
    if (http_same(h.name, header_names[i])) known = &headers[i];
  }
  if (known == nullptr || !notification_) x_.field(line, h.at, h.size);
  const auto in = x_.inside();
  if (known != nullptr) known_header(h, *known);
  oddities(h, line);
}

void Reader::about_request() {
  const Field& full = row<"http.request.full_uri">(others);
  if (head_.uri.substr(0, 7) == "http://" || head_.uri.substr(0, 8) == "https://") {
    x_.computed(full, head_.uri);
  } else if (!head_.host.empty() && !head_.uri.empty()) {
    std::string text;
    if (head_.method != "CONNECT") text.append("http://").append(head_.host);
    x_.computed(full, std::string_view(text.append(head_.uri)));
  }
  x_.computed(notification_ ? row<"http.notification">(others) : row<"http.request">(others),
              u64(1));
  if (known_ == nullptr) return;
  if (!notification_ && known_->number != 0) {
    x_.computed(row<"http.request_number">(others), known_->number);
  }
  if (known_->prev_request_in != 0) {
    x_.computed(row<"http.prev_request_in">(others), known_->prev_request_in);
  }
}

void Reader::about_response() {
  x_.computed(row<"http.response">(others), u64(1));
  if (known_ == nullptr) return;
  const auto say = [&](const Field& f, u64 value, bool when) {
    if (when) x_.computed(f, value);
  };
  const HttpFacts& f = *known_;
  say(row<"http.response_number">(others), f.number, f.number != 0);
  say(row<"http.time">(others), u64(f.since_request), f.request_in != 0);
  say(row<"http.prev_request_in">(others), f.prev_request_in, f.prev_request_in != 0);
  say(row<"http.prev_response_in">(others), f.prev_response_in, f.prev_response_in != 0);
  say(row<"http.request_in">(others), f.request_in, f.request_in != 0);
  if (!f.uri.empty()) x_.computed(row<"http.response_for.uri">(others), f.uri);
}

void Reader::chunks(Bytes body, u32 from) {
  x_.mark(chunks_heading, from, u32(body.size()));
  const auto in = x_.inside();
  ChunkWalk walk;
  ChunkWalk::Chunk c;
  for (;;) {
    const ChunkWalk::Step step = walk.step(body, c);
    if (c.data_at == 0) return;
    x_.number(row<"http.chunk_size">(others), from + u32(c.at), u32(c.data_at - c.at), c.size);
    if (step == ChunkWalk::Step::last) {
      if (c.trailers > 0)
        x_.field(row<"http.chunked_trailer_part">(others), from + u32(c.data_at), u32(c.trailers));
      return;
    }
    const std::size_t there =
        std::min<std::size_t>(std::size_t(c.size), body.size() - std::min(body.size(), c.data_at));
    if (there > 0) x_.field(row<"http.chunk_data">(others), from + u32(c.data_at), u32(there));
    if (step != ChunkWalk::Step::chunk) return;
    x_.field(row<"http.chunk_boundary">(others), from + u32(c.data_at + c.size),
             u32(c.end - c.data_at - c.size));
  }
}

void Reader::body() {
  const Bytes body = all_.subspan(std::min<std::size_t>(head_.size, all_.size()));
  if (body.empty()) return;
  const Field& data = row<"http.file_data">(others);
  const u32 from = head_.size, size = u32(body.size());
  if (head_.chunked) chunks(body, from);
  const bool limited = known_ != nullptr && known_->body_limit > 0;
  const HttpBody plain = http_body(body, head_.chunked, head_.content_encoding,
                                   limited ? known_->body_limit : Limits{}.body);
  if (!plain.unwrapped) {
    x_.field(data, from, size);
  } else if (!plain.bytes.empty()) {
    x_.value(data, from, size, plain.bytes);
  }
  if (!plain.trouble.empty()) x_.problem(Kind::unusual, &data, plain.trouble);
}

// What the head says of the body's end, where it says it twice or wrongly.
void Reader::lengths() {
  const Field& length = row<"http.content_length_header">(headers);
  if (head_.has_te && (head_.has_length || head_.bad_length)) {
    const Field& both = row<"http.te_and_length">(others);
    x_.mark(both, 0, 0);
    x_.problem(
        Kind::malformed, &both,
        "Content-Length and Transfer-Encoding together: receivers that believe different ones see "
        "different messages (request smuggling)");
  }
  if (head_.te_unknown) {
    const Field& unknown = row<"http.te_unknown">(others);
    x_.mark(unknown, 0, 0);
    x_.problem(Kind::unusual, &unknown,
               "the body's last transfer coding is not chunked: where it ends is not told");
  }
  if (head_.bad_length) {
    x_.problem(Kind::malformed, &length, "the length is no number, or one no body can have");
  }
  if (head_.lengths_differ) {
    x_.problem(
        Kind::malformed, &length,
        "two lengths that differ: receivers that believe different ones see different messages "
        "(request smuggling); the first is taken here");
  } else if (head_.two_lengths) {
    x_.problem(Kind::unusual, &length, "the same length is told twice");
  }
}

void Reader::head() {
  notification_ = head_.method == "NOTIFY";
  first_line();
  HttpHeaders lines(all_, head_.start + head_.line);
  HttpHeader h;
  while (lines.next(h)) header(h);
  head_.request() ? about_request() : about_response();
  lengths();
}

void Reader::read() {
  if (known_ != nullptr && known_->form == HttpFacts::Form::chunk) {
    chunks(all_, 0);
  } else if (head_ = http_head(all_); head_.kind != HttpHead::Kind::none) {
    head();
    body();
  } else if (!all_.empty()) {
    x_.field(row<"http.file_data">(others), 0, u32(all_.size()));
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

void say_size(u64 size, Text& out) {
  with_dots(size, out);
  out.add(size == 1 ? " byte" : " bytes");
}

void say_head(const HttpHead& head, Text& out) {
  if (head.response()) {
    out.dec(head.code);
    if (!head.phrase.empty()) out.add(' ').escaped(head.phrase, 60);
    return;
  }
  out.escaped(head.method, 20).add(' ').escaped(head.uri, 100);
  if (!head.version.empty()) out.add(' ').escaped(head.version, 20);
  if (!head.host.empty()) out.add(" to ").escaped(head.host, 60);
}

void say_chunk(Bytes all, Text& out) {
  ChunkWalk walk;
  ChunkWalk::Chunk c;
  if (walk.step(all, c) == ChunkWalk::Step::last) {
    out.add("the answer ends");
    return;
  }
  out.add("goes on with ");
  say_size(c.size, out);
}

void sentence(const Packet& packet, const Layer& layer, Text& out) {
  const Bytes all{packet.bytes(layer), std::size_t(layer.header) + layer.body};
  const auto* known = static_cast<const HttpFacts*>(packet.known(layer));
  if (known != nullptr && known->form == HttpFacts::Form::chunk) return say_chunk(all, out);
  const HttpHead head = http_head(all);
  if (head.kind == HttpHead::Kind::none) {
    say_size(all.size(), out);
    out.add(" inside a message, or of another protocol");
    return;
  }
  say_head(head, out);
  if (known != nullptr && known->form == HttpFacts::Form::opening) {
    out.add(", a stream of events begins");
    return;
  }
  const u64 size = all.size() - std::min<std::size_t>(head.size, all.size());
  if (size == 0) return;
  out.add(", ");
  say_size(size, out);
  if (head.content_type.empty()) return;
  out.add(" of ").escaped(head.content_type.substr(0, head.content_type.find(';')), 60);
}

constexpr Bind binds[]{
    {Space::tcp_port, 80   },
    {Space::tcp_port, 1900 },
    {Space::tcp_port, 2710 },
    {Space::tcp_port, 2869 },
    {Space::tcp_port, 3000 },
    {Space::tcp_port, 3128 },
    {Space::tcp_port, 3132 },
    {Space::tcp_port, 5985 },
    {Space::tcp_port, 8080 },
    {Space::tcp_port, 8088 },
    {Space::tcp_port, 11371},
};
constexpr std::array<Field, 0> fixed{};
constexpr field::Table tables[]{fixed, headers, others};

}  // namespace

const field::Protocol http_protocol{
    .name = "http",
    .title = "Hypertext Transfer Protocol",
    .label = "HTTP",
    .osi = field::Osi::application,
    .ref = "RFC 9112",
    .about = "Asks for pages, pictures and data, and brings the answers. It is plain text: a line, "
             "headers, an empty line, then what is carried.",
    .tables = tables,
    .binds = binds,
    .expand = expand,
    .sentence = sentence,
};

}  // namespace netpeel::stream
