#include <zlib.h>

#include "stream/http_body.hpp"
#include "stream/inflate.hpp"
#include "support/http_run.hpp"

using namespace netpeel;
using namespace std::string_literals;
using stream::Side;
using test::Said;
using test::same_in_any_split;

namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

const Said ask{Side::client, "GET /news HTTP/1.1\r\nHost: h\r\nAccept: text/event-stream\r\n\r\n"};
std::string head(const std::string& more) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n" + more + "\r\n";
}
std::string chunk(const std::string& data) {
  base::Text size;
  size.hex(data.size(), 1);
  return std::string(size.view()) + "\r\n" + data + "\r\n";
}
// One gzip stream in two pieces, the first flushed so that it can be read by itself.
std::pair<std::string, std::string> packed(const std::string& first, const std::string& second) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  const auto add = [&](const std::string& in, int flush) {
    std::string out(in.size() / 500 + 4096, 0);
    z.next_in = const_cast<Bytef*>(base::as_bytes(in).data());
    z.avail_in = uInt(in.size());
    z.next_out = const_cast<Bytef*>(base::as_bytes(out).data());
    z.avail_out = uInt(out.size());
    deflate(&z, flush);
    out.resize(out.size() - z.avail_out);
    return out;
  };
  std::string a = add(first, Z_SYNC_FLUSH), b = add(second, Z_FINISH);
  deflateEnd(&z);
  return {std::move(a), std::move(b)};
}

}  // namespace

TEST_CASE("SSE: events are told where they end, in an answer that never ends") {
  const std::string body = "retry: 2000\n\nevent: tick\nid: 7\ndata: one\ndata: two\n\n: still "
                           "here\r\n\r\ndata:x\r\rdata: never";
  const std::string said = same_in_any_split({
      ask, {Side::server, head("") + body}
  });
  CHECK(has(said, "200 OK, a stream of events begins"));
  CHECK(has(said, ": asks to wait 2000 ms before connecting again; sse.retry=2000\n"));
  CHECK(has(said, ": event tick, ID 7: one … and 1 line more; sse.event=tick; sse.id=7; "
                  "sse.data=one; sse.data=two\n"));
  CHECK(has(said, ": comment still here, keeps the connection awake; sse.comment=still here\n"));
  CHECK(has(said, ": event message: x; sse.data=x\n"));
  CHECK(has(said, "sse.data=never {truncated: the stream ends inside this event"));
  // Each event's place in the stream: behind the head and what came before.
  const std::size_t at = head("").size();
  base::Text place;
  place.add("server sse ").dec(at + 13).add('-').dec(at + 13 + 39).add(": event tick");
  CHECK(has(said, place.view()));
}

TEST_CASE("SSE: in chunks, split anywhere; then the next answer on the same connection") {
  const std::string body = chunk("data: a\n\nda") + chunk("ta: b\n") + chunk("\n") + "0\r\n\r\n";
  const std::string next = "HTTP/1.1 204 No Content\r\n\r\n";
  const std::string said = same_in_any_split({
      ask, ask, {Side::server, head("Transfer-Encoding: chunked\r\n") + body + next}
  });
  CHECK(has(said, "goes on with 11 bytes; http.chunk_size=11; http.chunk_data="));
  CHECK(has(said, ": event message: a; sse.data=a\n"));
  CHECK(has(said, " in http: event message: b; sse.data=b\n"));
  CHECK(has(said, ": the answer ends; http.chunk_size=0\n"));
  CHECK(has(said, "204 No Content"));
  CHECK(!has(said, "{"));
}

TEST_CASE("SSE: packed chunks are unpacked as they come") {
  const auto [first, second] = packed("data: one\n\ndata: tw", "o\n\n");
  const std::string said = same_in_any_split({
      ask,
      {Side::server, head("Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n") +
                         chunk(first) + chunk(second) + "0\r\n\r\n"}
  });
  CHECK(has(said, " in http: event message: one; sse.data=one\n"));
  CHECK(has(said, " in http: event message: two; sse.data=two\n"));
  CHECK(!has(said, "{"));
}

TEST_CASE("SSE: a body with a length ends; odd lines are told") {
  const std::string body = "\xef\xbb\xbf"
                           "data: a\n\nretry: soon\nevent: bare\nwhat: ever\n\n";
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  const std::string said = same_in_any_split({
      ask,
      ask,
      {Side::server, head(length) + body + "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"}
  });
  CHECK(has(said, "sse.data=a\n"));
  CHECK(has(said, "{malformed: the time to wait is no number"));
  CHECK(has(said, "sse.unknown=what: ever"));
  CHECK(has(said, "{unusual: an event without data never reaches the page}"));
  CHECK(has(said, "404 Not Found"));
}

TEST_CASE("SSE: after a gap the next whole event is found") {
  const std::string said = test::http_lines({
      ask,
      {Side::server, head("") + "data: a\n\ndata: lo"},
      {Side::server, "",                               40},
      {Side::server,            "st\n\ndata: c\n\n"                                }
  });
  CHECK(has(said, "sse.data=lo {truncated: the rest of this event was not captured}"));
  CHECK(has(said,
            "sse.unknown=st {truncated: the end of an event whose beginning was not captured}"));
  CHECK(has(said, ": event message: c; sse.data=c\n"));
  const std::string chunked = test::http_lines({
      ask,
      ask,
      {Side::server, head("Transfer-Encoding: chunked\r\n") + "40\r\ndata: lo"},
      {Side::server, "",                                                        40},
      {Side::server,            "st\r\n0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"                                                         }
  });
  CHECK(has(chunked, "{truncated: the rest of this chunk was not captured}"));
  CHECK(has(chunked, "204 No Content"));
}

TEST_CASE("SSE: an event beyond the limit is cut, and the next one is told") {
  const std::string huge = "data: " + std::string(9 * 1024 * 1024, 'x') + "\n\ndata: after\n\n";
  const std::string said = test::http_lines({
      ask, {Side::server, head("") + huge}
  });
  CHECK(
      has(said, "{unusual: the event is longer than the limit for bodies: its rest is left out}"));
  CHECK(has(said, ": event message: after"));
  // In chunks too, and cheap: each byte is looked at once.
  std::string chunks;
  for (u32 i = 0; i < 9 * 1024 * 1024; i += 1024) chunks += chunk(std::string(1024, 'x'));
  const std::string slow = test::http_lines({
      ask,
      {Side::server,
        head("Transfer-Encoding: chunked\r\n") + chunks + chunk("\n\ndata: after\n\n")}
  });
  CHECK(
      has(slow, "{unusual: the event is longer than the limit for bodies: its rest is left out}"));
  CHECK(has(slow, ": event message: after"));
}

TEST_CASE("what is packed to explode stays within the bound and says so") {
  const auto [first, second] = packed(std::string(64 * 1024 * 1024, '\0'), "");
  const std::string bomb = first + second;
  REQUIRE(bomb.size() < 100'000);
  const stream::HttpBody body = stream::http_body(base::as_bytes(bomb), false, "gzip", 1'000'000);
  CHECK(body.bytes.size() == 1'000'000);
  CHECK(body.trouble ==
        "the unpacked body is longer than the limit for bodies: its rest is left out");
  // A bomb in a bomb.
  const auto [outer, end] = packed(bomb, "");
  const stream::HttpBody two =
      stream::http_body(base::as_bytes(outer + end), false, "gzip, gzip", 1'000'000);
  CHECK(two.bytes.size() == 1'000'000);
  CHECK(!two.trouble.empty());

  std::vector<u8> out;
  stream::Inflater inflater(stream::Inflater::Form::gzip);
  CHECK(inflater.add(base::as_bytes(bomb), out, 5000) == stream::Inflater::Verdict::too_long);
  CHECK(out.size() == 5000);

  const std::string said = test::http_lines({
      ask,
      {Side::server, head("Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n") +
                         chunk(bomb) + "0\r\n\r\n"}
  });
  CHECK(has(said, "what the chunk unpacks to is longer than the limit for bodies"));
  CHECK(has(said, "the answer ends"));
}
