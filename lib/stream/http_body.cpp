#include "stream/http_body.hpp"

#include <algorithm>
#include <cstring>

#include "stream/http.hpp"
#include "stream/http_text.hpp"
#include "stream/inflate.hpp"

namespace netpeel::stream {
namespace {

constexpr std::size_t longest_line = 8192, longest_trailers = 65536;

// Behind the line end that follows `at`, or 0 if there is none yet.
std::size_t line_end(Bytes b, std::size_t at) {
  if (at >= b.size()) return 0;
  const void* p = std::memchr(b.data() + at, '\n', b.size() - at);
  return p == nullptr ? 0 : std::size_t(static_cast<const u8*>(p) - b.data()) + 1;
}

int hex(u8 c) {
  if (c >= '0' && c <= '9') return c - '0';
  if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') return (c | 0x20) - 'a' + 10;
  return -1;
}

constexpr std::string_view too_long =
    "the unpacked body is longer than the limit for bodies: its rest is left out";

// Takes the last word off a list: the coding applied last is named last.
std::string_view last_of(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  const bool only = comma == std::string_view::npos;
  const std::string_view word = http_text::trim(list.substr(only ? 0 : comma + 1));
  list = only ? std::string_view{} : list.substr(0, comma);
  return word;
}

void join_chunks(HttpBody& out, Bytes body, std::size_t limit) {
  ChunkWalk walk;
  ChunkWalk::Chunk c;
  for (ChunkWalk::Step step = ChunkWalk::Step::chunk; step == ChunkWalk::Step::chunk;) {
    step = walk.step(body, c);
    if (c.data_at == 0 || c.data_at >= body.size() || c.size == 0) continue;
    const std::size_t there = body.size() - c.data_at, room = limit - out.own.size();
    const std::size_t n = std::min<std::size_t>(std::size_t(c.size), there);
    const Bytes data = body.subspan(c.data_at, std::min(n, room));
    out.own.insert(out.own.end(), data.begin(), data.end());
    if (data.size() == n) continue;
    out.trouble = "the joined body is longer than the limit for bodies: its rest is left out";
    break;
  }
  out.bytes = out.own;
  out.unwrapped = true;
}

Inflater::Verdict inflate_all(Bytes in, Inflater::Form form, std::size_t limit,
                              std::vector<u8>& out) {
  Inflater inflater(form);
  const Inflater::Verdict v = inflater.add(in, out, limit);
  return v == Inflater::Verdict::good ? Inflater::Verdict::broken : v;  // the data end too early
}

// Takes one coding off. False: there is nothing behind it to go on with.
bool unpack(HttpBody& out, HttpCoding coding, std::size_t limit) {
  using Form = Inflater::Form;
  using Verdict = Inflater::Verdict;
  const bool gzip = coding == HttpCoding::gzip;
  std::vector<u8> plain;
  Verdict v = inflate_all(out.bytes, gzip ? Form::gzip : Form::zlib, limit, plain);
  // Some senders leave zlib's header out.
  if (v == Verdict::broken && !gzip && plain.empty())
    v = inflate_all(out.bytes, Form::raw, limit, plain);
  if (v == Verdict::too_long) out.trouble = too_long;
  if (v == Verdict::broken && out.trouble.empty()) {
    out.trouble = "the body does not unpack as Content-Encoding says: it is damaged, or a part of "
                  "it is missing";
  }
  if (v == Verdict::broken && plain.empty()) return false;
  out.own = std::move(plain);
  out.bytes = out.own;
  out.unwrapped = true;
  return true;
}

}  // namespace

ChunkWalk::Step ChunkWalk::step(Bytes body, Chunk& c) {
  c = {.at = at_};
  const std::size_t line = line_end(body, at_);
  need_ = body.size() + 1;
  if (line == 0)
    return body.size() - std::min(at_, body.size()) > longest_line ? Step::broken : Step::more;
  std::size_t digits = 0;
  for (; hex(body[at_ + digits]) >= 0; ++digits) {
    if (digits == 15) return Step::broken;
    c.size = c.size * 16 + u64(hex(body[at_ + digits]));
  }
  if (digits == 0) return Step::broken;
  const u8 behind = body[at_ + digits];
  if (behind != ';' && behind != '\r' && behind != '\n' && behind != ' ' && behind != '\t')
    return Step::broken;
  c.data_at = line;
  if (c.size == 0) {
    for (std::size_t at = line;;) {
      const std::size_t end = line_end(body, at);
      if (end == 0) return body.size() - line > longest_trailers ? Step::broken : Step::more;
      if (end - at == 1 || (end - at == 2 && body[at] == '\r')) {
        c.trailers = at - line;
        c.end = at_ = end;
        return Step::last;
      }
      at = end;
    }
  }
  const u64 end = line + c.size;
  if (body.size() < end + 1 || (body[end] == '\r' && body.size() < end + 2)) {
    need_ = std::size_t(end + (body.size() > end ? 2 : 1));
    return Step::more;
  }
  if (body[end] != '\r' && body[end] != '\n') return Step::broken;
  c.end = std::size_t(end) + (body[end] == '\n' ? 1 : 2);
  if (body[c.end - 1] != '\n') return Step::broken;
  at_ = c.end;
  data_ += c.size;
  need_ = at_ + 1;
  return Step::chunk;
}

HttpCoding http_coding(std::string_view word) {
  if (word.empty() || http_same(word, "identity")) return HttpCoding::none;
  if (http_same(word, "gzip") || http_same(word, "x-gzip")) return HttpCoding::gzip;
  return http_same(word, "deflate") ? HttpCoding::deflate : HttpCoding::unknown;
}

HttpBody http_body(Bytes body, bool chunked, std::string_view codings, std::size_t limit) {
  HttpBody out{.own = {}, .bytes = body};
  if (chunked) join_chunks(out, body, limit);
  for (u32 depth = 0; depth < 3 && !codings.empty() && !out.bytes.empty(); ++depth) {
    const HttpCoding coding = http_coding(last_of(codings));
    if (coding == HttpCoding::none) continue;
    if (coding == HttpCoding::unknown) {
      if (out.trouble.empty()) {
        out.trouble =
            "the body is packed in a way that is not unpacked here: it is shown as it was sent";
      }
      break;
    }
    if (!unpack(out, coding, limit)) break;
  }
  return out;
}

}  // namespace netpeel::stream
