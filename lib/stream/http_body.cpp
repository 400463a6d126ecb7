#include "stream/http_body.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>

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

// False: the bytes do not inflate; what came out before that stays.
bool inflate_into(Bytes in, int window, std::size_t limit, std::vector<u8>& out, bool& full) {
  z_stream z{};
  if (inflateInit2(&z, window) != Z_OK) return false;
  z.next_in = const_cast<u8*>(in.data());
  z.avail_in = uInt(in.size());
  int rc = Z_OK;
  while (rc == Z_OK) {
    const std::size_t had = out.size();
    if (had >= limit) {
      full = true;
      break;
    }
    out.resize(std::min(limit, had + std::max<std::size_t>(16384, had)));
    z.next_out = out.data() + had;
    z.avail_out = uInt(out.size() - had);
    rc = inflate(&z, Z_NO_FLUSH);
    out.resize(out.size() - z.avail_out);
    // Several gzip members in a row count as one body.
    if (rc == Z_STREAM_END && window > 15 && z.avail_in > 2 && z.next_in[0] == 0x1f) rc = inflateReset(&z);
    if (rc == Z_BUF_ERROR) break;  // the input ends before the data do
  }
  inflateEnd(&z);
  return full || rc == Z_STREAM_END;
}

bool same(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() &&
         std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

}  // namespace

ChunkWalk::Step ChunkWalk::step(Bytes body, Chunk& c) {
  c = {.at = at_};
  const std::size_t line = line_end(body, at_);
  need_ = body.size() + 1;
  if (line == 0) return body.size() - std::min(at_, body.size()) > longest_line ? Step::broken : Step::more;
  std::size_t digits = 0;
  for (; hex(body[at_ + digits]) >= 0; ++digits) {
    if (digits == 15) return Step::broken;
    c.size = c.size * 16 + u64(hex(body[at_ + digits]));
  }
  if (digits == 0) return Step::broken;
  const u8 behind = body[at_ + digits];
  if (behind != ';' && behind != '\r' && behind != '\n' && behind != ' ' && behind != '\t') return Step::broken;
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

HttpBody http_body(Bytes body, bool chunked, std::string_view codings, std::size_t limit) {
  HttpBody out{.own = {}, .bytes = body};
  if (chunked) {
    ChunkWalk walk;
    ChunkWalk::Chunk c;
    for (;;) {
      const ChunkWalk::Step step = walk.step(body, c);
      Bytes data{};
      if (c.data_at != 0 && c.data_at < body.size() && c.size > 0) {
        data = body.subspan(c.data_at).first(std::min<std::size_t>(std::size_t(c.size), body.size() - c.data_at));
      }
      if (out.own.size() + data.size() > limit) {
        data = data.first(limit - out.own.size());
        out.trouble = "the joined body is longer than the limit for bodies: its rest is left out";
      }
      out.own.insert(out.own.end(), data.begin(), data.end());
      if (step != ChunkWalk::Step::chunk || !out.trouble.empty()) break;
    }
    out.bytes = out.own;
    out.unwrapped = true;
  }
  // The coding applied last is named last.
  for (u32 depth = 0; depth < 3 && !codings.empty() && !out.bytes.empty(); ++depth) {
    const std::size_t comma = codings.rfind(',');
    std::string_view coding = codings.substr(comma == std::string_view::npos ? 0 : comma + 1);
    codings = comma == std::string_view::npos ? std::string_view{} : codings.substr(0, comma);
    while (!coding.empty() && (coding.front() == ' ' || coding.front() == '\t')) coding.remove_prefix(1);
    while (!coding.empty() && (coding.back() == ' ' || coding.back() == '\t')) coding.remove_suffix(1);
    if (coding.empty() || same(coding, "identity")) continue;
    const bool gzip = same(coding, "gzip") || same(coding, "x-gzip");
    if (!gzip && !same(coding, "deflate")) {
      if (out.trouble.empty()) out.trouble = "the body is packed in a way that is not unpacked here: it is shown as it was sent";
      break;
    }
    std::vector<u8> plain;
    bool full = false;
    bool ok = inflate_into(out.bytes, gzip ? 15 + 16 : 15, limit, plain, full);
    if (!ok && !gzip && plain.empty()) {
      // Some senders leave zlib's header out.
      ok = inflate_into(out.bytes, -15, limit, plain, full);
    }
    if (full) out.trouble = "the unpacked body is longer than the limit for bodies: its rest is left out";
    if (!ok && out.trouble.empty()) out.trouble = "the body does not unpack as Content-Encoding says: it is damaged, or a part of it is missing";
    if (!ok && plain.empty()) break;
    out.own = std::move(plain);
    out.bytes = out.own;
    out.unwrapped = true;
  }
  return out;
}

}  // namespace netpeel::stream
